"""Files of a contact: told by their content, kept outside the web root, downloaded and never shown."""

import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from werkzeug.test import TestResponse

from crm import clock
from crm.accounts.models import Staff
from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.attachments import services
from crm.attachments.kinds import kind_of
from crm.attachments.models import Attachment
from crm.attachments.queries import bytes_of_unit
from crm.attachments.store import store
from crm.db import Base, current_session, transaction
from crm.employers.models import Contact, Employer
from crm.errors import DomainError
from tests.world import World

PDF = b"%PDF-1.7\nhello"


def archive(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, data in members.items():
            made.writestr(name, data)
    return file.getvalue()


WORD = archive(**{"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})


@pytest.fixture
def app(core_app: Flask) -> Flask:
    return core_app


def sent(client: FlaskClient, contact: str, **changed: object) -> TestResponse:
    """What a browser sends from the page of a contact, with what somebody has changed there."""
    version = re.search(r'name="version"[^>]* value="(\d+)"', client.get(f"/contacts/{contact}/edit").text)
    assert version is not None
    usual = {"channel": "visit", "on_date": "2026-04-01", "outcome": "interested", "next_when": "none"}
    return client.post(f"/contacts/{contact}/edit", data=usual | {"version": version[1], **changed})


def upload(client: FlaskClient, contact: str, data: bytes, name: str) -> str:
    answer = sent(client, contact, file=(io.BytesIO(data), name))
    # What was sent may stand in a temporary file.
    answer.request.environ["wsgi.input"].close()
    return client.get(answer.location).text if answer.status_code == 303 else answer.text


def note_of(contact: str) -> str | None:
    statement = select(Contact.note).where(Contact.public_id == contact)
    return current_session().scalar(trusted(statement, because="a test"))


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (archive(mimetype=b"application/vnd.oasis.opendocument.text"), "application/vnd.oasis.opendocument.text"),
    ],
)
def test_a_file_is_told_by_what_is_in_it(data: bytes, media_type: str) -> None:
    kind = kind_of(data)
    assert kind is not None
    assert kind.media_type == media_type


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ\x90",
        b"PK\x03\x04 damaged",
        archive(**{"evil.exe": b"MZ"}),
        archive(**{"[Content_Types].xml": b"", "word/document.xml": b"", "word/vbaProject.bin": b""}),
    ],
)
def test_pages_programs_and_macros_are_not_taken(data: bytes) -> None:
    assert kind_of(data) is None


def test_a_file_is_kept_under_a_random_name_and_leaves_as_a_download(
    app: Flask, client: FlaskClient, contact: str
) -> None:
    page = upload(client, contact, PDF, "../../avtal å.html")
    assert "avtal å.pdf" in page
    with app.app_context():
        row = current_session().scalars(select(Attachment)).one()
        home: Path = app.extensions["brobygg.settings"].home
        kept = [path for path in (home / "attachments").rglob("*") if path.is_file()]
        assert [path.name for path in kept] == [row.file_key]
        assert kept[0].stat().st_mode & 0o077 == 0
        address = f"/attachments/{row.public_id}"
    answer = client.get(address)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_what_is_not_what_it_says_is_refused_in_words(app: Flask, client: FlaskClient, contact: str) -> None:
    assert "Choose a PDF" in upload(client, contact, b"<html>", "agreement.pdf")
    assert "empty" in upload(client, contact, b"", "agreement.pdf")
    assert "10 MB" in upload(client, contact, PDF + b"0" * services.LARGEST, "agreement.pdf")


def test_what_is_typed_is_saved_with_a_file_and_stays_when_it_is_refused(
    app: Flask, client: FlaskClient, contact: str
) -> None:
    refused = sent(client, contact, note="Two places in May", file=(io.BytesIO(b"<html>"), "agreement.pdf"))
    assert refused.status_code == 422
    assert "Choose a PDF" in refused.text
    assert "Two places in May</textarea>" in refused.text
    with app.app_context():
        assert note_of(contact) is None
    saved = sent(client, contact, note="Two places in May", file=(io.BytesIO(PDF), "agreement.pdf"))
    assert saved.status_code == 303
    page = client.get(saved.location).text
    assert "agreement.pdf is added" in page
    assert "Two places in May</textarea>" in page


