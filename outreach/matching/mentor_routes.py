"""Mentors: the list, one of them, taking on, changing, pausing, erasing; notes."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select

from crm.accounts import audit
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.queries import unit_choices
from crm.accounts.reading import seen_many
from crm.accounts.scopes import visible_one
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.employers.queries import staff_of_units
from crm.errors import DomainError
from crm.messaging.addresses import show_phone
from crm.web.conflicts import refusal
from crm.web.downloads import download
from crm.web.filters import today
from crm.web.forms import choices
from crm.web.paging import paginate, sort_order
from crm.web.undo import flash_undo
from outreach.matching.blueprint import blueprint
from outreach.matching.forms import MentorFilterForm, MentorForm, NoteForm, PauseForm, match_choices, new_key
from outreach.matching.models import Mentor
from outreach.matching.promise_queries import matches_to_promise, promises_of
from outreach.matching.promises import MentorNote
from outreach.matching.queries import (
    MentorFilters,
    interviews_of,
    matches_of_mentor,
    mentor_line,
    mentor_lines,
    mentors,
    municipalities_of,
    notes_on,
    profile_of_mentor,
    running_by_mentor,
)
from outreach.matching.scopes import READERS
from outreach.matching.services import mentors as services
from outreach.matching.words import MENTOR_STATES, page_words


@blueprint.get("/mentors")
@require(*READERS)
def mentor_list() -> ResponseReturnValue:
    """The mentors of one's units, filtered and ordered by the address."""
    actor, form = current_actor(), MentorFilterForm(request.args)
    form.prepare(municipalities_of(current_actor()))
    page = paginate(current_session(), _asked(actor, form))
    lines = mentor_lines(page.items, today())
    return render_template("outreach_matching/mentors.html", form=form, page=page, lines=lines, **page_words())


@blueprint.get("/mentors/export")
@require(*READERS)
def export_mentors() -> ResponseReturnValue:
    """The filtered list as a file. That it was taken stands in the audit log."""
    actor = current_actor()
    found = current_session().scalars(_asked(actor, MentorFilterForm(request.args))).unique().all()
    headings = [
        _("Name"), _("State"), _("Municipality"), _("Matches that run"), _("Matches at the same time"), _("Taken on"),
        _("Responsible with us"), _("Phone"), _("E-mail"),
    ]  # fmt: skip
    rows = [
        [
            line.mentor.name, str(MENTOR_STATES[line.state]), line.mentor.municipality, line.matches,
            line.mentor.capacity, line.mentor.recruited_on,
            line.mentor.staff.name if line.mentor.staff else line.mentor.unit.name,
            line.mentor.phone, line.mentor.email,
        ]
        for line in mentor_lines(found, today())
    ]  # fmt: skip
    answer = download(f"mentors-{today()}", "csv", headings, rows)
    with transaction():
        audit.record(actor, "mentors_exported", subject_type="unit", subject_id=actor.unit_id, unit_id=actor.unit_id)
    return answer


@blueprint.route("/mentors/new", methods=["GET", "POST"])
@require(*READERS)
def add_mentor() -> ResponseReturnValue:
    """Take a mentor on."""
    actor = current_actor()
    usual = {"recruited_on": today(), "staff_id": actor.staff_id, "unit_id": actor.unit_id, "capacity": 1,
             "submission_key": new_key()}  # fmt: skip
    form = MentorForm() if request.method == "POST" else MentorForm(data=usual)
    _prepare(form, actor, None)
    if form.validate_on_submit():
        try:
            with transaction():
                mentor = services.add_mentor(actor, given=form.as_fields(), submission_key=form.key)
                address = _page_of(mentor.public_id)
            flash(_("The mentor is saved. Next: the talk along the match guide."), "success")
            return redirect(address, code=303)
        except DomainError as error:
            form.add_error(error)
    return _form_page(form, None, [])


@blueprint.get("/mentors/<public_id>")
@require(*READERS)
def show_mentor(public_id: str) -> ResponseReturnValue:
    """A mentor: where they stand, the talk, the profile, matches, promises, and one's notes."""
    actor = current_actor()
    return _mentor_page(actor, visible_one(Mentor, actor, public_id))


