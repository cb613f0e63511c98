"""Reading events: the list, one with its figures, those invited."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import ContactPerson, Employer
from crm.messaging.models import MessageState, OutboxMessage
from crm.web.paging import PER_PAGE, Page, paginate
from outreach.events.models import Answer, EventInvitation, MailState, OutreachEvent
from outreach.events.purposes import ASK_AGAIN, BEGUN, REMINDER

_SEEN = "figures of events that the caller has read by their scope"
EXPORTED = 5_000


@dataclass(frozen=True)
class EventFilter:
    """What the list shows. ``show``: coming, past, mine, cancelled or all."""

    text: str = ""
    show: str = "coming"
    kind: str = ""
    unit_id: int | None = None
    sort: str = ""


@dataclass
class Figures:
    """What was counted of an event. Invitations and people are two things: one may bring several."""

    invited: int = 0
    answers: dict[Answer, int] = field(default_factory=dict)
    coming: int = 0
    queued: int = 0
    came: int = 0
    came_invitations: int = 0
    expected_came: int = 0
    """Invitations with a yes of which somebody came."""
    absent: int = 0
    noted: int = 0
    walk_ins: int = 0
    mail: dict[MailState, int] = field(default_factory=dict)

    def number(self, answer: str) -> int:
        """How many invitations have an answer."""
        return self.answers.get(Answer(answer), 0)

    def mails(self, state: str) -> int:
        """How many invitations' mail stands there."""
        return self.mail.get(MailState(state), 0)

    @property
    def mailed(self) -> int:
        """How many invitations were to go by mail."""
        return sum(number for state, number in self.mail.items() if state is not MailState.NONE)

    @property
    def is_sending(self) -> bool:
        """Whether mail still waits to leave."""
        return bool(self.mails(MailState.PLANNED))

    @property
    def attendance(self) -> float | None:
        """Of those who said yes, the share of whom somebody came; None before anything was written down."""
        yes = self.number(Answer.YES)
        return self.expected_came / yes if yes and self.noted else None


@dataclass(frozen=True)
class EventLine:
    """A line of the list."""

    event: OutreachEvent
    figures: Figures


def event_page(actor: Actor, filters: EventFilter, *, page: int) -> Page[EventLine]:
    """One page of the list, each line with its figures. Three queries."""
    found = paginate(current_session(), _listed(actor, filters), page=page, per_page=PER_PAGE)
    figures = figures_of([each.id for each in found.items])
    lines = [EventLine(each, figures[each.id]) for each in found.items]
    return Page(lines, found.page, found.per_page, found.total, found.prev_url, found.next_url)


def event_lines(actor: Actor, filters: EventFilter) -> list[EventLine]:
    """Every line of the list, for a file; at most ``EXPORTED``."""
    found = current_session().scalars(_listed(actor, filters).limit(EXPORTED)).all()
    figures = figures_of([each.id for each in found])
    return [EventLine(each, figures[each.id]) for each in found]


def figures_of(event_ids: Sequence[int]) -> dict[int, Figures]:
    """The figures of some events, by their ids: one query."""
    found = {each: Figures() for each in event_ids}
    row = EventInvitation
    columns = (row.event_id, row.answer, row.mail, row.walk_in)
    came = case((row.came > 0, 1), else_=0)
    statement = (
        select(
            *columns, func.count(), func.sum(row.places), func.sum(func.coalesce(row.came, 0)), func.sum(came),
            func.count(row.came),
        )
        .where(row.event_id.in_(event_ids), row.withdrawn_at.is_(None))
        .group_by(*columns)
    )  # fmt: skip
    for each in current_session().execute(trusted(statement, because=_SEEN)) if event_ids else ():
        _count(found[each[0]], each)
    return found


def _count(figures: Figures, row: Any) -> None:
    _event_id, answer, mail, walk_in, number, places, people, came, noted = row
    figures.came += people
    figures.came_invitations += came
    figures.noted += noted
    if walk_in:
        figures.walk_ins += number
        return
    figures.invited += number
    figures.answers[answer] = figures.answers.get(answer, 0) + number
    figures.mail[mail] = figures.mail.get(mail, 0) + number
    if answer is Answer.YES:
        figures.coming += places
        figures.expected_came += came
        figures.absent += noted - came
    elif answer is Answer.QUEUED:
        figures.queued += places


