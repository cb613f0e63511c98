"""What this feature adds to the application."""

from crm.coverage import code_routes, routes
from crm.coverage.audit_labels import ACTIONS, SUBJECTS
from crm.coverage.models import CoverageTarget
from crm.coverage.modules import COVERAGE
from crm.coverage.routes import blueprint
from crm.coverage.scopes import target_scope
from crm.extension_points import Feature, NavItem, Scope
from crm.lazy_texts import lazy_gettext as _l

ROUTES = (routes, code_routes)
"""The modules that hang their views on the blueprint; named here so that they are loaded with it."""


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="coverage",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        blueprints=(blueprint,),
        nav_items=(
            NavItem(key="coverage", label=_l("Coverage"), endpoint="coverage.index", order=66, module=COVERAGE.key),
        ),
        scopes=(Scope(CoverageTarget, target_scope),),
        modules=(COVERAGE,),
    )
