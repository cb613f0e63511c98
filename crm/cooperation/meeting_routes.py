"""Meetings of groups: planning one, who came, following up who did not."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.cooperation.forms import AttendanceForm, MeetingForm
from crm.cooperation.group_queries import absences, attendance_of, members_on
from crm.cooperation.group_routes import blueprint, group_page, to_group
from crm.cooperation.models import CooperationGroup, GroupAttendance, GroupMeeting, GroupMember
from crm.cooperation.services import meetings as services
from crm.db import transaction
from crm.employers.queries import STAFF
from crm.errors import DomainError
from crm.web.conflicts import refusal
from crm.web.filters import today
from crm.web.forms import choices
from crm.web.undo import flash_undo


@blueprint.post("/groups/<public_id>/meetings")
@require(*STAFF)
def add_meeting(public_id: str) -> ResponseReturnValue:
    """Plan a meeting; one that has been is opened at once, to write down who came."""
    actor, form = current_actor(), MeetingForm()
    group_id = visible_one(CooperationGroup, actor, public_id).id
    if form.validate_on_submit():
        with transaction():
            meeting = services.add_meeting(
                actor, group_id=group_id, on_date=form.on_date.data or today(), subject=form.subject.data
            )
            was, meeting_ref = meeting.on_date <= today(), meeting.public_id
        if was:
            return redirect(url_for(".meeting", public_id=meeting_ref), code=303)
        flash(_("The meeting is planned."), "success")
        return to_group(public_id)
    return group_page(visible_one(CooperationGroup, actor, public_id), meeting_form=form)


@blueprint.route("/groups/meetings/<public_id>", methods=["GET", "POST"])
@require(*STAFF)
def meeting(public_id: str) -> ResponseReturnValue:
    """A meeting: who came, what was agreed, and whom to ask why they did not."""
    actor = current_actor()
    row = visible_one(GroupMeeting, actor, public_id)
    form = AttendanceForm() if request.method == "POST" else AttendanceForm(data=services.meeting_values(row))
    form.present.choices = choices((each.id, _called(each)) for each in members_on(row.group, row.on_date))
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        meeting_id, version = row.id, int(form.version.data or 0)
        try:
            with transaction():
                services.record_attendance(
                    actor, meeting_id=meeting_id, version=version, present=form.present.data or [],
                    subject=form.subject.data, minutes=form.minutes.data,
                )  # fmt: skip
            flash(_("Who came is saved."), "success")
            return redirect(url_for(".meeting", public_id=public_id), code=303)
        except DomainError as error:
            different = refusal(form, error)
    row = visible_one(GroupMeeting, actor, public_id)
    page = render_template(
        "cooperation/meeting.html",
        meeting=row,
        group=row.group,
        form=form,
        found=attendance_of(row),
        absences=absences(row),
        different=different,
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/groups/meetings/<public_id>/remove")
@require(*STAFF)
def remove_meeting(public_id: str) -> ResponseReturnValue:
    """Take away a meeting that was not held."""
    actor = current_actor()
    row = visible_one(GroupMeeting, actor, public_id)
    meeting_id, back = row.id, row.group.public_id
    try:
        with transaction():
            services.remove_meeting(actor, meeting_id=meeting_id)
        flash(_("The meeting is removed."), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return to_group(back)


@blueprint.post("/groups/absences/<public_id>/follow-up")
@require(*STAFF)
def follow_up(public_id: str) -> ResponseReturnValue:
    """A task: ask why somebody did not come."""
    actor = current_actor()
    row = visible_one(GroupAttendance, actor, public_id)
    attendance_id, back = row.id, row.meeting.public_id
    try:
        with transaction():
            services.follow_up_absence(actor, attendance_id=attendance_id)
        flash_undo(_("There is a task now, due in a week."), url_for(".drop_follow_up", public_id=public_id))
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for(".meeting", public_id=back, _anchor="absent"), code=303)


@blueprint.post("/groups/absences/<public_id>/drop")
@require(*STAFF)
def drop_follow_up(public_id: str) -> ResponseReturnValue:
    """The absence needs no following up after all."""
    actor = current_actor()
    row = visible_one(GroupAttendance, actor, public_id)
    attendance_id, back = row.id, row.meeting.public_id
    with transaction():
        services.drop_follow_up(actor, attendance_id=attendance_id)
    flash(_("The task is cancelled."), "success")
    return redirect(url_for(".meeting", public_id=back, _anchor="absent"), code=303)


def _called(member: GroupMember) -> str:
    return f"{member.name}, {member.organisation}" if member.organisation else member.name
