"""Bringing in code lists of municipalities."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import audit
from crm.actors import Actor, Role
from crm.coverage.code_files import DIGITS, read_codes
from crm.coverage.models import RegionCode
from crm.db import current_session
from crm.errors import DomainError, NotAllowed


@dataclass(frozen=True)
class Brought:
    """What a list changed."""

    added: int
    ended: int
    unchanged: int


def bring_in_codes(actor: Actor, *, country: str, valid_from: date, data: bytes) -> Brought:
    """Take the municipalities of a country from a file, valid from a day. Administrators only.

    The first list of a country holds as far back as anybody asks. A later one ends, the day before ``valid_from``, what
    it does not name any more, and begins what is new; targets keep the regions that they were set with. Repeatable.
    Raises DomainError that names the line, NotAllowed.
    """
    if not actor.has_role(Role.ADMINISTRATOR):
        raise NotAllowed(_("Only administrators bring in code lists."))
    if country not in DIGITS:
        raise DomainError(_("Choose one of the alternatives."), field="country")
    rows = {(each.code, each.name): each for each in read_codes(data, country)}
    session = current_session()
    known = session.scalars(select(RegionCode).where(RegionCode.country == country).with_for_update()).all()
    in_use = {(each.code, each.name): each for each in known if each.valid_to is None}
    if any(each.valid_from is not None and each.valid_from > valid_from for each in in_use.values()):
        text = _("There is a newer list already. Bring in lists in the order of their days.")
        raise DomainError(text, field="valid_from")
    gone = [each for key, each in in_use.items() if key not in rows]
    fresh = [each for key, each in rows.items() if key not in in_use]
    for row in gone:
        if row.valid_from == valid_from:
            session.delete(row)
        else:
            row.valid_to = valid_from - timedelta(days=1)
    session.flush()  # A code that only changes its name on the same day makes room first.
    begins = valid_from if known else None
    session.add_all(
        RegionCode(country=country, code=each.code, name=each.name, parent=each.parent, valid_from=begins)
        for each in fresh
    )
    brought = Brought(added=len(fresh), ended=len(gone), unchanged=len(rows) - len(fresh))
    audit.record(
        actor, "region_codes_brought_in", subject_type="region_code",
        details={"country": country, "added": brought.added, "ended": brought.ended},
    )  # fmt: skip
    return brought
