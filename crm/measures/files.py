"""The measures as a workbook: one sheet of figures, one of weeks, one of units. Nothing in it is a formula."""

import io
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from crm.employers.files import formula_safe
from crm.employers.stages import STAGES
from crm.glossary import picklists
from crm.measures.lines import Line
from crm.measures.overview import Coordinator, Overview
from crm.measures.pipeline_queries import WAY
from crm.reports.filters import FollowUpFilters

Cell = str | float | None
Table = list[Sequence[Cell]]


def workbook(found: Overview, lines: Sequence[Line], filters: FollowUpFilters) -> bytes:
    """Figures with their bases, contacts by week and unit, purposes, cohorts; coordinators where it is agreed."""
    import xlsxwriter  # heavy, and for exports alone

    language = filters.actor.language
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        _sheet(book, _("Figures"), _figures(lines, filters))
        weeks: Table = [[_("ISO week"), _("From"), _("Contacts in person"), _("Coordinators"), _("Per coordinator")]]
        weeks += [[each.name, each.monday.isoformat(), each.contacts, each.coordinators, each.mean]
                  for each in found.by_week]  # fmt: skip
        _sheet(book, _("Weeks"), weeks)
        _sheet(book, _("Units"), _units(found))
        purposes: Table = [
            [picklists.label("contact_purpose", code, language) if code else _("Not stated"), count]
            for code, count in found.purposes.items()
        ]
        _sheet(book, _("Purposes"), [[_("Purpose"), _("Contacts")], *purposes])
        cohorts: Table = [[_("Month"), _("Begun"), *(str(STAGES[stage]) for stage in WAY[1:])]]
        cohorts += [
            [each.month.isoformat()[:7], each.begun, *(each.reached[stage] for stage in WAY[1:])]
            for each in found.cohorts
        ]
        _sheet(book, _("Conversion"), cohorts)
        if found.coordinators:
            people: Table = [
                [_("Coordinator"), _("Contacts in person"), _("Visits"), _("Weeks"), _("Weeks with 6 or more")]
            ]
            people += [_person(each) for each in found.coordinators]
            _sheet(book, _("Coordinators"), people)
    return out.getvalue()


def _figures(lines: Sequence[Line], filters: FollowUpFilters) -> Table:
    """The figures as the page says them, and as numbers to go on with: a share is between 0 and 1."""
    about = [
        [_("Period"), f"{filters.since} – {filters.until}"],
        [_("Unit"), filters.unit.name if filters.unit else _("All units that you see")],
        [_("Programme"), filters.programme.name if filters.programme else _("All programmes")],
    ]
    head = [_("Group"), _("Figure"), _("Value"), _("As a number"), _("Counted from")]
    return [*about, head, *([line.group, line.name, line.value, line.number, line.basis] for line in lines)]


def _units(found: Overview) -> Table:
    head = [_("Unit"), _("Contacts"), _("Contacts in person"), _("Per coordinator and week"), _("Visits"), _("Quality"),
            _("Workplaces that cooperate")]  # fmt: skip
    return [
        head,
        *(
            [unit.name, each.contacts, each.in_person, each.weeks.mean, each.visits, each.quality_mean, places]
            for unit, each, places in found.by_unit
        ),
    ]


def _person(each: Coordinator) -> list[Cell]:
    figures = each.figures
    return [each.name, figures.in_person, figures.visits, figures.weeks.pairs, figures.weeks.reached]


def _sheet(book: object, name: str, rows: Iterable[Sequence[Cell]]) -> None:
    sheet = book.add_worksheet(name[:31])  # type: ignore[attr-defined]  # xlsxwriter has no types
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, int | float):
                sheet.write_number(number, column, cell)
            else:
                sheet.write_string(number, column, formula_safe(cell or ""))
    sheet.set_column(0, 1, 44)
    sheet.set_column(2, 6, 22)