def test_what_is_typed_stays_beside_a_file_that_is_far_too_large(
    app: Flask, client: FlaskClient, contact: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Any other page refuses so much before it reads a word of it.
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1000)
    refused = sent(client, contact, note="Two places in May", file=(io.BytesIO(b"<html>" + b"0" * 2000), "film.pdf"))
    assert refused.status_code == 422
    assert "Two places in May</textarea>" in refused.text


def test_neither_is_saved_when_the_contact_was_changed_meanwhile(app: Flask, client: FlaskClient, contact: str) -> None:
    sent(client, contact, note="By somebody else")
    late = sent(client, contact, note="Mine", version="1", file=(io.BytesIO(PDF), "agreement.pdf"))
    assert late.status_code == 422
    assert "Mine</textarea>" in late.text
    assert "Choose the file again: agreement.pdf" in late.text
    with app.app_context():
        assert note_of(contact) == "By somebody else"
        assert current_session().scalars(select(Attachment)).all() == []
        assert list(store().older_than(clock.now() + timedelta(days=1))) == []


def test_without_a_file_a_contact_is_saved_as_before(client: FlaskClient, contact: str) -> None:
    assert "/employers/" in sent(client, contact, note="No file").location


def test_files_beside_other_forms_never_answer_in_the_place_of_the_page(client: FlaskClient, contact: str) -> None:
    upload(client, contact, PDF, "a.pdf")
    page = client.get(f"/contacts/{contact}/edit").text
    remove = re.search(r'<form[^>]*action="/attachments/[^"]*/remove"[^>]*>', page)
    assert remove is not None
    assert 'target="_blank"' in remove[0]
    card = page[page.index('id="files-box"') :]
    assert 'hx-boost:inherited="true"' in card


def test_another_unit_gets_nothing(app: Flask, client: FlaskClient, contact: str, sign_in) -> None:  # type: ignore[no-untyped-def]
    upload(client, contact, PDF, "a.pdf")
    with app.app_context():
        public_id = current_session().scalars(select(Attachment)).one().public_id
    stranger = app.test_client()
    sign_in(stranger, "other@example.org")
    assert stranger.get(f"/attachments/{public_id}").status_code == 404
    assert stranger.post(f"/attachments/{public_id}/remove").status_code == 404
    assert stranger.post(f"/attachments/{public_id}/restore").status_code == 404


def test_each_unit_has_room_for_so_much_and_no_more(
    app: Flask, client: FlaskClient, contact: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "QUOTA", 20)
    with app.app_context():
        unit_id = current_session().scalars(select(Contact)).one().unit_id
        actor = world.actor(current_session().scalars(select(Staff).order_by(Staff.id)).first())
        values = {"owner_kind": "contact", "owner_ref": contact, "unit_id": unit_id, "filename": "a", "data": PDF}
        with transaction():
            services.add_attachment(actor, **values)
        with pytest.raises(DomainError, match="no room"), transaction():
            services.add_attachment(actor, **values)
        other = world.staff(unit=world.unit("Lycksele"))
        with transaction():
            added = services.add_attachment(world.actor(other), **values | {"unit_id": other.unit_id})
        assert added.unit_id == other.unit_id, "the room of one unit is not another's"


def test_a_removed_file_comes_back_and_goes_for_good_after_a_month(
    app: Flask, client: FlaskClient, contact: str
) -> None:
    upload(client, contact, PDF, "a.pdf")
    with app.app_context():
        row = current_session().scalars(select(Attachment)).one()
        public_id, key = row.public_id, row.file_key
    assert "Undo" in client.post(f"/attachments/{public_id}/remove", data={"next": "/"}, follow_redirects=True).text
    assert client.get(f"/attachments/{public_id}").status_code == 404
    client.post(f"/attachments/{public_id}/restore")
    assert client.get(f"/attachments/{public_id}").status_code == 200
    client.post(f"/attachments/{public_id}/remove")
    with app.app_context(), clock.travelling(clock.now() + timedelta(days=31)):
        with transaction():
            assert services.sweep(system_actor("test")) == 1
        assert store().get(key) is None


