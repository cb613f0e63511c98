"""The result of one letter and the mark of the next are one commit; at any instant at most one is in doubt."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event

from crm import clock
from crm.db import current_session, db
from crm.extension_points import Accepted, SendResult
from crm.messaging import crash_points, resolving
from crm.messaging.claiming import claim
from crm.messaging.fences import Fence
from crm.messaging.journal import Journal
from crm.messaging.models import MessageState, OutboxMessage
from crm.messaging.outbox import sweep
from crm.messaging.rendering import Letter
from crm.messaging.sending import Carriers, send_claimed
from crm.messaging.setup import current_messaging
from crm.registry import current_registry
from tests.messaging.postman import PURPOSE, Postman, message, state

ACCEPTED, CLAIMED, ON_WIRE = MessageState.ACCEPTED, MessageState.CLAIMED, MessageState.ON_WIRE


class Killed(BaseException):
    """The process is gone: nothing after it runs that is not for every exception."""


class Hand:
    """A way out that takes everything, and lets a test look on between the steps."""

    key = "hand"
    broken = False

    def __init__(self) -> None:
        self.before: Callable[[Letter, Fence], None] = lambda letter, fence: None
        self.taken: list[int] = []

    def send(self, letter: Letter, fence: Fence) -> SendResult | None:
        self.before(letter, fence)
        if not fence.pass_through():
            return None
        self.taken.append(letter.id)
        return SendResult("accepted", reply="250 fine")

    def close(self) -> None:
        """Nothing is held open."""


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    found = Hand()
    monkeypatch.setattr(Carriers, "of", lambda carriers, channel: found)
    return found


@pytest.fixture
def commits(postman: Postman) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(connection: object) -> None:
        seen.append("commit")

    event.listen(db.engine, "commit", note)
    yield seen
    event.remove(db.engine, "commit", note)


def planned(postman: Postman, count: int) -> list[int]:
    return [postman.plan(ref) for ref in range(count)]


def states(rows: list[int]) -> list[MessageState]:
    return [state(row) for row in rows]


def die_at(monkeypatch: pytest.MonkeyPatch, point: str, visit: int) -> None:
    visits = iter(range(1, 1000))

    def reach(name: str) -> None:
        if name == point and next(visits) == visit:
            raise Killed

    monkeypatch.setattr(crash_points, "reach", reach)


def test_a_batch_costs_one_commit_a_letter_and_one_more(postman: Postman, hand: Hand, commits: list[str]) -> None:
    rows = planned(postman, 5)
    claimed = claim(10)
    commits.clear()
    assert list(send_claimed(claimed, Carriers(current_messaging()))) == ["accepted"] * 5
    assert len(commits) == 6
    assert states(rows) == [ACCEPTED] * 5
    assert postman.states == [(str(ref), "accepted") for ref in range(5)]


@pytest.mark.parametrize(
    ("point", "left", "in_doubt"),
    [
        ("before_result", [ON_WIRE, CLAIMED, CLAIMED], 0),
        ("in_handover", [ON_WIRE, CLAIMED, CLAIMED], 0),
        ("after_result", [ACCEPTED, ON_WIRE, CLAIMED], 1),
    ],
)
def test_a_sender_that_dies_between_two_letters_leaves_exactly_one_in_doubt(
    postman: Postman,
    hand: Hand,
    monkeypatch: pytest.MonkeyPatch,
    *,
    point: str,
    left: list[MessageState],
    in_doubt: int,
) -> None:
    monkeypatch.setattr(resolving, "receiver_for", lambda channel, messaging: None)
    rows = planned(postman, 3)
    with monkeypatch.context() as deadly:
        die_at(deadly, point, 1)
        with pytest.raises(Killed):
            sweep()
    assert states(rows) == left
    with clock.travelling(clock.now() + timedelta(minutes=2)):
        current_session().rollback()
        resolving.resolve()
        assert sweep().claimed == 2 - in_doubt
    assert states(rows) == [MessageState.UNKNOWN if place == in_doubt else ACCEPTED for place in range(3)]
    assert len(hand.taken) == len(set(hand.taken))


def test_whoever_waits_for_a_slow_receiver_settles_first(postman: Postman, hand: Hand) -> None:
    rows = planned(postman, 2)
    seen: list[MessageState] = []

    def wait(letter: Letter, fence: Fence) -> None:
        if letter.id == rows[1]:
            assert fence.unsettled
            fence.settle()
            assert not fence.unsettled
            seen.append(state(rows[0]))

    hand.before = wait
    assert sweep().accepted == 2
    assert seen == [ACCEPTED]


def test_what_happens_to_the_next_letter_does_not_make_the_answer_to_the_last_forgotten(
    postman: Postman, hand: Hand
) -> None:
    rows = planned(postman, 2)

    def stumble(letter: Letter, fence: Fence) -> None:
        if letter.id == rows[1]:
            raise ZeroDivisionError

    hand.before = stumble
    with pytest.raises(ZeroDivisionError):
        sweep()
    assert states(rows) == [ACCEPTED, CLAIMED]


def test_a_letter_that_was_taken_back_does_not_keep_the_result_before_it(postman: Postman, hand: Hand) -> None:
    rows = planned(postman, 2)
    claimed = claim(10)
    journal, timing = Journal(claimed.token), current_messaging().timing
    assert Fence(rows[0], claimed.token, timing, journal).pass_through()
    journal.note(rows[0], SendResult("accepted"), gateway="hand")
    message(rows[1]).state = MessageState.CANCELLED
    current_session().commit()
    assert not Fence(rows[1], claimed.token, timing, journal).pass_through()
    assert states(rows) == [ACCEPTED, MessageState.CANCELLED]
    assert journal.take_outcomes() == ["accepted"]


def test_a_quick_reaction_that_fails_loses_its_own_rows_only(postman: Postman, hand: Hand) -> None:
    heard: list[Accepted] = []

    def react(what: Accepted) -> None:
        heard.append(what)
        row = current_session().get_one(OutboxMessage, rows[0])
        row.reason = "nonsense"
        current_session().flush()
        raise ZeroDivisionError

    from dataclasses import replace

    purposes = current_registry().purposes
    purposes[PURPOSE] = replace(purposes[PURPOSE], on_accepted=react)
    rows = planned(postman, 2)
    assert sweep().accepted == 2
    assert [(each.purpose, each.purpose_ref, each.step) for each in heard] == [(PURPOSE, "0", 0), (PURPOSE, "1", 0)]
    assert states(rows) == [ACCEPTED, ACCEPTED]
    assert message(rows[0]).reason is None
    # The careful way told it once more, behind a savepoint, as a state.
    assert postman.states == [("0", "accepted"), ("1", "accepted")]


def test_the_quick_way_leaves_the_row_as_the_careful_way_does(postman: Postman, hand: Hand) -> None:
    rows = planned(postman, 2)
    with clock.travelling(clock.now()):
        claimed = claim(10)
        journal, timing = Journal(claimed.token), current_messaging().timing
        for row, reference in zip(rows, (None, "r1"), strict=True):
            assert Fence(row, claimed.token, timing, journal).pass_through()
            journal.note(row, SendResult("accepted", reference=reference, reply="250 fine"), gateway="hand")
            journal.settle()
    own = {"id", "public_id", "purpose_ref", "message_id", "return_token", "address_hash", "gateway_ref"}
    own |= {"created_at", "not_before"}
    columns = [column.key for column in OutboxMessage.__table__.columns if column.key not in own]
    quick, careful = ({name: getattr(message(row), name) for name in columns} for row in rows)
    assert quick == careful
    assert quick["body"] is None
