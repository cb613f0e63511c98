"""Logging, correcting, removing and bringing back contacts."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import trusted, visible_one
from crm.actors import Actor
from crm.attachments.queries import attachments_of
from crm.attachments.services import Kept, add_kept
from crm.attachments.uploads import kept_upload, tell_added
from crm.db import current_session, transaction
from crm.documents.queries import sheet_choices, sheet_of_contact
from crm.documents.services.sheets import set_sheet_of_contact
from crm.employers import services
from crm.employers.blueprint import blueprint
from crm.employers.contact_forms import ContactForm, filled_contact_form
from crm.employers.models import Contact, Employer
from crm.employers.page import employer_context
from crm.employers.queries import STAFF, people_at, workplaces_of
from crm.employers.services.contacts import may_change
from crm.employers.services.next_steps import next_step_of
from crm.errors import DomainError, EditConflict
from crm.languages import in_language
from crm.lazy_texts import lazy_gettext as _l
from crm.tasks.models import Task, TaskState
from crm.tasks.places import is_settled_elsewhere
from crm.tasks.queries import open_tasks_of_employer
from crm.tasks.services import complete_task
from crm.web.conflicts import differences
from crm.web.context import local_path
from crm.web.filters import show_weekday
from crm.web.undo import flash_undo

_BLOCKING = "do_not_contact"
SAVED = _l("The contact is saved.")
_LARGEST_FORM = 100 * 1024 * 1024
"""A form with a file that is far too large is read all the same: it is refused beside what was typed."""


@blueprint.url_value_preprocessor
def _read_large_forms(endpoint: str | None, values: dict[str, Any] | None) -> None:
    if endpoint in (f"{blueprint.name}.edit_contact", f"{blueprint.name}.log_contact"):
        request.max_content_length = _LARGEST_FORM


@blueprint.post("/employers/<public_id>/contacts")
@require(*STAFF)
def log_contact(public_id: str) -> ResponseReturnValue:
    """Save a contact, and a file with it. What looks like health or identity numbers is pointed out first, once."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    employer_id = employer.id
    form = ContactForm()
    form.prepare(people_at(actor, employer_id), workplaces_of(actor, employer_id), sheet_choices(actor))
    findings = form.pointed_out()
    if form.validate_on_submit() and not findings:
        try:
            _log_with_file(actor, employer_id, form)
            back = local_path(form.next_page.data, fallback=url_for(".show", public_id=public_id))
            # A browser keeps the fragment of the form's address unless the new one has its own.
            return redirect(back if "#" in back else f"{back}#main", code=303)
        except DomainError as error:
            form.add_error(error)
    form.ask_again()
    employer = visible_one(Employer, actor, public_id)
    context = employer_context(actor, employer, form) | {"findings": findings}
    return render_template("employers/show.html", **context), 422


@blueprint.route("/contacts/<public_id>/edit", methods=["GET", "POST"])
@require(*STAFF)
def edit_contact(public_id: str) -> ResponseReturnValue:
    """Show a contact, and correct it where the reader may. A file that is added is saved with what was typed."""
    actor = current_actor()
    contact = visible_one(Contact, actor, public_id)
    employer = _employer_of(contact)
    next_step, given = next_step_of(contact), sheet_of_contact(actor, contact.id)
    post = request.method == "POST"
    form = ContactForm() if post else filled_contact_form(contact, next_step, given and given[0])
    form.next_on.object_data = getattr(next_step, "due_on", None)
    sheets = dict([*sheet_choices(actor), *([given] if given else [])])
    form.prepare(people_at(actor, employer.id), workplaces_of(actor, employer.id), list(sheets.items()))
    findings = form.pointed_out()
    different: list[tuple[str, object]] = []
    employer_public_id = employer.public_id
    if form.validate_on_submit() and not findings:
        try:
            if _save_with_file(actor, contact, form):
                return redirect(url_for(".edit_contact", public_id=public_id, _anchor="main"), code=303)
            return redirect(url_for(".show", public_id=employer_public_id), code=303)
        except EditConflict as error:
            different = differences(form, error)
            form.version.data = str(visible_one(Contact, actor, public_id).version_id)
            form.add_error(error)
        except DomainError as error:
            form.add_error(error)
    form.ask_again()
    contact = visible_one(Contact, actor, public_id)
    page = render_template(
        "employers/contact.html",
        contact=contact,
        employer=_employer_of(contact),
        form=form,
        findings=findings,
        different=different,
        may_change=may_change(actor, contact),
        files=attachments_of(actor, Contact.__tablename__, public_id),
    )
    return page, 422 if form.is_submitted() else 200


