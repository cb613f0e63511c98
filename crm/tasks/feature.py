"""What this feature adds to the application."""

from crm.extension_points import Feature, NavItem, Scope
from crm.lazy_texts import lazy_gettext as _l
from crm.tasks.audit_labels import ACTIONS, NAMES, SUBJECTS
from crm.tasks.models import Task
from crm.tasks.queries import who_sees
from crm.tasks.routes import STAFF, blueprint


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="tasks",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        audit_names=NAMES,
        blueprints=[blueprint],
        nav_items=[NavItem(key="today", label=_l("Today"), endpoint="tasks.today", order=10, roles=frozenset(STAFF))],
        scopes=[Scope(Task, who_sees)],
    )
