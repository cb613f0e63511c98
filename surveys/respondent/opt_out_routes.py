"""The opt-out: a page that asks, a form that does it, the mail program's one click (RFC 8058), and the way back."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from crm.db import transaction
from crm.participants.models import ConsentKind
from crm.participants.queries import consent_in_force
from surveys.due_rows import locked_row
from surveys.refusing import opt_in_again, opt_out
from surveys.respondent.pages import respondent_page
from surveys.respondent.visits import Visit, WrongLink, visit_by_opt_out_link
from surveys.respondent.wrong_links import wrong_link_page

blueprint = Blueprint("surveys_opt_out", __name__, template_folder="templates")
blueprint.register_error_handler(WrongLink, wrong_link_page)


@blueprint.get("/o/<token>")
def ask(token: str) -> ResponseReturnValue:
    """Ask; or say that it is done, with the way back. Opening the page changes nothing: scanners open every link."""
    visit = visit_by_opt_out_link(token)
    out = consent_in_force(visit.row.participant_id, ConsentKind.SURVEYS) is False
    return _page(visit, "opted_out" if out else "opt_out")


@blueprint.post("/o/<token>")
def do(token: str) -> ResponseReturnValue:
    """No more surveys. The mail program's own button sends one field and needs no form token (RFC 8058, 3.2)."""
    visit = visit_by_opt_out_link(token)
    one_click = request.form.get("List-Unsubscribe") == "One-Click"
    if not one_click and not visit.form_fits("opt-out"):
        return _page(visit, "opt_out"), 400
    with transaction():
        opt_out(locked_row(visit.row.id), source="one_click" if one_click else "opt_out_page")
    if one_click:
        return "", 200, {"Content-Type": "text/plain; charset=utf-8"}
    return redirect(visit.opt_out_url(), 303)


@blueprint.get("/o/<token>/undo")
def lead_back(token: str) -> ResponseReturnValue:
    """The address of the form, opened without it."""
    return redirect(visit_by_opt_out_link(token).opt_out_url(), 303)


@blueprint.post("/o/<token>/undo")
def undo(token: str) -> ResponseReturnValue:
    """The person wants surveys again."""
    visit = visit_by_opt_out_link(token)
    if not visit.form_fits("undo"):
        return _page(visit, "opted_out"), 400
    with transaction():
        opt_in_again(locked_row(visit.row.id), source="opt_out_page")
    return _page(visit, "message", title=visit.say("optout_title"), text=visit.say("optout_undone"))


def _page(visit: Visit, name: str, **context: object) -> str:
    return respondent_page(name, **visit.page(), **context)
