"""Plugins: found by entry points, enabled by settings, isolated where they fail; a third party's proves each hook."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crm.app import create_app
from crm.errors import PluginError
from crm.hookspecs import PROJECT
from tests.conftest import make_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The greetings plugin, installed as a package into a folder of its own."""
    target = tmp_path_factory.mktemp("site")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--no-build-isolation"),
            *("--target", str(target), str(ROOT / "tests" / "third_party")),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return target


@pytest.fixture(scope="module")
def facts(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What happened on the journey with the plugin enabled."""
    environment = {**os.environ, "PYTHONPATH": f"{installed}:{ROOT}"}
    result = subprocess.run(
        [sys.executable, "-m", "tests.house.plugin_journey", str(tmp_path_factory.mktemp("home"))],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    return json.loads(result.stdout.splitlines()[-1])


def test_a_third_party_plugin_brings_its_own_tables(facts: Any) -> None:
    assert sorted(facts["tables"]) == ["alembic_version_greetings", "greetings_card"]


def test_a_listener_hears_of_an_exit_and_a_failing_one_loses_only_its_own_rows(facts: Any) -> None:
    assert facts["failed"] == [[], ["greetings"]]
    assert facts["cards"] == 1


def test_rows_of_a_plugin_obey_its_scope(facts: Any) -> None:
    assert (facts["seen_own"], facts["seen_foreign"]) == (1, 0)


def test_a_plugin_exports_and_erases_a_person(facts: Any) -> None:
    assert facts["exported"] == ["Good luck"]
    assert facts["cards_after_erasing"] == 0


def test_a_plugins_job_runs(facts: Any) -> None:
    assert facts["job"] == "0 cards"


def test_pages_of_a_plugin_need_a_sign_in_unless_they_are_public(facts: Any) -> None:
    pages = facts["pages"]
    assert (pages["public"], pages["private"], pages["signed_in"]) == (200, 303, 200)


def test_a_plugin_adds_a_menu_item_and_a_panel_and_a_failing_panel_leaves_the_page_standing(facts: Any) -> None:
    pages = facts["pages"]
    assert pages["menu"]
    assert pages["panel"]
    assert pages["broken_panel"] == [200, False]


def test_every_hook_is_documented_and_implemented_by_the_third_party_plugin() -> None:
    from crm import hookspecs

    hooks = [name for name in dir(hookspecs) if name.startswith(f"{PROJECT}_")]
    source = (ROOT / "tests" / "third_party" / "brobygg_greetings" / "plugin.py").read_text(encoding="utf-8")
    documentation = (ROOT / "docs" / "writing-a-plugin.md").read_text(encoding="utf-8")
    assert len(hooks) >= 5
    for name in hooks:
        assert getattr(hookspecs, name).__doc__
        assert f"def {name}(" in source
        assert f"`{name}(" in documentation


def test_an_enabled_plugin_that_is_missing_stops_the_start_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="'greatings' is enabled but not installed"):
        create_app(make_settings(tmp_path, PLUGINS="greatings"))


def test_a_misspelt_hook_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import EntryPoint

    module = tmp_path / "misspelt_plugin.py"
    module.write_text("class P:\n    def brobygg_featur(self): ...\nplugin = P()\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    point = EntryPoint("misspelt", "misspelt_plugin:plugin", "brobygg.plugins")
    monkeypatch.setattr("crm.plugin_manager.installed_plugins", lambda: {"misspelt": point})
    with pytest.raises(PluginError, match="brobygg_featur"):
        create_app(make_settings(tmp_path, PLUGINS="misspelt"))
