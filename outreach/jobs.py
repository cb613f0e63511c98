"""What outreach repeats in the background."""

from crm.extension_points import PeriodicJob
from outreach.calling.tidying import JOBS as CALL_JOBS
from outreach.events import jobs as events
from outreach.visits.tidying import JOBS as VISIT_JOBS


def periodic_jobs() -> tuple[PeriodicJob, ...]:
    """All of them."""
    return (
        *events.periodic_jobs(),
        *VISIT_JOBS,
        *CALL_JOBS,
    )
