"""What a unit insists on: nothing begins, goes on or is closed without it, and what runs already keeps running."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from crm import clock
from crm.db import transaction
from crm.errors import DomainError
from crm.events import EmployerClosed, EmployerClosingUndone, emit
from crm.placements.following_services import CheckInFields, close_placement, save_check_in
from crm.placements.gaps import GapKind, gaps_before_start
from crm.placements.preparing_services import ClarificationFields
from crm.placements.queries import levels_for
from crm.placements.services import take_back_end
from crm.placements.step_models import Evaluator
from tests.participants.conftest import Here
from tests.placements.test_course import ALL, MORNING, START, clarify, end, evaluate, insist_on, start
from tests.world import World


def test_where_the_unit_insists_a_reason_does_not_replace_the_evaluations(here: Here, world: World) -> None:
    insist_on(here, GapKind.EVALUATION)
    placement = start(here, world)
    end(here, placement)
    with pytest.raises(DomainError, match="cannot be closed"), transaction():
        close_placement(here.coordinator, placement_id=placement.id, reason="No time")


def test_where_the_unit_insists_a_placement_is_not_closed_before_its_check_ins_are_written_down(
    here: Here, world: World
) -> None:
    insist_on(here, GapKind.CHECK_INS)
    with clock.travelling(MORNING) as travel:
        placement = start(here, world)
        travel(datetime(2026, 4, 20, 8, tzinfo=UTC))
        end(here, placement, on=date(2026, 3, 20))
        for evaluator in Evaluator:
            evaluate(here, placement, evaluator)
        with pytest.raises(DomainError, match=r"cannot be closed yet.*week 1 "), transaction():
            close_placement(here.coordinator, placement_id=placement.id, reason="No time")
        assert placement.closed_on is None
        given = CheckInFields(done=False)
        with transaction():
            save_check_in(here.coordinator, check_in_id=placement.check_ins[0].id, given=given, version=1)
            close_placement(here.coordinator, placement_id=placement.id)
        assert placement.closed_on is not None


def test_an_end_is_not_taken_back_without_what_the_unit_insists_on_by_now(here: Here, world: World) -> None:
    with clock.travelling(MORNING):
        placement = start(here, world)
        end(here, placement, on=date(2026, 3, 12))
        insist_on(here, GapKind.CLARIFICATION)
        with pytest.raises(DomainError, match=r"can go on when .* The clarification lacks"), transaction():
            take_back_end(here.coordinator, placement_id=placement.id)
        assert (placement.status, placement.end_reason) == ("completed", "completed")
        clarify(here, placement)
        with transaction():
            take_back_end(here.coordinator, placement_id=placement.id)
        assert (placement.status, placement.end_reason) == ("active", None)


@pytest.mark.parametrize("insists", [False, True])
def test_when_an_employer_had_not_closed_its_placements_go_on_unless_something_is_missing(
    here: Here, world: World, insists: bool
) -> None:
    with clock.travelling(MORNING):
        placement = start(here, world)
        closing = EmployerClosed(employer_id=placement.employer_id, status="bankrupt", since=START)
        with transaction():
            emit(closing)
        assert placement.end_reason == "employer_closed"
        if insists:
            insist_on(here, GapKind.CLARIFICATION)
        with transaction():
            emit(EmployerClosingUndone(closing.employer_id, closing.status, closing.memory))
    ended = placement.end_reason is not None
    # Somebody has to see to the person whose placement could not go on by itself.
    assert (ended, [alert.kind for alert in placement.alerts]) == (insists, ["employer_bankrupt"] if insists else [])


def test_a_placement_that_runs_goes_on_when_the_unit_begins_to_insist(here: Here, world: World) -> None:
    with clock.travelling(MORNING):
        placement = start(here, world)
        clarify(here, placement, replace(ALL, who_to_call=None))
        insist_on(here, GapKind.CLARIFICATION)
        assert placement.status == "active"
        missing = gaps_before_start(placement, levels_for(here.unit_id))
        assert [gap.reason for gap in missing if gap.blocks] == ["The clarification lacks: who to call."]
        # What is there may be changed and added to, but not taken away.
        clarify(here, placement, replace(ALL, who_to_call=None, training_need="The till"))
        with pytest.raises(DomainError, match="has begun"):
            clarify(here, placement, replace(ALL, goal=None))
        clarify(here, placement)
        assert (placement.status, placement.clarification is not None and placement.clarification.missing) == (
            "active",
            [],
        )


def test_an_empty_clarification_of_a_running_placement_is_filled_in_bit_by_bit(here: Here, world: World) -> None:
    with clock.travelling(MORNING):
        placement = start(here, world)
        insist_on(here, GapKind.CLARIFICATION)
        for given in (ClarificationFields(goal="Learn"), replace(ALL, goal="Learn", who_to_call=None), ALL):
            clarify(here, placement, given)
        assert placement.clarification is not None
        assert placement.clarification.is_complete
