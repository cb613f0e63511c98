"""Who came: ticks, guests, the histories, what follows, reminders."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from crm.db import transaction
from crm.employers.models import Contact, Employer
from crm.errors import DomainError, NotVisible
from crm.history.models import HistoryLine
from crm.partnerships.fields import CommitmentFields, PartnershipFields
from crm.partnerships.queries import counted
from crm.partnerships.services.commitments import add_commitment
from crm.partnerships.services.partnerships import begin_partnership
from crm.tasks.models import Task, TaskState
from outreach.events.evidence import offers_for
from outreach.events.fields import WalkIn
from outreach.events.jobs import send_reminders
from outreach.events.models import EventInvitation, OutreachEvent
from outreach.events.queries import figures_of
from outreach.events.services.attendance import add_walk_in, note_came, note_rest_absent, remove_walk_in
from outreach.events.services.following import ABSENT, CAME, drop_follow_up, follow_up, offer_as_evidence
from outreach.events.services.inviting import withdraw
from outreach.events.services.reminding import remind_now
from tests.outreach_events.conftest import AT_THE_DOOR, DAY, NOW, Breakfast

Jump = Callable[[datetime], None]


def _came(place: Breakfast, row: EventInvitation, people: int | None, *, actor: object = None) -> EventInvitation:
    with transaction():
        return note_came(actor or place.coordinator, invitation_id=row.id, people=people)  # type: ignore[arg-type]


def _contacts(place: Breakfast) -> list[Contact]:
    place.world.session.rollback()
    statement = select(Contact).where(Contact.archived_at.is_(None)).order_by(Contact.id)
    return list(place.world.session.scalars(statement))


def _to_do(place: Breakfast) -> list[str]:
    """The lines in the histories that tell of tasks after an event."""
    place.world.session.rollback()
    lines = place.world.session.scalars(select(HistoryLine).where(HistoryLine.kind == "outreach.event"))
    return [each.summary["en"] for each in lines if each.summary["en"].startswith("To do: Thank them for coming")]


@pytest.fixture
def breakfast(place: Breakfast, november: Jump) -> OutreachEvent:
    """Three have said yes, one no, one nothing; the morning has come."""
    event = place.event()
    rows = place.guests(event, 5)
    for row in rows[:3]:
        place.says(row, True, 2)
    place.says(rows[3], False)
    november(AT_THE_DOOR)
    return event


def test_nobody_can_have_come_before_the_day(place: Breakfast) -> None:
    row = place.guests(place.event(), 1)[0]
    with pytest.raises(DomainError):
        _came(place, row, 1)


def test_coming_is_one_contact_with_the_employer_however_many_came(place: Breakfast, breakfast: OutreachEvent) -> None:
    first = place.rows(breakfast)[0]
    _came(place, first, 2)
    _came(place, first, 1, actor=place.manager)
    found = _contacts(place)
    assert [(each.channel, each.on_date, each.note) for each in found] == [("event", DAY, "Frukost om arbete")]
    assert [met.person_id for met in found[0].met] == [first.person_id]
    assert found[0].staff_id == place.coordinator.staff_id


def test_a_tick_that_is_taken_back_takes_the_contact_back(place: Breakfast, breakfast: OutreachEvent) -> None:
    first = place.rows(breakfast)[0]
    _came(place, first, 2)
    _came(place, first, None, actor=place.manager)
    assert not _contacts(place)
    _came(place, first, 2)
    assert len(_contacts(place)) == 1


def test_who_came_cannot_be_uninvited_and_who_was_uninvited_has_not_come(
    place: Breakfast, breakfast: OutreachEvent
) -> None:
    first, second = place.rows(breakfast)[:2]
    _came(place, first, 1)
    with pytest.raises(DomainError), transaction():
        withdraw(place.coordinator, invitation_id=first.id)
    with transaction():
        assert withdraw(place.coordinator, invitation_id=second.id)
    with pytest.raises(DomainError):
        _came(place, second, 1)


def test_the_rest_did_not_come_and_their_history_says_so(place: Breakfast, breakfast: OutreachEvent) -> None:
    rows = place.rows(breakfast)
    _came(place, rows[0], 2)
    with transaction():
        assert note_rest_absent(place.coordinator, event_id=breakfast.id) == 2
    statement = select(HistoryLine).where(HistoryLine.source_ref.endswith(":absent"))
    assert len(place.world.session.scalars(statement).all()) == 2
    _came(place, rows[1], 1)
    assert len(place.world.session.scalars(statement).all()) == 1
    figures = figures_of([breakfast.id])[breakfast.id]
    assert (figures.came, figures.expected_came, figures.absent) == (3, 2, 1)
    assert figures.attendance == pytest.approx(2 / 3)


def test_a_guest_of_a_known_employer_stands_in_its_history(place: Breakfast, breakfast: OutreachEvent) -> None:
    employer = place.employer("Granne AB")
    given = WalkIn("Eva Ek", "granne ab", people=2)
    with transaction():
        row = add_walk_in(place.coordinator, event_id=breakfast.id, given=given, submission_key="k")
        again = add_walk_in(place.coordinator, event_id=breakfast.id, given=given, submission_key="k")
        assert row.id == again.id
        assert (row.employer_id, row.person_id is not None) == (employer.id, True)
    assert [each.employer_id for each in _contacts(place)] == [employer.id]
    with transaction():
        remove_walk_in(place.coordinator, invitation_id=row.id)
    assert not _contacts(place)


def test_a_guest_of_nobody_we_know_is_kept_by_name(place: Breakfast, breakfast: OutreachEvent) -> None:
    with transaction():
        row = add_walk_in(place.coordinator, event_id=breakfast.id, given=WalkIn("Ola Okänd", "Nytt AB"))
        assert (row.employer_id, row.name) == (None, "Ola Okänd, Nytt AB")
    assert not _contacts(place)


def test_whoever_came_of_their_own_accord_is_written_down_with_a_reason(
    place: Breakfast, breakfast: OutreachEvent
) -> None:
    place.employer("Nej AB", do_not_contact=True)
    with transaction():
        add_walk_in(place.coordinator, event_id=breakfast.id, given=WalkIn("Nils", "Nej AB"))
    assert [each.basis for each in _contacts(place)] == ["own_inquiry"]


def test_each_employer_gets_one_task_for_whoever_is_responsible(place: Breakfast, breakfast: OutreachEvent) -> None:
    rows = place.rows(breakfast)
    assert rows[0].employer
    rows[0].employer.relationships[0].owner_id = place.manager.staff_id
    place.world.session.commit()
    for row in rows[:2]:
        _came(place, row, 1)
    due = DAY + timedelta(days=7)
    for _time in range(2):
        with transaction():
            assert follow_up(place.coordinator, event_id=breakfast.id, group=CAME, due_on=due) == 2
    tasks = place.world.session.scalars(select(Task).where(Task.kind == "outreach.event_follow_up")).all()
    assert {each.owner_id for each in tasks} == {place.manager.staff_id, place.coordinator.staff_id}
    assert len(_to_do(place)) == 2
    with transaction():
        assert drop_follow_up(place.coordinator, event_id=breakfast.id, group=CAME) == 2
    assert not _to_do(place)
    with transaction():
        follow_up(place.coordinator, event_id=breakfast.id, group=CAME, due_on=due)
    place.world.session.rollback()
    states = place.world.session.scalars(select(Task.state).where(Task.kind == "outreach.event_follow_up")).all()
    assert list(states) == [TaskState.OPEN, TaskState.OPEN]


def test_nobody_is_asked_why_they_were_missing_whose_colleague_came(place: Breakfast, breakfast: OutreachEvent) -> None:
    rows = place.rows(breakfast)
    _came(place, rows[0], 1)
    with pytest.raises(DomainError), transaction():
        follow_up(place.coordinator, event_id=breakfast.id, group=ABSENT, due_on=DAY)


def _commitment(place: Breakfast, employer: Employer, kind: str) -> object:
    year = (date(2026, 1, 1), date(2026, 12, 31))
    with transaction():
        partnership = begin_partnership(
            place.coordinator, employer_id=employer.id, unit_id=place.unit.id, beside_others=True,
            given=PartnershipFields(name="Together", starts_on=year[0], ends_on=year[1]),
        )  # fmt: skip
        given = CommitmentFields(kind=kind, text=kind, quantity=1, starts_on=year[0], ends_on=year[1])
        return add_commitment(place.coordinator, partnership_id=partnership.id, given=given)


def test_coming_counts_for_a_promise_of_events_and_is_offered_as_evidence_for_others(
    place: Breakfast, breakfast: OutreachEvent
) -> None:
    row = place.rows(breakfast)[0]
    assert row.employer
    event_promise = _commitment(place, row.employer, "event")
    pledge = _commitment(place, row.employer, "mentoring")
    assert not offers_for(place.coordinator, breakfast)
    _came(place, row, 1)
    place.world.session.rollback()
    found = {each.commitment.kind: each for each in offers_for(place.coordinator, breakfast)}
    assert found["event"].counts
    assert not found["mentoring"].given
    assert counted([event_promise], on=DAY)[event_promise.id].count == 1  # type: ignore[list-item,attr-defined]
    with transaction():
        offer_as_evidence(
            place.coordinator, event_id=breakfast.id, commitment_id=pledge.id, contact_id=found["mentoring"].contact_id,  # type: ignore[attr-defined]
        )  # fmt: skip
    assert {each.commitment.kind: each.given for each in offers_for(place.coordinator, breakfast)}["mentoring"]


def test_a_colleague_of_another_unit_sees_nothing(place: Breakfast, breakfast: OutreachEvent) -> None:
    with pytest.raises(NotVisible), transaction():
        note_came(place.stranger, invitation_id=place.rows(breakfast)[0].id, people=1)


def test_reminders_go_on_their_day_and_once(place: Breakfast, november: Jump) -> None:
    event = place.event(ask_again_on=date(2026, 11, 25), remind_on=date(2026, 12, 2))
    rows = place.guests(event, 3)
    place.mail(NOW + timedelta(minutes=2))
    place.says(rows[0], True)
    place.says(rows[1], False)
    november(datetime(2026, 11, 25, 6, 30, tzinfo=UTC))
    assert send_reminders() == "0 planned"
    november(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    assert send_reminders() == "1 planned"
    assert send_reminders() == "0 planned"
    assert len(place.mail(datetime(2026, 11, 25, 9, 5, tzinfo=UTC))["eva@firma2.example"]) == 2
    november(datetime(2026, 12, 2, 9, 0, tzinfo=UTC))
    assert send_reminders() == "1 planned"
    found = place.mail(datetime(2026, 12, 2, 9, 5, tzinfo=UTC))
    assert {to: len(mails) for to, mails in found.items()} == {
        "eva@firma0.example": 3, "eva@firma1.example": 1, "eva@firma2.example": 2,
    }  # fmt: skip


def test_a_reminder_that_staff_sent_is_not_sent_again_by_itself(place: Breakfast, november: Jump) -> None:
    event = place.event(ask_again_on=date(2026, 11, 25))
    place.guests(event, 1)
    place.mail(NOW + timedelta(minutes=2))
    with transaction():
        assert remind_now(place.coordinator, event_id=event.id, of="answer") == 1
    november(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    assert send_reminders() == "0 planned"
