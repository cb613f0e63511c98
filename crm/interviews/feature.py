"""What this feature adds to the application."""

from crm.extension_points import Feature, NavItem, Panel, Scope
from crm.interviews.audit_labels import ACTIONS
from crm.interviews.merging import merge_interviews
from crm.interviews.models import EmployerInterview
from crm.interviews.modules import INTERVIEWS
from crm.interviews.panels import employer_panel
from crm.interviews.routes import blueprint
from crm.interviews.scopes import READERS, own_interviews
from crm.lazy_texts import lazy_gettext as _l


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    staff = frozenset(READERS)
    return Feature(
        name="interviews",
        audit_labels=ACTIONS,
        blueprints=(blueprint,),
        nav_items=(
            NavItem("interviews", _l("Interviews"), "interviews.index", 68, roles=staff, module=INTERVIEWS.key),
        ),
        panels=(Panel("employer.panels", "interviews", employer_panel, order=60, roles=staff),),
        scopes=(Scope(EmployerInterview, own_interviews),),
        modules=(INTERVIEWS,),
        merge_steps=(merge_interviews,),
    )
