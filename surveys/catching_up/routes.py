"""The page of late invitations: a preview of who would get what, and one button."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.reading import seen_many
from crm.actors import Role
from crm.db import transaction
from crm.web.clean import clean_line
from surveys.catching_up.queries import on_the_way, overdue
from surveys.catching_up.services import close_late, confirm_late

blueprint = Blueprint("surveys_late", __name__, template_folder="templates", url_prefix="/surveys/overdue")
MOST_AT_ONCE = 500
MOST_UNREACHABLE = 100


@blueprint.get("")
@require(Role.MANAGER, Role.COORDINATOR)
def index() -> ResponseReturnValue:
    """Who would get which survey, when, by what, in which language, and who cannot be reached."""
    actor = current_actor()
    found = overdue(actor, limit=MOST_AT_ONCE, unreachable_limit=MOST_UNREACHABLE)
    page = render_template(
        "surveys/catching_up/index.html",
        found=found,
        sending=on_the_way(actor),
        may_decide=actor.has_role(Role.MANAGER),
    )
    seen = [row.participant_id for row in (*found.late, *found.unreachable)]
    return seen_many(actor, page, participant_ids=seen, action="late_surveys_listed")


@blueprint.post("/send")
@require(Role.MANAGER)
def send() -> ResponseReturnValue:
    """Send the invitations that the preview showed."""
    with transaction():
        number = confirm_late(current_actor(), public_ids=_ticked())
    flash(
        ngettext("%(num)d survey is sent now.", "%(num)d surveys are sent now, within the quiet hours.", number),
        "success",
    )
    return redirect(url_for("surveys_late.index"), 303)


@blueprint.post("/close")
@require(Role.MANAGER)
def close() -> ResponseReturnValue:
    """Do not send the invitations that the preview showed."""
    with transaction():
        number = close_late(current_actor(), public_ids=_ticked())
    flash(ngettext("%(num)d survey is not sent.", "%(num)d surveys are not sent.", number), "success")
    return redirect(url_for("surveys_late.index"), 303)


def _ticked() -> list[str]:
    return [clean_line(public_id) for public_id in request.form.getlist("row")]
