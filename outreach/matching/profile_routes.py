"""Profiles: written, agreed to, looked at, on paper; their photos."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.attachments import services as attachments
from crm.attachments.store import LARGEST, store
from crm.db import current_session, transaction
from crm.documents.pdf import PdfUnavailable
from crm.employers.models import Employer
from crm.errors import DomainError, FilesUnavailable, NotVisible
from crm.web.conflicts import refusal
from crm.web.downloads import attachment
from crm.web.filters import today
from crm.web.undo import flash_undo
from outreach.matching.blueprint import blueprint
from outreach.matching.forms import PhotoForm, make_profile_form, profile_fields
from outreach.matching.models import MatchProfile, Mentor
from outreach.matching.photo import JPEG, drawn_anew, kept_photo
from outreach.matching.profile_fields import MENTOR_FIELDS, fields_of, is_agreed, shown
from outreach.matching.profile_pages import photo_key, profiles_pdf
from outreach.matching.queries import interviews_of, profile_of_employer, profile_of_mentor
from outreach.matching.scopes import READERS
from outreach.matching.services import profiles as services


@blueprint.route("/mentors/<public_id>/profile", methods=["GET", "POST"])
@require(*READERS)
def mentor_profile(public_id: str) -> ResponseReturnValue:
    """Write the profile of a mentor; a new one is filled from the newest talk."""
    actor = current_actor()
    mentor = visible_one(Mentor, actor, public_id)
    profile = profile_of_mentor(actor, mentor.id)
    if request.method == "GET":
        talks = interviews_of(actor, mentor.id)
        answers = talks[0].answers if talks else {}
        new = {field.key: answers.get(field.topic, "")[: field.longest] for field in MENTOR_FIELDS if field.topic}
        new |= {"name": mentor.name} | ({} if new.get("residence") else {"residence": mentor.municipality or ""})
        form = make_profile_form(employer=False, **(services.profile_values(profile) if profile else new))
    else:
        form = make_profile_form(employer=False)
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        mentor_id, version = mentor.id, int(form.version.data or 0)
        try:
            with transaction():
                saved = services.save_mentor_profile(
                    actor, mentor_id=mentor_id, given=profile_fields(form, employer=False), version=version
                )
                address = url_for(".show_profile", public_id=saved.public_id)
            flash(_("The profile is saved."), "success")
            return redirect(address, code=303)
        except DomainError as error:
            different = refusal(form, error)
    mentor = visible_one(Mentor, actor, public_id)
    return _form_page(form, different, mentor=mentor)


@blueprint.route("/employers/<public_id>/profile", methods=["GET", "POST"])
@require(*READERS)
def employer_profile(public_id: str) -> ResponseReturnValue:
    """Write the profile of an employer, for participants who choose."""
    actor = current_actor()
    employer = visible_one(Employer, actor, public_id)
    profile = profile_of_employer(actor, employer.id)
    if request.method == "GET":
        new = {"name": employer.name, "residence": employer.city or employer.municipality or "",
               "business": employer.industry_text or ""}  # fmt: skip
        form = make_profile_form(employer=True, **(services.profile_values(profile) if profile else new))
    else:
        form = make_profile_form(employer=True)
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        employer_id, version = employer.id, int(form.version.data or 0)
        try:
            with transaction():
                saved = services.save_employer_profile(
                    actor, employer_id=employer_id, given=profile_fields(form, employer=True), version=version
                )
                address = url_for(".show_profile", public_id=saved.public_id)
            flash(_("The profile is saved."), "success")
            return redirect(address, code=303)
        except DomainError as error:
            different = refusal(form, error)
    return _form_page(form, different, employer=visible_one(Employer, actor, public_id))


@blueprint.get("/match-profiles/<public_id>")
@require(*READERS)
def show_profile(public_id: str) -> ResponseReturnValue:
    """A profile as participants see it, and what of it is not shown."""
    return _profile_page(visible_one(MatchProfile, current_actor(), public_id), PhotoForm(formdata=None))


@blueprint.get("/match-profiles/<public_id>/print")
@require(*READERS)
def print_profile(public_id: str) -> ResponseReturnValue:
    """A profile on one page of paper."""
    profile = visible_one(MatchProfile, current_actor(), public_id)
    found = shown(profile, today())
    if found is None:
        return _not_agreed(public_id)
    return render_template("outreach_matching/profiles_print.html", profiles=[found])


@blueprint.get("/match-profiles/<public_id>/pdf")
@require(*READERS)
def profile_pdf(public_id: str) -> ResponseReturnValue:
    """A profile as PDF. Where the PDF engine is missing, the print page opens and says how to install it."""
    actor = current_actor()
    profile = visible_one(MatchProfile, actor, public_id)
    if not is_agreed(profile):
        return _not_agreed(public_id)
    try:
        body = profiles_pdf([profile], language=actor.language, title=_("Match profile"), on=today())
    except PdfUnavailable:
        flash(no_pango(), "warning")
        return redirect(url_for(".print_profile", public_id=public_id), code=303)
    return attachment("match-profile.pdf", body)


@blueprint.get("/match-profiles/<public_id>/photo")
@require(*READERS)
def photo(public_id: str) -> ResponseReturnValue:
    """The photo of a profile: a picture that was drawn here, and never a file as somebody sent it."""
    key = photo_key(visible_one(MatchProfile, current_actor(), public_id))
    # Nothing is open while the store is asked.
    current_session().rollback()
    try:
        data = kept_photo(key) if key else None
    except FilesUnavailable:
        data = None
    if data is None:
        raise NotVisible(_("The file is gone."))
    return Response(data, mimetype=JPEG, headers={"Content-Disposition": "inline"})


@blueprint.post("/match-profiles/<public_id>/photo")
@require(*READERS)
def add_photo(public_id: str) -> ResponseReturnValue:
    """Give a profile its photo."""
    actor, form = current_actor(), PhotoForm()
    profile_id = visible_one(MatchProfile, actor, public_id).id
    upload = request.files.get("file")
    data = upload.read(LARGEST + 1) if upload is not None else b""
    # Nothing is open while the picture is drawn and the store is asked.
    current_session().rollback()
    if form.validate_on_submit():
        kept = None
        try:
            kept = attachments.keep_bytes("photo.jpg", drawn_anew(data))
            with transaction():
                services.add_photo(actor, profile_id=profile_id, kept=kept)
            flash(_("The photo is saved."), "success")
            return redirect(url_for(".show_profile", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
            _let_go(kept)
    return _profile_page(visible_one(MatchProfile, actor, public_id), form)


@blueprint.post("/match-profiles/<public_id>/photo/remove")
@require(*READERS)
def remove_photo(public_id: str) -> ResponseReturnValue:
    """Take the photo away; the message carries an Undo button."""
    actor = current_actor()
    profile_id = visible_one(MatchProfile, actor, public_id).id
    with transaction():
        gone = services.remove_photo(actor, profile_id=profile_id)
    if gone is not None:
        flash_undo(_("The photo is removed."), url_for(".restore_photo", public_id=public_id), photo=gone)
    return redirect(url_for(".show_profile", public_id=public_id), code=303)


@blueprint.post("/match-profiles/<public_id>/photo/restore")
@require(*READERS)
def restore_photo(public_id: str) -> ResponseReturnValue:
    """Bring the photo back."""
    actor = current_actor()
    profile_id = visible_one(MatchProfile, actor, public_id).id
    with transaction():
        services.restore_photo(actor, profile_id=profile_id, photo=request.form.get("photo", "")[:40])
    flash(_("The photo is back."), "success")
    return redirect(url_for(".show_profile", public_id=public_id), code=303)


@blueprint.post("/match-profiles/<public_id>/withdraw")
@require(*READERS)
def withdraw_profile(public_id: str) -> ResponseReturnValue:
    """The person does not want the profile to be shown any more."""
    actor = current_actor()
    profile_id = visible_one(MatchProfile, actor, public_id).id
    with transaction():
        gone = services.withdraw_profile(actor, profile_id=profile_id)
    back = url_for(".agree_again", public_id=public_id)
    flash_undo(_("The profile is shown to nobody any more."), back, photo=gone or "")
    return redirect(url_for(".show_profile", public_id=public_id), code=303)


@blueprint.post("/match-profiles/<public_id>/agree")
@require(*READERS)
def agree_again(public_id: str) -> ResponseReturnValue:
    """Take back that a profile was withdrawn."""
    actor = current_actor()
    profile_id = visible_one(MatchProfile, actor, public_id).id
    with transaction():
        services.agree_again(actor, profile_id=profile_id, photo=request.form.get("photo", "")[:40])
    flash(_("The profile may be shown again."), "success")
    return redirect(url_for(".show_profile", public_id=public_id), code=303)


def no_pango() -> str:
    """What is said where the PDF engine is missing."""
    return str(
        _("PDF files need Pango on the server (Debian: libpango-1.0-0). Print this page from your browser instead.")
    )


def _let_go(kept: attachments.Kept | None) -> None:
    """Bytes that belong to nobody after all. What cannot be deleted now goes with the daily sweep."""
    if kept is None:
        return
    try:
        store().delete(kept.key)
    except FilesUnavailable:
        return


def _not_agreed(public_id: str) -> ResponseReturnValue:
    flash(_("This profile may not be shown: nobody has agreed to it, or not any more."), "warning")
    return redirect(url_for(".show_profile", public_id=public_id), code=303)


def _form_page(form: Any, different: Any, *, mentor: Any = None, employer: Any = None) -> ResponseReturnValue:
    html = render_template(
        "outreach_matching/profile_form.html",
        form=form,
        fields=fields_of(None, employer=employer is not None),
        mentor=mentor,
        employer=employer,
        different=different,
    )
    return html, 422 if form.is_submitted() else 200


def _profile_page(profile: MatchProfile, form: PhotoForm) -> ResponseReturnValue:
    fields = [field for field in fields_of(profile) if field.key in profile.texts]
    html = render_template(
        "outreach_matching/profile.html",
        profile=profile,
        found=shown(profile, today()),
        not_shown=[(field.label, profile.texts[field.key]) for field in fields if field.key not in profile.agreed],
        form=form,
    )
    return html, 422 if form.is_submitted() else 200
