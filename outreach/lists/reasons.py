"""Why an employer is not called from a list: conditions that the builder and every claim ask the database."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from crm.actors import Actor
from crm.employers.models import Contact, ContactPerson, Employer, EmployerRelationship, Position, Workplace
from crm.employers.reach_queries import person_may_be_called
from crm.employers.stages import NOT_REACHED
from crm.employers.ways import BAD
from crm.history.approach import may_be_approached
from outreach.lists.models import LeftOut

SPOKEN = ("visit", "meeting_office", "video", "phone")
"""The channels (picklist contact_channel) in which somebody was spoken to."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_SOMEBODY, _HELD = aliased(ContactPerson), aliased(Position)


def why_left_out(actor: Actor, *, since: Any, contacts_after: Any) -> ColumnElement[str | None]:
    """An expression on Employer: why a list does not call it; NULL where it does. The weightiest reason first.

    ``since``: the day from which a talk, of whatever unit, is too recent; ``contacts_after``: talks written down
    before are known to whoever put the employer on the list. Both may be parameters.
    """
    return case(*_cases(actor, since=since, contacts_after=contacts_after))


def why_not_listed(actor: Actor, *, unit_ids: Collection[int], since: date) -> ColumnElement[str | None]:
    """The same while a list is made for some units: another unit's employers are left out too."""
    cases = _cases(actor, since=since, contacts_after=LONG_AGO)
    cases.insert(-2, (_of_another_unit(unit_ids), LeftOut.OTHER_UNIT.value))
    return case(*cases)


def first_day(today: date, cooldown_days: int) -> date:
    """The first day of a cooldown; after today where there is none."""
    return today - timedelta(days=cooldown_days - 1)


def whom_to_ask_for() -> ScalarSelect[int]:
    """A value on Employer: the contact person to be called, who decides if possible; NULL where there is none."""
    best = (
        select(_SOMEBODY.id)
        .join(_HELD, _HELD.person_id == _SOMEBODY.id)
        .where(_HELD.employer_id == Employer.id, _HELD.left_on.is_(None))
        .where(_SOMEBODY.do_not_call.is_(False), _SOMEBODY.archived_at.is_(None))
        .order_by(_SOMEBODY.phone.is_(None), _HELD.decides.desc(), _SOMEBODY.id)
        .limit(1)
    )
    return best.correlate(Employer).scalar_subquery()


def _cases(actor: Actor, *, since: Any, contacts_after: Any) -> list[tuple[ColumnElement[bool], str]]:
    return [
        (Employer.archived_at.is_not(None), LeftOut.GONE.value),
        (Employer.do_not_contact.is_(True), LeftOut.DO_NOT_CONTACT.value),
        (~may_be_approached(actor), LeftOut.ADVERTISING_BLOCK.value),
        (_had_a_bad_experience(), LeftOut.BAD_EXPERIENCE.value),
        (_was_spoken_to(since, contacts_after), LeftOut.COOLDOWN.value),
        (~_has_a_number(), LeftOut.NO_NUMBER.value),
    ]


def _had_a_bad_experience() -> ColumnElement[bool]:
    bad = select(EmployerRelationship.id).where(
        EmployerRelationship.employer_id == Employer.id, EmployerRelationship.prior_experience == BAD
    )
    return bad.correlate(Employer).exists()


def _was_spoken_to(since: Any, contacts_after: Any) -> ColumnElement[bool]:
    recent = select(Contact.id).where(
        Contact.employer_id == Employer.id,
        Contact.on_date >= since,
        Contact.created_at > contacts_after,
        Contact.channel.in_(SPOKEN),
        Contact.outcome.not_in(sorted(NOT_REACHED)),
        Contact.archived_at.is_(None),
    )
    return recent.correlate(Employer).exists()


def _of_another_unit(unit_ids: Collection[int]) -> ColumnElement[bool]:
    """Somebody else works with them, and we do not."""
    ours = EmployerRelationship.unit_id.in_(unit_ids)
    theirs = select(EmployerRelationship.id).where(EmployerRelationship.employer_id == Employer.id)
    return and_(
        theirs.where(~ours).correlate(Employer).exists(),
        ~theirs.where(ours).correlate(Employer).exists(),
    )


def _has_a_number() -> ColumnElement[bool]:
    workplace = select(Workplace.id).where(
        Workplace.employer_id == Employer.id, Workplace.archived_at.is_(None), func.coalesce(Workplace.phone, "") != ""
    )
    person = (
        select(Position.id)
        .join(ContactPerson, ContactPerson.id == Position.person_id)
        .where(Position.employer_id == Employer.id, Position.left_on.is_(None))
        .where(person_may_be_called(), func.coalesce(ContactPerson.phone, "") != "")
    )
    return or_(
        func.coalesce(Employer.phone, "") != "",
        workplace.correlate(Employer).exists(),
        person.correlate(Employer).exists(),
    )


def at_claim(actor: Actor) -> ColumnElement[str | None]:
    """``why_left_out`` with parameters, so that its statement is put together once."""
    since = bindparam("since", type_=Contact.on_date.type)
    return why_left_out(actor, since=since, contacts_after=bindparam("contacts_after", type_=Contact.created_at.type))
