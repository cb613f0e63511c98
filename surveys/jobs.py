"""When the periodic jobs of surveys run, and how long they may be silent."""

from datetime import timedelta

from crm.extension_points import PeriodicJob
from surveys.planning import SWEEP
from surveys.reconciling import catch_up, reconcile
from surveys.retention import delete_old_answers
from surveys.sweeping import sweep


def periodic_jobs() -> tuple[PeriodicJob, ...]:
    """The sweep each minute, the cheap check each hour, the thorough one and the retention each day."""
    return (
        PeriodicJob(SWEEP, every=timedelta(minutes=1), run=sweep, late_after=timedelta(minutes=15)),
        PeriodicJob("surveys.catch_up", every=timedelta(hours=1), run=catch_up, late_after=timedelta(hours=4)),
        PeriodicJob("surveys.reconcile", every=timedelta(days=1), run=reconcile, late_after=timedelta(hours=30)),
        PeriodicJob(
            "surveys.retention", every=timedelta(days=1), run=delete_old_answers, late_after=timedelta(hours=30)
        ),
    )
