"""The address that a note is checked at while it is typed. It stores nothing, logs nothing, changes nothing."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from crm.accounts.permissions import require
from crm.actors import Role
from crm.note_guard.guard import TICK, find_sensitive

blueprint = Blueprint("note_guard", __name__, template_folder="templates")

_LONGEST = 20_000
_NO_NOTES = frozenset({"csrf_token", "submission_key", "version", TICK})


@blueprint.post("/note-check")
@require(Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)
def check() -> ResponseReturnValue:
    """What is pointed out in the form that was sent: the fields that ``field`` names, else all of them."""
    wanted = request.args.getlist("field") or [name for name in request.form if name not in _NO_NOTES]
    text = "\n".join(value for name in wanted for value in request.form.getlist(name))
    found = find_sensitive(text[:_LONGEST])
    values = {"findings": found, "place": request.args.get("place", ""), "ticked": bool(request.form.get(TICK))}
    if request.headers.get("HX-Request"):
        return render_template("note_guard/_found.html", **values)
    return render_template("note_guard/check.html", **values)
