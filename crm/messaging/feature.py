"""What this feature adds to the application."""

from datetime import timedelta

from crm.extension_points import Feature, PeriodicJob
from crm.messaging.bounce_mailbox import look_for_bounces
from crm.messaging.commands import bounce_command, release_command
from crm.messaging.outbox import send_due
from crm.messaging.resolving import resolve
from crm.messaging.services import SEND_JOB
from crm.messaging.visibility import message_scopes


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="messaging",
        scopes=message_scopes(),
        commands=(bounce_command, release_command),
        periodic_jobs=(
            PeriodicJob(key=SEND_JOB, every=timedelta(seconds=15), run=send_due, late_after=timedelta(minutes=20)),
            PeriodicJob(
                key="messaging.bounces",
                every=timedelta(minutes=5),
                run=look_for_bounces,
                late_after=timedelta(minutes=60),
            ),
            PeriodicJob(
                key="messaging.resolve",
                every=timedelta(seconds=20),
                run=resolve,
                late_after=timedelta(minutes=20),
            ),
        ),
    )
