"""Deadlines, first answers, callbacks, and that no order of events leaves an inquiry in a state that cannot be."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm import clock
from crm.actors import Actor
from crm.db import current_session, transaction
from crm.employers.fields import ContactFields, NextStep
from crm.employers.services.contacts import log_contact
from crm.errors import DomainError, NotAllowed, NotVisible
from crm.inquiries.models import IN_PROCESS, Inquiry, InquiryState
from crm.inquiries.queries import ALL, InquiryFilter
from crm.inquiries.report_queries import first_response
from crm.inquiries.services import inquiries as services
from crm.inquiries.services.callbacks import OF_CONTACT, OF_INQUIRY
from crm.inquiries.services.inquiries import InquiryFields, answer_inquiry, receive_inquiry
from crm.inquiries.services.persons import NewPerson, add_person, set_outcome
from crm.tasks.models import Task, TaskState
from crm.tasks.queries import agenda_of
from tests.participants.conftest import Here
from tests.world import World

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EVERYTHING = InquiryFilter(today=date(2026, 3, 31), state=ALL)


def _fields(day: date = date(2026, 3, 2), **values: object) -> InquiryFields:
    return InquiryFields(received_on=day, channel="phone", topic="recruitment", **values)  # type: ignore[arg-type]


def _receive(actor: Actor, **values: object) -> Inquiry:
    with transaction():
        return receive_inquiry(actor, fields=_fields(**values))


def test_the_deadline_counts_working_days(core: Flask, here: Here) -> None:
    with clock.travelling(datetime(2026, 4, 2, 9, tzinfo=UTC)):
        inquiry = _receive(here.coordinator, day=date(2026, 4, 2), answer_within=2)
        assert inquiry.answer_due_on == date(2026, 4, 8), "Good Friday, the weekend and Easter Monday do not count"


def test_the_median_first_response_is_computed(core: Flask, here: Here) -> None:
    for hours in (2, 5, 26):
        with clock.travelling(MONDAY) as jump:
            inquiry = _receive(here.coordinator, source="employer_inbound")
            jump(MONDAY + timedelta(hours=hours))
            with transaction():
                answer_inquiry(here.coordinator, inquiry_id=inquiry.id)
    with clock.travelling(MONDAY):
        _receive(here.coordinator, source="employer_inbound")
    found = first_response(here.manager, EVERYTHING)
    assert (found.median_hours, found.answered, found.received, found.late) == (5.0, 3, 4, 1)


def test_a_call_back_asked_for_on_monday_and_not_done_is_overdue(core: Flask, here: Here, world: World) -> None:
    employer = world.employer("Bygg AB")
    with clock.travelling(MONDAY):
        inquiry = _receive(
            here.coordinator, employer_id=employer.id, callback_requested=True, answer_within=1,
            handled_by_id=here.coordinator.staff_id,
        )  # fmt: skip
    agenda = agenda_of(here.coordinator, date(2026, 3, 5))
    assert [row.task.kind for row in agenda.overdue] == [OF_INQUIRY]
    assert agenda.overdue[0].employer == "Bygg AB"
    with clock.travelling(MONDAY + timedelta(days=3)), transaction():
        answer_inquiry(here.coordinator, inquiry_id=inquiry.id)
    assert agenda_of(here.coordinator, date(2026, 3, 5)).is_empty


def test_a_contact_that_ends_in_a_call_back_becomes_a_task_until_they_are_reached(
    core: Flask, here: Here, world: World
) -> None:
    employer_id = world.employer("Bygg AB").id
    with clock.travelling(MONDAY) as jump:
        _log(here.coordinator, employer_id, "callback_requested")
        assert _open_callbacks() == [date(2026, 3, 4)]
        jump(MONDAY + timedelta(days=1))
        _log(here.coordinator, employer_id, "no_answer")
        assert len(_open_callbacks()) == 1
        _log(here.coordinator, employer_id, "interested")
        assert _open_callbacks() == []


def test_a_call_back_with_a_promised_day_is_one_task(core: Flask, here: Here, world: World) -> None:
    with clock.travelling(MONDAY):
        _log(here.coordinator, world.employer().id, "callback_requested", NextStep(date(2026, 3, 9), "Call"))
    assert _open_callbacks() == []


def test_an_inquiry_of_an_employer_without_a_source_is_the_employers(core: Flask, here: Here, world: World) -> None:
    assert _receive(here.coordinator, employer_id=world.employer().id).source == "employer_inbound"
    assert _receive(here.coordinator, employer_id=world.employer().id, source="self").source == "self"


def test_one_inquiry_concerns_several_persons_each_once(core: Flask, here: Here) -> None:
    person = NewPerson(participant_id=here.person_id)
    with transaction():
        inquiry = receive_inquiry(here.coordinator, fields=_fields(), persons=[person, NewPerson(label="tall one")])
        add_person(here.coordinator, inquiry_id=inquiry.id, given=person)
    assert len(inquiry.persons) == 2


@pytest.mark.parametrize("values", [{"source": "moon"}, {"day": date(2030, 1, 1)}, {"answer_within": 61}])
def test_what_cannot_be_is_refused(core: Flask, here: Here, values: dict[str, object]) -> None:
    with pytest.raises(DomainError):
        _receive(here.coordinator, **values)


def test_a_coordinator_cannot_name_a_participant_whom_they_do_not_see(core: Flask, here: Here) -> None:
    with pytest.raises(DomainError), transaction():
        receive_inquiry(
            here.colleague, fields=_fields(), persons=[NewPerson(participant_id=here.person_id)]
        )  # fmt: skip


def test_another_unit_does_not_see_it(core: Flask, here: Here, world: World) -> None:
    stranger = world.actor(world.staff())
    inquiry = _receive(here.coordinator)
    with pytest.raises(NotVisible), transaction():
        answer_inquiry(stranger, inquiry_id=inquiry.id)


def test_only_who_wrote_it_or_a_manager_removes_it(core: Flask, here: Here) -> None:
    inquiry = _receive(here.coordinator)
    with pytest.raises(NotAllowed), transaction():
        services.remove_inquiry(here.colleague, inquiry_id=inquiry.id)
    with transaction():
        services.remove_inquiry(here.manager, inquiry_id=inquiry.id)
        services.restore_inquiry(here.coordinator, public_id=inquiry.public_id)
    assert inquiry.archived_at is None


STEPS: dict[str, Callable[..., Inquiry]] = {
    "answer": services.answer_inquiry,
    "not answered": services.take_answer_back,
    "take": services.take_inquiry,
    "close": services.close_inquiry,
    "reopen": services.reopen_inquiry,
}


@given(steps=st.lists(st.sampled_from([*STEPS, "person", "outcome", "in process"]), max_size=14))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_order_of_events_leaves_a_state_that_cannot_be(core: Flask, here: Here, steps: list[str]) -> None:
    actor = here.coordinator
    inquiry = _receive(actor, callback_requested=True)
    for step in steps:
        try:
            with transaction():
                _take_step(actor, inquiry, step)
        except DomainError:
            pass
        current_session().refresh(inquiry)
        closed = inquiry.state is InquiryState.CLOSED
        assert closed == (inquiry.closed_at is not None)
        assert not closed or inquiry.answered_at is not None
        assert not closed or all(person.outcome != IN_PROCESS for person in inquiry.persons)
        assert inquiry.answered_at is None or inquiry.answered_at >= inquiry.received_at
        assert inquiry.answered_at is None or inquiry.state is not InquiryState.RECEIVED
        waits = current_session().query(Task).filter_by(source_ref=inquiry.public_id, state=TaskState.OPEN).count()
        assert waits == (inquiry.answered_at is None)


def _take_step(actor: Actor, inquiry: Inquiry, step: str) -> None:
    if step in STEPS:
        STEPS[step](actor, inquiry_id=inquiry.id)
    elif step == "person":
        add_person(actor, inquiry_id=inquiry.id, given=NewPerson(label="somebody"))
    elif inquiry.persons:
        outcome = "placement" if step == "outcome" else IN_PROCESS
        set_outcome(actor, person_id=inquiry.persons[0].id, outcome=outcome)


def _log(actor: Actor, employer_id: int, outcome: str, step: NextStep | None = None) -> None:
    with transaction():
        fields = ContactFields(channel="phone", on_date=clock.today(), outcome=outcome)
        log_contact(actor, employer_id=employer_id, fields=fields, next_step=step)


def _open_callbacks() -> list[date]:
    found = current_session().query(Task).filter_by(kind=OF_CONTACT, state=TaskState.OPEN)
    return [task.due_on for task in found]
