"""Running one periodic job, in any mode."""

import structlog
from flask import Flask

from crm.jobs.heartbeats import beat, stumble
from crm.registry import EXTENSION, Registry

log = structlog.get_logger()


def run_job(app: Flask, job_key: str) -> str:
    """Run the job in an application context of its own and leave a heartbeat. Returns its count text.

    Whatever the job raises is noted as a failure and raised again.
    """
    registry: Registry = app.extensions[EXTENSION]
    job = registry.jobs[job_key]
    with app.app_context():
        try:
            detail = job.run()
        except Exception:
            log.exception("job_failed", job=job_key, owner=job.owner)
            stumble(job_key)
            raise
        beat(job_key, detail=detail)
    return detail
