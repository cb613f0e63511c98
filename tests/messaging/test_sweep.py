"""The sender claims what is due, checks everything again, sends it once and says what became of it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from crm import clock
from crm.db import current_session, transaction
from crm.extension_points import Rendered, SendResult
from crm.messaging import fences
from crm.messaging.claiming import claim
from crm.messaging.mailbox import MailboxTransport
from crm.messaging.models import Channel, MailboxItem, MessageState, OutboxMessage
from crm.messaging.outbox import sweep
from crm.messaging.recording import record_result
from crm.messaging.rendering import Letter, unseal
from crm.messaging.services import cancel_messages, plan_message, suppress
from tests.messaging.postman import ACTOR, PURPOSE, Postman, message, state
from tests.world import World

NOON = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def test_a_due_message_is_sent_once_and_its_text_is_purged(postman: Postman) -> None:
    planned = postman.plan()
    assert sweep().accepted == 1
    assert sweep().claimed == 0
    row = message(planned)
    assert (row.state, row.body, row.attempt) == (MessageState.ACCEPTED, None, 1)
    [item] = current_session().scalars(select(MailboxItem)).all()
    assert (item.to, item.message_id) == ("person1@example.org", row.message_id)
    assert postman.states == [("1", "accepted")]


def test_planning_twice_gives_one_message(postman: Postman) -> None:
    planned = postman.plan("7")
    assert postman.plan("7") == planned
    sweep()
    assert postman.plan("7") == planned
    assert sweep().claimed == 0


def test_a_message_waits_until_its_time(postman: Postman) -> None:
    with clock.travelling(NOON) as jump:
        planned = postman.plan(not_before=NOON + timedelta(hours=2))
        assert sweep().claimed == 0
        jump(NOON + timedelta(hours=2))
        assert sweep().accepted == 1
        assert state(planned) is MessageState.ACCEPTED


def test_what_changed_after_planning_wins(postman: Postman) -> None:
    planned = postman.plan()
    postman.check = lambda row: "wave_closed"
    assert sweep().cancelled == 1
    row = message(planned)
    assert (row.state, row.reason) == (MessageState.CANCELLED, "wave_closed")
    assert postman.states == [("1", "cancelled")]
    assert postman.rendered == []


def test_a_suppressed_address_is_never_written_to(postman: Postman) -> None:
    with transaction():
        suppress(ACTOR, channel=Channel.EMAIL, address="Person1@example.org", reason="hard_bounce", source=None)
    planned, other = postman.plan("1"), postman.plan("2")
    counts = sweep()
    assert (counts.cancelled, counts.accepted) == (1, 1)
    assert message(planned).reason == "suppressed_hard_bounce"
    assert state(other) is MessageState.ACCEPTED


def test_a_message_that_cannot_be_rendered_stops_no_other_and_is_tried_again(postman: Postman) -> None:
    def render(row: OutboxMessage) -> Rendered:
        if row.purpose_ref == "1":
            raise ZeroDivisionError
        return postman.letter(row)

    with clock.travelling(NOON) as jump:
        postman.render = render
        broken, fine = postman.plan("1"), postman.plan("2")
        counts = sweep()
        assert (counts.postponed, counts.accepted) == (1, 1)
        assert (state(broken), message(broken).reason) == (MessageState.PLANNED, "not_rendered")
        assert state(fine) is MessageState.ACCEPTED
        postman.render = postman.letter
        jump(NOON + timedelta(minutes=2))
        assert sweep().accepted == 1


def test_a_message_that_can_never_be_rendered_fails_after_three_days(postman: Postman) -> None:
    with clock.travelling(NOON) as jump:
        postman.render = lambda row: Rendered(**{"to": 1 / 0})
        planned = postman.plan()
        for hours in range(0, 80, 2):
            jump(NOON + timedelta(hours=hours))
            sweep()
        assert (state(planned), message(planned).reason) == (MessageState.FAILED, "gave_up")


def test_a_purpose_that_fails_to_react_does_not_undo_what_happened(postman: Postman) -> None:
    def react(row: OutboxMessage) -> None:
        row.reason = "nonsense"
        raise ZeroDivisionError

    postman.react = react
    planned = postman.plan()
    sweep()
    assert (state(planned), message(planned).reason) == (MessageState.ACCEPTED, None)


def test_messages_of_a_plugin_that_is_gone_wait_for_it(postman: Postman) -> None:
    with transaction():
        plan_message(
            ACTOR,
            purpose="gone.plugin",
            purpose_ref="1",
            channel=Channel.EMAIL,
            not_before=clock.now(),
            unit_id=None,
        )
    assert sweep().claimed == 0


def test_the_text_waits_encrypted_and_a_retry_sends_the_same(postman: Postman) -> None:
    planned = postman.plan()
    claimed = claim(10)
    row = message(planned)
    assert row.body is not None
    assert b"example.org" not in row.body
    assert unseal(row.body).to == "person1@example.org"
    record_result(planned, claimed.token, SendResult("retry", reply="451 later"), gateway="smtp")
    postman.render = lambda row: Rendered(to="other@example.org", text="changed")
    with clock.travelling(clock.now() + timedelta(minutes=2)):
        assert sweep().accepted == 1
    assert current_session().scalars(select(MailboxItem.to)).all() == ["person1@example.org"]
    assert postman.rendered == ["1"]


def test_a_message_taken_back_while_it_is_claimed_does_not_leave(postman: Postman) -> None:
    planned = postman.plan()
    claimed = claim(10)
    with transaction():
        assert cancel_messages(ACTOR, purpose=PURPOSE, purpose_ref="1", reason="opted_out") == 1
    fence = fences.Fence(planned, claimed.token, fences_timing())
    assert MailboxTransport().send(claimed.letters[0], fence) is None
    assert current_session().scalars(select(MailboxItem)).all() == []


def fences_timing():  # type: ignore[no-untyped-def]
    from crm.messaging.setup import current_messaging

    return current_messaging().timing


def test_an_expired_claim_is_sent_by_somebody_else_and_its_first_holder_is_fenced_off(postman: Postman) -> None:
    with clock.travelling(NOON) as jump:
        planned = postman.plan()
        first = claim(10)
        jump(NOON + timedelta(minutes=1))
        second = claim(10)
        assert [letter.id for letter in second.letters] == [planned]
        timing = fences_timing()
        assert not fences.Fence(planned, first.token, timing).pass_through()
        assert fences.Fence(planned, second.token, timing).pass_through()
        assert message(planned).attempt == 2
        lost = record_result(planned, first.token, SendResult("accepted"), gateway="smtp")
        assert (lost, state(planned)) == ("lost", MessageState.ON_WIRE)


def test_two_senders_never_claim_the_same_message(postman: Postman) -> None:
    for ref in range(6):
        postman.plan(ref)
    first, second = claim(4), claim(4)
    taken = [letter.id for letter in first.letters + second.letters]
    assert len(taken) == len(set(taken)) == 6


def test_the_first_minutes_of_quiet_hours_move_a_message_to_the_morning(world: World, postman: Postman) -> None:
    unit = world.unit(time_zone="Europe/Oslo", quiet_from=20, quiet_until=8)
    registry_quiet(postman)
    evening = datetime(2026, 3, 28, 19, 5, tzinfo=UTC)
    with clock.travelling(evening) as jump:
        planned = postman.plan(unit_id=unit.id)
        assert sweep().postponed == 1
        # Daylight saving begins that night: eight o'clock is 06:00 in UTC, not 07:00.
        assert message(planned).not_before == datetime(2026, 3, 29, 6, 0, tzinfo=UTC)
        assert sweep().postponed == 0
        jump(datetime(2026, 3, 29, 6, 0, tzinfo=UTC))
        assert sweep().accepted == 1


def registry_quiet(postman: Postman) -> None:
    from dataclasses import replace

    from crm.registry import current_registry

    purposes = current_registry().purposes
    purposes[PURPOSE] = replace(purposes[PURPOSE], quiet=True)


@pytest.mark.parametrize("outcome", ["retry"])
def test_growing_pauses_end_in_failure_after_three_days(postman: Postman, outcome: str) -> None:
    with clock.travelling(NOON) as jump:
        planned = postman.plan()
        at = NOON
        pauses = []
        while state(planned) is MessageState.PLANNED:
            claimed = claim(1)
            if not claimed.letters:
                break
            record_result(planned, claimed.token, SendResult("retry", reply="451 busy"), gateway="smtp")
            if state(planned) is MessageState.PLANNED:
                pauses.append(message(planned).not_before - at)
                at = message(planned).not_before
                jump(at)
        row = message(planned)
        assert pauses == sorted(pauses)
        assert (row.state, row.reason, row.reply) == (MessageState.FAILED, "gave_up", "451 busy")
        assert timedelta(days=2, hours=18) < at - NOON <= timedelta(days=3)


def test_a_channel_that_is_not_set_up_cancels_with_its_reason(postman: Postman) -> None:
    from crm.messaging import setup

    planned = postman.plan(channel=Channel.SMS)
    assert Channel.SMS in setup.current_messaging().channels
    assert sweep().accepted == 1
    assert message(planned).segments == 1


def test_a_letter_is_free_of_the_session(postman: Postman) -> None:
    postman.plan()
    [letter] = claim(1).letters
    assert isinstance(letter, Letter)
    assert letter.rendered.to == "person1@example.org"
