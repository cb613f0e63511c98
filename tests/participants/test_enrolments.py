"""Starting, moving on and handing over."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict
from crm.events import StaffDisabled, emit
from crm.history.models import HistoryLine
from crm.participants.models import Enrolment, EnrolmentHandler, EnrolmentStage
from crm.participants.queries import sees
from crm.participants.services.enrolments import change_stage, enrol, hand_over, set_deputy
from crm.participants.services.exits import exit_enrolment
from crm.participants.services.protection import protect
from crm.tasks.models import Task
from tests.participants.conftest import Here
from tests.world import World


def _enrolment(here: Here) -> Enrolment:
    return current_session().scalars(select(Enrolment).where(Enrolment.id == here.enrolment_id)).one()


def _start(here: Here, **values: object) -> Enrolment:
    given = {
        "participant_id": here.person_id,
        "programme_id": here.programme_id,
        "unit_id": here.unit_id,
        "coordinator_id": here.coordinator.staff_id,
        "starts_on": date(2026, 3, 1),
        **values,
    }
    with transaction():
        return enrol(here.manager, **given)  # type: ignore[arg-type]


def _kinds() -> list[str]:
    return list(current_session().scalars(select(HistoryLine.kind).order_by(HistoryLine.id)))


def test_nobody_is_in_the_same_programme_twice_at_once(here: Here) -> None:
    with pytest.raises(DomainError) as refused:
        _start(here)
    assert refused.value.field == "programme_id"


def test_somebody_who_left_can_come_back(here: Here) -> None:
    with transaction():
        exit_enrolment(here.coordinator, enrolment_id=here.enrolment_id, exit_on=date(2026, 2, 10), reason="moved")
    again = _start(here)
    assert again.id != here.enrolment_id
    assert _kinds() == ["enrolment_exit", "enrolment_started"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"programme_id": 999}, "programme_id"),
        ({"coordinator_id": 999}, "coordinator_id"),
        ({"starts_on": date(1980, 1, 1)}, "starts_on"),
        ({"starts_on": date(2100, 1, 1)}, "starts_on"),
        ({"stage": "exited"}, "stage"),
        ({"stage": "flying"}, "stage"),
    ],
)
def test_a_start_that_breaks_a_rule_names_the_field(
    here: Here, world: World, values: dict[str, object], field: str
) -> None:
    programme = current_session().get_one(type(_enrolment(here).programme), here.programme_id)
    other = world.programme(unit=world.session.get_one(world.unit().__class__, programme.unit_id)).id
    with pytest.raises(DomainError) as refused:
        _start(here, **{"programme_id": other, **values})
    assert refused.value.field == field


def test_a_new_stage_leaves_one_line_and_the_same_stage_none(here: Here) -> None:
    for _time in range(2):
        with transaction():
            change_stage(here.coordinator, enrolment_id=here.enrolment_id, stage="work_training")
    assert _enrolment(here).stage is EnrolmentStage.WORK_TRAINING
    assert _kinds() == ["enrolment_stage"]


def test_a_stage_from_an_old_page_is_a_conflict(here: Here) -> None:
    with pytest.raises(EditConflict), transaction():
        change_stage(here.coordinator, enrolment_id=here.enrolment_id, stage="mapping", version=7)


def test_a_handover_needs_a_note_and_keeps_who_had_it_when(here: Here) -> None:
    to = here.colleague.staff_id
    assert to is not None
    with pytest.raises(DomainError) as refused, transaction():
        hand_over(here.coordinator, enrolment_id=here.enrolment_id, to_staff_id=to, note="  ")
    assert refused.value.field == "note"
    with transaction():
        hand_over(here.coordinator, enrolment_id=here.enrolment_id, to_staff_id=to, note="Likes early hours.")
    assert _enrolment(here).coordinator_id == to
    handlers = current_session().scalars(select(EnrolmentHandler)).all()
    assert [(each.staff_id, each.until, each.handover_note) for each in handlers] == [(to, None, "Likes early hours.")]
    assert not sees(here.coordinator, here.person)
    assert sees(here.colleague, here.person)


def test_whoever_takes_a_protected_participant_over_is_named(here: Here) -> None:
    with transaction():
        protect(here.coordinator, participant_id=here.person_id, named_staff_ids=[])
    to = here.colleague.staff_id
    assert to is not None
    with transaction():
        hand_over(here.coordinator, enrolment_id=here.enrolment_id, to_staff_id=to, note="All in the file.")
    assert sees(here.colleague, here.person)


def test_a_deputy_sees_the_participant_and_is_not_the_coordinator(here: Here) -> None:
    with pytest.raises(DomainError), transaction():
        set_deputy(here.coordinator, enrolment_id=here.enrolment_id, deputy_id=here.coordinator.staff_id)
    with transaction():
        set_deputy(here.coordinator, enrolment_id=here.enrolment_id, deputy_id=here.colleague.staff_id)
    assert sees(here.colleague, here.person)


def test_a_coordinator_who_may_no_longer_sign_in_leaves_a_task_to_hand_over(here: Here) -> None:
    staff_id = here.coordinator.staff_id
    assert staff_id is not None
    for _time in range(2):
        with transaction():
            emit(StaffDisabled(staff_id=staff_id))
    task = current_session().scalars(select(Task)).one()
    assert (task.unit_id, task.owner_id) == (here.unit_id, None)
    assert task.title["en"] == "One participant needs a new coordinator"


def test_an_enrolment_that_has_ended_is_left_alone(here: Here) -> None:
    with transaction():
        exit_enrolment(here.coordinator, enrolment_id=here.enrolment_id, exit_on=date(2026, 3, 1), reason="moved")
    with pytest.raises(DomainError, match="Reopen it first"), transaction():
        change_stage(here.coordinator, enrolment_id=here.enrolment_id, stage="mapping")
