"""The local installation of `make run`: it exists from the first command that works on it, and keeps one secret key."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from crm.errors import SettingsError
from crm.serving.local import SECRET_FILE, keep_local, local_environment


def run(folder: Path, *arguments: str) -> None:
    """A command in a folder of its own, as from a terminal without an installation."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BROBYGG_")}
    subprocess.run(
        [sys.executable, "-c", "from crm.cli import main; main()", *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        timeout=120,
    )


def test_the_environment_alone_writes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "var"
    environment = local_environment({"BROBYGG_HOME": str(home)})
    assert len(environment["BROBYGG_SECRET_KEY"]) > 32
    assert not home.exists()


def test_a_secret_that_is_kept_stays_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    home = tmp_path / "var"
    first = local_environment({"BROBYGG_HOME": str(home)})["BROBYGG_SECRET_KEY"]
    keep_local(home, first)
    keep_local(home, first)
    assert local_environment({"BROBYGG_HOME": str(home)})["BROBYGG_SECRET_KEY"] == first
    assert stat.S_IMODE((home / SECRET_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_of_two_that_begin_at_once_one_is_told_to_start_again(tmp_path: Path) -> None:
    keep_local(tmp_path, "a" * 40)
    with pytest.raises(SettingsError, match="Start this one again"):
        keep_local(tmp_path, "b" * 40)


def test_a_command_that_works_on_the_installation_makes_it(tmp_path: Path) -> None:
    run(tmp_path, "upgrade")
    assert {path.name for path in (tmp_path / "var").iterdir()} >= {SECRET_FILE, "brobygg.db"}
    kept = (tmp_path / "var" / SECRET_FILE).read_text(encoding="ascii")
    run(tmp_path, "upgrade")
    assert (tmp_path / "var" / SECRET_FILE).read_text(encoding="ascii") == kept
