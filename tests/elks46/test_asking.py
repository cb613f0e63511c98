"""Asking 46elks about messages in doubt: what its history proves, and what it does not."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crm import clock
from crm.extension_points import SendResult
from plugins.elks46 import gateway as gateway_module
from plugins.elks46.gateway import ElksGateway, ElksSettings
from tests.servers.elks46 import ElksSimulator

ANNA, BO = "+46701740605", "+46701740606"


def send(gateway: ElksGateway, reference: str = "m-1", to: str = ANNA) -> SendResult:
    return gateway.send(sender="Brobygg", to=to, text=f"Hej {reference}", reference=reference)


def ask(
    gateway: ElksGateway,
    *,
    known: tuple[str, ...] = (),
    in_doubt: int = 1,
    since: timedelta = timedelta(seconds=20),
) -> SendResult | None:
    now = clock.now()
    return gateway.ask(
        to=ANNA, reference="m-1", since=now - since, until=now, known_references=known, in_doubt=in_doubt
    )


def test_a_message_that_never_arrived_may_be_sent_again(gateway: ElksGateway, simulator: ElksSimulator) -> None:
    simulator.set_fault("drop_before", times=1)
    assert send(gateway).outcome == "unknown"
    assert ask(gateway) is None


@pytest.mark.parametrize("kind", ["timeout_after", "drop_after", "garbage", "status_after"])
def test_a_message_that_arrived_without_a_reply_is_found(
    gateway: ElksGateway, simulator: ElksSimulator, kind: str
) -> None:
    simulator.set_fault(kind, times=1, seconds=1)
    assert send(gateway).outcome == "unknown"
    answer = ask(gateway)
    assert answer is not None
    assert (answer.outcome, answer.reference) == ("accepted", simulator.accepted()[0]["id"])


def test_messages_that_we_know_and_messages_to_others_are_not_taken_for_it(
    gateway: ElksGateway, simulator: ElksSimulator
) -> None:
    known = send(gateway, "m-0").reference
    send(gateway, "m-2", to=BO)
    simulator.set_fault("drop_before", times=1)
    send(gateway)
    assert ask(gateway, known=(str(known),)) is None


def test_texts_that_came_in_and_replies_made_of_callbacks_are_not_taken_for_it(
    gateway: ElksGateway, simulator: ElksSimulator
) -> None:
    simulator.receive(sender=BO, recipient=ANNA, text="Hej")
    simulator.wait_for_posts()
    assert ask(gateway) is None


def test_two_in_doubt_that_both_arrived_are_accepted_one_after_the_other(
    gateway: ElksGateway, simulator: ElksSimulator
) -> None:
    simulator.set_fault("drop_after", times=2)
    send(gateway, "m-1")
    send(gateway, "m-2")
    first = ask(gateway, in_doubt=2)
    assert first is not None
    second = ask(gateway, known=(str(first.reference),), in_doubt=1)
    assert second is not None
    assert [first.outcome, second.outcome] == ["accepted", "accepted"]
    assert [first.reference, second.reference] == [sms["id"] for sms in simulator.accepted()]


def test_two_in_doubt_of_which_one_arrived_stay_in_doubt(gateway: ElksGateway, simulator: ElksSimulator) -> None:
    simulator.set_fault("drop_after", times=1)
    send(gateway, "m-1")
    simulator.set_fault("drop_before", times=1)
    send(gateway, "m-2")
    answer = ask(gateway, in_doubt=2)
    assert answer is not None
    assert answer.outcome == "unknown"


def test_two_in_doubt_that_both_never_arrived_may_both_be_sent_again(
    gateway: ElksGateway, simulator: ElksSimulator
) -> None:
    simulator.set_fault("drop_before", times=2)
    send(gateway, "m-1")
    send(gateway, "m-2")
    assert ask(gateway, in_doubt=2) is None


def test_more_strangers_than_messages_in_doubt_prove_nothing(gateway: ElksGateway) -> None:
    send(gateway, "m-1")
    send(gateway, "m-2")
    answer = ask(gateway, in_doubt=1)
    assert answer is not None
    assert answer.outcome == "unknown"


def test_the_history_is_not_trusted_before_it_had_time_to_settle(
    settings: ElksSettings, simulator: ElksSimulator
) -> None:
    gateway = ElksGateway(replace(settings, settle=timedelta(seconds=0.6)))
    simulator.configure(history_delay=0.3)
    simulator.set_fault("drop_after", times=1)
    since = clock.now()
    send(gateway)
    until = clock.now()

    def ask_again() -> SendResult | None:
        return gateway.ask(to=ANNA, reference="m-1", since=since, until=until, known_references=())

    early = ask_again()
    time.sleep(0.7)
    late = ask_again()
    assert early is not None
    assert late is not None
    assert (early.outcome, late.outcome) == ("unknown", "accepted")


@pytest.mark.parametrize("kind", ["history_status", "history_garbage", "history_slow"])
def test_a_history_that_cannot_be_read_proves_nothing(
    gateway: ElksGateway, simulator: ElksSimulator, kind: str
) -> None:
    simulator.set_fault(kind, times=1, seconds=1)
    answer = ask(gateway)
    assert answer is not None
    assert answer.outcome == "unknown"


def test_a_gateway_that_is_down_proves_nothing(settings: ElksSettings) -> None:
    answer = ask(ElksGateway(replace(settings, address="http://127.0.0.1:9")))
    assert answer is not None
    assert answer.outcome == "unknown"


def test_a_long_history_is_read_to_its_end(gateway: ElksGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "PAGE_SIZE", 2)
    ids = [str(send(gateway, f"m-{number}").reference) for number in range(7)]
    answer = ask(gateway, known=tuple(ids[1:]))
    assert answer is not None
    assert (answer.outcome, answer.reference) == ("accepted", ids[0])


def test_a_history_without_an_end_proves_nothing(gateway: ElksGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "PAGE_SIZE", 1)
    monkeypatch.setattr(gateway_module, "MOST_PAGES", 2)
    ids = [str(send(gateway, f"m-{number}").reference) for number in range(4)]
    answer = ask(gateway, known=tuple(ids))
    assert answer is not None
    assert answer.outcome == "unknown"


def test_what_lies_outside_the_window_is_not_taken_for_it(gateway: ElksGateway) -> None:
    send(gateway)
    later = datetime.now(UTC) + timedelta(hours=1)
    with clock.travelling(later):
        assert ask(gateway) is None
        found = ask(gateway, since=timedelta(hours=1))
    assert found is not None
    assert found.outcome == "accepted"


def test_a_simulator_that_was_killed_still_knows_what_it_accepted(
    gateway: ElksGateway, simulator: ElksSimulator
) -> None:
    simulator.set_fault("drop_after", times=1)
    send(gateway)
    simulator.kill()
    down = ask(gateway)
    assert down is not None
    assert down.outcome == "unknown"
    simulator.start()
    found = ask(gateway)
    assert found is not None
    assert found.outcome == "accepted"
