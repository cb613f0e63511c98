"""The simulator behaves as 46elks is documented to behave."""

import time
from typing import Any

import pytest
import requests

from plugins.elks46.simulator_text import count_parts
from tests.servers.callback_receiver import CallbackReceiver
from tests.servers.elks46 import PASSWORD, USERNAME, ElksSimulator
from tests.servers.processes import wait_until

ANNA, OURS = "+46701740605", "+46766860000"
AUTH = (USERNAME, PASSWORD)


def post(simulator: ElksSimulator, **form: str) -> requests.Response:
    fields = {"from": "Brobygg", "to": ANNA, "message": "Hej"} | form
    return requests.post(f"{simulator.url}/a1/sms", data=fields, auth=AUTH, timeout=5)


def history(simulator: ElksSimulator, **query: str) -> dict[str, Any]:
    reply = requests.get(f"{simulator.url}/a1/sms", params=query, auth=AUTH, timeout=5)
    return dict(reply.json())


def statuses(receiver: CallbackReceiver) -> list[str]:
    return [posted.form["status"] for posted in receiver.posted]


def test_the_reply_shows_the_message_its_parts_and_its_cost(simulator: ElksSimulator) -> None:
    reply = post(simulator, message="å" * 161)
    answer = reply.json()
    assert reply.status_code == 200
    assert {key: answer[key] for key in ("from", "to", "direction", "status", "parts", "cost")} == {
        "from": "Brobygg",
        "to": ANNA,
        "direction": "outgoing",
        "status": "created",
        "parts": 2,
        "cost": 7000,
    }


def test_the_path_may_be_written_in_capitals_and_other_paths_are_not_found(simulator: ElksSimulator) -> None:
    form = {"from": "Brobygg", "to": ANNA, "message": "Hej"}
    assert requests.post(f"{simulator.url}/a1/SMS", data=form, auth=AUTH, timeout=5).ok
    assert requests.post(f"{simulator.url}/a1/mms", data=form, auth=AUTH, timeout=5).status_code == 404


def test_a_dry_run_keeps_nothing(simulator: ElksSimulator) -> None:
    answer = post(simulator, dryrun="yes").json()
    assert answer["estimated_cost"] == 3500
    assert "id" not in answer
    assert simulator.accepted() == []


def test_a_text_that_is_not_to_be_logged_is_left_out_of_the_history(simulator: ElksSimulator) -> None:
    sent = post(simulator, dontlog="message").json()
    [entry] = history(simulator)["data"]
    assert entry["id"] == sent["id"]
    assert entry["to"] == ANNA
    assert entry["created"]
    assert "message" not in entry
    shown = requests.get(f"{simulator.url}/a1/sms/{sent['id']}", auth=AUTH, timeout=5).json()
    assert "message" not in shown


def test_a_text_that_may_be_logged_stands_in_the_history(simulator: ElksSimulator) -> None:
    post(simulator)
    assert history(simulator)["data"][0]["message"] == "Hej"


def test_the_history_needs_the_password_and_an_unknown_id_is_not_found(simulator: ElksSimulator) -> None:
    assert requests.get(f"{simulator.url}/a1/sms", timeout=5).status_code == 401
    assert requests.get(f"{simulator.url}/a1/sms/s0", auth=AUTH, timeout=5).status_code == 404


def test_the_history_is_paged_from_the_newest_to_the_oldest(simulator: ElksSimulator) -> None:
    ids = [post(simulator).json()["id"] for _ in range(5)]
    first = history(simulator, limit="2")
    second = history(simulator, limit="2", start=first["next"])
    last = history(simulator, limit="2", start=second["next"])
    assert [entry["id"] for page in (first, second, last) for entry in page["data"]] == ids[::-1]
    assert "next" not in last


def test_start_is_the_later_end_of_the_history_and_end_the_earlier(simulator: ElksSimulator) -> None:
    created = [post(simulator).json()["created"] for _ in range(3)]
    found = history(simulator, start=created[1], end=created[1], to=ANNA)["data"]
    assert [entry["created"] for entry in found] == [created[1]]
    assert history(simulator, to=OURS)["data"] == []


