"""The employer's own page: read, sign or say no. No account, no cookie, no script.

Whoever holds the link may sign, once. A GET or HEAD changes nothing, so that scanners and prefetching do no harm; each
form carries a token made for this link and this step. The page speaks the language of the agreement.
"""

from collections.abc import Callable
from typing import TypeVar, cast

from flask import Blueprint, current_app, redirect
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from crm.actors import respondent_actor
from crm.agreements.forms import RefuseForm, SignForm
from crm.agreements.links import READABLE, Standing, Visit, WrongLink, visit_by_token
from crm.agreements.models import Agreement, Side
from crm.agreements.paper import agreement_pdf, body_of
from crm.agreements.services.signing import NothingToSign, is_intact, refuse_by_link, sign_by_link
from crm.agreements.wording import contact_title, local_day, moment, phone_in_words
from crm.db import transaction
from crm.documents.markdown import as_html
from crm.documents.pdf import PdfUnavailable
from crm.errors import DomainError
from crm.languages import request_language
from crm.messaging.mail_html import direction_of
from crm.settings import Settings
from crm.web.downloads import attachment

blueprint = Blueprint("agreements_signing", __name__, template_folder="templates")
Answer = TypeVar("Answer", SignForm, RefuseForm)
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
    return _answer(token, "sign", SignForm, _sign)


@blueprint.post("/agreement/<token>/refuse")
def refuse(token: str) -> ResponseReturnValue:
    """The employer does not want to sign."""
    return _answer(token, "refuse", RefuseForm, _refuse)


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
    answer = attachment("agreement.pdf", body)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _answer(
    token: str, step: str, form_class: type[Answer], write_down: Callable[[int, int, Answer], None]
) -> ResponseReturnValue:
    """One of the employer's two answers: written down once, or the page again with what has to be corrected."""
    visit = visit_by_token(token)
    if visit.standing is not Standing.OPEN:
        return redirect(visit.url("show"), 303)
    with force_locale(visit.agreement.language):
        form = form_class()
        if not visit.form_fits(step):
            return _page(visit, form, trouble=_("The page was open for too long. Send it again.")), 400
        if form.validate():
            agreement_id, number = visit.agreement.id, visit.link.number
            try:
                with transaction():
                    write_down(agreement_id, number, form)
                return redirect(visit.url("show"), 303)
            except NothingToSign:
                return redirect(visit.url("show"), 303)
            except DomainError as error:
                form.add_error(error)
        return _page(visit_by_token(token), form), 422


def _sign(agreement_id: int, number: int, form: SignForm) -> None:
    sign_by_link(
        respondent_actor(),
        agreement_id=agreement_id,
        number=number,
        name=form.name.data or "",
        role=form.role.data or "",
        may_sign=bool(form.may_sign.data),
        shown_hash=form.text_hash.data or "",
    )


def _refuse(agreement_id: int, number: int, form: RefuseForm) -> None:
    refuse_by_link(respondent_actor(), agreement_id=agreement_id, number=number, reason=form.reason.data or "")


def _page(visit: Visit, answer: SignForm | RefuseForm | None = None, *, trouble: str | None = None) -> str:
    """The page, with the answer in which something has to be corrected."""
    agreement, standing = visit.agreement, visit.standing
    with force_locale(agreement.language):
        readable = standing in READABLE and agreement.text is not None and is_intact(agreement)
        return _template(
            "sign",
            lang=agreement.language,
            visit=visit,
            agreement=agreement,
            standing=standing.value,
            html=as_html(body_of(agreement.text or "")) if readable else None,
            sign_form=answer if isinstance(answer, SignForm) else _empty_signature(agreement),
            refuse_form=answer if isinstance(answer, RefuseForm) else RefuseForm(formdata=None),
            refusing=isinstance(answer, RefuseForm),
            trouble=trouble,
            employer_signature=agreement.signature_of(Side.EMPLOYER),
            our_signature=agreement.signature_of(Side.OURS),
            until=local_day(visit.link.expires_at, agreement),
            readable_until=local_day(visit.readable_until, agreement),
            moment=lambda at: moment(at, agreement),
            phone=lambda number: phone_in_words(number, agreement.unit),
        )


def _empty_signature(agreement: Agreement) -> SignForm:
    """The form as the contact person meets it; somebody else at the employer writes their own name."""
    contact = agreement.contact
    given = {"name": contact.name, "role": contact_title(agreement)} if contact else {}
    return SignForm(formdata=None, data={**given, "text_hash": agreement.text_hash})


def _template(name: str, *, lang: str, **context: object) -> str:
    """A page without the frame of staff: no menu, no banner, nobody who is signed in, no cookie."""
    settings = cast(Settings, current_app.extensions["brobygg.settings"])
    template = current_app.jinja_env.get_template(f"agreements/{name}.html")
    return template.render(lang=lang, dir=direction_of(lang), organisation=settings.organisation, **context)
