"""The long fault run: `python -m tests.faults.soak --kills 1000` writes docs/soak-report.md and .json."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.faults import rounds
from tests.faults.harness import LEASE, SETTLE, Scenario, Tally, run
from tests.faults.receivers import ElksReceiver, MailboxReceiver, Receiver, SmtpReceiver
from tests.servers import postgres
from tests.servers.postgres import PostgresServer
from tests.servers.processes import REPOSITORY

# Name, receiver, whether on PostgreSQL, share of the kills in percent.
PLAN: tuple[tuple[str, Callable[[], Receiver], bool, int], ...] = (
    ("SQLite, SMTP whose log can be asked", lambda: SmtpReceiver(askable=True), False, 25),
    ("PostgreSQL, SMTP whose log can be asked", lambda: SmtpReceiver(askable=True), True, 25),
    ("SQLite, SMTP that cannot be asked", lambda: SmtpReceiver(askable=False), False, 15),
    ("PostgreSQL, SMTP that cannot be asked", lambda: SmtpReceiver(askable=False), True, 10),
    ("SQLite, 46elks", ElksReceiver, False, 10),
    ("PostgreSQL, 46elks", ElksReceiver, True, 5),
    ("SQLite, local mailbox", MailboxReceiver, False, 10),
)
BROWSER_TESTS = ("tests/browser/test_outreach_calls_faults.py", "tests/browser/test_outreach_visits_faults.py")
COLUMNS = ("kills", "stops", "planned", "arrived", "lost", "doubled", "in_doubt", "ghosts", "failed", "unsettled")


def scenarios(kills: int, seed: int) -> Iterator[Tally]:
    """Run the plan, one scenario after the other."""
    cluster = PostgresServer(durable=True).start() if postgres.is_available() else None
    try:
        for number, (name, receiver, on_postgres, share) in enumerate(PLAN):
            if on_postgres and cluster is None:
                continue
            url = cluster.create_database(f"soak_{number}") if on_postgres and cluster else None
            count = max(1, kills * share // 100)
            yield run(Scenario(name, url, receiver(), kills=count, stops=max(1, count // 25), seed=seed + number))
    finally:
        if cluster is not None:
            cluster.stop()


def run_senders(kills: int, seed: int) -> dict[str, Any]:
    """The half of the report about senders."""
    tallies = []
    for tally in scenarios(kills, seed):
        print(tally, flush=True)
        tallies.append(tally)
    passed = not any(tally.lost or tally.doubled or tally.ghosts or tally.unsettled for tally in tallies)
    return {**_now(), "seed": seed, "passed": passed, "tallies": [asdict(tally) for tally in tallies]}


def run_browsers(times: int) -> dict[str, Any]:
    """The half of the report about browsers: the tests of the short form, with more rounds."""
    with tempfile.TemporaryDirectory() as folder:
        counted = Path(folder, "counted")
        counted.touch()
        environment = {**os.environ, rounds.ROUNDS: str(times), rounds.COUNTED: str(counted)}
        command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *BROWSER_TESTS]
        ended = subprocess.run(command, cwd=REPOSITORY, env=environment, check=False)
        found = [asdict(each) for each in rounds.read(counted)]
    print(found, flush=True)
    return {**_now(), "passed": ended.returncode == 0 and len(found) == len(BROWSER_TESTS), "counted": found}


def _now() -> dict[str, str]:
    return {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "python": platform.python_version()}


def about_senders(half: dict[str, Any]) -> list[str]:
    """Their table, and how to read it."""
    tallies = half["tallies"]
    total = {name: sum(tally[name] for tally in tallies) for name in COLUMNS}
    return [
        "## Senders",
        "",
        f"{half['at']}, Python {half['python']}, seed {half['seed']}. "
        f"Two senders at a time, lease {LEASE:g} s, settling time {SETTLE:g} s.",
        "Senders are killed (SIGKILL) at named points of the outbox, or stopped (SIGSTOP) past their lease and let",
        "go on; then healthy senders finish the work.",
        "",
        "`lost`: recorded as arrived, but the receiver has nothing. `doubled`: the receiver has it twice.",
        "`in doubt`: shown to staff as unknown, never sent again by itself. `ghosts`: received, never planned.",
        "",
        "| Scenario | " + " | ".join(name.replace("_", " ") for name in COLUMNS) + " |",
        "|---|" + "---|" * len(COLUMNS),
        *(f"| {tally['scenario']} | " + " | ".join(str(tally[name]) for name in COLUMNS) + " |" for tally in tallies),
        "| **Total** | " + " | ".join(f"**{total[name]}**" for name in COLUMNS) + " |",
    ]


def about_browsers(half: dict[str, Any]) -> list[str]:
    """Their table, and how to read it."""
    return [
        "## Browsers",
        "",
        f"{half['at']}, Python {half['python']}." + ("" if half["passed"] else " **A test failed.**"),
        "In each round somebody types or saves, and the network, the tab, the browser or the server dies (SIGKILL).",
        "`away`: nothing arrives; `half`: a request breaks off; `deaf`: it arrives, and its answer is lost.",
        "",
        "`lost`: saved, or typed more than two seconds before, and nowhere any more. `doubled`: saved twice.",
        "",
        "| Scenario | rounds | lost | doubled | how often what died |",
        "|---|---|---|---|---|",
        *(
            f"| {each['scenario']} | {sum(each['faults'].values())} | {each['lost']} | {each['doubled']} | "
            + "; ".join(f"{fault}: {number}" for fault, number in sorted(each["faults"].items()))
            + " |"
            for each in half["counted"]
        ),
    ]


def markdown(halves: dict[str, Any]) -> str:
    """The report for people."""
    parts = [about_senders(halves["senders"])] if "senders" in halves else []
    parts += [about_browsers(halves["browsers"])] if "browsers" in halves else []
    return "\n\n".join("\n".join(part) for part in [["# Fault run"], *parts]) + "\n"


def main() -> int:
    """Run, write the report, and fail when something was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="of senders")
    parser.add_argument("--rounds", type=int, default=100, help="of each test in a browser")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["senders", "browsers"], help="the other half of the report stays")
    parser.add_argument("--report", type=Path, default=REPOSITORY / "docs" / "soak-report")
    options = parser.parse_args()
    kept = options.report.with_suffix(".json")
    halves = json.loads(kept.read_text()) if options.only and kept.exists() else {}
    made = {}
    if options.only != "browsers":
        made["senders"] = run_senders(options.kills, options.seed)
    if options.only != "senders":
        made["browsers"] = run_browsers(options.rounds)
    halves |= made
    options.report.with_suffix(".md").write_text(markdown(halves))
    kept.write_text(json.dumps(halves, indent=1) + "\n")
    return int(not all(half["passed"] for half in made.values()))


if __name__ == "__main__":
    sys.exit(main())
