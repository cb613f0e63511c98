"""The long fault run: `python -m tests.faults.soak --kills 1000` writes docs/soak-report.md and .json."""

import argparse
import json
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

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


def row_of(tally: Tally) -> str:
    """One line of the table."""
    return f"| {tally.scenario} | " + " | ".join(str(getattr(tally, name)) for name in COLUMNS) + " |"


def markdown(tallies: list[Tally], seed: int) -> str:
    """The report for people."""
    lines = [
        "# Fault run",
        "",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, seed {seed}. "
        f"Two senders at a time, lease {LEASE:g} s, settling time {SETTLE:g} s.",
        "Senders are killed (SIGKILL) at named points of the outbox, or stopped (SIGSTOP) past their lease and let",
        "go on; then healthy senders finish the work.",
        "",
        "`lost`: recorded as arrived, but the receiver has nothing. `doubled`: the receiver has it twice.",
        "`in doubt`: shown to staff as unknown, never sent again by itself. `ghosts`: received, never planned.",
        "",
        "| Scenario | " + " | ".join(name.replace("_", " ") for name in COLUMNS) + " |",
        "|---|" + "---|" * len(COLUMNS),
        *(row_of(tally) for tally in tallies),
    ]
    total = {name: sum(getattr(tally, name) for tally in tallies) for name in COLUMNS}
    lines.append("| **Total** | " + " | ".join(f"**{total[name]}**" for name in COLUMNS) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run, write the report, and fail when something was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path, default=REPOSITORY / "docs" / "soak-report")
    options = parser.parse_args()
    tallies: list[Tally] = []
    for tally in scenarios(options.kills, options.seed):
        print(tally, flush=True)
        tallies.append(tally)
    options.report.with_suffix(".md").write_text(markdown(tallies, options.seed))
    options.report.with_suffix(".json").write_text(json.dumps([asdict(tally) for tally in tallies], indent=1) + "\n")
    return int(any(tally.lost or tally.doubled or tally.ghosts or tally.unsettled for tally in tallies))


if __name__ == "__main__":
    sys.exit(main())
