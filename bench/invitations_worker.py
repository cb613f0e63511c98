"""One worker: `python -m bench.invitations_worker REPORT` plans and sends what is due and reports what it took."""

import cProfile
import json
import os
import sys
import time
from pathlib import Path

from crm.app import create_app
from crm.jobs.runner import run_job
from crm.messaging.services import SEND_JOB
from surveys.planning import SWEEP

PROFILE = "BENCH_PROFILE"
"""Names a file that a profile is written to, for whoever looks for what is slow."""


def main() -> None:
    """Run both jobs once, as a worker that was woken would; the start of the process is not counted."""
    app = create_app()
    profile = cProfile.Profile() if os.environ.get(PROFILE) else None
    wall, cpu = time.perf_counter(), time.process_time()
    if profile:
        profile.enable()
    planned = run_job(app, SWEEP)
    between = time.perf_counter()
    sent = run_job(app, SEND_JOB)
    if profile:
        profile.disable()
        profile.dump_stats(os.environ[PROFILE])
    report = {
        "wall": time.perf_counter() - wall,
        "planning": between - wall,
        "cpu": time.process_time() - cpu,
        "planned": planned,
        "sent": sent,
    }
    Path(sys.argv[1]).write_text(json.dumps(report))


if __name__ == "__main__":
    main()
