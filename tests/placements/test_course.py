"""The course of a placement: what must be there before the start, check-ins, evaluation, closing, certificate."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from crm import clock
from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict, NotAllowed
from crm.history.models import HistoryLine
from crm.placements.around_services import save_rules
from crm.placements.following_services import (
    CertificateFields,
    CheckInFields,
    EvaluationFields,
    close_placement,
    issue_certificate,
    save_check_in,
    save_evaluation,
)
from crm.placements.gaps import SHIPPED, GapKind, Level, gaps_before_closing, gaps_before_start, notices
from crm.placements.models import Placement
from crm.placements.preparing_services import (
    ClarificationFields,
    MeetingFields,
    approve_instruction,
    save_clarification,
    save_instruction,
    save_meeting,
)
from crm.placements.queries import levels_for
from crm.placements.schemes import most_in_ratio
from crm.placements.services import (
    PlacementFields,
    begin_placement,
    change_placement,
    end_placement,
    start_placement,
    take_back_end,
)
from crm.placements.step_models import Evaluator, Party
from crm.tasks.models import Task, TaskState
from tests.participants.conftest import Here
from tests.world import World

START = date(2026, 3, 1)
MORNING = datetime(2026, 3, 1, 8, tzinfo=UTC)
BEFORE = datetime(2026, 2, 10, 8, tzinfo=UTC)
ALL = ClarificationFields(
    goal="Learn the till", expected_of_employer="A mentor", expected_of_us="A call each week", who_to_call="Eva Holm"
)
NO_GAPS = dict.fromkeys(GapKind, Level.OFF)


def start(here: Here, world: World, **values: object) -> Placement:
    employer_id = values.pop("employer_id", None) or world.employer().id
    given = PlacementFields(**{"employer_id": employer_id, "kind": "other", "starts_on": START, **values})  # type: ignore[arg-type]
    with transaction():
        return start_placement(here.coordinator, participant_id=here.person_id, given=given)


def insist_on(here: Here, *kinds: GapKind) -> None:
    with transaction():
        levels = {**SHIPPED, **dict.fromkeys(kinds, Level.BLOCK)}
        save_rules(here.manager, unit_id=here.unit_id, levels=levels)


def clarify(here: Here, placement: Placement, given: ClarificationFields = ALL) -> None:
    with transaction():
        save_clarification(here.coordinator, placement_id=placement.id, given=given, version=None)


def begin(here: Here, placement: Placement) -> None:
    with transaction():
        begin_placement(here.coordinator, placement_id=placement.id)


def end(here: Here, placement: Placement, reason: str = "completed", on: date = date(2026, 6, 1)) -> None:
    with transaction():
        end_placement(here.coordinator, placement_id=placement.id, ends_on=on, reason=reason)


def evaluate(here: Here, placement: Placement, evaluator: Evaluator) -> None:
    given = EvaluationFields(evaluator, "The team", "The hours", "A job", "Can work in a shop")
    with transaction():
        save_evaluation(here.coordinator, placement_id=placement.id, given=given, version=None)


def test_without_the_third_answer_a_placement_stays_planned_where_the_unit_insists(here: Here, world: World) -> None:
    insist_on(here, GapKind.CLARIFICATION)
    with clock.travelling(MORNING):
        placement = start(here, world)
        assert placement.status == "planned"
        for answer, said in (("expected_of_us", "what the employer expects of us"), ("who_to_call", "who to call")):
            clarify(here, placement, replace(ALL, **{answer: None}))
            assert placement.status == "planned"
            with pytest.raises(DomainError, match=said):
                begin(here, placement)
            assert placement.status == "planned"
        clarify(here, placement)
        assert placement.status == "clarified"
        begin(here, placement)
        assert placement.status == "active"
        with pytest.raises(DomainError, match="has begun"):
            clarify(here, placement, replace(ALL, goal=None))


def test_where_the_unit_only_warns_the_reason_is_said_and_the_placement_begins(here: Here, world: World) -> None:
    with clock.travelling(MORNING):
        placement = start(here, world)
        assert placement.status == "active"
        gaps = gaps_before_start(placement, levels_for(here.unit_id))
    assert [(gap.kind, gap.blocks) for gap in gaps] == [(GapKind.CLARIFICATION, False), (GapKind.MEETING, False)]
    assert "the goal for the person" in gaps[0].reason


def test_what_starts_later_is_planned_until_somebody_says_that_it_began(here: Here, world: World) -> None:
    with clock.travelling(BEFORE) as travel:
        placement = start(here, world)
        assert placement.status == "planned"
        with pytest.raises(DomainError, match="still to come"):
            begin(here, placement)
        travel(MORNING)
        begin(here, placement)
        begin(here, placement)
    assert placement.status == "active"
    lines = current_session().scalars(select(HistoryLine).where(HistoryLine.kind == "placement_started")).all()
    assert {line.summary["en"] for line in lines} == {"Placement started"}


def test_a_unit_without_the_module_keeps_the_simple_form(here: Here, world: World) -> None:
    from crm.accounts.models import Unit

    unit = world.session.get_one(Unit, here.unit_id)
    unit.modules = ["-placements_full"]
    world.save(unit)
    with clock.travelling(BEFORE):
        placement = start(here, world, kind="no_work_training")
    assert (placement.status, placement.check_ins) == ("active", [])


def test_a_meeting_with_two_of_three_parties_does_not_count(here: Here, world: World) -> None:
    with clock.travelling(MORNING):
        placement = start(here, world)
        two = MeetingFields(START, participant_there=True, coordinator_there=True)
        with transaction():
            save_meeting(here.coordinator, placement_id=placement.id, given=two)
        reasons = {gap.kind: gap.reason for gap in gaps_before_start(placement, SHIPPED)}
        assert "all three" in reasons[GapKind.MEETING]
        three = replace(two, employer_there=True, plan_follow_up=True, submission_key="k1")
        for _again in range(2):
            with transaction():
                save_meeting(here.coordinator, placement_id=placement.id, given=three)
        assert len(placement.meetings) == 2
        assert GapKind.MEETING not in {gap.kind for gap in gaps_before_start(placement, SHIPPED)}
    tasks = current_session().scalars(select(Task).where(Task.kind == "placements.follow_up")).all()
    assert len(tasks) == 2
    assert {task.owner_id for task in tasks} == {here.coordinator.staff_id}


def test_a_work_instruction_needs_three_approvals_where_the_kind_asks_for_it(here: Here, world: World) -> None:
    with clock.travelling(MORNING):
        placement = start(here, world, kind="no_work_training")
        assert placement.status == "planned"
        with transaction():
            save_instruction(here.coordinator, placement_id=placement.id, text="Sort the post", version=0)
        for party in (Party.HOST, Party.PROJECT_LEAD):
            _approve(here, placement, party)
        with pytest.raises(DomainError, match="NAV"):
            begin(here, placement)
        _approve(here, placement, Party.AUTHORITY)
        begin(here, placement)
    assert placement.status == "active"


def _approve(here: Here, placement: Placement, party: Party) -> None:
    with transaction():
        approve_instruction(here.coordinator, placement_id=placement.id, party=party, name="Eva", on_date=START)


def test_a_changed_work_instruction_has_to_be_approved_again(here: Here, world: World) -> None:
    with clock.travelling(MORNING):
        placement = start(here, world, kind="no_work_training")
        for text, approvals in (("Sort the post", 0), ("Sort the post", 1), ("Drive the van", 0)):
            with transaction():
                save_instruction(here.coordinator, placement_id=placement.id, text=text, version=None)
            assert len(placement.approvals) == approvals
            _approve(here, placement, Party.HOST)


def test_a_start_on_the_first_of_march_gives_four_check_ins_the_last_about_ninety_days_after(
    here: Here, world: World
) -> None:
    with clock.travelling(MORNING):
        placement = start(here, world)
    tasks = (
        current_session().scalars(select(Task).where(Task.kind == "placements.check_in").order_by(Task.due_on)).all()
    )
    assert [row.week for row in placement.check_ins] == [1, 4, 8, 12]
    assert len(tasks) == 4
    assert 80 <= (tasks[-1].due_on - START).days <= 95


def test_check_ins_move_with_the_start_and_fall_away_with_the_end(here: Here, world: World) -> None:
    with clock.travelling(MORNING):
        placement = start(here, world)
        moved = PlacementFields(employer_id=placement.employer_id, kind="other", starts_on=START + timedelta(days=7))
        with transaction():
            change_placement(here.coordinator, placement_id=placement.id, version=None, given=moved)
        assert placement.check_ins[0].due_on >= START + timedelta(days=14)
        end(here, placement, on=date(2026, 3, 20))
    assert [row.week for row in placement.check_ins] == [1]
    states = current_session().scalars(select(Task.state).where(Task.kind == "placements.check_in")).all()
    assert states.count(TaskState.OPEN) == 1


def test_a_check_in_is_done_or_not_done_and_its_task_with_it(here: Here, world: World) -> None:
    with clock.travelling(MORNING) as travel:
        placement = start(here, world)
        first, second = placement.check_ins[0], placement.check_ins[1]
        travel(datetime(2026, 4, 20, 8, tzinfo=UTC))
        missing = gaps_before_closing(placement, levels_for(here.unit_id), date(2026, 4, 20))
        assert len(missing) == 2
        given = CheckInFields(done=True, done_on=date(2026, 3, 9), channel="phone", note="Well")
        with transaction():
            save_check_in(here.coordinator, check_in_id=first.id, given=given, version=1)
        with pytest.raises(EditConflict), transaction():
            save_check_in(here.coordinator, check_in_id=first.id, given=given, version=1)
        with transaction():
            save_check_in(here.coordinator, check_in_id=second.id, given=CheckInFields(done=False), version=1)
        assert not gaps_before_closing(placement, levels_for(here.unit_id), date(2026, 4, 20))
    done = current_session().scalars(select(Task).where(Task.state == TaskState.DONE)).all()
    assert len(done) == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (CheckInFields(done=True, channel="phone"), "done_on"),
        (CheckInFields(done=True, done_on=date(2027, 1, 1), channel="phone"), "done_on"),
        (CheckInFields(done=True, done_on=START, channel="pigeon"), "channel"),
    ],
)
def test_a_check_in_that_breaks_a_rule_is_named_by_its_field(
    here: Here, world: World, given: CheckInFields, field: str
) -> None:
    with clock.travelling(MORNING):
        check_in_id = start(here, world).check_ins[0].id
        with pytest.raises(DomainError) as refused, transaction():
            save_check_in(here.coordinator, check_in_id=check_in_id, given=given, version=None)
    assert refused.value.field == field


def test_closing_without_the_evaluations_of_both_needs_a_reason(here: Here, world: World) -> None:
    placement = start(here, world)
    with pytest.raises(DomainError, match="not ended"):
        evaluate(here, placement, Evaluator.EMPLOYER)
    end(here, placement)
    evaluate(here, placement, Evaluator.PARTICIPANT)
    assert placement.status == "completed"
    with pytest.raises(DomainError) as refused, transaction():
        close_placement(here.coordinator, placement_id=placement.id)
    assert refused.value.field == "reason"
    with transaction():
        close_placement(here.coordinator, placement_id=placement.id, reason="The employer did not answer")
    assert placement.closed_on is not None
    assert placement.no_evaluation_reason == "The employer did not answer"


def test_with_both_evaluations_a_placement_is_evaluated_and_closes_without_a_reason(here: Here, world: World) -> None:
    placement = start(here, world)
    end(here, placement, reason="attendance")
    for evaluator in Evaluator:
        evaluate(here, placement, evaluator)
    assert placement.status == "evaluated"
    with transaction():
        close_placement(here.coordinator, placement_id=placement.id)
    assert placement.no_evaluation_reason is None


def test_a_certificate_is_made_of_an_ended_placement(here: Here, world: World) -> None:
    placement = start(here, world)
    given = CertificateFields("Baking", "Careful", "Eva Holm", date(2026, 6, 2), 20.0)
    with pytest.raises(DomainError, match="not ended"), transaction():
        issue_certificate(here.coordinator, placement_id=placement.id, given=given, version=0)
    end(here, placement, reason="health")
    with transaction():
        issue_certificate(here.coordinator, placement_id=placement.id, given=given, version=0)
    assert placement.status == "certified"
    end(here, placement, reason="completed", on=date(2026, 5, 30))
    assert placement.status == "certified"


def test_an_end_that_was_a_mistake_is_taken_back(here: Here, world: World) -> None:
    with clock.travelling(MORNING):
        placement = start(here, world)
        end(here, placement, on=date(2026, 3, 12))
        with transaction():
            take_back_end(here.coordinator, placement_id=placement.id)
        assert (placement.status, placement.end_reason, placement.ends_on) == ("active", None, None)
        assert len(placement.check_ins) == 4
    open_tasks = select(Task).where(Task.kind == "placements.check_in", Task.state == TaskState.OPEN)
    assert len(current_session().scalars(open_tasks).all()) == 4
    assert not current_session().scalars(select(HistoryLine).where(HistoryLine.kind == "placement_ended")).all()


def test_what_never_began_is_closed_at_once_and_is_planned_again_when_taken_back(here: Here, world: World) -> None:
    with clock.travelling(BEFORE):
        placement = start(here, world)
        end(here, placement, reason="participant_withdrew", on=START)
        assert (placement.status, placement.cancelled) == ("ended_early", True)
        assert placement.closed_on is not None
        with transaction():
            take_back_end(here.coordinator, placement_id=placement.id)
    assert (placement.status, placement.cancelled) == ("planned", False)


def test_rules_are_inherited_from_the_unit_above_and_set_by_managers_alone(here: Here, world: World) -> None:
    below = world.unit("Below", parent_id=here.unit_id)
    insist_on(here, GapKind.MEETING)
    assert levels_for(below.id)[GapKind.MEETING] is Level.BLOCK
    with pytest.raises(NotAllowed), transaction():
        save_rules(here.coordinator, unit_id=here.unit_id, levels=NO_GAPS)
    with pytest.raises(NotAllowed), transaction():
        save_rules(here.manager, unit_id=world.unit().id, levels=NO_GAPS)


@pytest.mark.parametrize(
    ("employees", "most"),
    [(0, 1), (4, 1), (5, 1), (9, 1), (10, 2), (49, 9), (50, 10), (59, 10), (60, 11), (100, 15)],
)
def test_the_danish_ratio_of_practice_to_ordinary_employees(employees: int, most: int) -> None:
    assert most_in_ratio(employees) == most


def test_what_is_longer_or_more_than_the_scheme_allows_is_said(here: Here, world: World) -> None:
    placement = start(here, world, kind="dk_praktik", ends_on=date(2026, 12, 31))
    said = list(notices(placement, in_ratio=2, employees=9))
    assert len(said) == 2
    assert "91" in said[0]
    assert not list(notices(placement, in_ratio=1, employees=9))[1:]
