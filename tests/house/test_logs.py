"""No token of a personal link and no secret of a callback address reaches a log."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import structlog
from flask import Flask
from gunicorn.config import Config
from werkzeug.routing import Rule

from crm.logs import MaskingFormatter, configure_logging, mask_tokens
from crm.serving.server import _Logger
from tests.conftest import make_settings

SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQ.aB-_1"
BEARERS = ("token", "secret", "state")


def secret_rules(app: Flask) -> Iterator[Rule]:
    """Every address that carries something nobody else may learn."""
    for rule in app.url_map.iter_rules():
        if any(name.endswith(BEARERS) for name in rule.arguments):
            yield rule


def filled(rule: Rule) -> str:
    """The address of a rule with ``SECRET`` in each place that holds a secret."""
    values = {name: SECRET if name.endswith(BEARERS) else "example" for name in rule.arguments}
    built = rule.build(values, append_unknown=False)
    assert built is not None
    return built[1]


def test_every_address_with_a_secret_is_masked(app: Flask) -> None:
    addresses = [filled(rule) for rule in secret_rules(app)]
    assert len(addresses) > 15
    for address in addresses:
        assert SECRET in address
        masked = mask_tokens(f'"GET http://localhost{address}?lang=sv HTTP/1.1" 200')
        assert SECRET not in masked, address
        assert "***" in masked
        assert masked.endswith('?lang=sv HTTP/1.1" 200')


def test_it_is_masked_inside_another_address_too(app: Flask) -> None:
    for rule in secret_rules(app):
        inner = filled(rule)
        assert SECRET not in mask_tokens(f"/sign-in?next={inner}")
        assert SECRET not in mask_tokens(f"/sign-in?next={quote(inner, safe='')}")


def test_every_bearer_in_the_route_map_is_known(app: Flask) -> None:
    names = {name for rule in app.url_map.iter_rules() for name in rule.arguments}
    expected = {"token", "return_token", "secret"}
    assert {name for name in names if name.endswith(BEARERS)} == expected


@pytest.mark.parametrize("name", ["token", "secret", "state", "m"])
def test_it_is_masked_in_a_query(name: str) -> None:
    assert mask_tokens(f"/s/x?lang=sv&{name}={SECRET}&page=2") == f"/s/***?lang=sv&{name}=***&page=2"


@pytest.mark.parametrize(
    "address",
    [
        "/settings/two-factor",
        "/settings/recovery-codes",
        "/hooks/46elks",
        "/employers/0190-abc/contacts",
        "/surveys/interview/0190-abc/q/status",
        "/assets/app.12ab34.css",
    ],
)
def test_other_addresses_can_be_read(address: str) -> None:
    assert mask_tokens(address) == address


def test_a_traceback_is_masked_and_not_only_the_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    configure_logging(make_settings(tmp_path))
    try:
        raise ValueError(f"bad address /reset/{SECRET}")
    except ValueError:
        logging.getLogger("werkzeug").exception("failed at /s/%s", SECRET)
    text = capsys.readouterr().err
    assert "ValueError" in text
    assert "/reset/***" in text
    assert SECRET not in text


def test_structured_lines_are_masked_however_deep(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    configure_logging(make_settings(tmp_path, DEVELOPMENT="0", BASE_URL="https://brobygg.example.org"))
    link = f"https://brobygg.example.org/o/{SECRET}"
    structlog.get_logger().warning("sent", link=link, links=[link], more={"link": (link,)})
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert line["link"].endswith("/o/***")
    assert SECRET not in json.dumps(line)


def test_the_servers_own_lines_are_masked() -> None:
    log = _Logger(Config())
    stream = io.StringIO()
    for handler in log.error_log.handlers:
        assert isinstance(handler.formatter, MaskingFormatter)
        handler.setStream(stream)
    log.error("Error handling request %s", f"/s/{SECRET}/q/status")
    assert "/s/***/q/status" in stream.getvalue()
    assert SECRET not in stream.getvalue()
