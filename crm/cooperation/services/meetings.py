"""Meetings of groups: planning them, writing down who came, following up who did not."""

from collections.abc import Collection
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.cooperation.models import CooperationGroup, GroupAttendance, GroupMeeting
from crm.cooperation.services.checks import check_version, short
from crm.cooperation.services.groups import write_down
from crm.db import current_session
from crm.errors import DomainError
from crm.languages import in_all_languages
from crm.tasks.models import TaskState
from crm.tasks.services import add_task, cancel_tasks, reopen_task
from crm.web.clean import clean_text

FOLLOW_UP = "group_absence"
FOLLOW_UP_WITHIN = timedelta(days=7)


def add_meeting(actor: Actor, *, group_id: int, on_date: date, subject: str | None = None) -> GroupMeeting:
    """Plan a meeting, or write down one that was. A group has one meeting on a day: the same again is it."""
    group = locked(CooperationGroup, actor, group_id)
    statement = select(GroupMeeting).where(GroupMeeting.group_id == group.id, GroupMeeting.on_date == on_date)
    session = current_session()
    meeting = session.scalar(trusted(statement, because="a meeting of a group that has just been checked"))
    if meeting is None:
        meeting = GroupMeeting(group=group, on_date=on_date, subject=short(subject, 200))
        session.add(meeting)
        session.flush()  # The id stands in the audit entry.
        write_down(actor, group, "group_meeting_added", meeting_id=meeting.id)
    return meeting


def record_attendance(
    actor: Actor,
    *,
    meeting_id: int,
    version: int | None,
    present: Collection[int],
    subject: str | None = None,
    minutes: str | None = None,
) -> GroupMeeting:
    """Write down which members (by their ids) came, with what was agreed. The others of the day were absent.

    Somebody who turns out to have come needs no following up: that task is cancelled. Raises DomainError for a meeting
    that is still to come or a member who was none on that day; EditConflict, NotVisible.
    """
    meeting = locked(GroupMeeting, actor, meeting_id)
    check_version(meeting.version_id, version, meeting_values(meeting))
    if meeting.on_date > clock.today():
        raise DomainError(_("This day has not come yet."), field="present")
    expected = {each.id for each in meeting.group.members if each.belongs(meeting.on_date)}
    if not expected >= set(present):
        raise DomainError(_("Somebody whom you ticked was no member on that day."), field="present")
    written = {each.member_id: each for each in meeting.attendance}
    for member_id in sorted(expected | written.keys()):
        row = written.get(member_id)
        if row is None:
            meeting.attendance.append(GroupAttendance(member_id=member_id, present=member_id in present))
        elif member_id not in expected:
            meeting.attendance.remove(row)
        else:
            row.present = member_id in present
            if row.present:
                cancel_tasks(actor, kind=FOLLOW_UP, source_ref=row.public_id)
                row.followed_up_on = None
    meeting.subject, meeting.minutes = short(subject, 200), clean_text(minutes or "")[:4000] or None
    meeting.recorded_on = clock.today()
    meeting.version_id += 1
    current_session().flush()  # A follow-up names the rows of those who did not come.
    write_down(actor, meeting.group, "group_meeting_recorded", meeting_id=meeting.id)
    return meeting


def remove_meeting(actor: Actor, *, meeting_id: int) -> None:
    """Take away a meeting that was not held. One at which attendance was written down stays: DomainError."""
    meeting = locked(GroupMeeting, actor, meeting_id)
    if meeting.recorded_on is not None:
        raise DomainError(_("Somebody has written down who came. A meeting that was held stays."))
    write_down(actor, meeting.group, "group_meeting_removed")
    current_session().delete(meeting)


def follow_up_absence(actor: Actor, *, attendance_id: int) -> GroupAttendance:
    """A task for who calls the group together: ask why somebody did not come. May be repeated."""
    row = locked(GroupAttendance, actor, attendance_id)
    group = row.meeting.group
    if row.present:
        raise DomainError(_("They came to this meeting."))
    if row.followed_up_on is None:
        row.followed_up_on = clock.today()
        who, name = row.member.name, group.name
        task = add_task(
            actor,
            title=in_all_languages(lambda: _("Ask %(who)s about the missed meeting: %(group)s", who=who, group=name)),
            due_on=clock.today() + FOLLOW_UP_WITHIN,
            unit_id=group.unit_id,
            owner_id=group.owner_id,
            kind=FOLLOW_UP,
            source_ref=row.public_id,
            employer_id=row.member.employer_id,
        )
        if task.state is TaskState.CANCELLED:
            reopen_task(actor, task_id=task.id)
        write_down(actor, group, "group_absence_followed_up", meeting_id=row.meeting_id)
    return row


def drop_follow_up(actor: Actor, *, attendance_id: int) -> GroupAttendance:
    """Take back that an absence is followed up; the task is cancelled. May be repeated."""
    row = locked(GroupAttendance, actor, attendance_id)
    if row.followed_up_on is not None:
        row.followed_up_on = None
        cancel_tasks(actor, kind=FOLLOW_UP, source_ref=row.public_id)
        write_down(actor, row.meeting.group, "group_absence_followed_up", meeting_id=row.meeting_id, undone=True)
    return row


def meeting_values(meeting: GroupMeeting) -> dict[str, object]:
    """What stands in the row by field name, with the version."""
    return {
        "subject": meeting.subject,
        "minutes": meeting.minutes,
        "present": sorted(each.member_id for each in meeting.attendance if each.present),
        "version": meeting.version_id,
    }
