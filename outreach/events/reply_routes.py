"""The page of somebody who is invited: yes or no, with how many. No account, no cookie, no script.

Whoever holds the link answers, and changes the answer until the last day. A GET or HEAD changes nothing, so that
scanners and prefetching do no harm; each form carries a token made for this invitation and this step.
"""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from crm.accounts.current import signed_in_actor
from crm.actors import respondent_actor
from crm.db import transaction
from crm.errors import DomainError
from crm.languages import request_language
from crm.messaging.addresses import show_phone
from outreach.events.calendar import calendar_of
from outreach.events.forms import NO, YES, ReplyForm
from outreach.events.links import Visit, WrongLink, door_url, is_code, visit_by_token
from outreach.events.mail_texts import last_day, when
from outreach.events.models import Answer
from outreach.events.qr import svg_of
from outreach.events.queries import figures_of
from outreach.events.reply_pages import reply_page
from outreach.events.routes import calendar_answer
from outreach.events.services.answering import (
    NothingToAnswer,
    answer_by_link,
    opt_outs_of,
    want_no_more,
    want_them_again,
)

blueprint = Blueprint("outreach_event_reply", __name__, template_folder="templates")
OWN_TOKEN = "the form carries a token made from the personal link and the step; there is no session"
ONE_CLICK = "RFC 8058: the mail program posts without a form; the address carries the personal token"
_REPLY, _NO_MORE, _AGAIN = "reply", "no-more", "again"


@blueprint.errorhandler(WrongLink)
def wrong_link(error: Exception) -> ResponseReturnValue:
    """A page in plain words, the same for every wrong link."""
    return reply_page("wrong_link", lang=request_language()), 404


@blueprint.get("/event/<token>")
def show(token: str) -> ResponseReturnValue:
    """The invitation, what was answered, and the form; or why there is nothing to answer."""
    return _page(visit_by_token(token))


@blueprint.post("/event/<token>")
def answer(token: str) -> ResponseReturnValue:
    """Yes or no; again as often as they like."""
    visit = visit_by_token(token)
    with force_locale(visit.language):
        form = ReplyForm()
        if not visit.form_fits(_REPLY):
            return _page(visit, form, trouble=_("The page was open for too long. Send it again.")), 400
        if form.validate():
            try:
                with transaction():
                    answer_by_link(respondent_actor(), invitation=visit.invitation, reply=form.as_reply(visit.language))
                return redirect(visit.url("show"), 303)
            except NothingToAnswer:
                return redirect(visit.url("show"), 303)
            except DomainError as error:
                form.add_error(error)
    return _page(visit_by_token(token), form), 422


@blueprint.get("/event/<token>/event.ics")
def calendar(token: str) -> ResponseReturnValue:
    """The event for their calendar."""
    visit = visit_by_token(token)
    if visit.invitation.withdrawn_at is not None:
        return redirect(visit.url("show"), 303)
    return calendar_answer(calendar_of(visit.invitation.event, visit.invitation))


@blueprint.get("/event/<token>/no-more")
def ask_no_more(token: str) -> ResponseReturnValue:
    """Ask; or say that it is done, with the way back. Opening the page changes nothing: scanners open every link."""
    return _no_more_page(visit_by_token(token))


@blueprint.post("/event/<token>/no-more")
def no_more(token: str) -> ResponseReturnValue:
    """No more invitations. The mail program's own button sends one field and needs no form token (RFC 8058, 3.2)."""
    visit = visit_by_token(token)
    one_click = request.form.get("List-Unsubscribe") == "One-Click"
    if not one_click and not visit.form_fits(_NO_MORE):
        return _no_more_page(visit), 400
    with transaction():
        want_no_more(respondent_actor(), invitation=visit.invitation)
    if one_click:
        return "", 200, {"Content-Type": "text/plain; charset=utf-8"}
    return redirect(visit.url("ask_no_more"), 303)


@blueprint.get("/event/<token>/again")
def lead_back(token: str) -> ResponseReturnValue:
    """The address of the form, opened without it."""
    return redirect(visit_by_token(token).url("ask_no_more"), 303)


@blueprint.post("/event/<token>/again")
def again(token: str) -> ResponseReturnValue:
    """They want invitations after all."""
    visit = visit_by_token(token)
    if not visit.form_fits(_AGAIN):
        return _no_more_page(visit), 400
    with transaction():
        want_them_again(respondent_actor(), invitation=visit.invitation)
    return redirect(visit.url("ask_no_more"), 303)


@blueprint.get("/events/code/<public_id>")
def code(public_id: str) -> ResponseReturnValue:
    """Where the code of an invitation leads. Staff come to the invitation; whoever else scans it reads what it is for,
    and nothing about anybody; who works at the door and was signed out finds the way in."""
    is_ours, arrived = is_code(public_id), url_for("outreach_events.arrived", public_id=public_id)
    if signed_in_actor() is None:
        if not is_ours:
            raise WrongLink
        return reply_page("code", lang=request_language(), sign_in=url_for("security.login", next=arrived))
    if not is_ours:
        flash(_("This code belongs to no invitation."), "warning")
        return redirect(url_for("outreach_events.index"), 303)
    return redirect(arrived, 303)


def _page(visit: Visit, form: ReplyForm | None = None, *, trouble: str | None = None) -> str:
    row, event = visit.invitation, visit.invitation.event
    with force_locale(visit.language):
        figures = figures_of([event.id])[event.id]
        own = row.places if row.answer is Answer.YES else 0
        free = None if event.capacity is None else max(0, event.capacity - figures.coming + own)
        return reply_page(
            "answer", lang=visit.language, visit=visit, row=row, event=event, form=form or _filled(visit),
            when=when(event), last_day=last_day(event), free=free, trouble=trouble, step=_REPLY,
            phone=lambda number: show_phone(number, event.unit.country),
            code=svg_of(door_url(row)) if row.answer is Answer.YES and not event.is_over else None,
        )  # fmt: skip


def _filled(visit: Visit) -> ReplyForm:
    row = visit.invitation
    said = {Answer.WAITING: None, Answer.NO: NO}.get(row.answer, YES)
    given = {"comes": said, "places": row.places or 1, "comment": row.comment, "guest": row.who}
    return ReplyForm(formdata=None, data=given)


def _no_more_page(visit: Visit) -> str:
    row = visit.invitation
    out = row.employer_id is not None and bool(opt_outs_of(row))
    return reply_page(
        "no_more", lang=visit.language, visit=visit, row=row, event=row.event, out=out,
        step=_AGAIN if out else _NO_MORE,
    )  # fmt: skip
