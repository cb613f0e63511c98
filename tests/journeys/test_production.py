"""One day in production: PostgreSQL, Redis, two workers, a scheduler, gunicorn, a mail server and an SMS gateway.

Everything runs as a process of its own, as docs/administrators.md sets it up.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from bench.browsing import Browser, Page, signed_in
from crm import clock
from crm.accounts.models import Staff, Unit
from crm.actors import system_actor
from crm.app import create_app
from crm.db import current_session, db, transaction
from crm.messaging.models import MessageState, OutboxMessage
from crm.participants.models import Enrolment
from crm.participants.services.exits import exit_enrolment
from crm.programmes.models import Programme
from crm.settings import load_settings
from crm.tasks.models import Task
from surveys.models import DueRow
from tests.servers.elks46 import PASSWORD as ELKS_PASSWORD
from tests.servers.elks46 import USERNAME as ELKS_USERNAME
from tests.servers.elks46 import ElksSimulator
from tests.servers.gunicorn_app import AppServer, run_brobygg
from tests.servers.processes import wait_until
from tests.servers.redis_server import RedisServer
from tests.servers.smtp import SmtpSink
from tests.world import PASSWORD, World

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.faults]

MANY = 30
SYSTEM = system_actor("test")
# Crashes are noticed within seconds instead of a minute; everything else is as in production.
HASTE = {"BROBYGG_LEASE_SECONDS": "3", "BROBYGG_SETTLE_SECONDS": "1", "BROBYGG_RETRY_SECONDS": "1"}


@dataclass
class Office:
    """A running installation with one unit, and what stands around it."""

    server: AppServer
    app: Flask
    sink: SmtpSink
    phones: ElksSimulator
    redis: RedisServer
    unit_id: int
    staff_id: int
    programme_id: int

    def enrolled(self, **values: object) -> tuple[int, str]:
        """Somebody who takes part; returns the enrolment's key and public id."""
        with self.app.app_context():
            session, world = current_session(), World()
            # Each call has a World of its own, so its numbers begin again: the address says whose it is.
            person = world.participant(session.get_one(Unit, self.unit_id), **values)
            programme = session.get_one(Programme, self.programme_id)
            found = world.enrolment(person, programme, session.get_one(Staff, self.staff_id))
            return found.id, found.public_id

    def leave(self, enrolment_ids: list[int]) -> None:
        """These people leave today, through the service."""
        with self.app.app_context(), transaction():
            for each in enrolment_ids:
                exit_enrolment(SYSTEM, enrolment_id=each, exit_on=clock.today(), reason="work_ordinary")

    def states(self, enrolment_ids: list[int]) -> list[MessageState]:
        """The states of every message about the exits of these enrolments."""
        statement = (
            select(OutboxMessage.state)
            .join(DueRow, DueRow.public_id == OutboxMessage.purpose_ref)
            .where(DueRow.enrolment_id.in_(enrolment_ids))
        )
        with self.app.app_context():
            return list(current_session().scalars(statement))

    def letters_to(self, address: str) -> list[str]:
        """The texts of the mails that the mail server took for ``address``."""
        return [mail.text() for mail in self.sink.messages() if mail.rcpt_tos == (address,)]


@pytest.fixture
def office(
    postgres_url: str, redis_private: RedisServer, smtp_sink: SmtpSink, elks_simulator: ElksSimulator, tmp_path: Path
) -> Iterator[Office]:
    settings = HASTE | {
        "BROBYGG_DATABASE_URL": postgres_url,
        "BROBYGG_REDIS_URL": redis_private.url,
        "BROBYGG_SMTP_URL": smtp_sink.url,
        "BROBYGG_SMTP_ASK_URL": smtp_sink.ask_url,
        "BROBYGG_MAIL_FROM": "uppfoljning@kommun.example",
        "BROBYGG_SMS": "elks46",
        "BROBYGG_ELKS46_API_URL": elks_simulator.url,
        "BROBYGG_ELKS46_USERNAME": ELKS_USERNAME,
        "BROBYGG_ELKS46_PASSWORD": ELKS_PASSWORD,
        "BROBYGG_PLUGINS": "surveys,elks46",
    }
    server = AppServer(env=settings, background=2, folder=tmp_path).start()
    app = create_app(load_settings(server.environment))
    try:
        run_brobygg("surveys", "install", log=tmp_path / "install.log", env=server.environment)
        with app.app_context():
            world = World()
            # The same hour on both ends: no quiet hours, so that the story can be told at night.
            unit = world.unit("Arbetsmarknad", quiet_from=0, quiet_until=0, sms_sender="Kommunen", language="sv")
            staff = world.staff(unit=unit, name="Karin Lind", email="karin@kommun.example", language="en")
            programme = world.programme(unit, starts_on=clock.today() - timedelta(days=300))
            ids = (unit.id, staff.id, programme.id)
        yield Office(server, app, smtp_sink, elks_simulator, redis_private, *ids)
    finally:
        server.stop()
        with app.app_context():
            db.engine.dispose()


