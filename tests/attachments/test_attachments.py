"""Files of a contact: told by their content, kept outside the web root, downloaded and never shown."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from crm import clock
from crm.accounts.models import Staff
from crm.actors import system_actor
from crm.attachments import services
from crm.attachments.kinds import kind_of
from crm.attachments.models import Attachment
from crm.attachments.store import store
from crm.db import current_session, transaction
from crm.employers.models import Contact
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


def upload(client: FlaskClient, contact: str, data: bytes, name: str) -> str:
    answer = client.post(
        f"/contacts/{contact}/attachments",
        data={"file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
        follow_redirects=True,
    )
    return answer.text


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


def test_another_unit_gets_nothing(app: Flask, client: FlaskClient, contact: str, sign_in) -> None:  # type: ignore[no-untyped-def]
    upload(client, contact, PDF, "a.pdf")
    with app.app_context():
        public_id = current_session().scalars(select(Attachment)).one().public_id
    stranger = app.test_client()
    sign_in(stranger, "other@example.org")
    assert stranger.get(f"/attachments/{public_id}").status_code == 404
    assert stranger.post(f"/attachments/{public_id}/remove").status_code == 404
    assert stranger.post(f"/attachments/{public_id}/restore").status_code == 404


def test_a_unit_has_room_for_so_much_and_no_more(
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


def test_a_file_goes_with_its_owner(app: Flask, client: FlaskClient, contact: str) -> None:
    upload(client, contact, PDF, "a.pdf")
    with app.app_context():
        key = current_session().scalars(select(Attachment)).one().file_key
        with transaction() as session:
            session.execute(delete(Contact))
        with transaction():
            assert services.sweep(system_actor("test")) == 1
        assert store().get(key) is None
