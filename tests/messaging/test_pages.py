"""The pages about messages: who sees what, and that pressing twice is harmless."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.actors import Role
from crm.db import current_session, transaction
from crm.messaging.hold import current_hold, hold_sending
from crm.messaging.models import Channel, MailboxItem, MessageState, OutboxMessage
from crm.messaging.outbox import sweep
from crm.messaging.services import is_suppressed, suppress
from tests.messaging.postman import ACTOR, Postman
from tests.world import World

SignIn = Callable[[FlaskClient, str], None]


class Office:
    """Two units with a coordinator each, participants and messages to them."""

    def __init__(self, app: Flask, world: World) -> None:
        with app.app_context():
            self.postman = Postman(app)
            self.unit = world.unit("North")
            other = world.unit("South")
            self.coordinator = world.staff(unit=self.unit)
            self.manager = world.staff(Role.MANAGER, unit=self.unit)
            self.admin = world.staff(Role.ADMINISTRATOR, unit=self.unit)
            self.evaluator = world.staff(Role.EVALUATOR, unit=self.unit)
            self.stranger = world.staff(unit=other)
            self.emails = {
                name: getattr(self, name).email for name in ("coordinator", "manager", "admin", "evaluator", "stranger")
            }
            self.person = world.participant(self.unit, first_name="Åsa", last_name="Öberg")
            programme = world.programme(self.unit)
            world.enrolment(self.person, programme, self.coordinator)
            self.planned = self.postman.plan(1, unit_id=self.unit.id, participant_id=self.person.id)
            self.public_id = current_session().get_one(OutboxMessage, self.planned).public_id
            self.unit_id, self.person_id = self.unit.id, self.person.id


@pytest.fixture
def office(app: Flask, world: World) -> Office:
    return Office(app, world)


def put_in_doubt(app: Flask, office: Office) -> None:
    with app.app_context(), transaction() as session:
        row = session.get_one(OutboxMessage, office.planned)
        row.state = MessageState.UNKNOWN
        row.doubt_since = clock.now()
        row.reason = "in_doubt"


def test_a_coordinator_sees_messages_to_own_participants_by_name(
    client: FlaskClient, office: Office, sign_in: SignIn
) -> None:
    sign_in(client, office.emails["coordinator"])
    page = client.get("/messages").text
    assert "Åsa Öberg" in page
    assert client.get(f"/messages/{office.public_id}").status_code == 200


@pytest.mark.parametrize("who", ["stranger", "admin"])
def test_others_do_not_see_them(client: FlaskClient, office: Office, sign_in: SignIn, who: str) -> None:
    sign_in(client, office.emails[who])
    assert "Öberg" not in client.get("/messages").text
    assert client.get(f"/messages/{office.public_id}").status_code == 404
    assert client.post(f"/messages/{office.public_id}/again").status_code == 404


def test_an_evaluator_has_no_access(client: FlaskClient, office: Office, sign_in: SignIn) -> None:
    sign_in(client, office.emails["evaluator"])
    for path in ("/messages", "/messages/doubts", "/mailbox", "/messages/blocked", "/messages/sending"):
        assert client.get(path).status_code == 403, path


def test_it_arrived_settles_a_doubt(app: Flask, client: FlaskClient, office: Office, sign_in: SignIn) -> None:
    put_in_doubt(app, office)
    sign_in(client, office.emails["coordinator"])
    assert "One message is in doubt" in client.get("/messages").text
    assert "It arrived" in client.get("/messages/doubts").text
    assert client.post(f"/messages/{office.public_id}/arrived").status_code == 303
    with app.app_context():
        assert current_session().get_one(OutboxMessage, office.planned).state is MessageState.ACCEPTED
    assert "not in doubt any more" in client.post(f"/messages/{office.public_id}/arrived", follow_redirects=True).text


def test_send_again_issues_the_message_once_more_and_only_once(
    app: Flask, client: FlaskClient, office: Office, sign_in: SignIn
) -> None:
    put_in_doubt(app, office)
    sign_in(client, office.emails["manager"])
    for _press in range(2):
        assert client.post(f"/messages/{office.public_id}/again").status_code == 303
    with app.app_context():
        rows = current_session().query(OutboxMessage).order_by(OutboxMessage.issue).all()
        assert [(row.issue, row.state, row.issue_reason) for row in rows] == [
            (0, MessageState.CANCELLED, None),
            (1, MessageState.PLANNED, "send_again"),
        ]
        assert rows[0].message_id != rows[1].message_id


def test_the_mailbox_shows_text_and_links_to_those_who_may_see_the_person(
    app: Flask, client: FlaskClient, office: Office, sign_in: SignIn
) -> None:
    with app.app_context():
        sweep()
        item = current_session().query(MailboxItem).one().public_id
    sign_in(client, office.emails["coordinator"])
    assert "Hur går det?" in client.get("/mailbox").text
    page = client.get(f"/mailbox/{item}").text
    assert '<a href="https://crm.example.org/s/abc">' in page
    other = app.test_client()
    sign_in(other, office.emails["stranger"])
    assert other.get(f"/mailbox/{item}").status_code == 404
    assert "Hur går det?" not in other.get("/mailbox").text


def test_an_sms_is_shown_with_the_number_of_its_parts(
    app: Flask, client: FlaskClient, office: Office, sign_in: SignIn
) -> None:
    with app.app_context():
        office.postman.plan(2, channel=Channel.SMS, unit_id=office.unit_id, participant_id=office.person_id)
        sweep()
        item = current_session().query(MailboxItem).filter_by(channel=Channel.SMS).one().public_id
    sign_in(client, office.emails["coordinator"])
    assert "1 SMS" in client.get(f"/mailbox/{item}").text


def test_a_blocked_address_is_found_by_typing_it_and_lifted_with_a_reason(
    app: Flask, client: FlaskClient, office: Office, sign_in: SignIn
) -> None:
    with app.app_context(), transaction():
        row = suppress(ACTOR, channel=Channel.EMAIL, address="a@example.org", reason="hard_bounce", source=None)
        public_id = row.public_id
    sign_in(client, office.emails["manager"])
    assert "a@example.org" not in client.get("/messages/blocked").text
    found = client.post("/messages/blocked", data={"address": "A@Example.org"}).text
    assert "does not exist any more" in found
    assert "is not blocked" in client.post("/messages/blocked", data={"address": "b@example.org"}).text
    client.post(f"/messages/blocked/{public_id}/lift", data={"reason": ""})
    with app.app_context():
        assert is_suppressed(Channel.EMAIL, "a@example.org") == "hard_bounce"
    client.post(f"/messages/blocked/{public_id}/lift", data={"reason": "typing error at the provider"})
    with app.app_context():
        assert is_suppressed(Channel.EMAIL, "a@example.org") is None


def test_only_an_administrator_releases_a_hold(
    app: Flask, client: FlaskClient, office: Office, sign_in: SignIn
) -> None:
    with app.app_context(), transaction():
        hold_sending(ACTOR, reason="restored")
    with app.app_context():
        assert sweep().held
    sign_in(client, office.emails["coordinator"])
    assert "sending is held" in client.get("/messages").text
    assert client.post("/messages/sending/release").status_code == 403
    admin = app.test_client()
    sign_in(admin, office.emails["admin"])
    assert "restored from a backup" in admin.get("/messages/sending").text
    assert admin.post("/messages/sending/release").status_code == 303
    with app.app_context():
        assert current_hold() is None
        assert sweep().accepted == 1


def test_the_length_of_an_sms_is_counted_with_and_without_scripts(
    client: FlaskClient, office: Office, sign_in: SignIn
) -> None:
    sign_in(client, office.emails["coordinator"])
    page = client.post("/messages/sms-length", data={"text": "Hej – hur går det?"}).text
    assert "70 instead of 160" in page
    assert "<html" in page
    piece = client.post("/messages/sms-length", data={"text": "x" * 161}, headers={"HX-Request": "true"}).text
    assert "<html" not in piece
    assert "2 SMS" in piece


def test_the_list_is_filtered_and_keeps_its_number_of_queries(
    client: FlaskClient, office: Office, sign_in: SignIn
) -> None:
    sign_in(client, office.emails["coordinator"])
    assert "Åsa Öberg" in client.get("/messages?state=planned&channel=email").text
    assert "Åsa Öberg" not in client.get("/messages?state=failed").text
    assert "Åsa Öberg" in client.get("/messages?state=nonsense").text
