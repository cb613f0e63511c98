"""The board of employers, the same as a table, and the list of those that are stuck."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm import clock
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.queries import units_for
from crm.actors import Actor
from crm.employers.models import Stage
from crm.employers.queries import STAFF, staff_of_units
from crm.employers.stage_queries import stages_of
from crm.employers.stages import KINDS
from crm.pipeline.forms import BoardFilterForm
from crm.pipeline.queries import CARDS, ROWS, BoardFilter, board, employer_count, next_steps, table_rows
from crm.pipeline.stalled import stalled_page
from crm.web.filters import today
from crm.web.paging import page_of, requested_page

blueprint = Blueprint("pipeline", __name__, template_folder="templates")


@blueprint.get("/pipeline")
@require(*STAFF)
def index() -> ResponseReturnValue:
    """The stages as columns with their cards, or all of it as a table (?view=table), filtered by the address."""
    actor = current_actor()
    form, filters = _filter(actor)
    stages = stages_of(filters.unit_id or actor.unit_id)
    only = request.args.get("only", "")
    shown: dict[str, Any] = {
        "form": form,
        "filters": filters,
        "stages": stages,
        "only": only if stages.get(only) else "",
        "kinds": KINDS,
    }
    if request.args.get("view") == "table":
        return _table(actor, filters, shown)
    number = requested_page() if shown["only"] else 1
    columns = board(actor, filters, stages, only=shown["only"], page=number)
    if number > 1 and not columns[0].cards:
        columns = board(actor, filters, stages, only=shown["only"], page=max(1, -(-columns[0].total // CARDS)))
    cards = [card for column in columns for card in column.cards]
    total = sum(column.total for column in columns)
    return render_template(
        "pipeline/board.html",
        **shown,
        **_cards_context(actor, cards),
        columns=columns,
        total=total,
        employers=_employers(actor, filters, shown, total),
    )


@blueprint.get("/pipeline/stalled")
@require(*STAFF)
def stalled() -> ResponseReturnValue:
    """Employers who were for it, and where nothing has moved for 60 days."""
    actor = current_actor()
    form, filters = _filter(actor)
    stages = stages_of(filters.unit_id or actor.unit_id)
    return render_template(
        "pipeline/stalled.html",
        form=form,
        stages=stages,
        agreement=stages.of_meaning(Stage.AGREEMENT),
        page=stalled_page(actor, filters, page=requested_page()),
        now=clock.now(),
        with_unit=len(actor.unit_ids) > 1,
        move_url=_move_url(),
    )


def _table(actor: Actor, filters: BoardFilter, shown: dict[str, Any]) -> str:
    number = requested_page()
    sort = request.args.get("sort", "name")
    rows, total = table_rows(actor, filters, shown["stages"], only=shown["only"], sort=sort, page=number)
    if not rows and total:
        number = -(-total // ROWS)
        rows, total = table_rows(actor, filters, shown["stages"], only=shown["only"], sort=sort, page=number)
    page = page_of(rows, page=number, per_page=ROWS, total=total)
    employers = _employers(actor, filters, shown, total)
    return render_template(
        "pipeline/table.html", **shown, **_cards_context(actor, rows), page=page, employers=employers
    )


def _employers(actor: Actor, filters: BoardFilter, shown: dict[str, Any], rows: int) -> int:
    """How many employers ``rows`` are: each stands there once for each unit that works with it."""
    if len(actor.unit_ids) < 2 or rows < 2:
        return rows
    return employer_count(actor, filters, shown["stages"], only=shown["only"])


def _cards_context(actor: Actor, cards: list[Any]) -> dict[str, Any]:
    return {
        "steps": next_steps(actor, cards, actor.language),
        "day": today(),
        "now": clock.now(),
        "with_unit": len(actor.unit_ids) > 1,
        "move_url": _move_url(),
        "employer_url": url_for("employers.show", public_id=""),
    }


def _move_url() -> str:
    """One address for all cards: asking for each of hundreds would cost more than reading them."""
    return url_for("employers.change_stage", public_id="-").replace("/-/", "/{}/")


def _filter(actor: Actor) -> tuple[BoardFilterForm, BoardFilter]:
    form = BoardFilterForm(request.args)
    staff = [(each.id, each.name) for each in staff_of_units(actor.unit_ids)]
    units = [(unit.id, unit.name) for unit in units_for(actor)] if len(actor.unit_ids) > 1 else []
    form.prepare(staff, units)
    return form, form.as_filter()
