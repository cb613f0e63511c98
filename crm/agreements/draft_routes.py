"""Writing an agreement: choose the kind, fill in what is missing, change the draft, throw it away."""

import secrets
from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.models import Staff
from crm.accounts.permissions import require
from crm.accounts.scopes import visible, visible_one
from crm.actors import Actor
from crm.agreements.blueprint import WRITERS, blueprint
from crm.agreements.forms import AgreementForm, KindForm
from crm.agreements.models import Agreement, AgreementStatus
from crm.agreements.queries import one_agreement
from crm.agreements.services import drafts
from crm.agreements.services.drafts import AgreementFields
from crm.agreements.states import months_later
from crm.agreements.wording import WRITTEN
from crm.db import current_session, transaction
from crm.documents.fields import fields_in
from crm.documents.forms import language_choices
from crm.documents.models import DocumentKind, DocumentTemplate
from crm.documents.queries import template_with_versions, templates, title_of
from crm.documents.services.texts import ensure_shipped
from crm.documents.shipped import proposals
from crm.employers.models import Employer, EmployerRelationship
from crm.employers.queries import employer_with_workplaces, positions_at, staff_of_units
from crm.errors import DomainError, EditConflict
from crm.web.conflicts import differences
from crm.web.filters import today
from crm.web.forms import choices


@blueprint.route("/employers/<public_id>/agreements/new", methods=["GET", "POST"])
@require(*WRITERS)
def add(public_id: str) -> ResponseReturnValue:
    """First the kind of agreement and its language; then what stands in it. The kind stays in the address."""
    actor = current_actor()
    employer = employer_with_workplaces(actor, public_id)
    if request.method == "POST" and request.form.get("action") == "bring":
        with transaction():
            ensure_shipped(actor)
        return redirect(url_for(".add", public_id=public_id), code=303)
    template, language = _chosen(actor)
    if template is None:
        return _kind_page(actor, employer), 422 if request.method == "POST" else 200
    usual = _usual(actor, employer, language)
    form = AgreementForm() if request.method == "POST" else AgreementForm(data=usual)
    _prepare(form, actor, employer, template, language)
    if form.validate_on_submit():
        employer_id, unit_id = employer.id, _unit_of(actor, employer)
        try:
            with transaction():
                agreement = drafts.write_agreement(
                    actor, employer_id=employer_id, unit_id=unit_id, given=_typed(form, template, language),
                    submission_key=form.key.data or None,
                )  # fmt: skip
                address = url_for(".show", public_id=agreement.public_id)
            flash(_("The draft is saved. Read it through, then send it."), "success")
            return redirect(address, code=303)
        except DomainError as error:
            form.add_error(error)
    return _form_page(form, public_id, template, language)


