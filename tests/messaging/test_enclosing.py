"""Files that go with a mail: made outside the claim, kept before anything leaves, and opened from the mailbox."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.db import current_session, in_transaction_block, transaction
from crm.extension_points import MailFile, Rendered, SendResult
from crm.messaging.claiming import claim
from crm.messaging.enclosing import with_files
from crm.messaging.models import MailboxItem, MessageState, OutboxMessage
from crm.messaging.outbox import sweep
from crm.messaging.recording import record_result
from crm.messaging.rendering import unseal
from crm.messaging.services import cancel_messages
from crm.registry import current_registry
from tests.messaging.postman import ACTOR, PURPOSE, Postman, message, state
from tests.world import World

SignIn = Callable[[FlaskClient, str], None]


class Enclosing:
    """Letters of the postman with a file, which counts how often it was made."""

    def __init__(self, postman: Postman) -> None:
        self.made = 0
        self.broken = False
        postman.render = lambda row: replace(postman.letter(row), to_enclose=True)
        purposes = current_registry().purposes
        purposes[PURPOSE] = replace(purposes[PURPOSE], enclose=self.enclose)

    def enclose(self, row: OutboxMessage, rendered: Rendered) -> Rendered:
        assert not in_transaction_block(), "nobody waits for a lock while a file is made"
        if self.broken:
            raise ZeroDivisionError
        self.made += 1
        file = MailFile("map.pdf", "application/pdf", b64encode(b"%PDF-" + bytes(4000)).decode())
        return replace(rendered, to="somebody@else.example", files=(file,))


@pytest.fixture
def enclosing(postman: Postman) -> Enclosing:
    return Enclosing(postman)


def test_the_claim_makes_no_file_and_the_letter_leaves_with_it(postman: Postman, enclosing: Enclosing) -> None:
    planned = postman.plan()
    [letter] = claim(1).letters
    assert (enclosing.made, letter.rendered.files) == (0, ())
    with clock.travelling(clock.now() + timedelta(minutes=2)):
        assert sweep().accepted == 1
    [item] = current_session().scalars(select(MailboxItem)).all()
    assert item.text.endswith("[map.pdf, 4 kB]")
    assert item.to == "person1@example.org", "the address that the claim has checked"
    assert (enclosing.made, state(planned), message(planned).body) == (1, MessageState.ACCEPTED, None)


def test_a_retry_sends_the_files_of_the_first_attempt(postman: Postman, enclosing: Enclosing) -> None:
    planned = postman.plan()
    claimed = claim(1)
    whole = with_files(claimed.letters[0], claimed.token)
    assert whole is not None
    body = message(planned).body
    assert body is not None
    assert unseal(body) == whole.rendered
    record_result(planned, claimed.token, SendResult("retry", reply="451 later"), gateway="smtp")
    with clock.travelling(clock.now() + timedelta(minutes=2)):
        [again] = claim(1).letters
    assert again.rendered == whole.rendered
    assert enclosing.made == 1


def test_whoever_has_lost_the_claim_meanwhile_sends_nothing(postman: Postman, enclosing: Enclosing) -> None:
    planned = postman.plan()
    claimed = claim(1)
    with clock.travelling(clock.now() + timedelta(minutes=2)):
        other = claim(1)
        assert with_files(claimed.letters[0], claimed.token) is None
        assert unseal(message(planned).body or b"").files == (), "and leaves the other's letter alone"
        assert with_files(other.letters[0], other.token) is not None
    with transaction():
        cancel_messages(ACTOR, purpose=PURPOSE, purpose_ref="1", reason="opted_out")
    assert with_files(other.letters[0], other.token) is None


def test_a_file_that_cannot_be_made_stops_no_other_mail_and_is_tried_again(
    postman: Postman, enclosing: Enclosing
) -> None:
    enclosing.broken = True
    planned = postman.plan()
    postman.render = postman.letter
    other = postman.plan(2)
    postman.render = lambda row: replace(postman.letter(row), to_enclose=row.id == planned)
    counts = sweep()
    assert (counts.accepted, counts.retried, state(other)) == (1, 1, MessageState.ACCEPTED)
    row = message(planned)
    assert row.state is MessageState.PLANNED
    assert row.reply == "The files of this mail could not be made: ZeroDivisionError"
    enclosing.broken = False
    with clock.travelling(row.not_before + timedelta(seconds=1)):
        assert sweep().accepted == 1


@dataclass
class Desk:
    """A mail with a file in the mailbox, one colleague who may read it and one who may not."""

    enclosing: Enclosing
    item: str
    reader: str
    stranger: str


@pytest.fixture
def desk(app: Flask, world: World) -> Iterator[Desk]:
    with app.app_context():
        postman = Postman(app)
        enclosing = Enclosing(postman)
        unit = world.unit("North")
        reader, stranger = (world.staff(unit=each).email for each in (unit, world.unit("South")))
        postman.plan(unit_id=unit.id)
        sweep()
        item = current_session().scalars(select(MailboxItem.public_id)).one()
    yield Desk(enclosing, item, reader, stranger)
    postman.leave()


def test_a_file_is_saved_from_the_mailbox_by_those_who_may_read_the_mail(
    app: Flask, client: FlaskClient, desk: Desk, sign_in: SignIn
) -> None:
    sign_in(client, desk.reader)
    mail = f"/mailbox/{desk.item}"
    page = client.get(mail).text
    assert f'href="{mail}/files/map.pdf"' in page
    assert "[map.pdf" not in page
    answer = client.get(f"{mail}/files/map.pdf")
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="map.pdf"'
    assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    stranger = app.test_client()
    sign_in(stranger, desk.stranger)
    assert stranger.get(f"{mail}/files/map.pdf").status_code == 404


def test_a_file_that_is_there_no_more_is_said_on_the_mails_page(
    client: FlaskClient, desk: Desk, sign_in: SignIn
) -> None:
    sign_in(client, desk.reader)
    mail = f"/mailbox/{desk.item}"
    assert "cannot be opened any more" in client.get(f"{mail}/files/other.pdf", follow_redirects=True).text
    desk.enclosing.broken = True
    assert "cannot be opened any more" in client.get(f"{mail}/files/map.pdf", follow_redirects=True).text
