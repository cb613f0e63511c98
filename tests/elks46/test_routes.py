"""The addresses that 46elks posts to: late, repeated and out of order, its reports end in the same state."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm.app import create_app
from crm.db import Base, current_session, db
from crm.errors import SettingsError
from crm.events import OptedOut, ReplyReceived
from crm.extension_points import SendResult, Subscription
from crm.messaging.claiming import claim
from crm.messaging.fences import Fence
from crm.messaging.models import Channel, GatewayReport, MessageState, OutboxMessage
from crm.messaging.recording import record_result
from crm.messaging.services import is_suppressed
from crm.messaging.setup import current_messaging
from crm.registry import EXTENSION, Registry
from crm.tasks.models import Task
from plugins.elks46.configuration import callback_secret, gateway_from
from tests.conftest import make_settings
from tests.messaging.postman import Postman
from tests.servers.elks46 import ElksSimulator
from tests.world import World

SECRET = "a-secret-of-some-length"
NUMBER = "+46700000001"


@pytest.fixture
def elks_app(tmp_path: Path) -> Iterator[Flask]:
    """An application with the plugin alone, and with the check against forgery on."""
    settings = make_settings(tmp_path, PLUGINS="elks46", ELKS46_CALLBACK_SECRET=SECRET)
    app = create_app(settings)
    app.config["TESTING"] = True
    with app.app_context():
        Base.metadata.create_all(db.engine)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(elks_app: Flask) -> FlaskClient:
    return elks_app.test_client()


def sent_sms(app: Flask, *, reference: str | None = "s1", world: World | None = None) -> str:
    """Plan an SMS, bring it to 46elks, and say its return token. Without a reference its sender died on the wire."""
    with app.app_context():
        postman = Postman(app)
        values: dict[str, int] = {}
        if world is not None:
            unit = world.unit()
            values = {"unit_id": unit.id, "participant_id": world.participant(unit, phone=NUMBER).id}
        row = postman.plan(1, channel=Channel.SMS, **values)
        claimed = claim(1)
        Fence(row, claimed.token, current_messaging().timing).pass_through()
        if reference:
            record_result(row, claimed.token, SendResult("accepted", reference=reference), gateway="elks46")
        return current_session().get_one(OutboxMessage, row).return_token


def report(client: FlaskClient, token: str, status: str, *, sms: str = "s1", secret: str = SECRET) -> int:
    form = {"id": sms, "status": status, "delivered": "2026-05-04T10:00:00.123456"}
    answer = client.post(f"/hooks/46elks/{secret}/{token}", data=form)
    assert answer.data == b"" or answer.status_code == 404
    return answer.status_code


def the_message(app: Flask) -> OutboxMessage:
    with app.app_context():
        return current_session().scalars(select(OutboxMessage)).one()


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "sent"])))
def test_every_order_of_the_same_reports_ends_delivered(
    elks_app: Flask, client: FlaskClient, order: tuple[str, ...]
) -> None:
    token = sent_sms(elks_app)
    for status in order:
        assert report(client, token, status) == 204
    row = the_message(elks_app)
    assert (row.state, row.delivered_at) == (
        MessageState.DELIVERED,
        datetime(2026, 5, 4, 10, 0, 0, 123456, tzinfo=UTC),
    )


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "failed", "delivered"])))
def test_delivered_is_the_last_word_whatever_came_before_it(
    elks_app: Flask, client: FlaskClient, order: tuple[str, ...]
) -> None:
    token = sent_sms(elks_app)
    for status in order:
        report(client, token, status)
    assert the_message(elks_app).state is MessageState.DELIVERED


def test_a_failed_message_stays_failed_when_an_old_report_comes_late(elks_app: Flask, client: FlaskClient) -> None:
    token = sent_sms(elks_app)
    for status in ("failed", "sent", "failed"):
        report(client, token, status)
    row = the_message(elks_app)
    assert (row.state, row.reason) == (MessageState.FAILED, "not_delivered")


def test_a_report_settles_a_message_whose_sender_died(elks_app: Flask, client: FlaskClient) -> None:
    token = sent_sms(elks_app, reference=None)
    report(client, token, "sent", sms="s7")
    row = the_message(elks_app)
    assert (row.state, row.gateway, row.gateway_ref) == (MessageState.ACCEPTED, "elks46", "s7")


def test_an_unknown_id_is_kept_and_answered_204(elks_app: Flask, client: FlaskClient) -> None:
    assert report(client, "ffffffffffff", "delivered", sms="unknown") == 204
    with elks_app.app_context():
        kept = current_session().scalars(select(GatewayReport)).one()
        assert (kept.external_id, kept.status, kept.outbox_id) == ("unknown", "delivered", None)


@pytest.mark.parametrize("form", [{}, {"id": "s1"}, {"id": "s1", "status": "exploded"}, {"id": "'", "status": "sent"}])
def test_a_malformed_report_changes_nothing_and_is_not_asked_for_again(
    elks_app: Flask, client: FlaskClient, form: dict[str, str]
) -> None:
    token = sent_sms(elks_app)
    answer = client.post(f"/hooks/46elks/{SECRET}/{token}", data=form)
    assert (answer.status_code, answer.data) == (204, b"")
    assert the_message(elks_app).state is MessageState.ACCEPTED


def test_without_the_secret_there_is_nothing_here(elks_app: Flask, client: FlaskClient) -> None:
    token = sent_sms(elks_app)
    assert report(client, token, "failed", secret="wrong") == 404
    assert client.post("/hooks/46elks/wrong/incoming", data={}).status_code == 404
    assert client.get(f"/hooks/46elks/{SECRET}/{token}").status_code in (404, 405)
    assert the_message(elks_app).state is MessageState.ACCEPTED


def incoming(client: FlaskClient, text: str, *, sms: str = "in1") -> None:
    form = {
        "direction": "incoming",
        "id": sms,
        "from": NUMBER,
        "to": "+46766860000",
        "created": "2026-05-04T10:00:00",
        "message": text,
    }
    answer = client.post(f"/hooks/46elks/{SECRET}/incoming", data=form)
    # A body would be sent to the person as an SMS.
    assert (answer.status_code, answer.data) == (204, b"")


def listening(app: Flask, key: str) -> list[object]:
    heard: list[object] = []
    registry: Registry = app.extensions[EXTENSION]
    registry._subscriptions.setdefault(key, []).append(Subscription(key, heard.append))
    return heard


@pytest.mark.parametrize("text", ["STOP", "stopp!", " Stopp tack "])
def test_stop_ends_all_sms_to_the_number_and_is_told_once(elks_app: Flask, client: FlaskClient, text: str) -> None:
    heard = listening(elks_app, "opted_out")
    incoming(client, text)
    incoming(client, text)
    with elks_app.app_context():
        assert is_suppressed(Channel.SMS, NUMBER) == "stop_reply"
    assert heard == [OptedOut(channel="sms", address=NUMBER)]


def test_any_other_answer_becomes_a_task_with_the_text(elks_app: Flask, client: FlaskClient, world: World) -> None:
    heard = listening(elks_app, "reply_received")
    sent_sms(elks_app, world=world)
    incoming(client, "Jag vill gärna prata, stoppa inte!")
    incoming(client, "Jag vill gärna prata, stoppa inte!")
    with elks_app.app_context():
        assert is_suppressed(Channel.SMS, NUMBER) is None
        [task] = current_session().scalars(select(Task)).all()
        assert task.note == "Jag vill gärna prata, stoppa inte!"
        assert task.participant_id is not None
    assert len(heard) == 1
    assert isinstance(heard[0], ReplyReceived)
    assert "prata" not in repr(heard[0])


def test_the_secret_is_made_from_the_key_when_none_is_set_and_never_guessable() -> None:
    made = callback_secret({"BROBYGG_SECRET_KEY": "k" * 40})
    assert len(made) == 40
    assert made == callback_secret({"BROBYGG_SECRET_KEY": "k" * 40})
    with pytest.raises(SettingsError):
        callback_secret({"BROBYGG_ELKS46_CALLBACK_SECRET": "short"})


def test_half_a_configuration_stops_the_start(tmp_path: Path) -> None:
    assert gateway_from({}) is None
    with pytest.raises(SettingsError):
        gateway_from({"BROBYGG_ELKS46_USERNAME": "u"})
    with pytest.raises(SettingsError, match="missing"):
        create_app(make_settings(tmp_path, PLUGINS="elks46", SMS="elks46"))
    with pytest.raises(SettingsError, match="Known"):
        create_app(make_settings(tmp_path, PLUGINS="elks46", SMS="nobody"))


def test_an_sms_goes_the_whole_way_through_the_simulator(tmp_path: Path, elks_simulator: ElksSimulator) -> None:
    from crm.messaging.outbox import sweep
    from tests.conftest import make_app

    settings = make_settings(
        tmp_path,
        PLUGINS="elks46",
        SMS="elks46",
        ELKS46_USERNAME="u-simulator",
        ELKS46_PASSWORD="p-simulator",
        ELKS46_API_URL=f"{elks_simulator.url}/a1",
    )
    app = make_app(settings)
    with app.app_context():
        Postman(app).plan(1, channel=Channel.SMS)
        assert sweep().accepted == 1
        row = current_session().scalars(select(OutboxMessage)).one()
        [accepted] = elks_simulator.accepted()
        assert row.gateway_ref == accepted["id"]
        db.engine.dispose()
