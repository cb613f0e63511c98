"""Groups: the list, the page of one, its members."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts import audit
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.queries import unit_choices
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.cooperation.forms import EndForm, GroupForm, MeetingForm, MemberForm, new_key
from crm.cooperation.group_queries import GroupFigures, group_figures, groups_of
from crm.cooperation.models import CooperationGroup, GroupMember
from crm.cooperation.modules import only_with_groups
from crm.cooperation.services import groups as services
from crm.cooperation.words import GROUP_KINDS
from crm.db import transaction
from crm.employers.queries import STAFF, staff_of_units
from crm.errors import DomainError
from crm.web.conflicts import refusal
from crm.web.downloads import download
from crm.web.filters import today
from crm.web.forms import BaseForm, choices
from crm.web.undo import flash_undo

blueprint = Blueprint("groups", __name__, template_folder="templates")
blueprint.before_request(only_with_groups)


@blueprint.get("/groups")
@require(*STAFF)
def index() -> ResponseReturnValue:
    """The groups of one's units, with how many of their members come."""
    ended = request.args.get("show") == "ended"
    found = groups_of(current_actor(), ended=ended)
    return render_template("cooperation/groups.html", found=found, ended=ended, kinds=GROUP_KINDS)


@blueprint.route("/groups/new", methods=["GET", "POST"])
@require(*STAFF)
def add() -> ResponseReturnValue:
    """Begin a group."""
    actor = current_actor()
    usual = {"kind": "steering", "owner_id": actor.staff_id, "unit_id": actor.unit_id, "submission_key": new_key()}
    form = GroupForm() if request.method == "POST" else GroupForm(data=usual)
    _fill(form, actor, None)
    if form.validate_on_submit():
        try:
            with transaction():
                group = services.add_group(
                    actor, unit_id=form.unit_id.data or 0, given=form.as_fields(), submission_key=form.key
                )
                public_id = group.public_id
            flash(_("The group is saved. Now add its members."), "success")
            return to_group(public_id)
        except DomainError as error:
            form.add_error(error)
    page = render_template("cooperation/group_form.html", form=form, group=None, different=[])
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/groups/<public_id>")
@require(*STAFF)
def show(public_id: str) -> ResponseReturnValue:
    """A group with its members and meetings."""
    return group_page(visible_one(CooperationGroup, current_actor(), public_id))


@blueprint.route("/groups/<public_id>/edit", methods=["GET", "POST"])
@require(*STAFF)
def edit(public_id: str) -> ResponseReturnValue:
    """Change a group."""
    actor = current_actor()
    group = visible_one(CooperationGroup, actor, public_id)
    form = GroupForm() if request.method == "POST" else GroupForm(data=services.group_values(group))
    _fill(form, actor, group)
    del form.unit_id
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        group_id, version = group.id, int(form.version.data or 0)
        try:
            with transaction():
                services.change_group(actor, group_id=group_id, version=version, given=form.as_fields())
            flash(_("The group is saved."), "success")
            return to_group(public_id)
        except DomainError as error:
            different = refusal(form, error)
    group = visible_one(CooperationGroup, actor, public_id)
    page = render_template("cooperation/group_form.html", form=form, group=group, different=different)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/groups/<public_id>/end")
@require(*STAFF)
def end(public_id: str) -> ResponseReturnValue:
    """A group meets no more."""
    actor, form = current_actor(), EndForm()
    group_id = visible_one(CooperationGroup, actor, public_id).id
    if form.validate_on_submit():
        with transaction():
            services.end_group(actor, group_id=group_id, on_date=form.ended_on.data)
        flash_undo(_("The group has ended."), url_for(".resume", public_id=public_id))
        return to_group(public_id)
    return group_page(visible_one(CooperationGroup, actor, public_id), end_form=form)


@blueprint.post("/groups/<public_id>/resume")
@require(*STAFF)
def resume(public_id: str) -> ResponseReturnValue:
    """A group goes on."""
    actor = current_actor()
    group_id = visible_one(CooperationGroup, actor, public_id).id
    with transaction():
        services.end_group(actor, group_id=group_id, on_date=None)
    flash(_("The group goes on."), "success")
    return to_group(public_id)


