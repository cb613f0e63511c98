"""What this feature adds to the application."""

from flask_babel import lazy_gettext as _l

from crm.actors import Role
from crm.extension_points import Feature, NavItem, Scope
from crm.programmes.audit_labels import ACTIONS, SUBJECTS
from crm.programmes.models import Programme
from crm.programmes.routes import blueprint
from crm.programmes.scopes import programme_scope


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="programmes",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        blueprints=(blueprint,),
        nav_items=(
            NavItem(
                key="programmes",
                label=_l("Programmes"),
                endpoint="programmes.index",
                order=30,
                roles=frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
                section="settings",
            ),
        ),
        scopes=(Scope(Programme, programme_scope),),
    )