def _listed(actor: Actor, filters: EventFilter) -> Select[OutreachEvent]:
    statement = visible(OutreachEvent, actor).options(
        joinedload(OutreachEvent.unit), joinedload(OutreachEvent.owner)
    )  # fmt: skip
    statement = statement.where(*_conditions(actor, filters))
    usual = "when" if filters.show in ("coming", "mine") else "-when"
    sort = filters.sort if filters.sort.removeprefix("-") in ("when", "title") else usual
    column: Any = OutreachEvent.title if sort.removeprefix("-") == "title" else OutreachEvent.starts_at
    return statement.order_by(column.desc() if sort.startswith("-") else column.asc(), OutreachEvent.id)


def _conditions(actor: Actor, filters: EventFilter) -> list[ColumnElement[bool]]:
    now, held = clock.now(), OutreachEvent.cancelled_at.is_(None)
    shown: dict[str, list[ColumnElement[bool]]] = {
        "coming": [held, OutreachEvent.ends_at >= now],
        "past": [held, OutreachEvent.ends_at < now],
        "mine": [held, OutreachEvent.owner_id == actor.staff_id, OutreachEvent.ends_at >= now],
        "cancelled": [~held],
    }
    found = shown.get(filters.show, [])
    if filters.text:
        text = [OutreachEvent.title, OutreachEvent.place]
        found = [*found, or_(*(column.icontains(filters.text, autoescape=True) for column in text))]
    if filters.kind:
        found = [*found, OutreachEvent.kind == filters.kind]
    if filters.unit_id is not None:
        found = [*found, OutreachEvent.unit_id == filters.unit_id]
    return found


_SHOWN: dict[str, ColumnElement[bool]] = {
    "yes": and_(EventInvitation.answer == Answer.YES, EventInvitation.walk_in.is_(False)),
    "queued": EventInvitation.answer == Answer.QUEUED,
    "no": EventInvitation.answer == Answer.NO,
    "waiting": and_(EventInvitation.answer == Answer.WAITING, EventInvitation.walk_in.is_(False)),
    "mail": EventInvitation.mail.in_((MailState.FAILED, MailState.NOT_SENT, MailState.IN_DOUBT)),
    "came": EventInvitation.came > 0,
    "absent": EventInvitation.came == 0,
    "walk_in": EventInvitation.walk_in.is_(True),
}
INVITATIONS_SHOWN = ("all", *_SHOWN, "withdrawn")


def invitation_page(actor: Actor, event: OutreachEvent, *, show: str, text: str, page: int) -> Page[EventInvitation]:
    """Those invited, by name of the employer; those whose invitation was withdrawn only when they are asked for."""
    statement = _invitations(actor, event, text).where(_SHOWN.get(show, EventInvitation.id.is_not(None)))
    gone = EventInvitation.withdrawn_at
    statement = statement.where(gone.is_not(None) if show == "withdrawn" else gone.is_(None))
    return paginate(current_session(), statement, page=page, per_page=PER_PAGE)


def invitations_for_list(
    actor: Actor, event: OutreachEvent, *, text: str = "", all_of_them: bool = False
) -> list[EventInvitation]:
    """Who is expected, and who has come; ``all_of_them``: everybody whose invitation holds. For the door, for paper
    and for files, by name of the employer."""
    statement = _invitations(actor, event, text).where(EventInvitation.withdrawn_at.is_(None))
    if not all_of_them:
        expected = EventInvitation.answer.in_((Answer.YES, Answer.QUEUED))
        statement = statement.where(or_(expected, EventInvitation.came > 0))
    return list(current_session().scalars(statement.limit(EXPORTED)))


