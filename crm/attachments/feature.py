"""What this feature adds to the application."""

from datetime import timedelta

from crm.actors import system_actor
from crm.attachments import services
from crm.attachments.audit_labels import ACTIONS, SUBJECTS
from crm.attachments.models import Attachment
from crm.attachments.queries import own_attachments
from crm.attachments.routes import blueprint
from crm.attachments.store import store
from crm.db import transaction
from crm.extension_points import Feature, PeriodicJob, Scope
from crm.lazy_texts import lazy_gettext as _l

SWEEP = "attachments.sweep"
REACH = "attachments.reach"


def _sweep() -> str:
    with transaction():
        gone = services.sweep(system_actor(SWEEP))
    return f"{gone + services.sweep_store()} deleted"


def _reach() -> str:
    store().check()
    return "reached"


def _jobs() -> list[PeriodicJob]:
    alarm = _l("The store of attached files does not work: files can be neither added nor opened. The log says why.")
    return [
        PeriodicJob(SWEEP, every=timedelta(days=1), run=_sweep, late_after=timedelta(days=3)),
        PeriodicJob(REACH, every=timedelta(minutes=5), run=_reach, late_after=timedelta(minutes=30), alarm=alarm),
    ]


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="attachments",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        blueprints=[blueprint],
        periodic_jobs=_jobs(),
        scopes=[Scope(Attachment, own_attachments)],
    )
