"""The local installation that `make run` makes: SQLite, a mailbox instead of servers, sample data."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from crm.errors import SettingsError

DEFAULT_HOME = "var"
DEFAULT_PORT = 8000
SECRET_FILE = "secret-key"


def local_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` completed for an installation on this machine; what is set stays as it is.

    Writes nothing: a new secret key lasts only once ``keep_local`` has put it into the home folder.
    """
    home = Path(environment.get("BROBYGG_HOME") or DEFAULT_HOME).absolute()
    port = environment.get("BROBYGG_PORT") or str(DEFAULT_PORT)
    defaults = {
        "BROBYGG_HOME": str(home),
        "BROBYGG_SECRET_KEY": _kept_secret(home) or secrets.token_urlsafe(48),
        "BROBYGG_BASE_URL": f"http://127.0.0.1:{port}",
        "BROBYGG_DEVELOPMENT": "1",
        "BROBYGG_ORGANISATION": "Brobygg",
        "BROBYGG_REGISTERS": "simulators",
    }
    if not environment.get("BROBYGG_SMTP_URL"):
        defaults["BROBYGG_MAIL"] = "mailbox"
    return {**defaults, **{key: value for key, value in environment.items() if value}}


def keep_local(home: Path, secret_key: str) -> None:
    """Make the home folder and put the secret key into it, once. May be repeated.

    Raises SettingsError when another process has just kept another key there.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(home / SECRET_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if _kept_secret(home) != secret_key:
            raise SettingsError(f"Another Brobygg has just begun to use {home}. Start this one again.") from None
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret_key)


def _kept_secret(home: Path) -> str:
    path = home / SECRET_FILE
    return path.read_text(encoding="ascii").strip() if path.exists() else ""