@blueprint.post("/groups/<public_id>/members")
@require(*STAFF)
def add_member(public_id: str) -> ResponseReturnValue:
    """Somebody joins a group."""
    actor, form = current_actor(), MemberForm()
    group_id = visible_one(CooperationGroup, actor, public_id).id
    if form.validate_on_submit():
        try:
            with transaction():
                services.add_member(actor, group_id=group_id, given=form.as_fields())
            flash(_("%(name)s is a member now.", name=form.name.data), "success")
            return redirect(url_for(".show", public_id=public_id, _anchor="members"), code=303)
        except DomainError as error:
            form.add_error(error)
    return group_page(visible_one(CooperationGroup, actor, public_id), member_form=form)


@blueprint.route("/groups/members/<public_id>", methods=["GET", "POST"])
@require(*STAFF)
def edit_member(public_id: str) -> ResponseReturnValue:
    """Correct a member, or write when they left."""
    actor = current_actor()
    member = visible_one(GroupMember, actor, public_id)
    form = MemberForm() if request.method == "POST" else MemberForm(data=services.member_values(member))
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        member_id, back, version = member.id, member.group.public_id, int(form.version.data or 0)
        try:
            with transaction():
                services.change_member(actor, member_id=member_id, version=version, given=form.as_fields())
            flash(_("Saved."), "success")
            return to_group(back)
        except DomainError as error:
            different = refusal(form, error)
    member = visible_one(GroupMember, actor, public_id)
    page = render_template("cooperation/member_form.html", form=form, member=member, different=different)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/groups/<public_id>/attendance.<any(csv, xlsx):kind>")
@require(*STAFF)
def export(public_id: str, kind: str) -> ResponseReturnValue:
    """Meetings and who came as a file. That it was taken stands in the audit log."""
    actor = current_actor()
    group = visible_one(CooperationGroup, actor, public_id)
    found, group_id, unit_id = group_figures(group), group.id, group.unit_id
    headings = [_("Day"), _("Subject"), _("Member"), _("Organisation"), _("Came"), _("Followed up on")]
    answer = download(f"attendance-{today()}", kind, headings, _cells(found))
    with transaction():
        audit.record(
            actor, "group_exported", subject_type="cooperation_group", subject_id=group_id, unit_id=unit_id,
            details={"kind": kind},
        )  # fmt: skip
    return answer


def group_page(group: CooperationGroup, **forms: BaseForm) -> ResponseReturnValue:
    """The page of a group; ``forms`` are those that could not be saved."""
    found = group_figures(group)
    names = {
        "member_form": forms.get("member_form") or MemberForm(formdata=None, data={"joined_on": _first_day(group)}),
        "meeting_form": forms.get("meeting_form") or MeetingForm(formdata=None),
        "end_form": forms.get("end_form") or EndForm(formdata=None, data={"ended_on": today()}),
    }
    for name, form in names.items():
        for each in form:
            each.id = each.label.field_id = f"{name}-{each.name}"
    page = render_template("cooperation/group.html", group=group, found=found, kinds=GROUP_KINDS, **names)
    return page, 422 if forms else 200


def to_group(public_id: str) -> ResponseReturnValue:
    """Back to the page of a group."""
    return redirect(url_for("groups.show", public_id=public_id), code=303)


def _first_day(group: CooperationGroup) -> date:
    """A member who is added belongs from the first meeting that nobody has written down yet, or from today."""
    waiting = [each.on_date for each in group.meetings if each.recorded_on is None]
    return min([*waiting, today()])


def _cells(found: GroupFigures) -> list[list[str]]:
    yes, no = _("Yes"), _("No")
    return [
        [
            meeting.on_date.isoformat(), meeting.subject or "", row.member.name, row.member.organisation or "",
            yes if row.present else no, row.followed_up_on.isoformat() if row.followed_up_on else "",
        ]
        for meeting, _attendance in found.meetings
        for row in meeting.attendance
    ]  # fmt: skip


def _fill(form: GroupForm, actor: Actor, group: CooperationGroup | None) -> None:
    staff = {each.id: each.name for each in staff_of_units(actor.unit_ids)}
    if group is not None and group.owner is not None:
        staff[group.owner.id] = group.owner.name
    form.owner_id.choices = choices(staff.items(), empty="–")
    form.unit_id.choices = choices(unit_choices(actor.unit_ids))
