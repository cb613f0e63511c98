"""Settings are read once, checked whole, and say every fault in one go."""

from pathlib import Path

import pytest

from crm.errors import SettingsError
from crm.settings import load_settings

GOOD = {"BROBYGG_SECRET_KEY": "k" * 32, "BROBYGG_SMTP_URL": "smtp://u:p@mail.example.org:587?tls=starttls"}


def test_good_settings_are_read() -> None:
    settings = load_settings(GOOD)
    assert settings.smtp is not None
    assert (settings.smtp.host, settings.smtp.port, settings.smtp.tls) == ("mail.example.org", 587, "starttls")
    assert settings.embedded


def test_every_fault_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(
            {
                "BROBYGG_SECRET_KEY": "short",
                "BROBYGG_MAIL": "pigeon",
                "BROBYGG_DATABASE_URL": "mysql://x",
                "BROBYGG_BASE_URL": "brobygg.example.org",
                "BROBYGG_TIME_ZONE": "Mars/Olympus",
                "BROBYGG_REDIS_URL": "http://localhost",
            }
        )
    text = str(caught.value)
    for name in ("SECRET_KEY", "MAIL", "DATABASE_URL", "BASE_URL", "TIME_ZONE", "REDIS_URL"):
        assert f"BROBYGG_{name}" in text


def test_without_a_mail_server_the_start_fails_unless_a_mailbox_is_asked_for() -> None:
    with pytest.raises(SettingsError, match="BROBYGG_MAIL=mailbox"):
        load_settings({"BROBYGG_SECRET_KEY": "k" * 32})
    assert load_settings({"BROBYGG_SECRET_KEY": "k" * 32, "BROBYGG_MAIL": "mailbox"}).mail == "mailbox"


def test_postgresql_means_psycopg_3() -> None:
    settings = load_settings({**GOOD, "BROBYGG_DATABASE_URL": "postgresql://u@h/d"})
    assert settings.database_url == "postgresql+psycopg://u@h/d"


def test_secrets_do_not_show_in_the_representation(tmp_path: Path) -> None:
    key = "secret-secret-secret-secret-secret-1"
    settings = load_settings({**GOOD, "BROBYGG_SECRET_KEY": key, "BROBYGG_HOME": str(tmp_path)})
    assert "secret-secret" not in repr(settings)
    assert "u:p" not in repr(settings)


def test_user_and_password_of_the_mail_server_are_decoded() -> None:
    url = "smtp://post%40unit.example.org:p%40ss%3Aw%2Frd%25+1@mail.example.org:587"
    smtp = load_settings({**GOOD, "BROBYGG_SMTP_URL": url}).smtp
    assert smtp is not None
    assert (smtp.username, smtp.password) == ("post@unit.example.org", "p@ss:w/rd%+1")
    assert (smtp.host, smtp.port) == ("mail.example.org", 587)


def test_a_mail_server_without_a_password_has_none() -> None:
    smtp = load_settings({**GOOD, "BROBYGG_SMTP_URL": "smtp://127.0.0.1:25?tls=none"}).smtp
    assert smtp is not None
    assert (smtp.username, smtp.password) == (None, None)


BUCKET = "s3+https://AKID%2B1:s3cr%2Ft%40@s3.example.org:9000/files-of-us/brobygg/prod/?region=eu-north-1"


def test_attached_files_stand_in_the_folder_unless_a_bucket_is_named() -> None:
    assert load_settings({**GOOD, "BROBYGG_ATTACHMENTS_URL": " "}).attachments is None
    bucket = load_settings({**GOOD, "BROBYGG_ATTACHMENTS_URL": BUCKET}).attachments
    assert bucket is not None
    assert (bucket.endpoint, bucket.name, bucket.prefix) == (
        "https://s3.example.org:9000",
        "files-of-us",
        "brobygg/prod/",
    )
    assert (bucket.region, bucket.key_id, bucket.secret) == ("eu-north-1", "AKID+1", "s3cr/t@")
    plain = load_settings({**GOOD, "BROBYGG_ATTACHMENTS_URL": "s3+http://k:s@[::1]:9000/files"}).attachments
    assert plain is not None
    assert (plain.endpoint, plain.prefix, plain.region) == ("http://[::1]:9000", "", "us-east-1")


@pytest.mark.parametrize(
    "url",
    [
        "https://KEY:hush-hush@s3.example.org/files",
        "s3+http://KEY:hush-hush@s3.example.org/files",
        "s3+http://KEY:hush-hush@127.0.0.1.example.org/files",
        "s3+https://KEY:hush-hush@/files",
        "s3+https://KEY:hush-hush@s3.example.org",
        "s3+https://KEY:hush-hush@s3.example.org/f",
        "s3+https://KEY:hush-hush@s3.example.org/Files",
        "s3+https://KEY:hush-hush@s3.example.org/files/../other",
        "s3+https://KEY:hush-hush@s3.example.org/files/å",
        "s3+https://KEY:hush-hush@s3.example.org:port/files",
        "s3+https://KEY:hush-hush@s3.example.org:99999/files",
        "s3+https://KEY:hush-hush@s3.example.org/files?region=eu/north",
        "s3+https://KEY:hush-hush@s3.example.org/files?verify=no",
        "s3+https://KEY:hush-hush@s3.example.org/files?ca_file=/nowhere/at/all.pem",
        "s3+https://KEY:hush-hush@s3.example.org/files#hush-hush",
        "s3+https://KEY:hush-hush/x@s3.example.org/files",
        "s3+https://KEY:hush-hush%0a@s3.example.org/files",
        "s3+https://KEY@s3.example.org/files",
        "s3+https://s3.example.org/files",
        "s3+https://KEY:hush-hush@[::1/files",
        "hush-hush",
    ],
)
def test_a_bucket_that_is_not_understood_stops_the_start_and_its_secret_is_not_shown(url: str) -> None:
    with pytest.raises(SettingsError, match="BROBYGG_ATTACHMENTS_URL: ") as caught:
        load_settings({**GOOD, "BROBYGG_ATTACHMENTS_URL": url})
    assert "hush-hush" not in str(caught.value)


def test_a_bucket_needs_the_package_that_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"pip install 'brobygg\[s3\]'"):
        load_settings({**GOOD, "BROBYGG_ATTACHMENTS_URL": BUCKET})
