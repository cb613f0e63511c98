"""What the environment says, read once into a frozen dataclass. Every fault is reported at once."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from crm.bucket import Bucket, BucketError, bucket_from
from crm.errors import SettingsError

LANGUAGES = ("en", "sv", "nb", "da")
Value = TypeVar("Value")


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed over. ``tls``: none (a relay on this machine), starttls or tls."""

    host: str
    port: int
    tls: Literal["none", "starttls", "tls"]
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None


@dataclass(frozen=True)
class Settings:
    """All settings of an installation. See docs/administrators.md for each variable."""

    home: Path
    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    base_url: str
    redis_url: str | None = field(default=None, repr=False)
    mail: Literal["mailbox", "smtp"] = "smtp"
    smtp: SmtpServer | None = None
    mail_from: str = "brobygg@localhost"
    mail_from_name: str = "Brobygg"
    sms: str = "mailbox"
    """Key of the SMS gateway, 'mailbox' or 'none'."""
    plugins: tuple[str, ...] | None = None
    """None: every plugin that is bundled."""
    organisation: str = "Brobygg"
    language: str = "en"
    time_zone: str = "Europe/Stockholm"
    development: bool = False
    trusted_proxies: int = 0
    attachments: Bucket | None = None
    """Where attached files are kept; None: in a folder of ``home``."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The whole environment, for plugins' own settings."""

    @property
    def secure(self) -> bool:
        """Whether the public address is https."""
        return self.base_url.startswith("https://")

    @property
    def embedded(self) -> bool:
        """Whether this process runs its jobs itself (no Redis)."""
        return self.redis_url is None


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read ``environment`` (default: the process's). Raises SettingsError with every fault, one on each line."""
    reader = _Reader(dict(os.environ if environment is None else environment))
    settings = reader.read()
    if reader.faults:
        raise SettingsError("\n".join(reader.faults))
    return settings


class _Reader:
    """Collects faults instead of stopping at the first."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.faults: list[str] = []

    def read(self) -> Settings:
        home = Path(self._get("HOME", "var")).absolute()
        mail = self._one_of("MAIL", ("smtp", "mailbox"), "smtp")
        redis_url = self._optional("REDIS_URL")
        if redis_url is not None and not redis_url.startswith(("redis://", "rediss://", "unix://")):
            self.faults.append("BROBYGG_REDIS_URL: starts with redis://, rediss:// or unix://")
        return Settings(
            home=home,
            secret_key=self._secret_key(),
            database_url=self._database_url(home),
            base_url=self._base_url(),
            redis_url=redis_url,
            mail="mailbox" if mail == "mailbox" else "smtp",
            smtp=self._smtp() if mail == "smtp" else None,
            mail_from=self._get("MAIL_FROM", "brobygg@localhost"),
            mail_from_name=self._get("MAIL_FROM_NAME", self._get("ORGANISATION", "Brobygg")),
            sms=self._get("SMS", "mailbox" if mail == "mailbox" else "none"),
            plugins=self._plugins(),
            organisation=self._get("ORGANISATION", "Brobygg"),
            language=self._one_of("LANGUAGE", LANGUAGES, "en"),
            time_zone=self._checked("TIME_ZONE", "Europe/Stockholm", _zone, "an IANA time zone"),
            development=self._get("DEVELOPMENT", "") == "1",
            trusted_proxies=self._checked("TRUSTED_PROXIES", "0", int, "a whole number"),
            attachments=self._attachments(),
            environment=self.environment,
        )

    def _get(self, name: str, default: str) -> str:
        return self.environment.get(f"BROBYGG_{name}", "").strip() or default

    def _optional(self, name: str) -> str | None:
        return self._get(name, "") or None

    def _one_of(self, name: str, values: tuple[str, ...], default: str) -> str:
        value = self._get(name, default)
        if value not in values:
            self.faults.append(f"BROBYGG_{name}: one of {', '.join(values)}, not '{value}'")
            return default
        return value

    def _checked(self, name: str, default: str, parse: Callable[[str], Value], wanted: str) -> Value:
        value = self._get(name, default)
        try:
            return parse(value)
        except (ValueError, KeyError, OSError):
            self.faults.append(f"BROBYGG_{name}: {wanted}, not '{value}'")
            return parse(default)

    def _secret_key(self) -> str:
        key = self._get("SECRET_KEY", "")
        if len(key) < 32:
            self.faults.append("BROBYGG_SECRET_KEY: at least 32 characters (make one: brobygg secret)")
        return key

    def _database_url(self, home: Path) -> str:
        url = self._get("DATABASE_URL", f"sqlite:///{home / 'brobygg.db'}")
        scheme = url.partition(":")[0]
        if scheme in ("postgres", "postgresql"):
            return "postgresql+psycopg" + url[len(scheme) :]
        if scheme not in ("sqlite", "postgresql+psycopg"):
            self.faults.append("BROBYGG_DATABASE_URL: starts with sqlite:/// or postgresql://")
        return url

    def _base_url(self) -> str:
        url = self._get("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            self.faults.append("BROBYGG_BASE_URL: the public address, as https://brobygg.example.org")
        return url

    def _plugins(self) -> tuple[str, ...] | None:
        if "BROBYGG_PLUGINS" not in self.environment:
            return None
        return tuple(name.strip() for name in self.environment["BROBYGG_PLUGINS"].split(",") if name.strip())

    def _attachments(self) -> Bucket | None:
        value = self._optional("ATTACHMENTS_URL")
        try:
            return bucket_from(value) if value else None
        except BucketError as error:
            self.faults.append(f"BROBYGG_ATTACHMENTS_URL: {error}")
            return None

    def _smtp(self) -> SmtpServer | None:
        value = self._optional("SMTP_URL")
        wanted = "smtp://user:password@host:587?tls=starttls (tls: none, starttls or tls)"
        if value is None:
            self.faults.append(f"BROBYGG_SMTP_URL: {wanted}; or set BROBYGG_MAIL=mailbox")
            return None
        parts = urlsplit(value)
        options = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
        tls = options.get("tls", "starttls")
        if parts.scheme != "smtp" or not parts.hostname or tls not in ("none", "starttls", "tls"):
            self.faults.append(f"BROBYGG_SMTP_URL: {wanted}")
            return None
        kind: Literal["none", "starttls", "tls"] = "none" if tls == "none" else "tls" if tls == "tls" else "starttls"
        return SmtpServer(
            host=parts.hostname,
            port=parts.port or (465 if kind == "tls" else 587),
            tls=kind,
            username=_decoded(parts.username),
            password=_decoded(parts.password),
            ca_file=options.get("ca_file"),
        )


def _decoded(part: str | None) -> str | None:
    """A part of an address as it was meant: %40 is an @."""
    return None if part is None else unquote(part)


def _zone(name: str) -> str:
    return ZoneInfo(name).key
