"""The result after 90 days: who is in the base, whose word counts, and what the unknown could change."""

from flask import Flask

from surveys.results.later import Later
from surveys.results.overview import overview
from surveys.retention import delete_old_answers, months_before
from tests.surveys_results.conftest import Surveyed
from tests.world import PASSWORD, World


def _later(surveyed: Surveyed) -> Later:
    return overview(surveyed.filters()).later


def test_an_exit_89_days_ago_is_not_in_the_base_and_one_90_days_ago_is(surveyed: Surveyed) -> None:
    surveyed.exit(89)
    assert _later(surveyed).starts.counts.base == 0
    surveyed.exit(90)
    assert _later(surveyed).starts.counts.base == 1


def test_what_the_person_told_goes_before_what_staff_know(surveyed: Surveyed) -> None:
    ended = surveyed.exit(120, known_status_90="job_seeking")
    surveyed.answered(ended, {"status_now": "studies"}, wave="follow_up_90")
    counts = _later(surveyed).persons.counts
    assert (counts.reported_reached, counts.staff_not_reached) == (1, 0)


def test_staff_knowledge_counts_where_the_person_did_not_want_to_tell(surveyed: Surveyed) -> None:
    ended = surveyed.exit(120, known_status_90="work")
    surveyed.answered(ended, {"status_now": "prefer_not"}, wave="follow_up_90")
    assert _later(surveyed).persons.counts.staff_reached == 1


def test_an_exit_without_answer_is_unknown_and_makes_the_bounds(surveyed: Surveyed) -> None:
    for status in ("work", "work", "work", "job_seeking", "job_seeking"):
        surveyed.answered(surveyed.exit(120), {"status_now": status}, wave="follow_up_90")
    for _number in range(5):
        surveyed.exit(120)
    result = _later(surveyed).persons
    assert result.counts.unknown == 5
    assert (result.range.of_known, result.range.worst, result.range.best) == (60, 30, 80)


def test_a_person_who_left_twice_counts_once_by_persons_with_the_last_exit(surveyed: Surveyed) -> None:
    person = surveyed.world.participant(surveyed.unit)
    surveyed.exit(300, reason="work_ordinary", person=person)
    surveyed.exit(120, reason="job_seeking", person=person)
    later = _later(surveyed)
    assert (later.persons.counts.base, later.persons.reached_at_exit) == (1, 0)
    assert (later.starts.counts.base, later.starts.reached_at_exit) == (2, 1)


def test_the_deceased_are_out_of_the_base(surveyed: Surveyed) -> None:
    surveyed.exit(120, reason="deceased")
    assert _later(surveyed).starts.counts.base == 0


def test_the_answer_at_the_exit_is_no_answer_after_90_days(surveyed: Surveyed) -> None:
    surveyed.answered(surveyed.exit(120), surveyed.yes())
    assert _later(surveyed).persons.counts.unknown == 1


def test_retention_is_over_those_who_work_and_told(surveyed: Surveyed) -> None:
    for same in ("same", "same", "same", "other", "other", "had_none", "prefer_not"):
        answers = {"status_now": "work", "same_employer": same}
        surveyed.answered(surveyed.exit(120), answers, wave="follow_up_90")
    retention = _later(surveyed).retention
    assert (retention.same, retention.base) == (3, 5)


def test_it_says_up_to_which_exits_the_answers_have_been_deleted(surveyed: Surveyed) -> None:
    surveyed.exit(120)
    assert _later(surveyed).deleted_until is None
    surveyed.answered(surveyed.exit(800), {"status_now": "work"}, wave="follow_up_90")
    delete_old_answers()
    later = overview(surveyed.filters(since=surveyed.day(1000))).later
    assert later.deleted_until == months_before(surveyed.today, 24)
    assert later.persons.counts.unknown == 2


def test_the_page_says_so_too(app: Flask, world: World) -> None:
    with app.app_context():
        surveyed = Surveyed(world)
        surveyed.exit(800)
        email, since = surveyed.manager.email, surveyed.day(1000)
    client = app.test_client()
    client.post("/sign-in", data={"email": email, "password": PASSWORD})
    words = "has been deleted, as the privacy page promises"
    assert words in client.get(f"/follow-up?since={since}").text
    assert words not in client.get("/follow-up").text