def _invitations(actor: Actor, event: OutreachEvent, text: str) -> Select[EventInvitation]:
    statement = (
        visible(EventInvitation, actor)
        .outerjoin(EventInvitation.employer)
        .outerjoin(EventInvitation.person)
        .where(EventInvitation.event_id == event.id)
        .options(joinedload(EventInvitation.employer), joinedload(EventInvitation.person))
    )
    if text:
        folded = text.casefold()
        statement = statement.where(
            or_(
                Employer.sort_name.contains(folded, autoescape=True),
                ContactPerson.sort_name.contains(folded, autoescape=True),
                EventInvitation.guest.icontains(text, autoescape=True),
                EventInvitation.organisation.icontains(text, autoescape=True),
            )
        )
    name = func.coalesce(Employer.sort_name, func.lower(EventInvitation.organisation), "")
    return statement.order_by(name, EventInvitation.id)


def invitations_of_employer(actor: Actor, employer_id: int) -> list[EventInvitation]:
    """To which events of the actor's units an employer was invited, the newest first."""
    statement = (
        visible(EventInvitation, actor)
        .join(EventInvitation.event)
        .where(EventInvitation.employer_id == employer_id, EventInvitation.withdrawn_at.is_(None))
        .options(joinedload(EventInvitation.event), joinedload(EventInvitation.person))
        .order_by(OutreachEvent.starts_at.desc(), EventInvitation.id)
        .limit(10)
    )
    return list(current_session().scalars(statement))


def events_near(actor: Actor, now: datetime) -> list[OutreachEvent]:
    """Events of the actor's units within a day, for whoever stands at the door."""
    statement = visible(OutreachEvent, actor).where(
        OutreachEvent.cancelled_at.is_(None),
        OutreachEvent.starts_at <= now + timedelta(hours=30),
        OutreachEvent.ends_at >= now - timedelta(hours=12),
    )
    return list(current_session().scalars(statement.order_by(OutreachEvent.starts_at).limit(3)))


def earlier_events(actor: Actor, event: OutreachEvent) -> list[tuple[str, str]]:
    """Other events with their public ids and titles, whose guests can be invited again; the newest first."""
    invited = select(EventInvitation.event_id).where(EventInvitation.withdrawn_at.is_(None))
    statement = (
        visible(OutreachEvent, actor)
        .where(OutreachEvent.id != event.id, OutreachEvent.id.in_(invited))
        .order_by(OutreachEvent.starts_at.desc())
        .limit(20)
    )
    return [(each.public_id, each.title) for each in current_session().scalars(statement)]


def reminders_too_late(event: OutreachEvent) -> int:
    """How many reminders of an event, which the caller has read, stayed here because it would have begun before they
    could leave. One query; none where nobody was reminded."""
    if event.asked_again_at is None and event.reminded_at is None:
        return 0
    invited = select(EventInvitation.public_id).where(EventInvitation.event_id == event.id)
    statement = select(func.count()).where(
        OutboxMessage.purpose.in_((ASK_AGAIN, REMINDER)),
        OutboxMessage.purpose_ref.in_(invited),
        OutboxMessage.state == MessageState.CANCELLED,
        OutboxMessage.reason == BEGUN,
    )
    return current_session().scalar(trusted(statement, because=_SEEN)) or 0


def employer_ids_of(event: OutreachEvent) -> list[int]:
    """The employers who were invited to an event or came to it, which the caller has read."""
    statement = (
        select(EventInvitation.employer_id)
        .where(EventInvitation.event_id == event.id, EventInvitation.employer_id.is_not(None))
        .distinct()
    )
    return [each for each in current_session().scalars(trusted(statement, because=_SEEN)) if each is not None]


def units_with_events(actor: Actor) -> list[tuple[int, str]]:
    """One's units that hold any, by name; nothing to choose for who has but one."""
    if len(actor.unit_ids) < 2:
        return []
    of_units = select(OutreachEvent.unit_id).where(OutreachEvent.unit_id.in_(actor.unit_ids))
    statement = trusted(select(Unit.id, Unit.name).where(Unit.id.in_(of_units)), because="names of one's own units")
    return [(row[0], row[1]) for row in current_session().execute(statement.order_by(Unit.name))]
