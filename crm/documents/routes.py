"""The pages of templates: list, text, new, archive, take along, bring in; and the sheets of an employer."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.db import transaction
from crm.documents.fields import FIELDS, fields_in, fields_of, with_labels
from crm.documents.forms import KINDS, LibraryForm, TemplateForm, TextForm, language_choices
from crm.documents.markdown import as_html
from crm.documents.models import DocumentKind, DocumentTemplate
from crm.documents.panels import employer_model, given_form
from crm.documents.pdf import PdfUnavailable, paper
from crm.documents.queries import DECIDERS, STAFF, template_with_versions, templates, title_of
from crm.documents.services import library, sheets, texts
from crm.documents.shipped import LANGUAGES
from crm.errors import DomainError, EditConflict
from crm.web.conflicts import differences
from crm.web.downloads import attachment
from crm.web.undo import flash_undo

blueprint = Blueprint("documents", __name__, template_folder="templates")
LARGEST_FILE = 2_000_000


@blueprint.get("/settings/documents")
@require(*STAFF)
def index() -> ResponseReturnValue:
    """Every template, by kind; those that are archived at the end."""
    actor = current_actor()
    found = templates(actor)
    return render_template(
        "documents/index.html",
        groups=[(label, [each for each in found if each.kind is kind]) for kind, label in KINDS.items()],
        archived=templates(actor, archived=True),
        title_of=lambda template: title_of(template.newest, actor.language),
        may_write=actor.has_role(*DECIDERS),
        form=LibraryForm(),
    )


@blueprint.post("/settings/document-library/install")
@require(*DECIDERS)
def install() -> ResponseReturnValue:
    """Bring the shipped templates in that are not there."""
    with transaction():
        texts.ensure_shipped(current_actor())
    flash(_("The shipped templates are here."), "success")
    return redirect(url_for(".index"), code=303)


@blueprint.route("/settings/documents/new", methods=["GET", "POST"])
@require(*DECIDERS)
def add() -> ResponseReturnValue:
    """A new template."""
    actor = current_actor()
    form = TemplateForm() if request.method == "POST" else TemplateForm(data={"language": actor.language})
    form.prepare(actor.language)
    if form.validate_on_submit() and not _wants_preview():
        try:
            with transaction():
                template = texts.add_template(
                    actor,
                    kind=DocumentKind(form.kind.data),
                    language=form.language.data,
                    title=form.title.data or "",
                    body=form.body.data or "",
                    agreement_type=form.agreement_type.data or None,
                )
                address = url_for(".show", public_id=template.public_id)
            flash(_("The template is added."), "success")
            return redirect(address, code=303)
        except DomainError as error:
            form.add_error(error)
    html = render_template(
        "documents/form.html", form=form, template=None, language=None, fields=FIELDS,
        preview=_preview(form, form.language.data),
    )  # fmt: skip
    return html, 422 if form.is_submitted() and not _shows_preview(form) else 200


@blueprint.get("/settings/documents/<public_id>")
@require(*STAFF)
def show(public_id: str) -> ResponseReturnValue:
    """What a template says in each language, and the versions before."""
    actor = current_actor()
    template = template_with_versions(actor, public_id)
    return render_template(
        "documents/show.html",
        template=template,
        newest=template.newest,
        kind=KINDS[template.kind],
        languages=language_choices(),
        preview=_as_shown,
        own_language=actor.language if actor.language in template.newest.bodies else next(iter(template.newest.bodies)),
        title=title_of(template.newest, actor.language),
        may_write=actor.has_role(*DECIDERS),
    )


@blueprint.route("/settings/documents/<public_id>/texts/<language>", methods=["GET", "POST"])
@require(*DECIDERS)
def edit(public_id: str, language: str) -> ResponseReturnValue:
    """Change what a template says in one language."""
    actor = current_actor()
    template = template_with_versions(actor, public_id)
    if language not in LANGUAGES:
        raise NotFound
    newest, template_id = template.newest, template.id
    form = TextForm() if request.method == "POST" else TextForm(data=texts.shown_of(newest, language))
    changed: list[tuple[str, object]] = []
    if form.validate_on_submit() and not _wants_preview():
        title, body, edition = form.title.data or "", form.body.data or "", int(form.version.data)
        try:
            with transaction():
                texts.save_text(
                    actor, template_id=template_id, language=language, title=title, body=body, edition=edition
                )
            flash(_("The text is saved."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
            if isinstance(error, EditConflict):
                changed = differences(form, error)
                form.version.data = str(error.current["version"])
    template = template_with_versions(actor, public_id)
    html = render_template(
        "documents/form.html", form=form, template=template, language=dict(language_choices())[language],
        title=title_of(template.newest, actor.language), fields=_useful_fields(template), differences=changed,
        preview=_preview(form, language),
    )  # fmt: skip
    return html, 422 if form.is_submitted() and not _shows_preview(form) else 200


@blueprint.post("/settings/documents/<public_id>/archive")
@require(*DECIDERS)
def archive(public_id: str) -> ResponseReturnValue:
    """Take a template out of use."""
    actor = current_actor()
    template_id = visible_one(DocumentTemplate, actor, public_id).id
    with transaction():
        texts.archive_template(actor, template_id=template_id)
    flash_undo(_("The template is archived."), url_for(".restore", public_id=public_id))
    return redirect(url_for(".index"), code=303)


@blueprint.post("/settings/documents/<public_id>/restore")
@require(*DECIDERS)
def restore(public_id: str) -> ResponseReturnValue:
    """Bring a template back into use."""
    actor = current_actor()
    template_id = visible_one(DocumentTemplate, actor, public_id).id
    with transaction():
        texts.restore_template(actor, template_id=template_id)
    flash(_("The template is in use again."), "success")
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.get("/settings/documents/<public_id>/texts/<language>.pdf")
@require(*STAFF)
def as_pdf(public_id: str, language: str) -> ResponseReturnValue:
    """The newest text as a PDF, an information sheet to hand over for instance."""
    version = template_with_versions(current_actor(), public_id).newest
    if language not in version.bodies:
        raise NotFound
    title = version.titles.get(language, "")
    try:
        body = paper(
            "documents/text_paper.html", title=title, language=language, number=version.number, day=version.created_at,
            html=_as_shown(version.bodies[language], language, first=2),
        )  # fmt: skip
    except PdfUnavailable:
        flash(_("PDF files need Pango on the server (Debian: libpango-1.0-0)."), "warning")
        return redirect(url_for(".show", public_id=public_id), code=303)
    return attachment(f"text-v{version.number}-{language}.pdf", body)


@blueprint.post("/settings/document-library/export")
@require(*DECIDERS)
def export() -> ResponseReturnValue:
    """The library as a file."""
    try:
        with transaction():
            content = library.export_library(current_actor())
    except DomainError as error:
        flash(str(error.message), "error")
        return redirect(url_for(".index"), code=303)
    return attachment("templates.yaml", content.encode())


@blueprint.post("/settings/document-library/import")
@require(*DECIDERS)
def bring_in() -> ResponseReturnValue:
    """Bring the library of another organisation in."""
    upload = request.files.get("file")
    content = upload.read(LARGEST_FILE + 1) if upload else b""
    try:
        if not content or len(content) > LARGEST_FILE:
            raise DomainError(_("Choose a file of templates, of 2 MB at most."))
        with transaction():
            done = library.import_library(current_actor(), content=content.decode("utf-8", "replace"))
    except DomainError as error:
        flash(str(error.message), "error")
        return redirect(url_for(".index"), code=303)
    flash(_("Templates added: %(added)d, changed: %(changed)d, the same as before: %(same)d.", **vars(done)), "success")
    return redirect(url_for(".index"), code=303)


@blueprint.post("/employers/<public_id>/sheets")
@require(*STAFF)
def give(public_id: str) -> ResponseReturnValue:
    """Note that an employer was given an information sheet."""
    actor = current_actor()
    employer_id = visible_one(employer_model(), actor, public_id).id
    form = given_form(actor)
    if form.validate_on_submit() and form.given_on.data is not None:
        try:
            with transaction():
                sheets.give_sheet(
                    actor, employer_id=employer_id, version_id=form.sheet.data or 0, on=form.given_on.data
                )
            flash(_("Noted."), "success")
        except DomainError as error:
            flash(str(error.message), "error")
    else:
        flash(_("Choose the sheet and the day."), "error")
    return redirect(url_for("employers.details", public_id=public_id, _anchor="sheets"), code=303)


def _useful_fields(template: DocumentTemplate) -> dict[str, object]:
    asked = dict.fromkeys(name for body in template.newest.bodies.values() for name in fields_in(body))
    there = fields_of(template.kind)
    return {name: there[name] for name in [*asked, *there] if name in there}


def _wants_preview() -> bool:
    return request.form.get("action") == "preview"


def _shows_preview(form: TextForm) -> bool:
    return _wants_preview() and not form.errors


def _preview(form: TextForm, language: str) -> dict[str, object] | None:
    """What the text would look like, for whoever pressed the button; nothing is saved."""
    if not _shows_preview(form):
        return None
    return {"title": form.title.data, "html": _as_shown(form.body.data or "", language), "language": language}


def _as_shown(body: str, language: str, *, first: int = 3) -> Markup:
    """A text as HTML; its fields are called by what stands in them, in the language of the text."""
    with force_locale(language):
        return as_html(with_labels(body), first=first)
