"""The list of placements, on the page and as a file."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import ColumnElement

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.reading import seen_many
from crm.actors import Actor, Role
from crm.glossary import picklists
from crm.placements.blueprint import WHO, blueprint
from crm.placements.list_forms import PlacementListForm
from crm.placements.listing import CURRENT, MOST_ROWS, Row, count_rows, rows, sort_columns
from crm.placements.words import STATUS_COLORS
from crm.web.downloads import download
from crm.web.filters import today
from crm.web.paging import PER_PAGE, page_of, requested_page, sort_order


@blueprint.get("/placements")
@require(*WHO)
def index() -> ResponseReturnValue:
    """The placements that the actor sees, filtered and sorted by the address."""
    actor = current_actor()
    form = _form(actor)
    wanted = form.wanted()
    total = count_rows(actor, wanted, today())
    number = min(requested_page(), max(1, -(-total // PER_PAGE)))
    found = rows(actor, wanted, today(), order=_order(), limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    html = render_template(
        "placements/index.html",
        page=page_of(found, page=number, per_page=PER_PAGE, total=total),
        form=form,
        filtered=bool(set(request.args) - {"sort", "page"}),
        may_export=actor.has_role(Role.MANAGER),
        kinds=dict(picklists.options("placement_type", actor.language)),
        statuses=dict(picklists.options("placement_status", actor.language)),
        colors=STATUS_COLORS,
        day=today(),
    )
    return seen_many(actor, html, participant_ids=[row.placement.participant_id for row in found])


@blueprint.get("/placements/export")
@require(Role.MANAGER)
def export() -> ResponseReturnValue:
    """The filtered list as a file. Protected participants are never in it."""
    actor = current_actor()
    found = rows(actor, _form(actor).wanted(), today(), order=_order(), limit=MOST_ROWS, named=False)
    headings = [
        _("Participant"), _("Employer"), _("Kind"), _("Status"), _("From"), _("Until"), _("Per cent of full time"),
        _("Coordinator"), _("Why it ended"), _("Next check-in"),
    ]  # fmt: skip
    answer = download(f"placements-{today()}", "csv", headings, [_cells(row, actor.language) for row in found])
    ids = [row.placement.participant_id for row in found]
    seen_many(actor, "", participant_ids=ids, action="placements_exported")
    return answer


def _form(actor: Actor) -> PlacementListForm:
    usual = "unit" if actor.has_role(Role.MANAGER) else "mine"
    form = PlacementListForm(request.args, data={"who": usual, "state": CURRENT})
    form.prepare(actor.language)
    return form


def _order() -> list[ColumnElement[Any]]:
    return sort_order(sort_columns(), default="-start")


def _cells(row: Row, language: str) -> list[str]:
    placement = row.placement
    coordinator = placement.enrolment.coordinator if placement.enrolment else None
    reason = placement.end_reason
    return [
        placement.participant.full_name,
        placement.employer.name,
        picklists.label("placement_type", placement.kind, language),
        picklists.label("placement_status", placement.status, language),
        placement.starts_on.isoformat(),
        placement.ends_on.isoformat() if placement.ends_on else "",
        str(placement.fte_percent or ""),
        coordinator.name if coordinator else "",
        picklists.label("placement_end_reason", reason, language) if reason else "",
        row.next_check_in.isoformat() if row.next_check_in else "",
    ]
