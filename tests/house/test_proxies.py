"""Behind proxies, the address and the scheme of a request are those that the outermost trusted one saw."""

from pathlib import Path

from flask import request

from tests.conftest import make_app, make_settings

CLAIMED = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}


def _seen(tmp_path: Path, **values: str) -> tuple[str | None, bool]:
    app = make_app(make_settings(tmp_path, PLUGINS="", **values))
    found: list[tuple[str | None, bool]] = []

    @app.before_request
    def note() -> None:
        found.append((request.remote_addr, request.is_secure))

    app.test_client().get("/sign-in", headers=CLAIMED)
    return found[0]


def test_a_trusted_proxy_is_believed(tmp_path: Path) -> None:
    assert _seen(tmp_path, TRUSTED_PROXIES="1") == ("203.0.113.7", True)


def test_without_a_trusted_proxy_nobody_is_believed(tmp_path: Path) -> None:
    assert _seen(tmp_path) == ("127.0.0.1", False)
