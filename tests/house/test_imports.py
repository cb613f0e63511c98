"""The import rules hold, and the linter that says so bites."""

import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    script = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [str(script), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
    )


def _copy(to: Path) -> None:
    for name in ("crm", "surveys", "outreach", "plugins"):
        shutil.copytree(PROJECT / name, to / name, ignore=shutil.ignore_patterns("static", "__pycache__", "templates"))
    shutil.copy(PROJECT / "pyproject.toml", to)


def test_the_import_rules_hold() -> None:
    result = _lint(PROJECT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_core_module_that_imports_a_plugin_is_found(tmp_path: Path) -> None:
    _copy(tmp_path)
    (tmp_path / "crm" / "tasks" / "planted.py").write_text("import surveys.models\n")
    result = _lint(tmp_path)
    assert result.returncode == 1
    assert "The core imports no plugin BROKEN" in result.stdout


def test_a_lower_feature_that_imports_a_higher_one_is_found(tmp_path: Path) -> None:
    _copy(tmp_path)
    (tmp_path / "crm" / "history" / "planted.py").write_text("import crm.employers.models\n")
    result = _lint(tmp_path)
    assert result.returncode == 1
    assert "Core features import only features listed before them BROKEN" in result.stdout
