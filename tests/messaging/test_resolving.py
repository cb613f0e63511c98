"""A sender that died on the wire: the receiver is asked, and what nobody can say is shown and never sent again."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import current_app

from crm import clock
from crm.db import current_session
from crm.extension_points import SendResult
from crm.messaging.claiming import claim
from crm.messaging.fences import Fence
from crm.messaging.mailbox import keep
from crm.messaging.models import Channel, MailboxItem, MessageState
from crm.messaging.outbox import sweep
from crm.messaging.receiver_log import Answer
from crm.messaging.recording import record_result
from crm.messaging.resolving import resolve
from crm.messaging.setup import EXTENSION, current_messaging
from crm.settings import SmtpServer
from tests.messaging.postman import Postman, message, state

NOON = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


@dataclass
class Log:
    """A mail server's log that says what a test wants."""

    answer: Answer = "has_not"
    asked: list[str] = field(default_factory=list)

    def has(self, message_id: str) -> Answer:
        self.asked.append(message_id)
        return self.answer


@pytest.fixture
def jump() -> Iterator[object]:
    with clock.travelling(NOON) as jump:
        yield lambda **passed: jump(NOON + timedelta(**passed))


def through_smtp(log: Log | None) -> None:
    messaging = current_messaging()
    settings = replace(messaging.settings, mail="smtp", smtp=SmtpServer("localhost", 1, "none"))
    current_app.extensions[EXTENSION] = replace(messaging, settings=settings, receiver_log=log)


def die_on_the_wire(postman: Postman) -> tuple[int, str]:
    """Claim a message, go on the wire, and never come back."""
    planned = postman.plan()
    claimed = claim(1)
    assert Fence(planned, claimed.token, current_messaging().timing).pass_through()
    return planned, claimed.token


def test_a_living_sender_is_left_alone(postman: Postman, jump) -> None:
    planned, _token = die_on_the_wire(postman)
    jump(seconds=30)
    assert resolve() == "no doubts"
    assert state(planned) is MessageState.ON_WIRE


def test_without_a_receiver_to_ask_the_message_is_in_doubt_within_a_minute_and_stays_so(postman: Postman, jump) -> None:
    through_smtp(None)
    planned, _token = die_on_the_wire(postman)
    jump(seconds=50)
    resolve()
    assert state(planned) is MessageState.UNKNOWN
    assert postman.states == [("1", "unknown")]
    jump(days=30)
    assert (resolve(), sweep().claimed) == ("no doubts", 0)
    assert message(planned).body is not None


def test_a_log_that_has_it_settles_the_doubt_at_once(postman: Postman, jump) -> None:
    log = Log("has_it")
    through_smtp(log)
    planned, _token = die_on_the_wire(postman)
    jump(seconds=50)
    assert resolve() == "1 arrived"
    row = message(planned)
    assert (row.state, row.body, log.asked) == (MessageState.ACCEPTED, None, [row.message_id])


def test_a_log_that_has_it_not_is_believed_only_after_the_servers_own_timeout(postman: Postman, jump) -> None:
    log = Log("has_not")
    through_smtp(log)
    planned, _token = die_on_the_wire(postman)
    jump(seconds=50)
    assert resolve() == "1 in doubt"
    assert state(planned) is MessageState.UNKNOWN
    jump(minutes=5)
    resolve()
    assert state(planned) is MessageState.UNKNOWN
    jump(minutes=13)
    assert resolve() == "1 planned again"
    assert state(planned) is MessageState.PLANNED
    assert message(planned).reason == "not_received"


def test_a_log_that_is_silent_is_asked_again_but_not_for_ever(postman: Postman, jump) -> None:
    log = Log("cannot_say")
    through_smtp(log)
    planned, _token = die_on_the_wire(postman)
    for minutes in range(1, 60 * 72, 10):
        jump(minutes=minutes)
        resolve()
    assert state(planned) is MessageState.UNKNOWN
    assert 200 < len(log.asked) < 400


def test_the_mailbox_knows_what_it_has(postman: Postman, jump) -> None:
    planned = postman.plan()
    claimed = claim(1)
    Fence(planned, claimed.token, current_messaging().timing).pass_through()
    keep(claimed.letters[0])
    jump(minutes=1)
    assert resolve() == "1 arrived"
    other, _token = die_on_the_wire_as("2", postman)
    jump(minutes=2)
    assert resolve() == "1 planned again"
    sweep()
    assert state(other) is MessageState.ACCEPTED
    assert current_session().query(MailboxItem).count() == 2


def die_on_the_wire_as(ref: str, postman: Postman) -> tuple[int, str]:
    planned = postman.plan(ref)
    claimed = claim(1)
    Fence(planned, claimed.token, current_messaging().timing).pass_through()
    return planned, claimed.token


def test_a_late_acceptance_ends_the_doubt_as_long_as_nobody_has_claimed_the_message_since(
    postman: Postman, jump
) -> None:
    through_smtp(None)
    planned, token = die_on_the_wire(postman)
    jump(minutes=1)
    resolve()
    assert record_result(planned, token, SendResult("accepted", reply="250 ok"), gateway="smtp") == "accepted"
    assert state(planned) is MessageState.ACCEPTED
    assert postman.states == [("1", "unknown"), ("1", "accepted")]


def test_a_sender_that_was_stopped_on_the_wire_meets_its_expired_lease(postman: Postman, monkeypatch) -> None:
    planned, token = die_on_the_wire(postman)
    timing = current_messaging().timing
    fence = Fence(planned, token, timing)
    assert not fence.pass_through(), "it is on the wire already"
    with clock.travelling(clock.now() + timedelta(minutes=1)):
        fence._passed_at -= 60
        assert not fence.still_ours()


def test_46elks_is_asked_with_what_is_recorded_for_the_number(postman: Postman, jump) -> None:
    questions: list[dict[str, object]] = []

    class Gateway:
        key = "fake"
        askable = True

        def send(self, *, sender: str, to: str, text: str, reference: str) -> SendResult:
            raise AssertionError("nothing is sent here")

        def ask(self, **question: object) -> SendResult | None:
            questions.append(question)
            return SendResult("accepted", reference="s2")

    messaging = current_messaging()
    current_app.extensions[EXTENSION] = replace(messaging, gateway=Gateway())
    postman.render = lambda row: postman.letter(row).__class__(to="+46700000001", text="Hej")
    first = postman.plan("1", channel=Channel.SMS)
    claimed = claim(1)
    Fence(first, claimed.token, messaging.timing).pass_through()
    record_result(first, claimed.token, SendResult("accepted", reference="s1"), gateway="fake")
    second = postman.plan("2", channel=Channel.SMS)
    claimed = claim(1)
    Fence(second, claimed.token, messaging.timing).pass_through()
    jump(minutes=1)
    assert resolve() == "1 arrived"
    assert (questions[0]["known_references"], questions[0]["in_doubt"]) == (["s1"], 1)
    assert message(second).gateway_ref == "s2"


def test_a_reference_that_another_message_carries_leaves_the_doubt(postman: Postman, jump) -> None:
    first, second = postman.plan("1"), postman.plan("2")
    claimed = claim(2)
    for row in (first, second):
        Fence(row, claimed.token, current_messaging().timing).pass_through()
    record_result(first, claimed.token, SendResult("accepted", reference="s1"), gateway="fake")
    assert record_result(second, claimed.token, SendResult("accepted", reference="s1"), gateway="fake") == "unknown"
    assert (state(first), state(second)) == (MessageState.ACCEPTED, MessageState.UNKNOWN)
