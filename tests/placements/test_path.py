"""The path of a placement on its page: one next step, what is missing with the reason, what the unit insists on."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.placements.gaps import GapKind, gaps_before_closing, gaps_before_start
from crm.placements.models import Placement
from crm.placements.queries import levels_for
from crm.placements.step_models import Evaluator
from crm.placements.steps import Step, next_step, path_of
from tests.participants.conftest import Here
from tests.placements.test_course import MORNING, clarify, end, evaluate, insist_on, start
from tests.world import World

Browser = Callable[[str], FlaskClient]


def path(core: Flask, placement: Placement, today: date) -> list[Step]:
    levels = levels_for(placement.unit_id)
    gaps = gaps_before_start(placement, levels) if not placement.has_ended else []
    with core.test_request_context():
        return path_of(placement, [*gaps, *gaps_before_closing(placement, levels, today)], today)


def states(steps: list[Step]) -> dict[str, str]:
    return {step.key: step.state.value for step in steps}


def test_a_planned_placement_says_what_comes_first_and_why(core: Flask, here: Here, world: World) -> None:
    insist_on(here, GapKind.CLARIFICATION)
    with clock.travelling(MORNING):
        placement = start(here, world)
        steps = path(core, placement, date(2026, 3, 1))
        first = next_step(steps)
        assert first is not None
        assert (first.key, first.blocks) == ("clarification", True)
        assert "what the employer expects of us" in first.reasons[0]
        assert states(steps)["start"] == "later"
        clarify(here, placement)
        steps = path(core, placement, date(2026, 3, 1))
        assert states(steps) | {"clarification": "done", "meeting": "now", "start": "now"} == states(steps)


def test_once_it_runs_what_is_due_comes_before_what_was_missed_at_the_start(
    core: Flask, here: Here, world: World
) -> None:
    with clock.travelling(MORNING):
        placement = start(here, world, ends_on=date(2026, 5, 1))
    for today, expected in (
        (date(2026, 3, 2), "clarification"),
        (date(2026, 3, 10), "check_ins"),
    ):
        step = next_step(path(core, placement, today))
        assert step is not None
        assert step.key == expected
    late = {step.key: step for step in path(core, placement, date(2026, 5, 2))}
    assert late["end"].reasons == ["The last day has passed."]
    assert late["check_ins"].state == "missing"


def test_after_the_end_come_evaluation_certificate_and_closing(core: Flask, here: Here, world: World) -> None:
    placement = start(here, world)
    end(here, placement)
    today = date(2026, 6, 2)
    step = next_step(path(core, placement, today))
    assert step is not None
    assert (step.key, list(step.reasons)) == ("evaluation", ["2 evaluations are missing."])
    for evaluator in Evaluator:
        evaluate(here, placement, evaluator)
    found = states(path(core, placement, today))
    assert (found["evaluation"], found["certificate"], found["close"]) == ("done", "now", "now")
    assert found["clarification"] == "skipped"


def test_what_never_began_shows_only_what_was_done(core: Flask, here: Here, world: World) -> None:
    with clock.travelling(datetime(2026, 2, 10, 8, tzinfo=UTC)):
        placement = start(here, world)
        clarify(here, placement)
        end(here, placement, reason="participant_withdrew", on=date(2026, 3, 1))
    assert states(path(core, placement, date(2026, 3, 2))) == {"clarification": "done", "end": "done"}


def test_the_page_has_one_primary_action(browser: Browser, there: Here, core_app: Flask, world: World) -> None:
    with clock.travelling(MORNING):
        with core_app.app_context():
            insist_on(there, GapKind.CLARIFICATION)
            placement = start(there, world).public_id
        page = browser("coordinator").get(f"/placements/{placement}").get_data(as_text=True)
    assert page.count('data-variant="primary"') == 1
    assert "Write the clarification" in page
    assert "The placement does not go on without it." in page
