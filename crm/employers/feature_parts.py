"""What handovers, merges and contacts in full add to this feature; crm.employers.feature puts it in its place."""

from datetime import timedelta
from types import ModuleType

from crm.employers import contact_list_routes, handover_routes, merge_routes, status_routes, wishes_routes
from crm.employers.handover_mail import handover_purpose
from crm.employers.handover_models import Handover
from crm.employers.handover_queries import own_handovers
from crm.employers.listeners import keep_somebody_in_the_unit, keep_somebody_responsible
from crm.employers.merge_models import EmployerMerge, PersonMerge
from crm.employers.queries import STAFF, everybody_here
from crm.employers.reminders import TELL_JOB, remind_to_tell
from crm.events import StaffDisabled, StaffMoved
from crm.extension_points import (
    HistoryKind,
    MessagePurpose,
    NavItem,
    PeriodicJob,
    Scope,
    Subscription,
)
from crm.lazy_texts import lazy_gettext as _l


def route_modules() -> tuple[ModuleType, ...]:
    """The modules that hang their views on the blueprint."""
    return (contact_list_routes, handover_routes, merge_routes, status_routes, wishes_routes)


def scopes() -> list[Scope]:
    """Who sees handovers and merges."""
    return [Scope(Handover, own_handovers), *(Scope(model, everybody_here) for model in (EmployerMerge, PersonMerge))]


def subscriptions() -> list[Subscription]:
    """What is listened to."""
    return [
        Subscription(StaffDisabled.key, keep_somebody_responsible),
        Subscription(StaffMoved.key, keep_somebody_in_the_unit),
    ]


def purposes() -> list[MessagePurpose]:
    """Why mail is sent."""
    return [handover_purpose()]


def nav_items() -> list[NavItem]:
    """Pages that are not needed every day."""
    return [
        NavItem(
            key="employers.contacts",
            label=_l("Contacts"),
            endpoint="employers.contacts",
            order=62,
            roles=frozenset(STAFF),
            section="settings",
        ),
        NavItem(
            key="employers.handovers",
            label=_l("Hand over employers"),
            endpoint="employers.handovers",
            order=65,
            roles=frozenset(STAFF),
            section="settings",
        ),
        NavItem(
            key="employers.not_told",
            label=_l("Tell contact persons"),
            endpoint="employers.people_not_told",
            order=66,
            roles=frozenset(STAFF),
            section="settings",
        ),
    ]


def periodic_jobs() -> list[PeriodicJob]:
    """Work that is repeated."""
    return [PeriodicJob(TELL_JOB, every=timedelta(days=1), run=remind_to_tell, late_after=timedelta(days=3))]


def history_kinds() -> list[HistoryKind]:
    """Kinds of lines."""
    return [HistoryKind("merge", _l("Merged"), "neutral"), HistoryKind("status", _l("State"), "danger")]
