"""Files in a bucket: the same pages as with the folder, and words instead of faults when the bucket is away."""

import io
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.actors import Role, system_actor
from crm.attachments import s3_http, services
from crm.attachments.feature import REACH
from crm.attachments.models import Attachment
from crm.attachments.s3 import S3Store, _Page
from crm.attachments.store import LARGEST, Store, store
from crm.bucket import bucket_from
from crm.db import current_session, db, transaction
from crm.errors import FilesUnavailable
from crm.jobs.heartbeats import expect_heartbeats
from crm.jobs.runner import run_job
from crm.logs import configure_logging
from crm.registry import EXTENSION
from tests.attachments.test_attachments import PDF, upload
from tests.conftest import make_app, make_settings
from tests.servers.s3 import S3Simulator, Stored
from tests.servers.smtp import write_certificate
from tests.world import World

KEY = "0123456789abcdef" * 2
LATER = "cannot be reached just now. Try again in some minutes."
TELL = "cannot be reached. Tell your administrator."
SignIn = Callable[[FlaskClient, str], None]


@pytest.fixture(params=["folder", "bucket"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(kind: str, tmp_path: Path, s3_simulator: S3Simulator) -> Iterator[Flask]:
    address = s3_simulator.setting("/brobygg/files") if kind == "bucket" else ""
    app = make_app(make_settings(tmp_path, PLUGINS="", ATTACHMENTS_URL=address))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_http, "_PAUSES", (0.02, 0.02, 0.02))


@pytest.fixture
def bucket(s3_simulator: S3Simulator) -> S3Store:
    return S3Store(bucket_from(s3_simulator.setting("/brobygg")), largest=LARGEST)


@pytest.fixture
def printed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written to the log."""
    lines = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr("sys.stderr", lines)
        configure_logging(app.extensions["brobygg.settings"])
    yield lines
    configure_logging(app.extensions["brobygg.settings"])


in_a_bucket = pytest.mark.parametrize("kind", ["bucket"], indirect=True)


def only_row(app: Flask) -> tuple[str, str]:
    """Public id and key of the only file."""
    with app.app_context():
        row = current_session().scalars(select(Attachment)).one()
        return row.public_id, row.file_key


def is_kept(app: Flask, key: str) -> bool:
    with app.app_context():
        return store().get(key) is not None


def test_a_file_is_added_opened_removed_and_swept_in_either_store(
    app: Flask, client: FlaskClient, contact: str
) -> None:
    assert "avtal å.pdf" in upload(client, contact, PDF, "avtal å.pdf")
    public_id, key = only_row(app)
    assert client.get(f"/attachments/{public_id}").data == PDF
    assert "Undo" in client.post(f"/attachments/{public_id}/remove", data={"next": "/"}, follow_redirects=True).text
    client.post(f"/attachments/{public_id}/restore")
    assert client.get(f"/attachments/{public_id}").data == PDF
    client.post(f"/attachments/{public_id}/remove")
    with app.app_context(), clock.travelling(clock.now() + timedelta(days=31)), transaction():
        assert services.sweep(system_actor("test")) == 1
    assert not is_kept(app, key)


def test_bytes_that_no_row_names_are_swept_after_a_day_in_either_store(
    app: Flask, client: FlaskClient, contact: str
) -> None:
    upload(client, contact, PDF, "a.pdf")
    with app.app_context():
        store().put(KEY, PDF)
        assert services.sweep_store() == 0
        with clock.travelling(clock.now() + timedelta(days=2)):
            assert services.sweep_store() == 1
    assert not is_kept(app, KEY)
    assert is_kept(app, only_row(app)[1])


def test_what_is_gone_is_none_and_deleting_may_be_repeated_in_either_store(app: Flask) -> None:
    with app.app_context():
        files: Store = store()
        files.check()
        assert files.get(KEY) is None
        files.put(KEY, PDF)
        files.put(KEY, PDF)
        assert files.get(KEY) == PDF
        files.delete(KEY)
        files.delete(KEY)
        assert files.get(KEY) is None


@in_a_bucket
def test_names_on_the_wire_say_nothing_about_the_file(
    app: Flask, client: FlaskClient, contact: str, s3_simulator: S3Simulator, tmp_path: Path
) -> None:
    upload(client, contact, PDF, "Läkarintyg för Åsa.pdf")
    names = [request.target for request in s3_simulator.received]
    assert [bool(re.fullmatch(r"/files/brobygg/files/([0-9a-f]{2})/\1[0-9a-f]{30}", name)) for name in names] == [True]
    assert s3_simulator.received[0].headers["content-type"] == "application/octet-stream"
    assert not (tmp_path / "attachments").exists()


def test_the_largest_file_goes_there_and_back(bucket: S3Store) -> None:
    data = PDF + bytes(LARGEST - len(PDF))
    bucket.put(KEY, data)
    assert bucket.get(KEY) == data


def test_more_than_the_largest_file_is_not_read(bucket: S3Store, s3_simulator: S3Simulator) -> None:
    s3_simulator.objects[f"brobygg/01/{KEY}"] = Stored(bytes(LARGEST + 1), clock.now())
    with pytest.raises(FilesUnavailable, match=TELL):
        bucket.get(KEY)


@pytest.mark.parametrize("faults", [[503], [500, 502], ["drop", 503], [429, 504, "drop"]])
def test_what_passes_by_itself_is_tried_again(
    bucket: S3Store, s3_simulator: S3Simulator, faults: list[int | str]
) -> None:
    s3_simulator.faults = list(faults)
    bucket.put(KEY, PDF)
    assert len(s3_simulator.received) == len(faults) + 1
    s3_simulator.faults = list(faults)
    assert bucket.get(KEY) == PDF
    s3_simulator.faults = list(faults)
    bucket.delete(KEY)
    assert s3_simulator.objects == {}


@in_a_bucket
def test_a_store_that_stays_busy_is_said_in_words_and_nothing_is_added(
    app: Flask, client: FlaskClient, contact: str, s3_simulator: S3Simulator
) -> None:
    s3_simulator.faults = [503] * 20
    assert LATER in upload(client, contact, PDF, "a.pdf")
    s3_simulator.faults = []
    assert "a.pdf is added" in upload(client, contact, PDF, "a.pdf")
    only_row(app)


@in_a_bucket
def test_a_file_that_cannot_be_fetched_is_said_in_words_and_comes_later(
    app: Flask, client: FlaskClient, contact: str, s3_simulator: S3Simulator
) -> None:
    upload(client, contact, PDF, "a.pdf")
    public_id, _ = only_row(app)
    s3_simulator.faults = [503] * 4
    answer = client.get(f"/attachments/{public_id}")
    assert answer.status_code == 503
    assert "The file cannot be opened now" in answer.text
    assert LATER in answer.text
    assert client.get(f"/attachments/{public_id}").data == PDF


@in_a_bucket
def test_a_server_that_is_away_is_said_in_words(
    app: Flask, client: FlaskClient, contact: str, s3_simulator: S3Simulator
) -> None:
    s3_simulator.stop()
    assert LATER in upload(client, contact, PDF, "a.pdf")


def test_a_server_that_hangs_is_given_up_in_time(s3_simulator: S3Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_http, "REPLY_SECONDS", 0.1)
    s3_simulator.hang_seconds = 0.5
    connection = s3_http.BucketConnection(bucket_from(s3_simulator.setting()), seconds=0.6)
    begin = time.monotonic()
    with pytest.raises(FilesUnavailable, match=LATER):
        connection.ask(s3_http.Ask("GET", "a"))
    assert time.monotonic() - begin < 2


def test_over_tls_a_certificate_is_checked_and_an_own_authority_can_be_named(tmp_path: Path) -> None:
    certificate, key = write_certificate(tmp_path)
    simulator = S3Simulator(certificate=(certificate, key)).start()
    try:
        named = f"{simulator.setting()}&ca_file={certificate}"
        files = S3Store(bucket_from(named), largest=LARGEST)
        files.put(KEY, PDF)
        assert files.get(KEY) == PDF
        simulator.received.clear()
        with pytest.raises(FilesUnavailable, match=TELL):
            S3Store(bucket_from(simulator.setting()), largest=LARGEST).put(KEY, PDF)
        assert simulator.received == []
    finally:
        simulator.stop()


@in_a_bucket
def test_a_wrong_secret_is_said_in_words_once_and_stands_nowhere(
    app: Flask, client: FlaskClient, contact: str, s3_simulator: S3Simulator, printed: io.StringIO
) -> None:
    s3_simulator.secret = "another secret"
    page = upload(client, contact, PDF, "a.pdf")
    assert TELL in page
    assert len(s3_simulator.received) == 1
    with app.app_context():
        expect_heartbeats(app.extensions[EXTENSION])
    with pytest.raises(FilesUnavailable):
        run_job(app, REACH)
    logged = printed.getvalue()
    assert "SignatureDoesNotMatch" in logged
    for secret in ("s3cr3t", "AKIDEXAMPLE"):
        assert secret not in logged
        assert secret not in page
        assert secret not in repr(app.extensions["brobygg.settings"])


@pytest.mark.parametrize("wrong", ["deny", "region", "time", "bucket", "redirect"])
def test_what_an_administrator_must_mend_is_not_tried_again(s3_simulator: S3Simulator, wrong: str) -> None:
    address = s3_simulator.setting(region="us-east-1" if wrong == "region" else None)
    files = S3Store(bucket_from(address), largest=LARGEST)
    s3_simulator.deny = wrong == "deny"
    s3_simulator.clock_ahead = 3600 if wrong == "time" else 0
    s3_simulator.bucket = "others" if wrong == "bucket" else s3_simulator.bucket
    for call in (lambda: files.put(KEY, PDF), lambda: files.get(KEY), lambda: files.delete(KEY), files.check):
        s3_simulator.faults = [307] if wrong == "redirect" else []
        before = len(s3_simulator.received)
        with pytest.raises(FilesUnavailable, match=TELL):
            call()
        assert len(s3_simulator.received) == before + 1


def test_a_listing_of_many_pages_is_read_whole_and_what_is_not_ours_stays(
    bucket: S3Store, s3_simulator: S3Simulator
) -> None:
    s3_simulator.page_size = 3
    keys = [f"{number:02x}" + "a" * 30 for number in range(10)]
    for key in keys:
        bucket.put(key, b"x")
    young = "ff" + "b" * 30
    s3_simulator.objects[f"brobygg/ff/{young}"] = Stored(b"x", clock.now() + timedelta(hours=2))
    for name in (f"01/{keys[1]}", f"brobygg/02/{keys[1]}", "brobygg/notes & <odd> å\x07.txt", f"brobyggs/01/{keys[1]}"):
        s3_simulator.objects[name] = Stored(b"x", clock.now())
    s3_simulator.received.clear()
    assert list(bucket.older_than(clock.now() + timedelta(hours=1))) == keys
    assert len(s3_simulator.received) == 5
    assert list(bucket.older_than(clock.now() - timedelta(hours=1))) == []


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html>",
        b"<html/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><ListBucketResult/>',
        b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        b"<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
        b"<ListBucketResult><Contents><Key>a</Key><LastModified>soon</LastModified></Contents></ListBucketResult>",
        b"<ListBucketResult><Contents><Key>a</Key><LastModified>2026-01-01T00:00:00</LastModified></Contents>"
        b"</ListBucketResult>",
    ],
)
def test_what_is_no_listing_deletes_nothing(document: bytes) -> None:
    with pytest.raises(FilesUnavailable):
        _Page(document)


@in_a_bucket
def test_a_file_beyond_the_quota_is_refused_in_those_words_even_when_the_store_is_away_by_then(
    client: FlaskClient, contact: str, s3_simulator: S3Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "QUOTA", 1)
    real = services.add_kept

    def away(*args: object, **values: object) -> Attachment:
        s3_simulator.stop()
        return real(*args, **values)

    monkeypatch.setattr(services, "add_kept", away)
    assert "no room" in upload(client, contact, PDF, "a.pdf")


@in_a_bucket
def test_the_product_starts_without_the_store_and_tells_administrators_until_it_is_back(
    app: Flask, client: FlaskClient, world: World, sign_in: SignIn, s3_simulator: S3Simulator
) -> None:
    with app.app_context():
        expect_heartbeats(app.extensions[EXTENSION])
        unit = world.unit("Umeå")
        world.staff(unit=unit, email="maria@example.org")
        world.staff(Role.ADMINISTRATOR, unit=unit, email="eva@example.org")
    sign_in(client, "maria@example.org")
    other = app.test_client()
    sign_in(other, "eva@example.org")
    s3_simulator.deny = True
    with pytest.raises(FilesUnavailable):
        run_job(app, REACH)
    assert "store of attached files does not work" in other.get("/", follow_redirects=True).text
    assert "store of attached files" not in client.get("/", follow_redirects=True).text
    s3_simulator.deny = False
    run_job(app, REACH)
    assert "store of attached files" not in other.get("/", follow_redirects=True).text


@in_a_bucket
def test_a_store_that_is_away_for_long_turns_health_red_and_does_not_say_that_messages_stand_still(
    app: Flask, client: FlaskClient, world: World, sign_in: SignIn, s3_simulator: S3Simulator
) -> None:
    with app.app_context():
        world.staff(Role.ADMINISTRATOR, unit=world.unit("Umeå"), email="eva@example.org")
    registry = app.extensions[EXTENSION]
    for key in set(registry.jobs) - {REACH}:
        del registry.jobs[key]
    with app.app_context():
        expect_heartbeats(registry)
    s3_simulator.stop()
    with clock.travelling(clock.now() + timedelta(minutes=31)):
        with pytest.raises(FilesUnavailable):
            run_job(app, REACH)
        assert client.get("/health").status_code == 503
        sign_in(client, "eva@example.org")
        page = client.get("/", follow_redirects=True).text
        assert "store of attached files does not work" in page
        assert "The system stands still" not in page
