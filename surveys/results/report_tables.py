"""The goals and the ledger as tables for files, by programme, with the same rules as on the page."""

from collections.abc import Iterator
from dataclasses import replace

from flask_babel import gettext as _

from crm.reports.filters import FollowUpFilters
from surveys.dispositions import DueState
from surveys.results.goals import GoalLine
from surveys.results.labels import STATES, reason_label, wave_label
from surveys.results.overview import Overview, overview
from surveys.results.tables import Cells, Table, place_cells, place_headings, programmes_in
from surveys.results.waves import Wave


def report_tables(filters: FollowUpFilters) -> list[Table]:
    """The goals and the ledger of each programme in the report."""
    goals: list[Cells] = []
    states: list[Cells] = []
    for programme in programmes_in(filters).values():
        found = overview(replace(filters, programme=programme))
        place = place_cells(filters, programme)
        goals.extend((*place, *row) for row in _goal_rows(found))
        states.extend((*place, *row) for row in _ledger_rows(found))
    return [
        Table(_("Goals"), (*place_headings(), *_goal_headings()), tuple(goals)),
        Table(_("Ledger"), (*place_headings(), _("Survey"), _("State"), _("Reason"), _("Exits")), tuple(states)),
    ]


def _goal_headings() -> tuple[str, ...]:
    return (
        _("Goal id"),
        _("Goal"),
        _("Count as yes"),
        _("Yes"),
        _("Answers"),
        _("Percent"),
        _("Target, percent"),
        _("Interval (95 percent), from"),
        _("Interval (95 percent), to"),
        _("Reached"),
    )


def _goal_rows(found: Overview) -> Iterator[Cells]:
    for line in found.goals:
        result = line.result
        low, high = (result.interval.low, result.interval.high) if result.interval else (None, None)
        yield (
            line.key,
            line.wording,
            " / ".join(line.yes_labels),
            result.count,
            result.base,
            None if result.percent is None else float(result.percent),
            result.goal.target,
            None if low is None else round(100 * low, 1),
            None if high is None else round(100 * high, 1),
            _verdict(line),
        )


def _verdict(line: GoalLine) -> str:
    if line.has_too_few:
        return str(_("too few answers"))
    return str(_("yes") if line.is_reached else _("no"))


def _ledger_rows(found: Overview) -> Iterator[Cells]:
    for wave in found.waves:
        name = wave_label(wave.key)
        for state, label in STATES.items():
            if wave.merged and state is DueState.DECLINED:
                continue
            yield (name, str(label), "", wave.count(state))
        yield from _reason_rows(wave, name)
        yield (name, _("Not planned"), "", wave.ledger.unplanned)
        yield (name, _("Exits in all"), "", wave.exits)


def _reason_rows(wave: Wave, name: str) -> Iterator[Cells]:
    label = str(STATES[DueState.NOT_POSSIBLE])
    for reason, number in wave.reasons():
        yield (name, label, reason_label(reason), number)
