"""Who sees talks, press and groups: those who work in the unit, or above it."""

from sqlalchemy import ColumnElement, false, select

from crm.actors import Actor
from crm.cooperation.models import Appearance, CooperationGroup, GroupAttendance, GroupMeeting, GroupMember
from crm.employers.queries import STAFF


def appearance_scope(actor: Actor) -> ColumnElement[bool]:
    """Talks and press of one's units."""
    return Appearance.unit_id.in_(actor.unit_ids) if actor.has_role(*STAFF) else false()


def group_scope(actor: Actor) -> ColumnElement[bool]:
    """Groups of one's units."""
    return CooperationGroup.unit_id.in_(actor.unit_ids) if actor.has_role(*STAFF) else false()


def member_scope(actor: Actor) -> ColumnElement[bool]:
    """Members of the groups that one sees."""
    return GroupMember.group_id.in_(select(CooperationGroup.id).where(group_scope(actor)))


def meeting_scope(actor: Actor) -> ColumnElement[bool]:
    """Meetings of the groups that one sees."""
    return GroupMeeting.group_id.in_(select(CooperationGroup.id).where(group_scope(actor)))


def attendance_scope(actor: Actor) -> ColumnElement[bool]:
    """Who came to the meetings that one sees."""
    return GroupAttendance.meeting_id.in_(select(GroupMeeting.id).where(meeting_scope(actor)))
