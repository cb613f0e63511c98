"""The employer's own page: read, sign or say no. No account, no cookie, no script.

Whoever holds the link may sign, once. A GET or HEAD changes nothing, so that scanners and prefetching do no harm; each
form carries a token made for this link and this step. The page speaks the language of the agreement.
"""

from typing import cast

from flask import Blueprint, Response, current_app, redirect
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from crm.actors import respondent_actor
from crm.agreements.forms import RefuseForm, SignForm
from crm.agreements.links import READABLE, Standing, Visit, WrongLink, visit_by_token
from crm.agreements.models import Side
from crm.agreements.paper import agreement_pdf, body_of
from crm.agreements.services.signing import NothingToSign, is_intact, refuse_by_link, sign_by_link
from crm.agreements.wording import local_day, moment, phone_in_words
from crm.db import transaction
from crm.documents.markdown import as_html
from crm.documents.pdf import PdfUnavailable
from crm.errors import DomainError
from crm.languages import request_language
from crm.settings import Settings

blueprint = Blueprint("agreements_signing", __name__, template_folder="templates")
OWN_TOKEN = "the form carries a token made from the personal link and the step; there is no session"


@blueprint.errorhandler(WrongLink)
def wrong_link(error: Exception) -> ResponseReturnValue:
    """A page in plain words, the same for every wrong link."""
    language = request_language()
    with force_locale(language):
        return _template("wrong_link", lang=language), 404


@blueprint.get("/agreement/<token>")
def show(token: str) -> ResponseReturnValue:
    """The agreement to read and sign, or why there is nothing to do."""
    visit = visit_by_token(token)
    return _page(visit)


@blueprint.get("/agreement/<token>/sign")
@blueprint.get("/agreement/<token>/refuse")
def lead_back(token: str) -> ResponseReturnValue:
    """The address of a form, opened without it."""
    return redirect(visit_by_token(token).url("show"), 303)


@blueprint.post("/agreement/<token>/sign")
def sign(token: str) -> ResponseReturnValue:
    """The employer signs."""
    visit = visit_by_token(token)
    with force_locale(visit.agreement.language):
        form = SignForm()
        if visit.standing is not Standing.OPEN:
            return redirect(visit.url("show"), 303)
        if not visit.form_fits("sign"):
            return _page(visit, sign_form=form, trouble=_("The page was open for too long. Send it again.")), 400
        if form.validate():
            try:
                _sign(visit, form)
                return redirect(visit.url("show"), 303)
            except NothingToSign:
                return redirect(visit.url("show"), 303)
            except DomainError as error:
                form.add_error(error)
        return _page(visit_by_token(token), sign_form=form), 422


@blueprint.post("/agreement/<token>/refuse")
def refuse(token: str) -> ResponseReturnValue:
    """The employer does not want to sign."""
    visit = visit_by_token(token)
    with force_locale(visit.agreement.language):
        form = RefuseForm()
        if visit.standing is not Standing.OPEN:
            return redirect(visit.url("show"), 303)
        if not visit.form_fits("refuse"):
            return _page(visit, refuse_form=form, trouble=_("The page was open for too long. Send it again.")), 400
        if form.validate():
            agreement_id, number = visit.agreement.id, visit.link.number
            try:
                with transaction():
                    refuse_by_link(
                        respondent_actor(), agreement_id=agreement_id, number=number, reason=form.reason.data or ""
                    )
                return redirect(visit.url("show"), 303)
            except NothingToSign:
                return redirect(visit.url("show"), 303)
            except DomainError as error:
                form.add_error(error)
        return _page(visit_by_token(token), refuse_form=form), 422


@blueprint.get("/agreement/<token>/pdf")
def pdf(token: str) -> ResponseReturnValue:
    """The agreement as a file to keep."""
    visit = visit_by_token(token)
    if visit.standing not in READABLE:
        return redirect(visit.url("show"), 303)
    try:
        body = agreement_pdf(visit.agreement)
    except PdfUnavailable:
        return redirect(visit.url("show"), 303)
    headers = {"Content-Disposition": 'attachment; filename="agreement.pdf"', "X-Robots-Tag": "noindex, nofollow"}
    return Response(body, mimetype="application/pdf", headers=headers)


def _sign(visit: Visit, form: SignForm) -> None:
    agreement_id, number = visit.agreement.id, visit.link.number
    with transaction():
        sign_by_link(
            respondent_actor(),
            agreement_id=agreement_id,
            number=number,
            name=form.name.data or "",
            role=form.role.data or "",
            may_sign=bool(form.may_sign.data),
            shown_hash=form.text_hash.data or "",
        )


def _page(
    visit: Visit,
    *,
    sign_form: SignForm | None = None,
    refuse_form: RefuseForm | None = None,
    trouble: str | None = None,
) -> str:
    agreement, standing = visit.agreement, visit.standing
    with force_locale(agreement.language):
        contact = agreement.contact.name if agreement.contact else ""
        if sign_form is None:
            sign_form = SignForm(formdata=None, data={"name": contact, "text_hash": agreement.text_hash})
        readable = standing in READABLE and agreement.text is not None and is_intact(agreement)
        return _template(
            "sign",
            lang=agreement.language,
            visit=visit,
            agreement=agreement,
            standing=standing.value,
            html=as_html(body_of(agreement.text or "")) if readable else None,
            sign_form=sign_form,
            refuse_form=refuse_form or RefuseForm(formdata=None),
            refusing=refuse_form is not None,
            trouble=trouble,
            employer_signature=agreement.signature_of(Side.EMPLOYER),
            our_signature=agreement.signature_of(Side.OURS),
            until=local_day(visit.link.expires_at, agreement),
            readable_until=local_day(visit.readable_until, agreement),
            moment=lambda at: moment(at, agreement),
            phone=lambda number: phone_in_words(number, agreement.unit),
        )


def _template(name: str, **context: object) -> str:
    """A page without the frame of staff: no menu, no banner, nobody who is signed in, no cookie."""
    settings = cast(Settings, current_app.extensions["brobygg.settings"])
    template = current_app.jinja_env.get_template(f"agreements/{name}.html")
    return template.render(dir="ltr", organisation=settings.organisation, **context)