@blueprint.route("/agreements/<public_id>/edit", methods=["GET", "POST"])
@require(*WRITERS)
def edit(public_id: str) -> ResponseReturnValue:
    """Change a draft."""
    actor = current_actor()
    agreement = one_agreement(actor, public_id)
    if agreement.status is not AgreementStatus.DRAFT:
        flash(_("This agreement was sent. Its text does not change any more: replace it by a new one."), "warning")
        return redirect(url_for(".show", public_id=public_id), code=303)
    template, language = agreement.text_version.template, agreement.language
    form = AgreementForm() if request.method == "POST" else AgreementForm(data=drafts.values_of(agreement))
    _prepare(form, actor, agreement.employer, template, language)
    changed: list[tuple[str, object]] = []
    if form.validate_on_submit():
        agreement_id, given = agreement.id, _typed(form, template, language)
        try:
            with transaction():
                drafts.change_agreement(
                    actor, agreement_id=agreement_id, version=int(form.version.data or 0), given=given
                )
            flash(_("The draft is saved."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except EditConflict as error:
            form.add_error(error)
            now = drafts.values_of(one_agreement(actor, public_id))
            changed = differences(form, EditConflict(error.message, current=now))
            form.version.data = str(now["version"])
        except DomainError as error:
            form.add_error(error)
    employer_id = one_agreement(actor, public_id).employer.public_id
    return _form_page(
        form, employer_id, template, language, agreement=one_agreement(actor, public_id), differences=changed,
    )  # fmt: skip


@blueprint.post("/agreements/<public_id>/discard")
@require(*WRITERS)
def discard(public_id: str) -> ResponseReturnValue:
    """Throw a draft away."""
    actor = current_actor()
    agreement = one_agreement(actor, public_id)
    agreement_id, back = agreement.id, agreement.employer.public_id
    try:
        with transaction():
            drafts.discard_draft(actor, agreement_id=agreement_id)
        flash(_("The draft is thrown away."), "success")
    except DomainError as error:
        flash(str(error.message), "error")
        return redirect(url_for(".show", public_id=public_id), code=303)
    return redirect(url_for("employers.show", public_id=back), code=303)


def _chosen(actor: Actor) -> tuple[DocumentTemplate | None, str]:
    """The template and language in the address, if they fit each other."""
    public_id, language = request.args.get("template", ""), request.args.get("language", "")
    if not public_id:
        return None, ""
    template = template_with_versions(actor, visible_one(DocumentTemplate, actor, public_id).public_id)
    good = template.kind is DocumentKind.AGREEMENT and template.archived_at is None
    return (template, language) if good and language in template.newest.bodies else (None, "")


def _kind_page(actor: Actor, employer: Employer) -> str:
    found = templates(actor, DocumentKind.AGREEMENT)
    language = {"NO": "nb", "DK": "da", "SE": "sv"}.get(employer.country, "en")
    form = KindForm(formdata=None, data={"language": language})
    form.template.choices = choices((each.public_id, title_of(each.newest, actor.language)) for each in found)
    form.language.choices = choices(language_choices())
    return render_template(
        "agreements/kind.html", form=form, employer=employer, found=found, wrong=bool(request.args.get("template"))
    )


def _usual(actor: Actor, employer: Employer, language: str) -> dict[str, object]:
    own = _own_relationship(actor, employer)
    positions = [each for each in positions_at(actor, employer.id) if each.left_on is None]
    first = today()
    return {
        "key": secrets.token_urlsafe(18),
        "contact": positions[0].person_id if positions else None,
        "owner": (own.owner_id if own else None) or actor.staff_id,
        "deputy": own.deputy_id if own else None,
        "starts_on": first,
        "ends_on": months_later(first, 12) - timedelta(days=1),
        "review_on": months_later(first, 6),
        **proposals(language),
    }


def _own_relationship(actor: Actor, employer: Employer) -> EmployerRelationship | None:
    statement = visible(EmployerRelationship, actor).where(EmployerRelationship.employer_id == employer.id)
    mine_first = (EmployerRelationship.unit_id == actor.unit_id).desc()
    return current_session().scalar(statement.order_by(mine_first, EmployerRelationship.id).limit(1))


def _unit_of(actor: Actor, employer: Employer) -> int:
    own = _own_relationship(actor, employer)
    return own.unit_id if own else actor.unit_id or 0


def _prepare(form: AgreementForm, actor: Actor, employer: Employer, template: DocumentTemplate, language: str) -> None:
    """Fill the choices, and leave out what the text does not ask for."""
    people = staff_of_units(actor.unit_ids)
    people = [*people, *_also(form, {each.id for each in people})]
    positions = positions_at(actor, employer.id)
    form.contact.choices = choices(
        ((each.person_id, _told_apart(each.person.name, each.title)) for each in positions if each.left_on is None),
        empty=_("Nobody chosen"),
    )
    form.owner.choices = choices(((each.id, each.name) for each in people), empty=_("Nobody chosen"))
    form.deputy.choices = choices(((each.id, each.name) for each in people), empty=_("No deputy: the unit"))
    asked = fields_in(template.newest.bodies.get(language, ""))
    for name in (*WRITTEN, "scope"):
        if name not in asked:
            del form[name]


def _also(form: AgreementForm, there: set[int]) -> list[Staff]:
    """Who is chosen already and works elsewhere."""
    chosen = {form.owner.object_data, form.deputy.object_data} - there - {None}
    return [person for each in chosen if (person := current_session().get(Staff, each)) is not None]


def _told_apart(name: str, title: str | None) -> str:
    return f"{name}, {title}" if title else name


def _typed(form: AgreementForm, template: DocumentTemplate, language: str) -> AgreementFields:
    written = {name: str(form[name].data) for name in WRITTEN if name in form and form[name].data is not None}
    starts_on, review_on = form.starts_on.data, form.review_on.data
    assert isinstance(starts_on, date), "required"
    assert isinstance(review_on, date), "required"
    return AgreementFields(
        template_id=template.id,
        language=language,
        starts_on=starts_on,
        ends_on=form.ends_on.data,
        review_on=review_on,
        contact_id=form.contact.data,
        owner_id=form.owner.data,
        deputy_id=form.deputy.data,
        written=written,
        scope=tuple((form.scope.data or "").splitlines()) if "scope" in form else (),
    )


def _form_page(
    form: AgreementForm,
    employer_id: str,
    template: DocumentTemplate,
    language: str,
    *,
    agreement: Agreement | None = None,
    differences: list[tuple[str, object]] | None = None,
) -> ResponseReturnValue:
    actor = current_actor()
    html = render_template(
        "agreements/form.html",
        form=form,
        employer=employer_with_workplaces(actor, employer_id),
        title=title_of(template.newest, language),
        language=language,
        agreement=agreement,
        differences=differences or [],
    )
    return html, 422 if form.is_submitted() else 200
