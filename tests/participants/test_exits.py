"""Ending an enrolment, correcting the exit, taking it back."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm import clock
from crm.accounts.models import AuditEntry
from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict, NotVisible
from crm.events import EnrolmentExited, EnrolmentReopened, Event, ExitChanged, ParticipantChanged
from crm.extension_points import Feature, Subscription
from crm.history.models import HistoryLine
from crm.participants.models import Enrolment, EnrolmentExit, EnrolmentStage, Participant
from crm.participants.services.exits import change_exit, exit_enrolment, reopen_enrolment, set_known_status
from crm.registry import EXTENSION
from tests.participants.conftest import Here

DAY = date(2026, 11, 1)


@pytest.fixture
def heard(core: Flask) -> list[Event]:
    """Every event of exits, in order."""
    events: list[Event] = []
    keys = (EnrolmentExited.key, ExitChanged.key, EnrolmentReopened.key, ParticipantChanged.key)
    listeners = [Subscription(key, events.append) for key in keys]
    core.extensions[EXTENSION].add(Feature("listening", subscriptions=listeners))
    return events


def _exit(here: Here, **values: object) -> EnrolmentExit:
    given = {"exit_on": DAY, "reason": "studies", **values}
    with transaction():
        ended, _told = exit_enrolment(here.coordinator, enrolment_id=here.enrolment_id, **given)  # type: ignore[arg-type]
    return ended


def _enrolment(here: Here) -> Enrolment:
    return current_session().scalars(select(Enrolment).where(Enrolment.id == here.enrolment_id)).one()


def test_an_exit_ends_the_enrolment_and_is_told_to_everyone(here: Here, heard: list[Event]) -> None:
    ended = _exit(here)
    enrolment = _enrolment(here)
    assert (enrolment.exited_on, enrolment.stage) == (DAY, EnrolmentStage.EXITED)
    assert (ended.number, ended.reason, ended.stage_before) == (1, "studies", EnrolmentStage.MATCHING)
    assert heard == [EnrolmentExited(enrolment_id=here.enrolment_id, exit_id=ended.id, exit_on=DAY)]


def test_an_exit_leaves_a_line_with_the_reason_in_every_staff_language(here: Here) -> None:
    ended = _exit(here)
    line = current_session().scalars(select(HistoryLine).where(HistoryLine.kind == "enrolment_exit")).one()
    assert line.source_ref == f"exit:{ended.id}"
    assert line.summary["en"] == "Participation ended"
    assert line.detail == {"en": "Studies", "sv": "Studier", "nb": "Utdanning", "da": "Uddannelse"}
    assert clock.local_instant(DAY, clock.time(12), "Europe/Stockholm") == line.at


def test_an_exit_is_written_into_the_audit_log_with_ids_only(here: Here) -> None:
    ended = _exit(here, note="Started at Umeå University")
    entry = current_session().scalars(select(AuditEntry).where(AuditEntry.action == "enrolment_exited")).one()
    assert entry.details == {"enrolment_id": here.enrolment_id, "exit_id": ended.id}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"exit_on": date(2026, 1, 31)}, "exit_on"),
        ({"exit_on": date(2030, 1, 1)}, "exit_on"),
        ({"reason": "fired"}, "reason"),
    ],
)
def test_an_exit_that_breaks_a_rule_names_the_field(here: Here, values: dict[str, object], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        _exit(here, **values)
    assert refused.value.field == field
    assert _enrolment(here).exited_on is None


def test_an_enrolment_ends_once(here: Here) -> None:
    _exit(here)
    with pytest.raises(DomainError, match="already ended"):
        _exit(here)


def test_the_database_refuses_a_second_exit_that_holds(here: Here) -> None:
    _exit(here)
    second = EnrolmentExit(
        enrolment_id=here.enrolment_id, number=2, exit_on=DAY, reason="studies", recorded_at=clock.now()
    )
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(second)


def test_an_exit_from_an_old_page_meets_what_was_saved_meanwhile(here: Here) -> None:
    with pytest.raises(EditConflict) as conflict:
        _exit(here, version=99)
    assert conflict.value.current == {"version": 1}


def test_a_colleague_who_does_not_see_the_participant_cannot_end_the_enrolment(here: Here) -> None:
    with pytest.raises(NotVisible), transaction():
        exit_enrolment(here.colleague, enrolment_id=here.enrolment_id, exit_on=DAY, reason="studies")


def test_a_corrected_date_moves_the_enrolment_the_line_and_the_plans(here: Here, heard: list[Event]) -> None:
    ended = _exit(here)
    with transaction():
        change_exit(here.coordinator, exit_id=ended.id, exit_on=date(2026, 11, 5), reason="work_ordinary")
    line = current_session().scalars(select(HistoryLine).where(HistoryLine.kind == "enrolment_exit")).one()
    assert _enrolment(here).exited_on == date(2026, 11, 5)
    assert line.detail is not None
    assert line.detail["en"] == "Ordinary work"
    assert heard[-1] == ExitChanged(enrolment_id=here.enrolment_id, exit_id=ended.id, exit_on=date(2026, 11, 5))


def test_a_correction_that_changes_nothing_tells_nobody(here: Here, heard: list[Event]) -> None:
    ended = _exit(here, note="As planned")
    with transaction():
        change_exit(here.coordinator, exit_id=ended.id, exit_on=DAY, reason="studies")
    assert len(heard) == 1


def test_a_correction_keeps_the_note_unless_it_is_taken_away(here: Here) -> None:
    ended = _exit(here, note="As planned")
    with transaction():
        changed, _told = change_exit(here.coordinator, exit_id=ended.id, exit_on=DAY, reason="moved")
        assert changed.note == "As planned"
    with transaction():
        changed, _told = change_exit(here.coordinator, exit_id=ended.id, exit_on=DAY, reason="moved", note="")
        assert changed.note is None


def test_a_reopened_enrolment_stands_where_it_stood_and_keeps_the_exit(here: Here, heard: list[Event]) -> None:
    ended = _exit(here)
    with transaction():
        reopen_enrolment(here.coordinator, enrolment_id=here.enrolment_id)
    enrolment = _enrolment(here)
    assert (enrolment.exited_on, enrolment.stage) == (None, EnrolmentStage.MATCHING)
    assert ended.reopened_at is not None
    assert heard[-1] == EnrolmentReopened(enrolment_id=here.enrolment_id, exit_id=ended.id)


def test_an_exit_after_a_reopening_has_the_next_number(here: Here) -> None:
    _exit(here)
    with transaction():
        reopen_enrolment(here.coordinator, enrolment_id=here.enrolment_id)
    assert _exit(here, exit_on=date(2026, 11, 20)).number == 2


def test_an_exit_that_was_taken_back_cannot_be_corrected(here: Here) -> None:
    ended = _exit(here)
    with transaction():
        reopen_enrolment(here.coordinator, enrolment_id=here.enrolment_id)
    with pytest.raises(DomainError, match="taken back"), transaction():
        change_exit(here.coordinator, exit_id=ended.id, exit_on=DAY, reason="moved")


def test_a_death_as_reason_sets_the_day_and_a_correction_clears_it(here: Here, heard: list[Event]) -> None:
    ended = _exit(here, reason="deceased")
    person = current_session().scalars(select(Participant)).one()
    assert person.deceased_on == DAY
    assert ParticipantChanged(participant_id=here.person_id, fields=("deceased_on",)) in heard
    with transaction():
        change_exit(here.coordinator, exit_id=ended.id, exit_on=DAY, reason="moved")
    assert person.deceased_on is None


def test_a_plugin_that_fails_is_named_and_the_exit_stands(here: Here, core: Flask) -> None:
    def broken(event: EnrolmentExited) -> None:
        raise ValueError("broken")

    feature = Feature("broken", subscriptions=[Subscription(EnrolmentExited.key, broken)])
    core.extensions[EXTENSION].add(feature, owner="broken")
    with transaction():
        _ended, told = exit_enrolment(here.coordinator, enrolment_id=here.enrolment_id, exit_on=DAY, reason="studies")
    assert told.failed_plugins == ("broken",)
    assert _enrolment(here).exited_on == DAY


def test_what_staff_know_after_90_days_is_a_code_of_the_list(here: Here) -> None:
    ended = _exit(here)
    with transaction():
        assert set_known_status(here.coordinator, exit_id=ended.id, status="work").known_status_90 == "work"
    with pytest.raises(DomainError), transaction():
        set_known_status(here.coordinator, exit_id=ended.id, status="rich")
