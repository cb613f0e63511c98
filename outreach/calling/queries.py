"""Reading calls: one's own that go on, one of them with what it needs, and whom others have named."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import joinedload

from crm.accounts.scopes import trusted, visible
from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.models import Employer
from crm.employers.rules import sort_name
from crm.errors import DomainError, NotVisible
from outreach.calling.models import Call, Referral

STAFF = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)


def own_calls(actor: Actor) -> ColumnElement[bool]:
    """A call is its caller's alone: what comes of it is the contact, which the unit sees."""
    if not actor.has_role(*STAFF):
        return false()
    return Call.staff_id == actor.staff_id


def own_referrals(actor: Actor) -> ColumnElement[bool]:
    """Whom others have named to the actor's units."""
    return Referral.unit_id.in_(actor.unit_ids) if actor.has_role(*STAFF) else false()


def call_of(actor: Actor, public_id: str) -> Call:
    """A call with its employer, person and entry. Raises NotVisible."""
    statement = visible(Call, actor).where(Call.public_id == public_id)
    found = current_session().scalar(
        statement.options(
            joinedload(Call.employer), joinedload(Call.person), joinedload(Call.unit), joinedload(Call.entry)
        )
    )
    if found is None:
        raise NotVisible("Not found, or not visible to you.")
    return found


def open_calls(actor: Actor) -> Sequence[Call]:
    """The actor's calls that are not closed, the one last typed in first. One query."""
    statement = visible(Call, actor).where(Call.ended_at.is_(None)).options(joinedload(Call.employer))
    return current_session().scalars(statement.order_by(Call.saved_at.desc(), Call.id.desc())).all()


def open_call_with(actor: Actor, employer_id: int) -> Call | None:
    """The actor's call with an employer that is not closed."""
    statement = visible(Call, actor).where(and_(Call.employer_id == employer_id, Call.ended_at.is_(None)))
    return current_session().scalar(statement)


def referrals_of(actor: Actor, *, settled: bool = False, limit: int = 200) -> Sequence[Referral]:
    """Whom others have named, the newest first: those that wait, or those that somebody has dealt with."""
    statement = visible(Referral, actor).options(
        joinedload(Referral.from_employer), joinedload(Referral.from_person), joinedload(Referral.to_employer)
    )
    state = Referral.settled_at
    statement = statement.where(state.is_not(None) if settled else state.is_(None))
    return current_session().scalars(statement.order_by(Referral.id.desc()).limit(limit)).all()


def who_named(employer_id: int) -> Referral | None:
    """The newest referral to an employer whose giver may be mentioned: where we have the name from."""
    statement = select(Referral).where(Referral.to_employer_id == employer_id, Referral.may_mention)
    statement = statement.options(joinedload(Referral.from_employer), joinedload(Referral.from_person))
    found = trusted(statement.order_by(Referral.id.desc()).limit(1), because="they said that we may say so")
    return current_session().scalar(found)


def referrals_about(actor: Actor, employer_id: int) -> Sequence[Referral]:
    """Whom an employer has named to the actor's units, and who has named it; the newest first."""
    statement = visible(Referral, actor).options(
        joinedload(Referral.from_employer), joinedload(Referral.from_person), joinedload(Referral.to_employer)
    )
    about = or_(Referral.from_employer_id == employer_id, Referral.to_employer_id == employer_id)
    return current_session().scalars(statement.where(about).order_by(Referral.id.desc()).limit(20)).all()


def employer_called(actor: Actor, text: str) -> Employer:
    """The employer in use whose whole name or number is ``text``. Raises DomainError for none, or several."""
    compact = "".join(each for each in text if each.isalnum()).upper()
    statement = visible(Employer, actor).where(
        or_(Employer.org_number == compact, Employer.sort_name == sort_name(text.strip())),
        Employer.archived_at.is_(None),
    )
    found = current_session().scalars(statement.order_by(Employer.id).limit(2)).all()
    if not found:
        raise DomainError(_("No employer here has this name or number. Add it first."), field="employer")
    if len(found) > 1:
        raise DomainError(_("Several employers have this name. Write the organisation number."), field="employer")
    return found[0]
