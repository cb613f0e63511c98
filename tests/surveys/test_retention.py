"""Answers are deleted when the promised time is over; what they added up to stays, and so does every figure."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm import clock
from crm.accounts.models import AuditEntry
from crm.db import current_session, db, transaction
from crm.jobs.runner import run_job
from crm.tasks.models import Task
from surveys import retention
from surveys.dispositions import DueState, StopReason
from surveys.models import Answer, KeptCount, Response
from surveys.personal_data import erase_person, export_person
from surveys.refusing import take_back_decline
from surveys.results.distributions import QuestionResult, results_by_programme, results_of
from surveys.results.overview import overview
from surveys.results.report_tables import report_tables
from surveys.results.tables import answers_table
from surveys.results.versions import Version, published_versions
from surveys.retention import delete_old_answers, months_before
from tests.conftest import make_app, make_settings
from tests.surveys.conftest import NOON
from tests.surveys.respondent import Respondent, lines
from tests.surveys.scene import SYSTEM, Scene
from tests.surveys_results.conftest import Surveyed
from tests.world import World

OCTOBER_2024 = 770
"""So many days ago it was 9 October 2024: more than 24 months."""
Travel = Callable[[datetime], None]


@pytest.fixture
def surveyed(travel: Travel, context: None, world: World) -> Surveyed:
    return Surveyed(world)


def _answers() -> int:
    return current_session().scalar(select(func.count()).select_from(Answer)) or 0


def _kept() -> dict[tuple[str, str], int]:
    rows = select(KeptCount.question, KeptCount.choice, func.sum(KeptCount.n)).group_by(
        KeptCount.question, KeptCount.choice
    )
    return {(question, choice): number for question, choice, number in current_session().execute(rows)}


def _version(wave: str = "exit") -> Version:
    return next(each for each in published_versions() if each.questionnaire == wave)


def _result(surveyed: Surveyed, key: str, **filters: Any) -> QuestionResult:
    return next(each for each in results_of(surveyed.filters(**filters), _version()) if each.question.key == key)


def _fill(surveyed: Surveyed, days_ago: int, codes: str = "5554432955") -> None:
    """Answers of every kind: goals, skipped and refused questions, several choices, texts, half and broken off."""
    for number, code in enumerate(codes):
        given = surveyed.yes(code, got_tools="" if number % 4 == 0 else "4", good_text="" if number % 2 else "A text")
        response = surveyed.answered(surveyed.exit(days_ago), given)
        if number == 1:
            _becomes(response, DueState.PARTLY_ANSWERED, StopReason.DEADLINE_PASSED)
        if number == 2:
            _becomes(response, DueState.CLOSED_WITHOUT_ANSWER, StopReason.BROKEN_OFF)
        later = {"status_now": "work", "same_employer": "same", "support_need": "job_search"}
        response = surveyed.answered(surveyed.exit(days_ago), later, wave="follow_up_90")
        surveyed.world.save(Answer(response_id=response.id, question="support_need", choice="rights"))


def _becomes(response: Response, state: DueState, reason: StopReason | None) -> None:
    response.due.state, response.due.reason = state, reason.value if reason else None
    current_session().commit()


def _figures(surveyed: Surveyed, **period: Any) -> list[Any]:
    """Everything that reports say, but for the texts and the result of the persons after 90 days."""
    filters = surveyed.filters(**period)
    versions = published_versions()
    seen = overview(filters)
    spread = [(each.question.key, each.base, each.distribution) for v in versions for each in results_of(filters, v)]
    apart = [
        (programme, each.question.key, each.base, each.distribution)
        for version in versions
        for programme, results in results_by_programme(filters, version).items()
        for each in results
    ]
    goals = [(line.key, line.result) for line in seen.goals]
    waves = [(wave.key, wave.ledger, wave.dispositions) for wave in seen.waves]
    return [spread, apart, goals, waves, seen.later.retention, answers_table(filters, versions), report_tables(filters)]


def test_months_end_where_a_shorter_month_ends() -> None:
    assert months_before(date(2026, 11, 18), 24) == date(2024, 11, 18)
    assert months_before(date(2026, 1, 31), 11) == date(2025, 2, 28)
    assert months_before(date(2026, 12, 31), 12) == date(2025, 12, 31)


def test_answers_are_kept_for_no_more_than_the_promised_months(surveyed: Surveyed) -> None:
    last_day = (surveyed.today - date(2024, 11, 18)).days
    old = surveyed.answered(surveyed.exit(last_day), surveyed.yes(good_text="Never again"))
    young = surveyed.answered(surveyed.exit(last_day - 1), surveyed.yes())
    assert delete_old_answers() == "answers of 1 responses deleted"
    assert (old.answers, old.answers_deleted_at) == ([], NOON)
    assert (len(young.answers), young.answers_deleted_at) == (6, None)


def test_the_setting_says_how_many_months(app: Flask, surveyed: Surveyed, tmp_path: Path) -> None:
    surveyed.answered(surveyed.exit(200), surveyed.yes())
    delete_old_answers()
    assert _answers()
    app.extensions["brobygg.settings"] = make_settings(tmp_path, PLUGINS="surveys", SURVEYS_RETENTION_MONTHS="6")
    delete_old_answers()
    assert not _answers()


def test_every_figure_of_whole_months_is_the_same_before_and_after(surveyed: Surveyed) -> None:
    _fill(surveyed, OCTOBER_2024)
    _fill(surveyed, 300, codes="54321995")
    period = {"since": date(2024, 10, 1), "until": surveyed.today}
    before = _figures(surveyed, **period)
    assert any(base > 10 for _key, base, _spread in before[0])
    delete_old_answers()
    assert _figures(surveyed, **period) == before
    only_october = {"since": date(2024, 10, 1), "until": date(2024, 10, 31)}
    assert _result(surveyed, "good_text", **only_october).base == 4
    assert _result(surveyed, "good_treatment", **only_october).base == 8


def test_a_month_counts_as_a_whole_and_no_other_month_does(surveyed: Surveyed) -> None:
    _fill(surveyed, OCTOBER_2024)
    delete_old_answers()
    bases = {
        since: _result(surveyed, "good_treatment", since=since, until=until).base
        for since, until in [
            (date(2024, 10, 20), date(2024, 12, 31)),
            (date(2024, 9, 1), date(2024, 10, 1)),
            (date(2024, 8, 1), date(2024, 9, 30)),
            (date(2024, 11, 1), date(2026, 11, 18)),
        ]
    }
    assert list(bases.values()) == [8, 8, 0, 0]


def test_kept_counts_of_another_unit_or_programme_are_not_counted(surveyed: Surveyed) -> None:
    _fill(surveyed, OCTOBER_2024)
    delete_old_answers()
    period = {"since": date(2024, 10, 1), "until": surveyed.today}
    other = surveyed.world.programme(surveyed.unit)
    assert _result(surveyed, "good_treatment", programme=surveyed.programme, **period).base == 8
    assert _result(surveyed, "good_treatment", programme=other, **period).base == 0
    stranger = surveyed.world.staff(unit=surveyed.world.unit())
    assert _result(surveyed, "good_treatment", staff=stranger, **period).base == 0


def test_few_kept_answers_stay_hidden_and_few_texts_beside_many_deleted_ones_too(surveyed: Surveyed) -> None:
    for code in "5543":
        surveyed.answered(surveyed.exit(OCTOBER_2024), surveyed.yes(code, good_text="Old"))
    surveyed.answered(surveyed.exit(30), {"good_text": "New"})
    delete_old_answers()
    period = {"since": date(2024, 10, 1), "until": surveyed.today}
    spread = _result(surveyed, "good_treatment", **period).distribution
    assert spread is not None
    assert (spread.base, spread.hidden) == (4, True)
    texts = _result(surveyed, "good_text", **period)
    assert (texts.base, texts.texts) == (5, None)


def test_a_second_run_changes_nothing(surveyed: Surveyed) -> None:
    _fill(surveyed, OCTOBER_2024)
    delete_old_answers()
    kept = _kept()
    assert delete_old_answers() == "nothing to delete"
    assert _kept() == kept


def test_batches_add_up_and_each_leaves_a_count_in_the_audit_log(
    surveyed: Surveyed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for code in "55544":
        surveyed.answered(surveyed.exit(OCTOBER_2024), {"good_treatment": code})
    delete_old_answers()
    assert _kept() == {
        ("good_treatment", "*received"): 5,
        ("good_treatment", "*answered"): 5,
        ("good_treatment", "5"): 3,
        ("good_treatment", "4"): 2,
    }
    written = current_session().scalars(
        select(AuditEntry).where(AuditEntry.action == "survey_answers_deleted").order_by(AuditEntry.id)
    )
    assert [(each.actor_kind, each.details) for each in written] == [
        ("system", {"responses": 2}),
        ("system", {"responses": 2}),
        ("system", {"responses": 1}),
    ]


def test_history_that_was_only_taken_over_is_exempt(surveyed: Surveyed) -> None:
    response = surveyed.answered(surveyed.exit(OCTOBER_2024), surveyed.yes())
    response.started_at -= timedelta(days=1)
    surveyed.programme.sends_messages = False
    current_session().commit()
    assert delete_old_answers() == "nothing to delete"
    assert response.answers


def test_a_programme_that_stops_sending_stays_bound_by_its_promise(surveyed: Surveyed) -> None:
    surveyed.answered(surveyed.exit(OCTOBER_2024), surveyed.yes())
    surveyed.programme.sends_messages = False
    current_session().commit()
    delete_old_answers()
    assert not _answers()


def test_what_is_still_open_is_closed_and_counts_as_what_it_is(surveyed: Surveyed) -> None:
    open_one = surveyed.answered(surveyed.exit(OCTOBER_2024), surveyed.yes())
    _becomes(open_one, DueState.SENT_WAITING, None)
    open_one.due.closes_on = surveyed.today + timedelta(days=5)
    current_session().commit()
    delete_old_answers()
    assert (open_one.due.state, open_one.answers) == (DueState.PARTLY_ANSWERED, [])
    assert _kept()[("good_treatment", "5")] == 1


def test_nobody_takes_up_an_answer_that_was_counted_and_deleted(surveyed: Surveyed) -> None:
    stopped = surveyed.answered(surveyed.exit(OCTOBER_2024), surveyed.yes())
    _becomes(stopped, DueState.PARTLY_ANSWERED, StopReason.DECLINED)
    stopped.due.closes_on = surveyed.today + timedelta(days=5)
    current_session().commit()
    delete_old_answers()
    with transaction():
        take_back_decline(SYSTEM, row_id=stopped.due_id)
    assert stopped.due.state is DueState.PARTLY_ANSWERED


def test_half_answers_that_do_not_count_are_deleted_uncounted(surveyed: Surveyed) -> None:
    response = surveyed.answered(surveyed.exit(OCTOBER_2024), {"good_treatment": "1"})
    _becomes(response, DueState.DECLINED, StopReason.DECLINED)
    delete_old_answers()
    assert (_answers(), _kept()) == (0, {})


def test_counts_outlive_the_erasure_of_the_person(surveyed: Surveyed) -> None:
    for _number in range(5):
        surveyed.answered(surveyed.exit(OCTOBER_2024), surveyed.yes())
    delete_old_answers()
    period: dict[str, Any] = {"since": date(2024, 10, 1), "until": date(2024, 10, 31)}
    for response in current_session().scalars(select(Response)).all():
        with transaction():
            erase_person(response.due.participant_id)
    assert _result(surveyed, "good_treatment", **period).base == 5
    table = answers_table(surveyed.filters(**period), published_versions())
    assert {row[0] for row in table.rows} == {"=P1"}


def test_the_answers_leave_the_history_the_task_and_the_own_export_too(
    app: Flask, scene: Scene, travel: Travel
) -> None:
    exit_ = scene.leave()
    scene.days_pass(90)
    scene.work()
    person = Respondent(app, scene.token(exit_, "follow_up_90"))
    person.answer_all(status_now="work", contact_wish="yes", contact_way="email")
    person.post("/finish", share="yes")
    (line,) = lines("surveys.answered")
    task = current_session().scalars(select(Task).where(Task.kind == "surveys.contact_wish")).one()
    summary = line.summary
    assert line.detail is not None
    assert task.note
    travel(datetime(2028, 11, 18, 12, tzinfo=UTC))
    assert run_job(app, "surveys.retention") == "answers of 1 responses deleted"
    current_session().rollback()  # What the test read before is older than the job.
    (line,) = lines("surveys.answered")
    assert (line.detail, line.summary) == (None, summary)
    row = scene.row(exit_, "follow_up_90")
    assert task.participant_id == row.participant_id
    assert [task.note for task in current_session().scalars(select(Task))] == [None]
    exported = {part.title: part.rows for part in export_person(row.participant_id)}
    assert exported["Answers"] == []
    assert [each["answers_deleted"] for each in exported["Surveys"]] == [None, clock.now()]
    assert (_answers(), row.state) == (0, DueState.ANSWERED)
    assert "Tack" in person.get()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def large_app(request: pytest.FixtureRequest, tmp_path: Path, travel: Travel) -> Iterator[Flask]:
    """The application on each of the two databases."""
    values = {"DATABASE_URL": request.getfixturevalue("postgres_url")} if request.param == "postgres" else {}
    app = make_app(make_settings(tmp_path, PLUGINS="surveys", **values))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_two_runs_at_once_count_each_answer_once(
    large_app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    with large_app.app_context():
        surveyed = Surveyed(world)
        for number in range(24):
            surveyed.answered(surveyed.exit(OCTOBER_2024), surveyed.yes("5" if number % 2 else "4"))
        filters = surveyed.filters(since=date(2024, 10, 1))

    def run() -> None:
        with large_app.app_context():
            delete_old_answers()

    runs = [threading.Thread(target=run) for _ in range(3)]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    with large_app.app_context():
        delete_old_answers()
        assert _answers() == 0
        assert {(line.result.base, line.result.count) for line in overview(filters).goals} == {(24, 24)}
        assert max(each.base for each in results_of(filters, _version())) == 24
        kept = _kept()
        assert (kept[("good_treatment", "5")], kept[("good_treatment", "4")]) == (12, 12)
        assert kept[("good_treatment", "*received")] == 24
        # Each response was one unit of work of one run.
        details = current_session().scalars(
            select(AuditEntry.details).where(AuditEntry.action == "survey_answers_deleted")
        )
        assert sum(each["responses"] for each in details) == 24
