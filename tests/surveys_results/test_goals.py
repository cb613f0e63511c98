"""Goals are counted from the answers, each by the rule of its version, and notes say what is done about missed ones."""

import copy
from datetime import timedelta

import pytest
from sqlalchemy import event

from crm.actors import Role
from crm.db import current_session, transaction
from crm.errors import DomainError, NotAllowed, NotVisible
from crm.tasks.models import Task
from surveys.dispositions import DueState, StopReason
from surveys.models import QuestionnaireVersion
from surveys.results.goals import GoalLine
from surveys.results.improvement import add_improvement
from surveys.results.overview import overview
from tests.surveys_results.conftest import Surveyed


def _goal(surveyed: Surveyed, key: str) -> GoalLine:
    return next(line for line in overview(surveyed.filters()).goals if line.key == key)


def _answers(surveyed: Surveyed, codes: str, **more: str) -> None:
    for code in codes:
        surveyed.answered(surveyed.exit(), surveyed.yes(code, **more))


def test_fewer_than_five_answers_give_no_figure(surveyed: Surveyed) -> None:
    _answers(surveyed, "5555")
    line = _goal(surveyed, "got_tools")
    assert line.has_too_few
    assert (line.result.base, line.result.count, line.result.percent) == (4, None, None)


def test_four_and_five_count_as_yes_and_not_wanting_to_answer_leaves_the_base(surveyed: Surveyed) -> None:
    _answers(surveyed, "5544329")
    result = _goal(surveyed, "got_tools").result
    assert (result.count, result.base, result.percent) == (4, 6, 67)


def test_a_skipped_question_leaves_the_base(surveyed: Surveyed) -> None:
    _answers(surveyed, "55555")
    surveyed.answered(surveyed.exit(), surveyed.yes("5", got_tools=""))
    assert _goal(surveyed, "got_tools").result.base == 5


def test_answers_that_are_still_being_given_do_not_count(surveyed: Surveyed) -> None:
    _answers(surveyed, "55555")
    response = surveyed.answered(surveyed.exit(), surveyed.yes("1"))
    response.due.state, response.due.reason = DueState.SENT_WAITING, None
    current_session().commit()
    assert _goal(surveyed, "got_tools").result.base == 5


def test_partial_answers_count(surveyed: Surveyed) -> None:
    _answers(surveyed, "55555")
    response = surveyed.answered(surveyed.exit(), surveyed.yes("1"))
    response.due.state, response.due.reason = DueState.PARTLY_ANSWERED, StopReason.DEADLINE_PASSED.value
    current_session().commit()
    assert _goal(surveyed, "got_tools").result.base == 6


def test_versions_count_together_each_by_its_own_rule_and_the_newest_target_holds(surveyed: Surveyed) -> None:
    _answers(surveyed, "33333")
    old = surveyed.version("exit")
    structure = copy.deepcopy(old.structure)
    structure["version"] = 2
    for question in structure["questions"]:
        if question["key"] == "got_tools":
            question["goal"] |= {"counts_as_yes": ["3", "4", "5"], "target": 40}
    new = QuestionnaireVersion(
        questionnaire_id=old.questionnaire_id, number=2, structure=structure, published_at=old.published_at
    )
    surveyed.world.save(new)
    for _number in range(3):
        response = surveyed.answered(surveyed.exit(), surveyed.yes("3"))
        response.version_ref_id = new.id
        current_session().commit()
    result = _goal(surveyed, "got_tools").result
    assert (result.count, result.base, result.goal.target) == (3, 8, 40)


def test_the_overview_takes_at_most_ten_queries(surveyed: Surveyed) -> None:
    _answers(surveyed, "55555")
    filters = surveyed.filters()
    overview(filters)  # What never changes (structures, texts under their count) is read once for each process.
    seen: list[str] = []
    engine = current_session().get_bind()

    def note(*given: object) -> None:
        seen.append(str(given[2]))

    event.listen(engine, "before_cursor_execute", note)
    overview(filters)
    event.remove(engine, "before_cursor_execute", note)
    assert len([statement for statement in seen if statement.startswith("SELECT")]) <= 10


def _note(surveyed: Surveyed, **values: object) -> Task:
    given = {
        "goal": "got_tools",
        "wording": "Tools?",
        "unit_id": surveyed.unit.id,
        "owner_id": surveyed.coordinator.id,
        "due_on": surveyed.today + timedelta(days=10),
        "text": "Ask earlier.",
    }
    with transaction():
        return add_improvement(surveyed.world.actor(surveyed.manager), **{**given, **values})  # type: ignore[arg-type]


def test_a_note_is_a_task_of_its_owner_and_stands_beside_the_goal(surveyed: Surveyed) -> None:
    task = _note(surveyed)
    assert (task.kind, task.owner_id) == ("surveys.goal_improvement", surveyed.coordinator.id)
    (shown,) = _goal(surveyed, "got_tools").notes
    assert (shown.text, shown.owner, shown.is_late) == ("Ask earlier.", "Kim Coordinator", False)


@pytest.mark.parametrize("wrong", [{"text": "  "}, {"owner_id": 999_999}], ids=["no text", "nobody"])
def test_a_note_that_is_not_complete_is_refused(surveyed: Surveyed, wrong: dict[str, object]) -> None:
    with pytest.raises(DomainError):
        _note(surveyed, **wrong)


def test_a_day_that_is_over_is_refused(surveyed: Surveyed) -> None:
    with pytest.raises(DomainError):
        _note(surveyed, due_on=surveyed.day(1))


def test_a_note_for_a_foreign_unit_is_refused(surveyed: Surveyed) -> None:
    with pytest.raises(NotVisible):
        _note(surveyed, unit_id=surveyed.world.unit().id)


def test_only_managers_write_notes(surveyed: Surveyed) -> None:
    evaluator = surveyed.world.staff(Role.EVALUATOR, unit=surveyed.unit)
    surveyed.manager = evaluator
    with pytest.raises(NotAllowed):
        _note(surveyed)
