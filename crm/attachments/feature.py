"""What this feature adds to the application."""

from datetime import timedelta

from crm.actors import system_actor
from crm.attachments import services
from crm.attachments.audit_labels import ACTIONS, SUBJECTS
from crm.attachments.models import Attachment
from crm.attachments.queries import own_attachments
from crm.attachments.routes import blueprint
from crm.db import transaction
from crm.extension_points import Feature, PeriodicJob, Scope

SWEEP = "attachments.sweep"


def _sweep() -> str:
    with transaction():
        gone = services.sweep(system_actor(SWEEP))
    return f"{gone + services.sweep_store()} deleted"


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="attachments",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        blueprints=[blueprint],
        periodic_jobs=[PeriodicJob(SWEEP, every=timedelta(days=1), run=_sweep, late_after=timedelta(days=3))],
        scopes=[Scope(Attachment, own_attachments)],
    )
