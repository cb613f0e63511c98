"""Pages around placements: certificate on paper, sharing, act-now list, caseworker, adapted posts, chains."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm import clock
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.queries import names_of
from crm.accounts.reading import seen_one
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.documents.pdf import PdfUnavailable, make_pdf
from crm.employers.models import Employer
from crm.errors import DomainError, EditConflict, NotVisible
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.participants.models import Participant
from crm.participants.services.editing import unit_of
from crm.placements import around_services
from crm.placements.around_forms import AdaptedPostsForm, CaseworkerForm
from crm.placements.around_models import PlacementAlert
from crm.placements.blueprint import WHO, blueprint
from crm.placements.course_forms import ConsentForm, SharingForm
from crm.placements.models import Placement
from crm.placements.page import placement_context
from crm.placements.queries import adapted_posts_at
from crm.web.downloads import attachment
from crm.web.undo import flash_undo

_PRINTABLE = _l("Make the certificate first.")


@blueprint.get("/placements/<public_id>/certificate/print")
@require(*WHO)
def print_certificate(public_id: str) -> ResponseReturnValue:
    """The certificate as a page for paper."""
    actor = current_actor()
    placement = visible_one(Placement, actor, public_id)
    if placement.certificate is None:
        return _no_certificate(public_id)
    person = placement.participant
    html = _certificate(actor, placement)
    return seen_one(actor, html, participant_id=person.id, unit_id=person.unit_id)


@blueprint.get("/placements/<public_id>/certificate.pdf")
@require(*WHO)
def certificate_pdf(public_id: str) -> ResponseReturnValue:
    """The certificate as PDF. Where the PDF engine is missing, the print page opens and says how to install it."""
    actor = current_actor()
    placement = visible_one(Placement, actor, public_id)
    if placement.certificate is None:
        return _no_certificate(public_id)
    person = placement.participant
    try:
        body = make_pdf(_certificate(actor, placement))
    except PdfUnavailable:
        flash(
            _(
                "PDF files need Pango on the server (Debian: libpango-1.0-0). "
                "Print this page from your browser instead."
            ),
            "warning",
        )
        return redirect(url_for(".print_certificate", public_id=public_id), code=303)
    seen_one(actor, "", participant_id=person.id, unit_id=person.unit_id)
    return attachment(f"certificate-{public_id}.pdf", body)


@blueprint.post("/placements/<public_id>/consent")
@require(*WHO)
def consent(public_id: str) -> ResponseReturnValue:
    """What the participant agrees that the employer is told."""
    actor = current_actor()
    placement = visible_one(Placement, actor, public_id)
    form = ConsentForm()
    if form.validate_on_submit():
        placement_id = placement.id
        with transaction():
            around_services.consent_to_share(actor, placement_id=placement_id, items=form.items.data or ())
        flash(_("The answer is written down."), "success")
        return _to_placement(public_id)
    return _again(actor, placement, {"consent_form": form})


@blueprint.post("/placements/<public_id>/shared")
@require(*WHO)
def shared(public_id: str) -> ResponseReturnValue:
    """Write down what the employer was told; refused without consent."""
    actor = current_actor()
    placement = visible_one(Placement, actor, public_id)
    form = SharingForm()
    if form.validate_on_submit():
        placement_id = placement.id
        try:
            with transaction():
                around_services.note_sharing(
                    actor,
                    placement_id=placement_id,
                    items=form.items.data or (),
                    told=form.told.data or "",
                    submission_key=(form.submission_key.data or "")[:40] or None,
                )
            flash(_("Written down."), "success")
            return _to_placement(public_id)
        except DomainError as error:
            form.add_error(error)
    return _again(actor, visible_one(Placement, actor, public_id), {"sharing_form": form})


@blueprint.post("/act-now/<public_id>/dealt-with")
@require(*WHO)
def dealt_with(public_id: str) -> ResponseReturnValue:
    """Take somebody off the act-now list, with an undo."""
    actor = current_actor()
    alert_id = visible_one(PlacementAlert, actor, public_id).id
    with transaction():
        around_services.deal_with_alert(actor, alert_id=alert_id)
    flash_undo(_("Dealt with."), url_for(".act_again", public_id=public_id))
    return redirect(url_for("tasks.today"), code=303)


@blueprint.post("/act-now/<public_id>/again")
@require(*WHO)
def act_again(public_id: str) -> ResponseReturnValue:
    """Put somebody back on the act-now list."""
    actor = current_actor()
    alert_id = visible_one(PlacementAlert, actor, public_id).id
    with transaction():
        around_services.reopen_alert(actor, alert_id=alert_id)
    return redirect(url_for("tasks.today"), code=303)


@blueprint.route("/participants/<public_id>/caseworker", methods=["GET", "POST"])
@require(*WHO)
def caseworker(public_id: str) -> ResponseReturnValue:
    """Who decides about the participant at an authority."""
    actor = current_actor()
    person = visible_one(Participant, actor, public_id)
    person_id, unit_id, name = person.id, person.unit_id, person.full_name
    row = around_services.caseworker_of(person_id)
    names = ("name", "organisation", "phone", "email")
    data: dict[str, Any] = {each: getattr(row, each) for each in names} if row else {}
    data["version"] = row.version_id if row else 0
    form = CaseworkerForm(data=data) if request.method == "GET" else CaseworkerForm()
    if form.validate_on_submit():
        try:
            with transaction():
                _save_caseworker(actor, person_id, form)
            flash(_("Saved."), "success")
            return redirect(url_for("participants.show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
            if isinstance(error, EditConflict):
                form.version.data = str(error.current["version"])
    html = render_template("placements/caseworker.html", form=form, public_id=public_id, name=name)
    html = seen_one(actor, html, participant_id=person_id, unit_id=unit_id)
    return html, 422 if form.is_submitted() else 200


@blueprint.route("/employers/<public_id>/adapted-posts", methods=["GET", "POST"])
@require(*WHO)
def adapted_posts(public_id: str) -> ResponseReturnValue:
    """How many adapted posts an employer has had, and has."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    employer_id = employer.id
    form = AdaptedPostsForm(data={"as_of": clock.today()}) if request.method == "GET" else AdaptedPostsForm()
    if form.validate_on_submit():
        try:
            with transaction():
                around_services.count_adapted_posts(
                    actor,
                    employer_id=employer_id,
                    as_of=form.as_of.data or clock.today(),
                    least=form.least.data or 0,
                    most=form.most.data,
                    source=form.source.data,
                )
            flash(_("Saved."), "success")
            return redirect(url_for(".adapted_posts", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    employer = visible_one(Employer, actor, public_id)
    figures = adapted_posts_at(employer_id)
    by = names_of({row.recorded_by_id for row in figures if row.recorded_by_id})
    html = render_template("placements/adapted_posts.html", form=form, employer=employer, figures=figures, by=by)
    return html, 422 if form.is_submitted() else 200


def _save_caseworker(actor: Actor, person_id: int, form: CaseworkerForm) -> None:
    around_services.save_caseworker(
        actor,
        participant_id=person_id,
        name=form.name.data or "",
        organisation=form.organisation.data or None,
        phone=form.phone.data or None,
        email=form.email.data or None,
        version=int(form.version.data or 0),
    )


def _certificate(actor: Actor, placement: Placement) -> str:
    row = placement.certificate
    if row is None:
        raise NotVisible(str(_PRINTABLE))
    unit = unit_of(placement.unit_id)
    return render_template(
        "placements/certificate_print.html",
        placement=placement,
        person=placement.participant,
        row=row,
        unit=unit,
        kind=picklists.label("placement_type", placement.kind, actor.language),
    )


def _no_certificate(public_id: str) -> ResponseReturnValue:
    flash(str(_PRINTABLE), "warning")
    return redirect(url_for(".certificate", public_id=public_id), code=303)


def _again(actor: Actor, placement: Placement, forms: dict[str, object]) -> ResponseReturnValue:
    person = placement.participant
    html = render_template("placements/show.html", **{**placement_context(actor, placement), **forms})
    return seen_one(actor, html, participant_id=person.id, unit_id=person.unit_id), 422


def _to_placement(public_id: str) -> ResponseReturnValue:
    return redirect(url_for(".show", public_id=public_id), code=303)