def _log_with_file(actor: Actor, employer_id: int, form: ContactForm) -> None:
    """Write down a contact, and a file with it: both or neither. Raises DomainError."""
    fields, next_step = form.as_fields(), form.next_step()
    with kept_upload(form.file.data) as kept:
        with transaction():
            contact = services.log_contact(actor, employer_id=employer_id, fields=fields, next_step=next_step)
            _set_sheet(actor, contact, form)
            _finish_task(actor, employer_id, form)
            if kept is not None and not _has_file(actor, contact, kept):
                kind, ref = Contact.__tablename__, contact.public_id
                add_kept(actor, owner_kind=kind, owner_ref=ref, unit_id=contact.unit_id, kept=kept)
        _tell_saved(actor, contact)
        if kept is not None:
            tell_added(kept)


def _has_file(actor: Actor, contact: Contact, kept: Kept) -> bool:
    """Whether the form was sent twice: its contact stands once, and so does its file. The sweep takes the bytes."""
    there = attachments_of(actor, Contact.__tablename__, contact.public_id)
    return any((each.filename, each.sha256) == (kept.filename, kept.sha256) for each in there)


def _save_with_file(actor: Actor, contact: Contact, form: ContactForm) -> bool:
    """Save what was corrected, and a file with it: both or neither. Says whether there was one. Raises DomainError."""
    contact_id, public_id, unit_id = contact.id, contact.public_id, contact.unit_id
    # What is corrected is known before the store is asked, which ends what has been read.
    fields, next_step, version = form.as_fields(), form.next_step(), int(form.version.data or 0)
    with kept_upload(form.file.data) as kept:
        with transaction():
            changed = services.change_contact(
                actor, contact_id=contact_id, version=version, fields=fields, next_step=next_step
            )
            _set_sheet(actor, changed, form)
            if kept is not None:
                add_kept(actor, owner_kind=Contact.__tablename__, owner_ref=public_id, unit_id=unit_id, kept=kept)
        flash(str(SAVED), "success")
        if kept is not None:
            tell_added(kept)
    return kept is not None


@blueprint.post("/contacts/<public_id>/remove")
@require(*STAFF)
def remove_contact(public_id: str) -> ResponseReturnValue:
    """Take a contact away; the message carries an Undo button."""
    actor = current_actor()
    contact = visible_one(Contact, actor, public_id)
    contact_id, employer = contact.id, _employer_of(contact).public_id
    with transaction():
        services.remove_contact(actor, contact_id=contact_id)
    flash_undo(_("The contact is removed."), url_for(".restore_contact", public_id=public_id))
    return redirect(url_for(".show", public_id=employer), code=303)


@blueprint.post("/contacts/<public_id>/restore")
@require(*STAFF)
def restore_contact(public_id: str) -> ResponseReturnValue:
    """Bring a removed contact back."""
    actor = current_actor()
    with transaction():
        contact = services.restore_contact(actor, public_id=public_id)
        employer = _employer_of(contact).public_id
    flash(_("The contact is back."), "success")
    return redirect(url_for(".show", public_id=employer), code=303)


def _set_sheet(actor: Actor, contact: Contact, form: ContactForm) -> None:
    set_sheet_of_contact(
        actor, employer_id=contact.employer_id, contact_id=contact.id, version_id=form.sheet.data, on=contact.on_date
    )


def _finish_task(actor: Actor, employer_id: int, form: ContactForm) -> None:
    """The task that the contact came from is done, if that was ticked and it is still open."""
    if not (form.task.data and form.task_done.data):
        return
    rows = open_tasks_of_employer(actor, employer_id)
    task = next((row.task for row in rows if row.task.public_id == form.task.data), None)
    if task is not None and is_settled_elsewhere(task):
        flash(_("The task is still open: write down what it is about on its own page."), "info")
    elif task is not None:
        complete_task(actor, task_id=task.id)


def _employer_of(contact: Contact) -> Employer:
    statement = select(Employer).where(Employer.id == contact.employer_id)
    return current_session().scalars(trusted(statement, because="the employer of a contact already checked")).one()


def _tell_saved(actor: Actor, contact: Contact) -> None:
    """Say that it is saved, and which task came of it: an outcome may make one that nobody has asked for."""
    statement = select(Task).where(Task.source_ref == contact.public_id, Task.state == TaskState.OPEN)
    tasks = current_session().scalars(trusted(statement, because="tasks of a contact that was just written"))
    said = [
        _("A task: %(title)s, %(day)s.", title=in_language(task.title, actor.language), day=show_weekday(task.due_on))
        for task in tasks
    ]
    flash(" ".join([str(SAVED), *said]), "success")
    if contact.outcome == _BLOCKING:
        flash(_("They do not want contact. Block them under “Details” so that colleagues see it."), "warning")
