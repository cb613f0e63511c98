"""What this feature adds to the application."""

from crm.cooperation import group_routes, meeting_routes, talk_routes
from crm.cooperation.audit_labels import ACTIONS, FIELDS, NAMES, SUBJECTS
from crm.cooperation.merging import merge_members
from crm.cooperation.models import Appearance, CooperationGroup, GroupAttendance, GroupMeeting, GroupMember
from crm.cooperation.modules import GROUPS, TALKS
from crm.cooperation.scopes import (
    appearance_scope,
    attendance_scope,
    group_scope,
    meeting_scope,
    member_scope,
)
from crm.employers.queries import STAFF
from crm.extension_points import Feature, NavItem, Scope
from crm.lazy_texts import lazy_gettext as _l

ROUTES = (talk_routes, group_routes, meeting_routes)
"""The modules that hang their views on the blueprints; named here so that they are loaded with them."""


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    staff = frozenset(STAFF)
    return Feature(
        name="cooperation",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        audit_names=NAMES,
        audit_fields=FIELDS,
        blueprints=(talk_routes.blueprint, group_routes.blueprint),
        nav_items=(
            NavItem("groups", _l("Groups"), "groups.index", order=67, roles=staff, module=GROUPS.key),
            NavItem("talks", _l("Talks and press"), "talks.index", order=68, roles=staff, module=TALKS.key),
        ),
        scopes=(
            Scope(Appearance, appearance_scope),
            Scope(CooperationGroup, group_scope),
            Scope(GroupMember, member_scope),
            Scope(GroupMeeting, meeting_scope),
            Scope(GroupAttendance, attendance_scope),
        ),
        modules=(GROUPS, TALKS),
        merge_steps=(merge_members,),
    )
