"""Distributions, free text, files: what is shown of how many, and to whom."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from crm.actors import Role
from surveys.dispositions import DueState, StopReason
from surveys.models import Answer
from surveys.results.answering import answering
from surveys.results.distributions import QuestionResult, results_of
from surveys.results.versions import published_versions
from tests.surveys_results.conftest import Surveyed
from tests.world import World

SignIn = Callable[[FlaskClient, str], None]


def _result(surveyed: Surveyed, key: str, *, wave: str = "exit", **values: object) -> QuestionResult:
    version = next(each for each in published_versions() if each.questionnaire == wave)
    return next(each for each in results_of(surveyed.filters(**values), version) if each.question.key == key)


def test_every_option_is_shown_also_one_that_nobody_chose(surveyed: Surveyed) -> None:
    for code in "55543":
        surveyed.answered(surveyed.exit(), surveyed.yes(code))
    spread = _result(surveyed, "good_treatment").distribution
    assert spread is not None
    assert [(row.code, row.count) for row in spread.rows] == [
        ("1", 0),
        ("2", 0),
        ("3", 1),
        ("4", 1),
        ("5", 3),
        ("9", 0),
    ]


def test_the_base_of_several_answers_is_the_persons(surveyed: Surveyed) -> None:
    for _number in range(5):
        response = surveyed.answered(surveyed.exit(120), {"support_need": "job_search"}, wave="follow_up_90")
        surveyed.world.save(Answer(response_id=response.id, question="support_need", choice="rights"))
    result = _result(surveyed, "support_need", wave="follow_up_90")
    assert result.base == 5
    assert result.distribution is not None
    shown = {row.code: row.percent for row in result.distribution.rows if row.count}
    assert shown == {"job_search": 100, "rights": 100}


def test_four_answers_show_no_distribution(surveyed: Surveyed) -> None:
    for _number in range(4):
        surveyed.answered(surveyed.exit(), surveyed.yes())
    spread = _result(surveyed, "good_treatment").distribution
    assert spread is not None
    assert (spread.hidden, {row.count for row in spread.rows}) == (True, {None})


@pytest.mark.parametrize(("texts", "shown"), [(4, None), (5, 5)])
def test_texts_are_shown_from_five_on(surveyed: Surveyed, texts: int, shown: int | None) -> None:
    for number in range(texts):
        surveyed.answered(surveyed.exit(), surveyed.yes(good_text=f"Text {number}"))
    surveyed.answered(surveyed.exit(), surveyed.yes(good_text=""))
    result = _result(surveyed, "good_text")
    assert result.base == texts
    assert (len(result.texts) if result.texts else None) == shown


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.EVALUATOR, Role.ADMINISTRATOR])
def test_only_managers_read_texts(surveyed: Surveyed, role: Role) -> None:
    for number in range(5):
        surveyed.answered(surveyed.exit(), surveyed.yes(good_text=f"Text {number}"))
    reader = surveyed.world.staff(role, unit=surveyed.unit)
    assert _result(surveyed, "good_text", staff=reader).texts is None


def test_groups_compare_those_who_answered_with_those_who_did_not(surveyed: Surveyed) -> None:
    for _number in range(6):
        surveyed.answered(surveyed.exit(sex="woman"), surveyed.yes())
        surveyed.due(surveyed.exit(sex="man"), DueState.CLOSED_WITHOUT_ANSWER, StopReason.DEADLINE_PASSED)
    surveyed.due(surveyed.exit(sex="man"), DueState.NOT_POSSIBLE, StopReason.DECEASED)
    found = answering(surveyed.filters(), "exit")
    assert found.by_sex.keys == ("man", "woman")
    assert found.by_sex.counts == ((0, 6), (6, 0))
    assert [(each.key, each.answered, each.due) for each in found.by_unit] == [("Here", 6, 12)]


def test_small_cells_are_hidden(surveyed: Surveyed) -> None:
    for _number in range(6):
        surveyed.answered(surveyed.exit(sex="woman"), surveyed.yes())
    surveyed.due(surveyed.exit(sex="man"), DueState.CLOSED_WITHOUT_ANSWER, StopReason.DEADLINE_PASSED)
    found = answering(surveyed.filters(), "exit").by_sex
    assert found.cell(0, 1) is None


def test_managers_see_no_single_coordinator_until_the_unit_agreed(surveyed: Surveyed) -> None:
    for _number in range(5):
        surveyed.answered(surveyed.exit(), surveyed.yes())
    assert answering(surveyed.filters(), "exit").by_coordinator == []
    surveyed.unit.coordinator_figures_agreed = "Agreed on 1 March"
    surveyed.world.save(surveyed.unit)
    (seen,) = answering(surveyed.filters(), "exit").by_coordinator
    assert (seen.key, seen.answered) == ("Kim Coordinator", 5)


def test_coordinators_see_their_own_figures_only(surveyed: Surveyed) -> None:
    surveyed.answered(surveyed.exit(), surveyed.yes())
    own = answering(surveyed.filters(surveyed.coordinator), "exit").by_coordinator
    colleague = surveyed.world.staff(unit=surveyed.unit)
    assert [each.key for each in own] == ["Kim Coordinator"]
    assert answering(surveyed.filters(colleague), "exit").by_coordinator == []


@pytest.fixture
def pages(app: Flask, world: World) -> str:
    """A manager of a unit with five answers; returns the address to sign in with."""
    with app.app_context():
        surveyed = Surveyed(world)
        for number in range(5):
            surveyed.answered(surveyed.exit(), surveyed.yes("3", good_text=f"Text {number}"))
        return surveyed.manager.email


def test_files_name_programme_and_period_in_each_row(client: FlaskClient, sign_in: SignIn, pages: str) -> None:
    sign_in(client, pages)
    lines = client.get("/surveys/results.csv").get_data().decode("utf-8-sig").splitlines()
    assert len(lines) > 20
    assert all(line.startswith("'=P1;Way in;20") for line in lines[1:])
    book = CalamineWorkbook.from_filelike(BytesIO(client.get("/surveys/results.xlsx").get_data()))
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python()
        assert len(rows) > 1
        assert all(row[0] == "=P1" for row in rows[1:])


def test_files_hold_no_free_text(client: FlaskClient, sign_in: SignIn, pages: str) -> None:
    sign_in(client, pages)
    assert "Text 1" not in client.get("/surveys/results.csv").get_data(as_text=True)


@pytest.mark.parametrize("address", ["/surveys/results", "/surveys/results/answering", "/follow-up"])
def test_pages_open(client: FlaskClient, sign_in: SignIn, pages: str, address: str) -> None:
    sign_in(client, pages)
    answer = client.get(address)
    assert answer.status_code == 200
    assert "cannot be shown right now" not in answer.get_data(as_text=True)


def test_late_surveys_are_an_alarm_that_leads_to_the_list(
    app: Flask, client: FlaskClient, sign_in: SignIn, world: World
) -> None:
    with app.app_context():
        surveyed = Surveyed(world)
        surveyed.due(surveyed.exit(), DueState.DUE)
        email = surveyed.manager.email
    sign_in(client, email)
    page = client.get("/follow-up").get_data(as_text=True)
    assert "none of this kind has ever been sent" in page
    assert 'href="/surveys/overdue"' in page


def test_a_coordinator_writes_no_improvement_notes(
    app: Flask, client: FlaskClient, sign_in: SignIn, world: World
) -> None:
    with app.app_context():
        email = Surveyed(world).coordinator.email
    sign_in(client, email)
    assert client.get("/surveys/goals/got_tools/improvement").status_code == 403


def test_a_manager_writes_what_will_be_done(client: FlaskClient, sign_in: SignIn, pages: str) -> None:
    sign_in(client, pages)
    address = "/surveys/goals/got_tools/improvement"
    assert client.get(address).status_code == 200
    refused = client.post(address, data={"text": ""})
    assert refused.status_code == 422


def test_an_unknown_goal_is_not_found(client: FlaskClient, sign_in: SignIn, pages: str) -> None:
    sign_in(client, pages)
    assert client.get("/surveys/goals/happiness/improvement").status_code == 404
