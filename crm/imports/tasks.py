"""The background work on files."""

from datetime import timedelta

from crm.extension_points import PeriodicJob
from crm.imports.runs import RUN_JOB, work_on_all


def import_job() -> PeriodicJob:
    """Works on files that wait. Woken when one is sent or confirmed; the sweep finds what a wake-up missed."""
    return PeriodicJob(key=RUN_JOB, every=timedelta(minutes=1), run=work_on_all, late_after=timedelta(minutes=30))
