"""The same form sent many times at once, by impatient fingers or a broken network: it counts once."""

import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask

from crm import clock
from crm.actors import Role
from tests.bad_input.parallel import Site, all_at_once, site
from tests.servers.postgres import PostgresServer
from tests.surveys.scene import Scene
from tests.world import World


class People:
    """Who is there before the server is asked anything."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.enrolment = self.employer = self.email = ""

    def prepare(self, app: Flask) -> None:
        world = World()
        with app.app_context():
            scene = Scene(world, lambda instant: None)
            left = scene.leave(on=clock.today() - timedelta(days=1))
            self.tokens = [scene.token(left), scene.opt_out_token(left)]
            person = scene.person()
            self.enrolment = world.enrolment(
                person, scene.programme, scene.coordinator, starts_on=date(2026, 1, 1)
            ).public_id
            self.employer = world.employer().public_id
            self.email = world.staff(Role.COORDINATOR, Role.MANAGER, unit=scene.unit).email


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres])])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, People]]:
    env = {}
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        # The workers of a test run share the cluster.
        name = f"bad_input_{os.getpid()}"
        env["BROBYGG_DATABASE_URL"] = server.create_database(name)
    people = People()
    folder: Path = tmp_path_factory.mktemp(f"parallel-{request.param}")
    with site(folder, env, people.prepare) as found:
        yield found, people
    if request.param == "postgres":
        server.drop_database(name)


def answer_all(found: Site, base: str, given: dict[str, str]) -> str:
    """Go through the survey that was begun; the page that sends the answers in."""
    session = requests.Session()
    page = session.get(f"{found.server.url}{base}/finish", timeout=30)
    for _number in range(30):
        path = urlsplit(page.url).path
        if path.endswith("/finish"):
            return path
        form = found.form(path, path)
        key = path.rpartition("/")[2]
        form.fields["answer"] = given.get(key, "" if key.endswith("_text") else "_skip")
        page = session.post(found.server.url + path, data=form.fields, timeout=30)
    raise AssertionError("the survey does not end")


def test_answers_sent_in_two_hundred_times_at_once_count_once(running: tuple[Site, People]) -> None:
    found, people = running
    base = f"/s/{people.tokens[0]}"
    begin = found.form(base, f"{base}/begin")
    assert set(all_at_once(40, lambda: found.post(f"{base}/begin", begin.fields))) == {303}
    question = f"{base}/q/good_treatment"
    form = found.form(question, question)
    assert set(all_at_once(200, lambda: found.post(question, form.fields | {"answer": "5"}))) == {303}
    assert found.count("survey_response") == 1
    assert found.count("survey_answer", "question = 'good_treatment'") == 1
    path = answer_all(found, base, {"good_treatment": "5", "status_now": "job_seeking", "contact_wish": "yes"})
    last = found.form(path, path)
    assert set(all_at_once(200, lambda: found.post(path, last.fields))) == {303}
    assert found.count("survey_response", "completed_at IS NOT NULL") == 1
    assert found.count("history_line", "kind = 'surveys.answered'") == 1
    assert found.count("task", "kind = 'surveys.contact_wish'") == 1


def test_an_exit_saved_fifty_times_at_once_is_one_exit(running: tuple[Site, People]) -> None:
    found, people = running
    found.sign_in(people.email)
    path = f"/enrolments/{people.enrolment}/exit"
    before = found.count("enrolment_exit")
    data = found.form(path, path).fields | {"reason": "studies"}
    got = all_at_once(50, lambda: found.post(path, data))
    assert got[303] == 1
    assert set(got) <= {303, 409, 422}
    assert found.count("enrolment_exit") == before + 1
    assert found.count("history_line", "kind = 'enrolment_exit'") == before + 1
    assert found.count("survey_due", "wave = 'exit'") == before + 1


def test_a_contact_saved_fifty_times_at_once_is_one_contact(running: tuple[Site, People]) -> None:
    found, people = running
    found.sign_in(people.email)
    path = f"/employers/{people.employer}/contacts"
    form = found.form(f"/employers/{people.employer}", path)
    data = form.fields | {"outcome": "interested", "next_when": "week", "next_text": "Skicka avtalet"}
    assert set(all_at_once(50, lambda: found.post(path, data))) == {303}
    assert found.count("contact") == 1
    assert found.count("history_line", "kind = 'contact'") == 1
    assert found.count("task", "source_ref IS NOT NULL AND employer_id IS NOT NULL") == 1


def test_a_mail_program_that_opts_out_many_times_is_heard_once(running: tuple[Site, People]) -> None:
    found, people = running
    path = f"/o/{people.tokens[1]}"
    assert set(all_at_once(30, lambda: found.post(path, {"List-Unsubscribe": "One-Click"}))) == {200}
    assert found.count("consent", "kind = 'surveys'") == 1


def test_a_participant_added_fifty_times_at_once_is_one_participant(running: tuple[Site, People]) -> None:
    found, people = running
    found.sign_in(people.email)
    path = "/participants/new"
    before = found.count("participant")
    data = found.form(path, path).fields | {"first_name": "Eva", "last_name": "Ek", "email": "eva.ek@example.org"}
    assert set(all_at_once(50, lambda: found.post(path, data))) == {303}
    assert found.count("participant") == before + 1
