"""The first administrator of an installation. Runs inside ``transaction()``."""

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.invitations import invite_staff
from crm.accounts.models import Staff, Unit
from crm.accounts.services import StaffFields
from crm.accounts.unit_services import UnitFields, add_unit
from crm.actors import Role, system_actor
from crm.db import current_session
from crm.errors import DomainError


def make_administrator(
    *, email: str, name: str, unit_name: str | None, organisation: str, language: str, time_zone: str
) -> Staff:
    """Invite an administrator from the command line.

    Without units yet, the top one is made: ``unit_name``, or the name of the organisation. Afterwards
    ``unit_name`` must be one that exists; without it the top one is meant. Raises DomainError for a wrong or
    taken address and for an unknown unit.
    """
    try:
        address = validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError:
        raise DomainError(_("Write an e-mail address, like name@example.org.")) from None
    unit = _unit(unit_name, organisation=organisation, language=language, time_zone=time_zone)
    fields = StaffFields(
        name=name, email=address, unit_id=unit.id, roles=frozenset({Role.ADMINISTRATOR}), language=language
    )
    return invite_staff(system_actor("accounts.create_admin"), fields=fields)


def _unit(name: str | None, *, organisation: str, language: str, time_zone: str) -> Unit:
    session = current_session()
    top = session.scalars(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id)).first()
    if top is None:
        fields = UnitFields(name=name or organisation, parent_id=None, language=language, time_zone=time_zone)
        return add_unit(system_actor("accounts.create_admin"), fields=fields)
    if name is None:
        return top
    found: Unit | None = session.scalars(select(Unit).where(Unit.name == name).order_by(Unit.id)).first()
    if found is None:
        raise DomainError(_("There is no unit called %(name)s.", name=name))
    return found
