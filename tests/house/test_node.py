"""The Makefile takes the machine's own Node where it is new enough."""

import re
import subprocess

import pytest

from tests.servers.processes import REPOSITORY


@pytest.mark.parametrize(("version", "status"), [("18.0.0", 0), ("22.20.0", 0), ("16.20.2", 1)])
def test_a_node_is_judged_by_its_version(version: str, status: int) -> None:
    found = re.search(r"node -e '([^']+)'", (REPOSITORY / "Makefile").read_text())
    assert found is not None
    script = found[1].replace("process.versions.node", f'"{version}"')
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (status, "")