def _swept() -> int:
    with transaction():
        return services.sweep(system_actor("test"))


def test_the_file_of_a_removed_contact_waits_a_month_for_it_and_then_makes_room(
    app: Flask, client: FlaskClient, contact: str
) -> None:
    upload(client, contact, PDF, "a.pdf")
    with app.app_context():
        row = current_session().scalars(select(Attachment)).one()
        unit_id, key, address = row.unit_id, row.file_key, f"/attachments/{row.public_id}"
    client.post(f"/contacts/{contact}/remove")
    assert client.get(address).status_code == 404
    with app.app_context(), clock.travelling(clock.now() + timedelta(days=29)):
        assert _swept() == 0
        assert bytes_of_unit(unit_id) == len(PDF)
    with app.app_context(), clock.travelling(clock.now() + timedelta(days=31)):
        assert _swept() == 1
        assert store().get(key) is None
        assert bytes_of_unit(unit_id) == 0


def test_a_contact_that_is_brought_back_in_time_keeps_its_file(app: Flask, client: FlaskClient, contact: str) -> None:
    upload(client, contact, PDF, "a.pdf")
    client.post(f"/contacts/{contact}/remove")
    client.post(f"/contacts/{contact}/restore")
    with app.app_context(), clock.travelling(clock.now() + timedelta(days=31)):
        assert _swept() == 0
        address = f"/attachments/{current_session().scalars(select(Attachment)).one().public_id}"
    assert client.get(address).data == PDF


def test_every_owner_that_is_removed_without_being_deleted_is_known_to_the_sweep(app: Flask) -> None:
    """Else its files would stay for ever where nobody can reach them, and fill the room of the unit."""
    owners = {"contact", "agreement", "commitment"}
    assert {table for table in owners if "archived_at" in Base.metadata.tables[table].c} == set(services.REMOVED_SINCE)


def test_a_file_goes_with_its_owner(app: Flask, client: FlaskClient, contact: str) -> None:
    upload(client, contact, PDF, "a.pdf")
    with app.app_context():
        key = current_session().scalars(select(Attachment)).one().file_key
        with transaction() as session:
            session.execute(delete(Contact))
        with transaction():
            assert services.sweep(system_actor("test")) == 1
        assert store().get(key) is None


def test_a_new_contact_and_its_file_are_both_saved_or_neither_and_sending_twice_makes_one(
    app: Flask, client: FlaskClient, contact: str
) -> None:
    with app.app_context():
        employer = current_session().scalars(select(Employer)).one().public_id
    typed = {
        "channel": "visit", "on_date": "2026-04-02", "outcome": "interested", "note": "Two places in May",
        "submission_key": "k", "next_when": "none",
    }  # fmt: skip
    address = f"/employers/{employer}"
    quick = client.get(address).text
    assert quick.index("<details") < quick.index('name="file"'), "the file is folded away"
    refused = client.post(f"{address}/contacts", data=typed | {"file": (io.BytesIO(b"<html>"), "letter.pdf")})
    assert refused.status_code == 422
    assert "Choose a PDF" in refused.text
    assert "Two places in May" in refused.text
    with app.app_context():
        assert current_session().scalar(select(func.count()).select_from(Contact)) == 1
    for _again in range(2):
        saved = client.post(f"{address}/contacts", data=typed | {"file": (io.BytesIO(PDF), "letter.pdf")})
        assert saved.status_code == 303
    with app.app_context():
        rows = current_session().scalars(select(Attachment)).all()
        made = current_session().scalars(select(Contact).order_by(Contact.id.desc())).first()
        assert made is not None
        assert [(row.filename, row.owner_ref) for row in rows] == [("letter.pdf", made.public_id)]
    missing = client.post(f"{address}/contacts", data=typed | {"outcome": "", "file": (io.BytesIO(PDF), "letter.pdf")})
    assert "Choose the file again: letter.pdf" in missing.text
