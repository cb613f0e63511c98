"""The gate's last step: the wheel, unpacked on its own, makes a database and answers with its own assets.

usage: python -m tests.house.wheel_check WHEEL
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import requests

from tests.servers.processes import free_port

BROBYGG = "import sys; from crm.cli import main; sys.argv[0] = 'brobygg'; main()"


def check(wheel: Path) -> str:
    """Unpack, start, ask. Raises AssertionError or CalledProcessError with what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        _unpack(wheel, site)
        environment = _environment(Path(folder), site)
        place = _run(environment, folder, "import crm; print(crm.__file__)").strip()
        assert place.startswith(str(site)), f"the code under test came from {place}"
        return _start_and_ask(environment, folder)


def _unpack(wheel: Path, site: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run(command, check=True, timeout=120)


def _environment(folder: Path, site: Path) -> dict[str, str]:
    port = str(free_port())
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("BROBYGG_")},
        "PYTHONPATH": str(site),
        "BROBYGG_HOME": str(folder / "home"),
        "BROBYGG_PORT": port,
    }


def _run(environment: dict[str, str], folder: str, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout


def _start_and_ask(environment: dict[str, str], folder: str) -> str:
    url = f"http://127.0.0.1:{environment['BROBYGG_PORT']}"
    server = subprocess.Popen([sys.executable, "-c", BROBYGG, "run-dev"], env=environment, cwd=folder)
    try:
        page = _first_answer(server, f"{url}/sign-in")
        sheet = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
        assert requests.get(url + sheet, timeout=10).status_code == 200, "the wheel carries no assets"
        swedish = requests.get(f"{url}/sign-in", headers={"Accept-Language": "sv"}, timeout=10)
        assert "Logga in" in swedish.text, "the wheel carries no translations"
        assert requests.get(f"{url}/health", timeout=10).status_code == 200
    finally:
        server.terminate()
        server.wait(30)
    return "The wheel starts, with assets and translations."


def _first_answer(server: "subprocess.Popen[bytes]", url: str) -> requests.Response:
    for _second in range(120):
        assert server.poll() is None, "the server ended"
        try:
            return requests.get(url, timeout=2)
        except requests.ConnectionError:
            try:
                server.wait(1)
            except subprocess.TimeoutExpired:
                continue
    raise AssertionError("no answer in two minutes")


if __name__ == "__main__":
    print(check(Path(sys.argv[1]).resolve()))
