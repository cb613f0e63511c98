"""What this feature adds to the application."""

from sqlalchemy import ColumnElement

from crm.actors import Actor, Role
from crm.employers.queries import everybody_here
from crm.extension_points import Feature, NavItem, Scope
from crm.imports.audit_labels import ACTIONS, SUBJECTS
from crm.imports.commands import import_command
from crm.imports.models import ImportMapping, ImportRun
from crm.imports.routes import blueprint
from crm.imports.tasks import import_job
from crm.lazy_texts import lazy_gettext as _l


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="imports",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        blueprints=(blueprint,),
        nav_items=(
            NavItem(
                key="imports",
                label=_l("Read in a file"),
                endpoint="imports.index",
                order=60,
                roles=frozenset({Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR}),
                section="settings",
            ),
        ),
        periodic_jobs=(import_job(),),
        scopes=(Scope(ImportRun, _own_runs), Scope(ImportMapping, everybody_here)),
        commands=(import_command,),
    )


def _own_runs(actor: Actor) -> ColumnElement[bool]:
    """A file is seen by whoever sent it, for it may hold people whom nobody else sees."""
    return ImportRun.created_by_id == actor.staff_id
