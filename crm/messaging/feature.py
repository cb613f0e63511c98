"""What this feature adds to the application."""

from datetime import timedelta

from crm.extension_points import Feature, PeriodicJob
from crm.messaging.outbox import send_due
from crm.messaging.resolving import resolve
from crm.messaging.services import SEND_JOB
from crm.messaging.visibility import message_scopes


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="messaging",
        scopes=message_scopes(),
        periodic_jobs=(
            PeriodicJob(key=SEND_JOB, every=timedelta(seconds=15), run=send_due, late_after=timedelta(minutes=20)),
            PeriodicJob(
                key="messaging.resolve",
                every=timedelta(seconds=20),
                run=resolve,
                late_after=timedelta(minutes=20),
            ),
        ),
    )
