"""Sample events: one to come, with answers of every kind, and one that was, with who came."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from crm import clock
from crm.accounts.current import actor_for
from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import trusted
from crm.actors import Actor, respondent_actor
from crm.db import current_session, transaction
from crm.employers.models import ContactPerson, Employer, EmployerRelationship, Position
from crm.messaging.outbox import sweep
from crm.partnerships.models import Partnership
from outreach.events.choosing import InviteWish
from outreach.events.fields import EventFields, Reply, WalkIn
from outreach.events.models import EventInvitation
from outreach.events.modules import EVENTS
from outreach.events.purposes import TIME_TO_UNDO
from outreach.events.services.answering import answer_by_link
from outreach.events.services.attendance import add_walk_in, note_came, note_rest_absent
from outreach.events.services.inviting import invite
from outreach.events.services.planning import add_event

_BECAUSE = "sample data"
_TO_COME = timedelta(days=20)
_AGO = timedelta(days=24)
_ANSWERS = ((True, 2), (True, 1), (False, 1), None, (True, 3), None, (True, 2), (False, 1))
_COMMENTS = (
    "Vi kommer gärna.",
    None,
    "Inte den veckan, tyvärr.",
    None,
    "En äter vegetariskt.",
    None,
    None,
    None,
)
_TEXT = (
    "Välkommen på frukost! Vi berättar hur arbetsgivare i Lindö har hittat nya medarbetare genom arbetsträning, och du"
    " får träffa två som har gjort det. Vi bjuder på kaffe och smörgås."
)


def add_events() -> None:
    """Two events of the Swedish sample unit, played through as they were; its module is on."""
    with transaction() as session:
        staff = session.scalar(select(Staff).where(Staff.email == "coordinator@example.org"))
        if staff is None:
            return
        unit = session.get_one(Unit, staff.unit_id)
        unit.modules = sorted({*unit.modules, EVENTS.key})
        host = _Host(actor_for(staff), unit.id, unit.time_zone, unit.language, _employers(unit))
    today = clock.today(host.zone)
    with clock.travelling(clock.now()) as go:
        _past(host, _weekday(today - _AGO), go)
        _to_come(host, today, go)


@dataclass(frozen=True)
class _Host:
    """Who holds the events, and whom they invite."""

    actor: Actor
    unit_id: int
    zone: str
    language: str
    employers: list[int]

    def at(self, day: date, hour: int) -> datetime:
        """A time of the unit's day."""
        return clock.local_instant(day, time(hour), self.zone)


def _to_come(host: _Host, today: date, go: Callable[[datetime], None]) -> None:
    invited_on = _weekday(today - timedelta(days=7))
    go(host.at(invited_on, 10))
    title = "Frukost: hitta nya medarbetare"
    event_id = _event(host, _weekday(today + _TO_COME), title, "breakfast", capacity=7)
    for number, row_id in enumerate(_invite(host, event_id, host.employers[: len(_ANSWERS)], go)):
        said = _ANSWERS[number]
        if said is not None:
            _answer(row_id, Reply(said[0], said[1], _COMMENTS[number]))
    sweep()


def _past(host: _Host, day: date, go: Callable[[datetime], None]) -> None:
    go(host.at(_weekday(day - timedelta(days=14)), 10))
    event_id = _event(host, day, "Informationsmöte om arbetsträning", "information", capacity=None)
    rows = _invite(host, event_id, host.employers[2:8], go)
    for row_id in rows[:4]:
        _answer(row_id, Reply(True, 1))
    sweep()
    go(host.at(day, 8))
    with transaction():
        for row_id in rows[:3]:
            note_came(host.actor, invitation_id=row_id, people=1)
        add_walk_in(host.actor, event_id=event_id, given=WalkIn("Anna Lund", "Lindö Företagarförening"))
        note_rest_absent(host.actor, event_id=event_id)


def _event(host: _Host, day: date, title: str, kind: str, *, capacity: int | None) -> int:
    given = EventFields(
        kind=kind, title=title, starts_at=datetime.combine(day, time(8)),
        ends_at=datetime.combine(day, time(9, 30)), place="Rådhuset, Storgatan 1, Lindö", text=_TEXT,
        language=host.language, capacity=capacity, reply_by=day - timedelta(days=5),
        ask_again_on=day - timedelta(days=7), remind_on=day - timedelta(days=1), owner_id=host.actor.staff_id,
    )  # fmt: skip
    with transaction():
        return add_event(host.actor, unit_id=host.unit_id, given=given).id


def _invite(host: _Host, event_id: int, employers: list[int], go: Callable[[datetime], None]) -> list[int]:
    """Invite, and let the mail arrive in the local mailbox. The ids of the invitations."""
    with transaction():
        wish = InviteWish(employers, general=False)
        invite(host.actor, event_id=event_id, wish=wish, batch=f"sample-{event_id}")
    go(clock.now() + 2 * TIME_TO_UNDO)
    sweep()
    statement = select(EventInvitation.id).where(EventInvitation.event_id == event_id).order_by(EventInvitation.id)
    return list(current_session().scalars(trusted(statement, because=_BECAUSE)))


def _answer(row_id: int, reply: Reply) -> None:
    with transaction() as session:
        row = session.get_one(EventInvitation, row_id)
        answer_by_link(respondent_actor(), invitation=row, reply=reply)


def _employers(unit: Unit) -> list[int]:
    """Employers of the unit where somebody can be written to, in a fixed order; not those with a partnership, whose
    figures tell another story."""
    statement = (
        select(Employer.id)
        .join(EmployerRelationship, EmployerRelationship.employer_id == Employer.id)
        .join(Position, Position.employer_id == Employer.id)
        .join(ContactPerson, ContactPerson.id == Position.person_id)
        .where(
            EmployerRelationship.unit_id == unit.id,
            Employer.do_not_contact.is_(False),
            Employer.advertising_block.is_(False),
            ContactPerson.email.is_not(None),
            Position.left_on.is_(None),
            Employer.id.not_in(select(Partnership.employer_id)),
        )
        .distinct()
        .order_by(Employer.id)
        .limit(12)
    )
    return list(current_session().scalars(trusted(statement, because=_BECAUSE)))


def _weekday(day: date) -> date:
    """The same day, or the Tuesday after a weekend."""
    return day + timedelta(days={5: 3, 6: 2}.get(day.weekday(), 0))