@blueprint.route("/mentors/<public_id>/edit", methods=["GET", "POST"])
@require(*READERS)
def edit_mentor(public_id: str) -> ResponseReturnValue:
    """Change a mentor."""
    actor = current_actor()
    mentor = visible_one(Mentor, actor, public_id)
    now = services.mentor_values(mentor) | {"phone": show_phone(mentor.phone or "", mentor.unit.country)}
    form = MentorForm() if request.method == "POST" else MentorForm(data=now)
    _prepare(form, actor, mentor)
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        mentor_id, version = mentor.id, int(form.version.data or 0)
        try:
            with transaction():
                services.change_mentor(actor, mentor_id=mentor_id, given=form.as_fields(), version=version)
            flash(_("Saved."), "success")
            return redirect(_page_of(public_id), code=303)
        except DomainError as error:
            different = refusal(form, error)
    return _form_page(form, visible_one(Mentor, actor, public_id), different)


@blueprint.post("/mentors/<public_id>/pause")
@require(*READERS)
def pause_mentor(public_id: str) -> ResponseReturnValue:
    """A mentor pauses."""
    actor, form = current_actor(), PauseForm()
    mentor_id = visible_one(Mentor, actor, public_id).id
    if form.validate_on_submit():
        try:
            with transaction():
                services.pause_mentor(
                    actor, mentor_id=mentor_id, reason=form.reason.data or "", until=form.until.data, since=today()
                )
            flash_undo(_("The mentor is on pause."), url_for(".resume_mentor", public_id=public_id))
            return redirect(_page_of(public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    return _mentor_page(actor, visible_one(Mentor, actor, public_id), pause=form)


@blueprint.post("/mentors/<public_id>/resume")
@require(*READERS)
def resume_mentor(public_id: str) -> ResponseReturnValue:
    """A mentor is back, or goes on after all."""
    actor = current_actor()
    mentor_id = visible_one(Mentor, actor, public_id).id
    with transaction():
        services.resume_mentor(actor, mentor_id=mentor_id)
    flash(_("The mentor is back."), "success")
    return redirect(_page_of(public_id), code=303)


@blueprint.post("/mentors/<public_id>/stop")
@require(*READERS)
def stop_mentor(public_id: str) -> ResponseReturnValue:
    """A mentor is one no more."""
    actor = current_actor()
    mentor_id = visible_one(Mentor, actor, public_id).id
    with transaction():
        services.stop_mentor(actor, mentor_id=mentor_id)
    flash_undo(_("The mentor has stopped."), url_for(".resume_mentor", public_id=public_id))
    return redirect(_page_of(public_id), code=303)


@blueprint.post("/mentors/<public_id>/erase")
@require(Role.MANAGER)
def erase_mentor(public_id: str) -> ResponseReturnValue:
    """Delete everything about a mentor for good."""
    actor = current_actor()
    mentor_id = visible_one(Mentor, actor, public_id).id
    try:
        with transaction():
            services.erase_mentor(actor, mentor_id=mentor_id)
    except DomainError as error:
        flash(str(error.message), "warning")
        return redirect(_page_of(public_id), code=303)
    flash(_("Everything about the mentor is deleted."), "success")
    return redirect(url_for(".mentor_list"), code=303)


@blueprint.post("/mentors/<public_id>/notes")
@require(*READERS)
def add_note(public_id: str) -> ResponseReturnValue:
    """Write a note that others do not read."""
    actor, form = current_actor(), NoteForm()
    mentor = visible_one(Mentor, actor, public_id)
    _note_choices(form, actor, mentor)
    mentor_id = mentor.id
    if form.validate_on_submit():
        try:
            with transaction():
                services.add_note(
                    actor, mentor_id=mentor_id, text=form.text.data or "", match_id=form.match_id.data,
                    submission_key=form.key,
                )  # fmt: skip
            flash(_("The note is saved."), "success")
            return redirect(f"{_page_of(public_id)}#notes", code=303)
        except DomainError as error:
            form.add_error(error)
    return _mentor_page(actor, visible_one(Mentor, actor, public_id), note=form)


@blueprint.post("/mentor-notes/<public_id>/remove")
@require(*READERS)
def remove_note(public_id: str) -> ResponseReturnValue:
    """Take a note away; the message carries an Undo button."""
    back = _note_removed(public_id, removed=True)
    flash_undo(_("The note is removed."), url_for(".restore_note", public_id=public_id))
    return redirect(back, code=303)


@blueprint.post("/mentor-notes/<public_id>/restore")
@require(*READERS)
def restore_note(public_id: str) -> ResponseReturnValue:
    """Bring a note back."""
    back = _note_removed(public_id, removed=False)
    flash(_("The note is back."), "success")
    return redirect(back, code=303)


def _note_removed(public_id: str, *, removed: bool) -> str:
    actor = current_actor()
    note = visible_one(MentorNote, actor, public_id)
    note_id, back = note.id, _page_of(note.mentor.public_id)
    with transaction():
        services.remove_note(actor, note_id=note_id, removed=removed)
    return f"{back}#notes"


def _asked(actor: Actor, form: MentorFilterForm) -> Select[Mentor]:
    form.validate()
    filters = MentorFilters(
        q=(form.q.data or "")[:100], state=form.state_or_none, municipality=(form.municipality.data or "")[:80]
    )
    order = sort_order(
        {"name": Mentor.sort_name, "municipality": Mentor.municipality, "taken": Mentor.recruited_on}, default="name"
    )
    return mentors(actor, filters, today()).order_by(*order, Mentor.id)


def _prepare(form: MentorForm, actor: Actor, mentor: Mentor | None) -> None:
    people = [(each.id, each.name) for each in staff_of_units(actor.unit_ids)]
    if mentor is not None and mentor.staff is not None and mentor.staff_id not in {each for each, _name in people}:
        people.append((mentor.staff.id, mentor.staff.name))
    form.staff_id.choices = choices(people, empty=_("The unit"))
    units = unit_choices(actor.unit_ids)
    if len(units) > 1:
        form.unit_id.choices = choices(units)
    else:
        del form.unit_id  # There is nothing to choose.


def _form_page(form: MentorForm, mentor: Mentor | None, different: list[tuple[str, object]]) -> ResponseReturnValue:
    page = render_template("outreach_matching/mentor_form.html", form=form, mentor=mentor, different=different)
    return page, 422 if form.is_submitted() else 200


def _note_choices(form: NoteForm, actor: Actor, mentor: Mentor) -> None:
    rows = match_choices(matches_to_promise(actor, mentor.id))
    form.match_id.choices = choices(rows, empty=_("The mentor in general"))


def _mentor_page(
    actor: Actor, mentor: Mentor, *, pause: PauseForm | None = None, note: NoteForm | None = None
) -> ResponseReturnValue:
    failed = pause is not None or note is not None
    if note is None:
        note = NoteForm(formdata=None, data={"submission_key": new_key()})
        _note_choices(note, actor, mentor)
    matches, interviews = matches_of_mentor(actor, mentor.id), interviews_of(actor, mentor.id)
    running = running_by_mentor([mentor.id]).get(mentor.id, 0)
    page = render_template(
        "outreach_matching/mentor.html",
        mentor=mentor,
        line=mentor_line(mentor, running, today()),
        unseen=running - sum(match.ended_on is None for match in matches),
        matches=matches,
        interviews=interviews,
        talk=next((each for each in interviews if each.attention or each.answers.get("limits")), None),
        profile=profile_of_mentor(actor, mentor.id),
        promises=promises_of(actor, mentor.id, today()),
        notes=notes_on(actor, mentor.id),
        phone_text=show_phone,
        may_erase=actor.has_role(Role.MANAGER),
        pause=pause or PauseForm(formdata=None),
        note=note,
        **page_words(),
    )
    return seen_many(actor, page, participant_ids=_participants(matches)), 422 if failed else 200


def _participants(matches: list[Any]) -> list[int]:
    return list(dict.fromkeys(match.participant_id for match in matches))


def _page_of(public_id: str) -> str:
    return url_for(".show_mentor", public_id=public_id)
