"""The command as an administrator runs it: a process of its own, in a home that was moved."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.imports.conftest import csv_of
from tests.servers.processes import REPOSITORY

LIST = csv_of("Name;Orgnr;Phone", "Nordlys AB;5567037485;", "Ica AB;;12", "Coop AB;;090-123456")


def _run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("BROBYGG_")}
    environment = {**known, "BROBYGG_HOME": str(home), "BROBYGG_SECRET_KEY": "k" * 50, "BROBYGG_MAIL": "mailbox",
                   "BROBYGG_BASE_URL": "http://127.0.0.1:1", "PYTHONPATH": str(REPOSITORY)}  # fmt: skip
    command = [str(Path(sys.executable).parent / "brobygg"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)


def test_the_command_speaks_json_on_standard_output_only_in_a_home_that_was_moved(tmp_path: Path) -> None:
    first, home, file = tmp_path / "first", tmp_path / "moved", tmp_path / "list.csv"
    file.write_bytes(LIST)
    assert _run(first, "upgrade").returncode == 0
    shutil.move(first, home)
    tried = _run(home, "import", "employers", str(file), "--dry-run", "--json")
    assert (tried.returncode, json.loads(tried.stdout)["created"]) == (1, 2), tried.stderr
    done = _run(home, "import", "employers", str(file), "--json")
    report = json.loads(done.stdout)
    names = ("created", "updated", "unchanged", "duplicates", "error_count")
    assert (done.returncode, [report[name] for name in names]) == (1, [2, 0, 0, 0, 1]), done.stderr
    assert [(each["line"], each["column"]) for each in report["errors"]] == [(3, "Phone")]
    plain = _run(home, "import", "employers", str(file))
    assert (plain.returncode, "line 3, Phone" in plain.stderr, "line 3" in plain.stdout) == (1, True, False)
    undone = _run(home, "import", "undo", report["id"], "--json")
    assert (undone.returncode, json.loads(undone.stdout)["removed"]) == (0, 2), undone.stderr
    again = _run(home, "import", "undo", report["id"], "--json")
    assert (again.returncode, "already" in json.loads(again.stdout)["errors"][0]["message"]) == (2, True)
    hyphen = _run(home, "import", "undo", "-k3Jq0aZ", "--json")
    assert (hyphen.returncode, "no such import" in json.loads(hyphen.stdout)["errors"][0]["message"]) == (2, True)
    missing = _run(home, "import", "employers", str(tmp_path / "nothing.csv"))
    assert (missing.returncode, missing.stdout) == (2, "")
