"""Commitments: adding, changing, cancelling, and the evidence for them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible, visible_one
from crm.actors import Actor
from crm.attachments.uploads import take_upload
from crm.db import current_session, transaction
from crm.employers.models import Contact
from crm.employers.queries import STAFF
from crm.errors import DomainError
from crm.glossary import picklists
from crm.partnerships.blueprint import blueprint
from crm.partnerships.forms import CancelForm, CommitmentForm, EvidenceForm, new_key, usual_commitment
from crm.partnerships.models import Commitment, CommitmentEvidence, Partnership
from crm.partnerships.page import commitment_context
from crm.partnerships.services import commitments as services
from crm.web.conflicts import refusal
from crm.web.filters import show_date, today
from crm.web.forms import choices
from crm.web.undo import flash_undo

_MOST_CONTACTS = 50


@blueprint.route("/partnerships/<public_id>/commitments/new", methods=["GET", "POST"])
@require(*STAFF)
def add_commitment(public_id: str) -> ResponseReturnValue:
    """Add what was promised. "Save and add another" comes back to an empty form."""
    actor = current_actor()
    partnership = visible_one(Partnership, actor, public_id)
    form = CommitmentForm() if request.method == "POST" else CommitmentForm(data=usual_commitment(partnership))
    form.prepare(actor.language, partnership.employer.country)
    if form.validate_on_submit():
        partnership_id = partnership.id
        try:
            with transaction():
                services.add_commitment(
                    actor, partnership_id=partnership_id, given=form.as_fields(), submission_key=form.key
                )
            flash(_("The commitment is saved."), "success")
            more = request.form.get("action") == "more"
            return redirect(url_for(".add_commitment" if more else ".show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    partnership = visible_one(Partnership, actor, public_id)
    page = render_template(
        "partnerships/commitment_form.html", form=form, partnership=partnership, commitment=None, different=[]
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/commitments/<public_id>")
@require(*STAFF)
def show_commitment(public_id: str) -> ResponseReturnValue:
    """A commitment with everything that was counted for it."""
    actor = current_actor()
    return _commitment_page(actor, visible_one(Commitment, actor, public_id), None)


@blueprint.route("/commitments/<public_id>/edit", methods=["GET", "POST"])
@require(*STAFF)
def edit_commitment(public_id: str) -> ResponseReturnValue:
    """Change what was promised."""
    actor = current_actor()
    commitment = visible_one(Commitment, actor, public_id)
    form = CommitmentForm() if request.method == "POST" else CommitmentForm(data=services.values_of(commitment))
    form.prepare(actor.language, commitment.partnership.employer.country)
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        commitment_id, version = commitment.id, int(form.version.data or 0)
        try:
            with transaction():
                services.change_commitment(actor, commitment_id=commitment_id, version=version, given=form.as_fields())
            flash(_("The commitment is saved."), "success")
            return _to(public_id)
        except DomainError as error:
            different = refusal(form, error)
    commitment = visible_one(Commitment, actor, public_id)
    page = render_template(
        "partnerships/commitment_form.html",
        form=form,
        partnership=commitment.partnership,
        commitment=commitment,
        different=different,
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/commitments/<public_id>/cancel")
@require(*STAFF)
def cancel_commitment(public_id: str) -> ResponseReturnValue:
    """Let go of a promise, with the reason."""
    actor, form = current_actor(), CancelForm()
    commitment_id = visible_one(Commitment, actor, public_id).id
    if form.validate_on_submit():
        with transaction():
            services.cancel_commitment(actor, commitment_id=commitment_id, because=form.because.data or "")
        flash_undo(_("The commitment is cancelled."), url_for(".restore_commitment", public_id=public_id))
        return _to(public_id)
    return _commitment_page(actor, visible_one(Commitment, actor, public_id), None, cancel=form)


@blueprint.post("/commitments/<public_id>/restore")
@require(*STAFF)
def restore_commitment(public_id: str) -> ResponseReturnValue:
    """A cancelled promise holds again."""
    actor = current_actor()
    commitment_id = visible_one(Commitment, actor, public_id).id
    with transaction():
        services.restore_commitment(actor, commitment_id=commitment_id)
    flash(_("The commitment holds again."), "success")
    return _to(public_id)


@blueprint.post("/commitments/<public_id>/evidence")
@require(*STAFF)
def add_evidence(public_id: str) -> ResponseReturnValue:
    """Add something that shows that a promise is kept."""
    actor, form = current_actor(), EvidenceForm()
    commitment = visible_one(Commitment, actor, public_id)
    _contacts_to_choose(form, actor, commitment)
    commitment_id = commitment.id
    if form.validate_on_submit():
        try:
            with transaction():
                services.add_evidence(
                    actor, commitment_id=commitment_id, given=form.as_fields(), submission_key=form.key
                )
            flash(_("The evidence is saved."), "success")
            return _to(public_id)
        except DomainError as error:
            form.add_error(error)
    return _commitment_page(actor, visible_one(Commitment, actor, public_id), form)


@blueprint.post("/commitments/<public_id>/attachments")
@require(*STAFF)
def attach_to_commitment(public_id: str) -> ResponseReturnValue:
    """Add a file to a commitment: a signed letter, a list from a course."""
    actor = current_actor()
    commitment = visible_one(Commitment, actor, public_id)
    back = url_for(".show_commitment", public_id=public_id, _anchor="files")
    return take_upload(actor, commitment, unit_id=commitment.partnership.unit_id, back=back)


@blueprint.post("/evidence/<public_id>/remove")
@require(*STAFF)
def remove_evidence(public_id: str) -> ResponseReturnValue:
    """Evidence that was a mistake counts no more."""
    actor = current_actor()
    evidence = visible_one(CommitmentEvidence, actor, public_id)
    evidence_id, back = evidence.id, evidence.commitment.public_id
    with transaction():
        services.remove_evidence(actor, evidence_id=evidence_id)
    flash_undo(_("The evidence is removed."), url_for(".restore_evidence", public_id=public_id))
    return _to(back)


@blueprint.post("/evidence/<public_id>/restore")
@require(*STAFF)
def restore_evidence(public_id: str) -> ResponseReturnValue:
    """Removed evidence counts again."""
    actor = current_actor()
    evidence = visible_one(CommitmentEvidence, actor, public_id)
    evidence_id, back = evidence.id, evidence.commitment.public_id
    with transaction():
        services.restore_evidence(actor, evidence_id=evidence_id)
    flash(_("The evidence counts again."), "success")
    return _to(back)


def _commitment_page(
    actor: Actor, commitment: Commitment, form: EvidenceForm | None, *, cancel: CancelForm | None = None
) -> ResponseReturnValue:
    failed = form is not None or cancel is not None
    if form is None:
        day = min(max(commitment.starts_on, today()), commitment.ends_on)
        form = EvidenceForm(formdata=None, data={"on_date": day, "quantity": 1, "submission_key": new_key()})
        _contacts_to_choose(form, actor, commitment)
    context = commitment_context(actor, commitment, form)
    cancel = cancel or CancelForm(formdata=None)
    return render_template("partnerships/commitment.html", cancel=cancel, **context), 422 if failed else 200


def _contacts_to_choose(form: EvidenceForm, actor: Actor, commitment: Commitment) -> None:
    contacts = visible(Contact, actor).where(
        Contact.employer_id == commitment.partnership.employer_id,
        Contact.archived_at.is_(None),
        Contact.on_date.between(commitment.starts_on, commitment.ends_on),
    )
    found = current_session().scalars(contacts.order_by(Contact.on_date.desc()).limit(_MOST_CONTACTS))
    channels = dict(picklists.options("contact_channel", actor.language))
    rows = [(each.id, f"{show_date(each.on_date)}, {channels.get(each.channel, each.channel)}") for each in found]
    form.contact_id.choices = choices(rows, empty=_("None"))


def _to(public_id: str) -> ResponseReturnValue:
    return redirect(url_for(".show_commitment", public_id=public_id), code=303)
