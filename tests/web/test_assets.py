"""Built assets: addresses, compression, lifetime, and what the build must never carry."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.web.assets import DIST, asset_path, asset_url, manifest

ROOT = Path(__file__).parents[2]


def test_an_asset_is_served_for_a_year_and_never_changes(page: FlaskClient) -> None:
    answer = page.get(f"/assets/{manifest()['app.css']}")
    assert answer.status_code == 200
    assert answer.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_browser_that_can_gets_it_compressed(page: FlaskClient) -> None:
    address = f"/assets/{manifest()['app.css']}"
    packed = page.get(address, headers={"Accept-Encoding": "br, gzip"})
    plain = page.get(address, headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data


@pytest.mark.parametrize("name", ["manifest.json", "../shell.py", "app.css", "nothing.css"])
def test_nothing_outside_the_manifest_is_served(page: FlaskClient, name: str) -> None:
    assert page.get(f"/assets/{name}").status_code == 404


def test_a_name_is_followed_by_the_hash_of_its_content(shell_app: Flask) -> None:
    for name, file in manifest().items():
        digest = hashlib.sha256((DIST / file).read_bytes()).hexdigest()[:12]
        assert file.split(".")[-2] == digest, name
    with shell_app.test_request_context():
        assert asset_url("app.css") == f"/assets/{manifest()['app.css']}"
    assert asset_path("print.css").is_file()


def test_the_stylesheets_fetch_nothing_from_elsewhere() -> None:
    for name in ("app.css", "survey.css", "print.css"):
        css = asset_path(name).read_text("utf-8")
        assert "@import" not in css
        assert "url(http" not in css
    assert "data:" not in asset_path("survey.css").read_text("utf-8")


def test_the_participants_stylesheet_stays_small() -> None:
    assert asset_path("survey.css").stat().st_size < 4096


def test_the_theme_was_made_from_the_configuration_that_is_committed() -> None:
    digest = hashlib.sha256((ROOT / "designsystemet.config.json").read_bytes()).hexdigest()
    assert f"sha256:{digest}" in (ROOT / "crm/web/assets/theme.css").read_text("utf-8")[:200]


def test_the_lock_file_pins_everything_and_names_no_download_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: about for name, about in lock["packages"].items() if name}
    assert all("resolved" not in about and about["integrity"] for about in packages.values())
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))
    for pins in (wanted["dependencies"], wanted["devDependencies"]):
        assert all(version[0].isdigit() for version in pins.values())
