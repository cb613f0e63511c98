"""A list as a file and on paper. That it was taken as a file stands in the audit log."""

from collections.abc import Sequence

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.audit import record
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.employers.queries import STAFF
from crm.glossary import picklists
from crm.web.downloads import Cell, download
from crm.web.filters import show_datetime, today
from outreach.lists.blueprint import blueprint
from outreach.lists.forms import entry_filter
from outreach.lists.list_queries import FileRow, callers_of, file_rows, progress_of
from outreach.lists.models import CallList
from outreach.lists.words import REASONS, STATES, WANTED


@blueprint.get("/<public_id>/export.<any(csv, xlsx):kind>")
@require(*STAFF)
def export(public_id: str, kind: str) -> ResponseReturnValue:
    """The entries that the page shows as a file, those who are left out with the reason."""
    actor = current_actor()
    call_list = visible_one(CallList, actor, public_id)
    list_id, unit_id = call_list.id, call_list.unit_id
    rows = _cells(actor, list(file_rows(actor, call_list, entry_filter()[1])))
    answer = download(f"call-list-{today()}", kind, _headings(), rows)
    with transaction():
        record(
            actor, "call_list.exported", subject_type="call_list", subject_id=list_id, unit_id=unit_id,
            details={"rows": len(rows), "kind": kind},
        )  # fmt: skip
    return answer


@blueprint.get("/<public_id>/print")
@require(*STAFF)
def print_list(public_id: str) -> ResponseReturnValue:
    """The entries that the page shows, on paper."""
    actor = current_actor()
    call_list = visible_one(CallList, actor, public_id)
    return render_template(
        "call_lists/print.html", call_list=call_list, rows=list(file_rows(actor, call_list, entry_filter()[1])),
        progress=progress_of(actor, [call_list])[call_list.id], wanted=WANTED, callers=callers_of(call_list),
        states=STATES, reasons=REASONS, outcomes=dict(picklists.options("contact_outcome", actor.language)),
    )  # fmt: skip


def _headings() -> list[str]:
    return [
        _("Employer"), _("Municipality"), _("Contact person"), _("Phone"), _("State"), _("Why left out"),
        _("Outcome"), _("Calls"), _("Call back"), _("Last call"), _("Who called"),
    ]  # fmt: skip


def _cells(actor: Actor, rows: Sequence[FileRow]) -> list[list[Cell]]:
    outcomes = dict(picklists.options("contact_outcome", actor.language))
    return [
        [
            each.employer, each.municipality, each.person, each.phone, str(STATES[each.state]),
            str(REASONS[each.reason]) if each.reason and each.state == "left_out" else None,
            outcomes.get(each.outcome or "", each.outcome), each.attempts,
            show_datetime(each.callback_at) if each.state == "callback" else None,
            show_datetime(each.done_at) if each.done_at else None, each.caller,
        ]
        for each in rows
    ]  # fmt: skip
