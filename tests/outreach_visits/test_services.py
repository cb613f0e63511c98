"""Booking, moving, cancelling and logging visits."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select

from crm.db import current_session, transaction
from crm.employers.fields import NextStep
from crm.employers.models import Contact, Employer
from crm.errors import DomainError, EditConflict, NotVisible
from crm.history.models import HistoryLine
from crm.tasks.models import Task, TaskState
from crm.tasks.working_days import is_working_day
from outreach.visits.fields import VisitFields
from outreach.visits.models import Visit, VisitState
from outreach.visits.sampling import days_of_plans
from outreach.visits.services.booking import book_visit, cancel_visit, change_visit, restore_visit
from outreach.visits.services.logging import VisitConflict, log_visit, unlog_visit
from tests.outreach_visits.conftest import NOON, TODAY, Place, logged


def contacts() -> list[Contact]:
    return list(current_session().scalars(select(Contact).where(Contact.archived_at.is_(None))))


def lines(kind: str) -> list[HistoryLine]:
    return list(current_session().scalars(select(HistoryLine).where(HistoryLine.kind == kind)))


def open_tasks() -> list[Task]:
    return list(current_session().scalars(select(Task).where(Task.state == TaskState.OPEN)))


def test_a_booked_visit_is_a_task_of_its_day_and_a_line_in_the_history(place: Place) -> None:
    visit = place.visit()
    (task,) = open_tasks()
    assert (task.due_on, task.owner_id, task.employer_id) == (TODAY, place.coordinator.staff_id, place.employer_id)
    assert task.title["en"] == "Visit Nordlys Bageri AB at 14:00"
    (line,) = lines("outreach.visit")
    assert line.summary["en"] == "Visit agreed: 18 Nov 2026 at 14:00"
    assert visit.at.hour == 13, "kept in UTC"


def test_the_same_form_sent_twice_books_one_visit(place: Place) -> None:
    first, again = (place.visit(submission_key="same") for _time in range(2))
    assert first.id == again.id
    assert len(open_tasks()) == 1


def test_a_visit_that_is_moved_moves_its_task(place: Place) -> None:
    visit = place.visit()
    given = VisitFields(on=TODAY + timedelta(days=2), at=time(9), person_id=place.person_id)
    with transaction():
        change_visit(place.coordinator, visit_id=visit.id, version=1, given=given)
    assert [task.due_on for task in open_tasks()] == [TODAY + timedelta(days=2)]
    assert (visit.version_id, len(lines("outreach.visit"))) == (2, 1)


def test_two_who_move_the_same_visit_meet_the_difference(place: Place) -> None:
    visit = place.visit()
    given = VisitFields(on=TODAY + timedelta(days=2), at=time(9))
    with transaction():
        change_visit(place.coordinator, visit_id=visit.id, version=1, given=given)
    with pytest.raises(EditConflict) as conflict, transaction():
        change_visit(place.colleague, visit_id=visit.id, version=1, given=given)
    assert conflict.value.current["at"] == time(9)


def test_a_cancelled_visit_comes_back_with_its_task(place: Place) -> None:
    visit = place.visit()
    with transaction():
        cancel_visit(place.coordinator, visit_id=visit.id, version=1, because="They are ill")
    assert open_tasks() == []
    with transaction():
        restore_visit(place.coordinator, visit_id=visit.id)
    assert visit.state is VisitState.PLANNED
    assert len(open_tasks()) == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"do_not_contact": True}, "have a block now"),
        ({"advertising_block": True}, "have a block now"),
        ({"archived_at": NOON}, "is archived"),
    ],
)
def test_a_visit_does_not_come_back_where_a_block_has_come_meanwhile(
    place: Place, values: dict[str, object], words: str
) -> None:
    visit = place.visit()
    with transaction():
        cancel_visit(place.coordinator, visit_id=visit.id, version=1, because=None)
    visit_id = visit.id
    with transaction() as session:
        employer = session.get_one(Employer, place.employer_id)
        for name, value in values.items():
            setattr(employer, name, value)
    with pytest.raises(DomainError, match=words), transaction():
        restore_visit(place.coordinator, visit_id=visit_id)
    assert open_tasks() == []
    with pytest.raises(DomainError), transaction():
        book_visit(place.coordinator, employer_id=place.employer_id, given=VisitFields(on=TODAY, at=time(16)))


@pytest.mark.parametrize("today", [date(2026, 11, 20), date(2026, 11, 21), date(2026, 12, 24)])
def test_sample_visits_are_today_and_on_working_days(today: date) -> None:
    days = days_of_plans(today, "SE")
    assert days.count(today) == 2, "Today shows them whenever one looks"
    assert all(is_working_day(day, "SE") for day in days if day != today)


def test_a_visit_with_a_reason_that_still_holds_comes_back(place: Place) -> None:
    with transaction() as session:
        session.get_one(Employer, place.employer_id).advertising_block = True
    visit = place.visit(basis="cooperation")
    with transaction():
        cancel_visit(place.coordinator, visit_id=visit.id, version=1, because=None)
    with transaction():
        restore_visit(place.coordinator, visit_id=visit.id)
    assert visit.state is VisitState.PLANNED


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"on": date(2026, 11, 17)}, "on"),
        ({"person_id": 999}, "person_id"),
        ({"workplace_id": 999}, "workplace_id"),
        ({"staff_id": 999}, "staff_id"),
        ({"purpose": "nothing"}, "purpose"),
        ({"minutes": 1}, "minutes"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(place: Place, values: dict[str, object], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        place.visit(**values)
    assert refused.value.field == field


def test_who_has_a_block_is_visited_only_for_a_reason_that_holds(place: Place) -> None:
    employer = current_session().get_one(Employer, place.employer_id)
    employer.do_not_contact = True
    current_session().commit()
    with pytest.raises(DomainError):
        place.visit(basis="cooperation")
    assert place.visit(basis="own_inquiry").basis == "own_inquiry"


def test_a_stranger_neither_books_in_the_name_of_others_nor_sees_a_visit(place: Place) -> None:
    visit = place.visit()
    with pytest.raises(NotVisible), transaction():
        cancel_visit(place.stranger, visit_id=visit.id, version=1, because=None)
    given = VisitFields(on=TODAY, at=time(10), staff_id=place.coordinator.staff_id)
    with pytest.raises(DomainError), transaction():
        book_visit(place.stranger, employer_id=place.employer_id, given=given)


def test_logging_a_visit_makes_a_contact_and_settles_the_task(place: Place) -> None:
    visit = place.visit()
    step = NextStep(TODAY + timedelta(days=7), "Send the agreement")
    with transaction():
        log_visit(
            place.coordinator,
            visit_id=visit.id,
            logged=logged(met_decision_maker=True, person_ids=frozenset([place.person_id]), next_step=step),
        )
    (contact,) = contacts()
    assert (contact.channel, contact.met_decision_maker, visit.contact_id) == ("visit", True, contact.id)
    assert [met.person_id for met in contact.met] == [place.person_id]
    assert visit.state is VisitState.DONE
    assert [task.title[""] for task in open_tasks()] == ["Send the agreement"]
    assert lines("outreach.visit") == [], "the contact tells of it now"
    assert len(lines("contact")) == 1


def test_logging_sent_twice_makes_one_contact(place: Place) -> None:
    visit = place.visit()
    for _time in range(2):
        with transaction():
            log_visit(place.coordinator, visit_id=visit.id, logged=logged(), seen_version=1)
    assert len(contacts()) == 1


def test_a_colleague_who_logs_it_later_meets_a_conflict(place: Place) -> None:
    visit = place.visit()
    with transaction():
        log_visit(place.coordinator, visit_id=visit.id, logged=logged())
    with pytest.raises(VisitConflict) as conflict, transaction():
        log_visit(place.colleague, visit_id=visit.id, logged=logged("b" * 36), seen_version=1)
    assert conflict.value.reason == "logged"


def test_a_visit_moved_within_its_day_is_no_conflict_and_one_moved_on_is(place: Place) -> None:
    near, far = place.visit(), place.visit()
    for visit, on in ((near, TODAY), (far, TODAY + timedelta(days=1))):
        given = VisitFields(on=on, at=time(16))
        with transaction():
            change_visit(place.colleague, visit_id=visit.id, version=1, given=given)
    with transaction():
        log_visit(place.coordinator, visit_id=near.id, logged=logged(), seen_version=1)
    with pytest.raises(VisitConflict) as conflict, transaction():
        log_visit(place.coordinator, visit_id=far.id, logged=logged("b" * 36), seen_version=1)
    assert conflict.value.reason == "moved"


def test_a_block_against_advertising_does_not_concern_a_visit_that_was_agreed(place: Place) -> None:
    visit = place.visit()
    current_session().get_one(Employer, place.employer_id).advertising_block = True
    current_session().commit()
    with transaction():
        contact = log_visit(place.coordinator, visit_id=visit.id, logged=logged())
    assert contact.basis == "cooperation"


def test_no_contact_at_all_asks_for_the_reason(place: Place) -> None:
    visit = place.visit()
    current_session().get_one(Employer, place.employer_id).do_not_contact = True
    current_session().commit()
    with pytest.raises(DomainError) as refused, transaction():
        log_visit(place.coordinator, visit_id=visit.id, logged=logged())
    assert refused.value.field == "basis"
    with transaction():
        log_visit(place.coordinator, visit_id=visit.id, logged=logged(basis="own_inquiry"))


def test_logging_that_is_taken_back_leaves_a_planned_visit(place: Place) -> None:
    visit = place.visit()
    with transaction():
        log_visit(place.coordinator, visit_id=visit.id, logged=logged())
    with transaction():
        unlog_visit(place.coordinator, visit_id=visit.id)
    assert (contacts(), visit.state) == ([], VisitState.PLANNED)
    assert len(open_tasks()) == 1
    with transaction():
        log_visit(place.coordinator, visit_id=visit.id, logged=logged("c" * 36))
    assert len(contacts()) == 1


def test_a_colleague_of_the_unit_may_log_it_and_no_task_stays(place: Place) -> None:
    visit = place.visit()
    with transaction():
        log_visit(place.colleague, visit_id=visit.id, logged=logged())
    assert open_tasks() == []
    assert current_session().scalar(select(func.count()).select_from(Visit)) == 1
