"""What this feature adds to the application."""

from datetime import timedelta

from crm.actors import Role
from crm.extension_points import Feature, NavItem, PeriodicJob
from crm.lazy_texts import lazy_gettext as _l
from crm.messaging import mailbox_routes, routes, sending_routes, suppression_routes
from crm.messaging.audit_labels import ACTIONS, SUBJECTS
from crm.messaging.blueprint import STAFF, blueprint
from crm.messaging.bounce_mailbox import look_for_bounces
from crm.messaging.commands import bounce_command, release_command
from crm.messaging.outbox import send_due
from crm.messaging.resolving import resolve
from crm.messaging.services import SEND_JOB
from crm.messaging.visibility import message_scopes

# Importing these modules puts their pages on the blueprint.
PAGES = (routes, mailbox_routes, suppression_routes, sending_routes)


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="messaging",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        scopes=message_scopes(),
        blueprints=(blueprint,),
        nav_items=_menu(),
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


def _menu() -> tuple[NavItem, ...]:
    return (
        NavItem(
            "messaging.index",
            _l("Messages"),
            "messaging.index",
            order=40,
            roles=frozenset(STAFF),
            section="settings",
        ),
        NavItem(
            "messaging.blocked",
            _l("Blocked addresses"),
            "messaging.blocked",
            order=42,
            roles=frozenset((Role.MANAGER, Role.ADMINISTRATOR)),
            section="settings",
        ),
        NavItem(
            "messaging.sending",
            _l("Sending"),
            "messaging.sending",
            order=44,
            roles=frozenset((Role.ADMINISTRATOR,)),
            section="settings",
        ),
    )
