"""The local installation that `make run` makes: SQLite, a mailbox instead of servers, sample data."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

DEFAULT_HOME = "var"
DEFAULT_PORT = 8000


def local_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` completed for an installation on this machine; what is set stays as it is.

    Makes the home folder and, once, a secret key in it.
    """
    home = Path(environment.get("BROBYGG_HOME") or DEFAULT_HOME).absolute()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    port = environment.get("BROBYGG_PORT") or str(DEFAULT_PORT)
    defaults = {
        "BROBYGG_HOME": str(home),
        "BROBYGG_SECRET_KEY": _secret(home / "secret-key"),
        "BROBYGG_BASE_URL": f"http://127.0.0.1:{port}",
        "BROBYGG_DEVELOPMENT": "1",
        "BROBYGG_ORGANISATION": "Brobygg",
    }
    if not environment.get("BROBYGG_SMTP_URL"):
        defaults["BROBYGG_MAIL"] = "mailbox"
    return {**defaults, **{key: value for key, value in environment.items() if value}}


def _secret(path: Path) -> str:
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()
