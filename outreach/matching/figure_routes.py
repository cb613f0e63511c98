"""The first page of matching: capacity, how many matches hold, how many are made in a month, and where to go on."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext

from crm.accounts import audit
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.actors import Role
from crm.db import transaction
from crm.measures.formulas import Share
from crm.reports.few import is_hidden
from crm.reports.filters import read_filters
from crm.web.downloads import Cell, download
from crm.web.filters import show_number, show_percent, today
from outreach.matching.blueprint import blueprint
from outreach.matching.figures import WHOLE_UNDER, Figures, figures, percent_of
from outreach.matching.scopes import FIGURES, READERS
from outreach.matching.states import MentorState
from outreach.matching.words import END_REASONS, MENTOR_STATES, page_words


@blueprint.get("")
@require(*FIGURES)
def index() -> ResponseReturnValue:
    """Figures with the rows behind them. Who reads figures alone reads none of very few."""
    actor = current_actor()
    filters = read_filters(actor, request.args)
    found = figures(filters, today())
    return render_template(
        "outreach_matching/index.html",
        filters=filters,
        found=found,
        share=share_in_words,
        share_value=share_value,
        hidden=lambda *counts: is_hidden(actor, *counts),
        may_open=actor.has_role(*READERS),
        is_evaluator=actor.has_role(Role.EVALUATOR),
        **page_words(),
    )


@blueprint.get("/export")
@require(*READERS)
def export_figures() -> ResponseReturnValue:
    """The figures as a file."""
    actor = current_actor()
    filters = read_filters(actor, request.args)
    rows = _rows(figures(filters, today()))
    above = [[_("Period"), filters.since, filters.until]]
    answer = download(
        f"matching-{today()}",
        "csv",
        [
            pgettext("figures", "Figure"),
            pgettext("figures", "Count"),
            pgettext("figures", "Of"),
            pgettext("figures", "Value"),
        ],
        rows,
        above=above,
    )
    with transaction():
        audit.record(actor, "matching_exported", subject_type="unit", subject_id=actor.unit_id, unit_id=actor.unit_id)
    return answer


def share_value(share: Share) -> str:
    """A share in per cent: "94.4 %"; of few people without a decimal: "83 %"."""
    percent = percent_of(share)
    digits = 0 if share.base < WHOLE_UNDER else 1
    return show_percent(None if percent is None else float(percent) / 100, digits)


def share_in_words(share: Share) -> str:
    """A share as its counts, with the per cent behind them: "10 of 12 (83 %)"."""
    if not share.base:
        return "–"
    return str(
        _(
            "%(count)s of %(base)s (%(percent)s)",
            count=show_number(share.count), base=show_number(share.base), percent=share_value(share),
        )
    )  # fmt: skip


def _rows(found: Figures) -> list[list[Cell]]:
    capacity, matches = found.capacity, found.matches
    rows: list[list[Cell]] = [
        [str(MENTOR_STATES[state]), capacity.by_state[state], capacity.recruited, None] for state in MentorState
    ]
    rows.append(_share_row(_("Mentors who do not pause"), capacity.active))
    rows.append([_("Mentors for each municipality"), None, None, capacity.for_each_municipality])
    rows += [[name, count, capacity.recruited, None] for name, count in capacity.by_municipality]
    rows.append(_share_row(_("Matches that hold"), matches.retention))
    rows.append([_("Matches made in a month"), matches.made, round(matches.months, 1), matches.for_each_month])
    rows.append(_share_row(_("Moved on to work or studies"), matches.moved_on))
    rows += [[str(END_REASONS[code]), count, matches.made, None] for code, count in matches.by_reason.items()]
    rows.append(_share_row(_("Training days completed"), found.trained))
    rows.append(_share_row(_("First contact with an employer within 30 days"), found.early_contact))
    return rows


def _share_row(label: str, share: Share) -> list[Cell]:
    percent = percent_of(share)
    return [label, share.count, share.base, None if percent is None else float(percent)]