def test_reports_come_first_sent_then_delivered(simulator: ElksSimulator, receiver: CallbackReceiver) -> None:
    sent = post(simulator, whendelivered=f"{receiver.url}/dlr").json()
    simulator.wait_for_posts()
    assert statuses(receiver) == ["sent", "delivered"]
    assert {posted.form["id"] for posted in receiver.posted} == {sent["id"]}
    assert "delivered" in receiver.posted[1].form
    assert history(simulator)["data"][0]["status"] == "delivered"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("report_twice", ["sent", "sent", "delivered", "delivered"]),
        ("report_reversed", ["delivered", "sent"]),
        ("report_failed", ["sent", "failed"]),
        ("report_none", []),
    ],
)
def test_reports_misbehave_on_demand(
    simulator: ElksSimulator, receiver: CallbackReceiver, kind: str, expected: list[str]
) -> None:
    simulator.set_fault(kind, times=1)
    post(simulator, whendelivered=f"{receiver.url}/dlr")
    simulator.wait_for_posts()
    assert statuses(receiver) == expected
    final = "failed" if kind == "report_failed" else "delivered"
    assert history(simulator)["data"][0]["status"] == final


def test_a_late_report_comes_late(simulator: ElksSimulator, receiver: CallbackReceiver) -> None:
    simulator.set_fault("report_late", times=1, seconds=0.6)
    began = time.monotonic()
    post(simulator, whendelivered=f"{receiver.url}/dlr")
    simulator.wait_for_posts()
    assert time.monotonic() - began > 0.6
    assert statuses(receiver) == ["sent", "delivered"]


def test_a_report_that_is_not_taken_is_tried_at_least_five_times(
    simulator: ElksSimulator, receiver: CallbackReceiver
) -> None:
    simulator.configure(time_scale=0.00001)
    receiver.statuses = [500, 404, 302, 205, 503]
    simulator.set_fault("report_late", times=1, seconds=0)
    post(simulator, whendelivered=f"{receiver.url}/dlr")
    simulator.wait_for_posts()
    assert len(receiver.posted) == 7
    assert sorted(set(statuses(receiver))) == ["delivered", "sent"]


def test_a_user_in_the_address_of_a_report_becomes_basic_authentication(
    simulator: ElksSimulator, receiver: CallbackReceiver
) -> None:
    address = receiver.url.replace("http://", "http://elks:hemligt@")
    post(simulator, whendelivered=f"{address}/dlr")
    simulator.wait_for_posts()
    assert receiver.posted[0].authorization == "Basic ZWxrczpoZW1saWd0"


def test_an_empty_answer_to_an_inbound_text_sends_nothing(simulator: ElksSimulator, receiver: CallbackReceiver) -> None:
    simulator.configure(sms_urls={OURS: f"{receiver.url}/in"})
    simulator.receive(sender=ANNA, recipient=OURS, text="STOPP", times=2)
    simulator.wait_for_posts()
    assert [posted.form["message"] for posted in receiver.posted] == ["STOPP", "STOPP"]
    assert len({posted.form["id"] for posted in receiver.posted}) == 1
    assert simulator.accepted() == []


def test_an_answer_with_a_body_is_sent_as_a_text_and_kept_as_evidence(
    simulator: ElksSimulator, receiver: CallbackReceiver
) -> None:
    receiver.body = b"OK"
    simulator.receive(sender=ANNA, recipient=OURS, text="Hej", url=f"{receiver.url}/in")
    simulator.wait_for_posts()
    [reply] = simulator.accepted()
    assert (reply["direction"], reply["recipient"], reply["message"]) == ("outgoing-reply", ANNA, "OK")
    assert simulator.state()["reply_body"][0]["body"] == "OK"


def test_a_forged_report_is_posted_once(simulator: ElksSimulator, receiver: CallbackReceiver) -> None:
    receiver.statuses = [404]
    simulator.forge(url=f"{receiver.url}/dlr", form={"id": "s0", "status": "delivered"})
    simulator.wait_for_posts()
    assert [posted.form["id"] for posted in receiver.posted] == ["s0"]


def test_a_killed_simulator_goes_on_where_it_was(receiver: CallbackReceiver) -> None:
    simulator = ElksSimulator().start()
    try:
        simulator.set_fault("report_late", times=1, seconds=1.0)
        post(simulator, whendelivered=f"{receiver.url}/dlr")
        simulator.kill()
        assert receiver.posted == []
        simulator.start()
        wait_until(lambda: len(receiver.posted) == 2, what="both reports")
        assert len(simulator.accepted()) == 1
    finally:
        simulator.stop()
    assert not simulator.folder.exists()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("å" * 306, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ð" * 70, 1),
        ("ð" * 71, 2),
        ("🙏" * 36, 2),
    ],
)
def test_parts_are_counted_as_the_standard_says(text: str, parts: int) -> None:
    assert count_parts(text) == parts
