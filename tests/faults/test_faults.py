"""A quick fault run: over fifty senders are killed, at every point of their work; none loses or doubles a message.

`make soak` kills a thousand.
"""

import pytest

from tests.faults.harness import Scenario, Tally, run
from tests.faults.receivers import ElksReceiver, MailboxReceiver, SmtpReceiver

pytestmark = [pytest.mark.faults, pytest.mark.timeout(280)]


def assert_nothing_lost_or_doubled(tally: Tally) -> None:
    assert (tally.lost, tally.doubled, tally.ghosts, tally.unsettled, tally.failed) == (0, 0, 0, 0, 0), tally
    assert tally.kills > 0
    if tally.askable:
        assert tally.in_doubt == 0, tally
        assert tally.arrived == tally.planned, tally
    else:
        missing = tally.planned - tally.arrived
        assert missing == tally.in_doubt - tally.in_doubt_but_arrived, tally


def test_on_sqlite_with_a_mail_server_that_can_be_asked_nothing_is_lost_or_doubled() -> None:
    assert_nothing_lost_or_doubled(
        run(Scenario("sqlite, smtp with a log", None, SmtpReceiver(askable=True), kills=11, stops=1))
    )


@pytest.mark.postgres
def test_on_postgresql_with_a_mail_server_that_can_be_asked_nothing_is_lost_or_doubled(postgres_url: str) -> None:
    assert_nothing_lost_or_doubled(
        run(Scenario("postgresql, smtp with a log", postgres_url, SmtpReceiver(askable=True), kills=11, stops=1))
    )


def test_with_a_mail_server_that_cannot_be_asked_every_doubt_is_shown() -> None:
    tally = run(Scenario("sqlite, smtp without a log", None, SmtpReceiver(askable=False), kills=11))
    assert_nothing_lost_or_doubled(tally)


def test_with_46elks_nothing_is_lost_or_doubled() -> None:
    assert_nothing_lost_or_doubled(run(Scenario("sqlite, 46elks", None, ElksReceiver(), kills=11, stops=1)))


def test_in_the_local_mailbox_nothing_is_lost_or_doubled() -> None:
    assert_nothing_lost_or_doubled(run(Scenario("sqlite, mailbox", None, MailboxReceiver(), kills=11)))


def test_the_harness_notices_a_sender_that_sends_doubts_again_without_asking() -> None:
    receiver = SmtpReceiver(askable=False)
    receiver.points = ("after_accept", "before_result")
    tally = run(Scenario("careless", None, receiver, kills=4, careless=True))
    assert tally.doubled > 0, tally
