"""Due rows follow the facts: each reason, each change, each repetition."""

from datetime import UTC, date, datetime

import pytest

from crm import clock
from crm.db import current_session, transaction
from crm.participants.models import ConsentKind
from crm.participants.services.consents import record_consent
from crm.participants.services.exits import change_exit, exit_enrolment, reopen_enrolment
from crm.tasks.models import Task, TaskState
from surveys.dispositions import DueState, StopReason
from surveys.planning import recompute, recompute_many
from tests.surveys.scene import SYSTEM, Scene


def test_an_exit_plans_one_row_for_each_wave(scene: Scene) -> None:
    exit_ = scene.leave(on=date(2026, 11, 18))
    assert scene.row(exit_, "exit").state is DueState.DUE
    later = scene.row(exit_, "follow_up_90")
    assert (later.state, later.due_on) == (DueState.NOT_YET_DUE, date(2027, 2, 16))


def test_planning_again_changes_nothing(scene: Scene) -> None:
    exit_ = scene.leave()
    before = [(row.public_id, row.state, row.issue) for row in (scene.row(exit_), scene.row(exit_, "follow_up_90"))]
    for _time in range(3):
        with transaction():
            recompute(SYSTEM, exit_.id)
    after = [(row.public_id, row.state, row.issue) for row in (scene.row(exit_), scene.row(exit_, "follow_up_90"))]
    assert after == before


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"email": None, "phone": None}, StopReason.NO_ADDRESS),
        ({"protected": True}, StopReason.PROTECTED),
        ({"deceased_on": date(2026, 11, 1)}, StopReason.DECEASED),
        ({"channels": []}, StopReason.NO_ADDRESS),
    ],
)
def test_what_makes_sending_impossible_is_a_value(scene: Scene, values: dict[str, object], reason: StopReason) -> None:
    row = scene.row(scene.leave(scene.person(**values)))
    assert (row.state, row.reason) == (DueState.NOT_POSSIBLE, reason)


def test_an_exit_by_death_asks_nobody(scene: Scene) -> None:
    row = scene.row(scene.leave(reason="deceased"))
    assert (row.state, row.reason) == (DueState.NOT_POSSIBLE, StopReason.DECEASED)


def test_a_closed_programme_sends_nothing(scene: Scene) -> None:
    closed = scene.world.programme(scene.unit, sends_messages=False)
    row = scene.row(scene.leave(programme=closed))
    assert (row.state, row.reason) == (DueState.NOT_POSSIBLE, StopReason.CLOSED_PROGRAMME)


def test_a_missing_address_is_a_task_until_it_arrives(scene: Scene) -> None:
    person = scene.person(email=None, phone=None)
    exit_ = scene.leave(person)
    task = current_session().query(Task).filter_by(kind="surveys.no_address").one()
    assert (task.owner_id, task.participant_id) == (scene.coordinator.id, person.id)
    with transaction() as session:
        session.get_one(type(person), person.id).phone = "+46701234567"
        recompute(SYSTEM, exit_.id)
    assert scene.row(exit_).state is DueState.DUE
    assert current_session().get_one(Task, task.id).state is TaskState.CANCELLED


def test_an_opt_out_before_the_exit_is_kept(scene: Scene) -> None:
    person = scene.person()
    with transaction():
        record_consent(SYSTEM, participant_id=person.id, kind=ConsentKind.SURVEYS, given=False, source="staff")
    exit_ = scene.leave(person)
    assert scene.row(exit_).reason == StopReason.OPTED_OUT
    with transaction():
        record_consent(SYSTEM, participant_id=person.id, kind=ConsentKind.SURVEYS, given=True, source="staff")
    assert scene.row(exit_).state is DueState.DUE


def test_an_unapproved_language_falls_back_to_the_units(scene: Scene) -> None:
    row = scene.row(scene.leave(scene.person(language="ar")))
    assert (row.state, row.language) == (DueState.DUE, "sv")


def test_a_corrected_date_moves_what_was_not_sent(scene: Scene) -> None:
    exit_ = scene.leave(on=date(2026, 11, 18))
    with transaction():
        change_exit(SYSTEM, exit_id=exit_.id, exit_on=date(2026, 12, 1), reason="work_ordinary")
    row = scene.row(exit_)
    assert (row.state, row.due_on, row.exit_on) == (
        DueState.NOT_YET_DUE,
        date(2026, 12, 1),
        date(2026, 12, 1),
    )
    assert scene.row(exit_, "follow_up_90").due_on == date(2027, 3, 1)


def test_a_corrected_date_leaves_what_was_sent(scene: Scene) -> None:
    exit_ = scene.leave()
    scene.work()
    assert scene.row(exit_).state is DueState.SENT_WAITING
    with transaction():
        change_exit(SYSTEM, exit_id=exit_.id, exit_on=date(2026, 12, 1), reason="work_ordinary")
    row = scene.row(exit_)
    assert (row.state, row.due_on) == (DueState.SENT_WAITING, date(2026, 11, 18))


def test_a_return_supersedes_and_the_next_exit_is_asked_anew(scene: Scene) -> None:
    first = scene.leave()
    scene.work()
    with transaction():
        reopen_enrolment(SYSTEM, enrolment_id=first.enrolment_id)
    row = scene.row(first)
    assert (row.state, row.reason) == (DueState.SUPERSEDED, StopReason.LATER_EXIT)
    with transaction():
        second, _told = exit_enrolment(SYSTEM, enrolment_id=first.enrolment_id, exit_on=clock.today(), reason="studies")
    assert scene.row(second).state is DueState.DUE
    assert scene.row(first).state is DueState.SUPERSEDED


def test_answers_survive_any_change_of_the_facts(scene: Scene) -> None:
    exit_ = scene.leave()
    with transaction() as session:
        row = session.get_one(type(scene.row(exit_)), scene.row(exit_).id)
        row.state, row.reason = DueState.ANSWERED, "completed"
    person = scene.row(exit_).participant_id
    with transaction():
        record_consent(SYSTEM, participant_id=person, kind=ConsentKind.SURVEYS, given=False, source="staff")
        recompute(SYSTEM, exit_.id)
    assert scene.row(exit_).state is DueState.ANSWERED


def test_the_leap_day_counts_like_any_other(scene: Scene) -> None:
    scene.travel(datetime(2027, 12, 1, 11, tzinfo=UTC))
    exit_ = scene.leave(on=date(2027, 12, 1))
    assert scene.row(exit_, "follow_up_90").due_on == date(2028, 2, 29)


def test_planning_many_needs_no_more_queries_than_planning_few(scene: Scene, count_queries: object) -> None:
    few = [scene.leave().id for _one in range(2)]
    many = few + [scene.leave().id for _one in range(10)]

    def queries_for(ids: list[int]) -> int:
        with transaction():
            current_session().expunge_all()
            with count_queries() as counted:  # type: ignore[operator]
                recompute_many(SYSTEM, ids)
            return len(counted)

    assert queries_for(many) <= queries_for(few) + 1