def test_an_exit_leads_to_a_survey_an_answer_and_a_task_and_crashes_lose_and_double_nothing(office: Office) -> None:
    _an_exit_on_the_web_is_answered(office)
    _an_sms_is_delivered(office)
    _nothing_is_lost_or_doubled(office)
    assert "@example.net" not in office.server.log_text()


def _an_exit_on_the_web_is_answered(office: Office) -> None:
    """Staff save an exit; the mail comes within seconds; the answers make a task."""
    key, public_id = office.enrolled(email="asa@example.net", phone=None, language="sv")
    with closing(signed_in(office.server.url, email="karin@kommun.example", password=PASSWORD)) as browser:
        page = browser.get(f"/enrolments/{public_id}/exit")
        browser.submit(page, page.form("/exit"), reason="work_ordinary")
    wait_until(lambda: bool(office.letters_to("asa@example.net")), seconds=15, what="the mail with the survey")
    [letter] = office.letters_to("asa@example.net")
    link = re.search(rf"{re.escape(office.server.url)}(/s/\S+)", letter)
    assert link is not None, letter
    with closing(Browser(office.server.url)) as phone:
        _answer(phone, link[1])
    with office.app.app_context():
        task = current_session().scalars(select(Task).where(Task.kind == "surveys.contact_wish")).one()
        row = current_session().scalars(select(DueRow).where(DueRow.enrolment_id == key, DueRow.wave == "exit")).one()
        assert task.owner_id == office.staff_id
        assert row.state.value == "answered"


def _answer(browser: Browser, link: str) -> None:
    """Answer every question with its first answer, as somebody with a phone does. No cookie is ever set."""
    page: Page = browser.get(link)
    page = browser.submit(page, page.form("/begin"))
    for _question in range(15):
        if "/q/" not in page.url:
            break
        page = browser.submit(page, page.form())
    page = browser.submit(page, page.form("/finish"))
    assert page.url.partition("?")[0].endswith("/thanks")
    assert browser.cookies == {}


def _an_sms_is_delivered(office: Office) -> None:
    """Somebody without e-mail gets an SMS; the gateway's report makes it delivered."""
    key, _public_id = office.enrolled(email=None, phone="+46701740605", channels=["sms"], language="sv")
    office.leave([key])
    wait_until(lambda: office.states([key]) == [MessageState.DELIVERED], seconds=15, what="the delivery report")
    [sms] = office.phones.accepted("+46701740605")
    assert "/s/" in sms["message"]


def _nothing_is_lost_or_doubled(office: Office) -> None:
    """Both workers die while they send and Redis forgets everything; each letter arrives once."""
    addresses = [f"person{number}@crash.example.net" for number in range(MANY)]
    keys = [office.enrolled(email=each, phone=None, channels=["email"])[0] for each in addresses]
    before = len(office.sink.messages())

    def arrived() -> int:
        return len(office.sink.messages()) - before

    # A mail server that takes its time, so that somebody is always in the middle of a letter.
    office.sink.set_fault("delay_reply", seconds=0.15)
    office.leave(keys)
    wait_until(lambda: arrived() >= 5, seconds=20, what="the first letters")
    _kill_the_sender(office, arrived)
    office.sink.clear_faults()
    accepted = [MessageState.ACCEPTED] * MANY
    wait_until(lambda: office.states(keys) == accepted, seconds=40, what="every letter to be settled")
    copies = {each: len(office.letters_to(each)) for each in addresses}
    assert copies == dict.fromkeys(addresses, 1)
    with office.app.app_context():
        waiting = select(func.count()).select_from(Enrolment).where(Enrolment.exited_on.is_(None))
        assert current_session().scalar(waiting) == 0


def _kill_the_sender(office: Office, arrived: Callable[[], int]) -> None:
    """SIGKILL one worker and empty Redis; if letters still come in, it was the idle one: then the other too."""
    for at in (0, 1):
        office.server.workers[at].kill()
        office.redis.flush()
        office.server.add_worker()
        seen = arrived()
        time.sleep(1)
        if arrived() <= seen + 1:  # the letter that was under way when its sender died
            return
    pytest.fail("letters come in although every sender is dead")
