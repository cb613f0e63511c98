"""The measures as a workbook: one sheet of figures, one of weeks, one of units. Nothing in it is a formula."""

import io
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from crm.employers.files import formula_safe
from crm.glossary import picklists
from crm.measures.lines import Line
from crm.measures.overview import Coordinator, Overview
from crm.reports.filters import FollowUpFilters

Cell = str | float | None
Table = list[Sequence[Cell]]


def workbook(found: Overview, lines: Sequence[Line], filters: FollowUpFilters) -> bytes:
    """Figures with their bases, contacts by week and unit, purposes, cohorts; coordinators where it is agreed."""
    import xlsxwriter  # heavy, and for exports alone

    language = filters.actor.language
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        about = [_("Period"), f"{filters.since} – {filters.until}", filters.unit.name if filters.unit else ""]
        rows: list[Sequence[Cell]] = [about, [_("Group"), _("Figure"), _("Value"), _("Counted from")]]
        _sheet(book, _("Figures"), [*rows, *([line.group, line.name, line.value, line.basis] for line in lines)])
        weeks: Table = [[_("Week from"), _("Contacts in person"), _("Coordinators")]]
        weeks += [[day.isoformat(), count, who] for day, count, who in found.by_week]
        _sheet(book, _("Weeks"), weeks)
        units: Table = [
            [_("Unit"), _("Contacts"), _("Contacts in person"), _("Visits"), _("Workplaces that cooperate")]
        ]
        units += [
            [unit.name, each.contacts, each.in_person, each.visits, places] for unit, each, places in found.by_unit
        ]
        _sheet(book, _("Units"), units)
        purposes: Table = [
            [picklists.label("contact_purpose", code, language) if code else _("Not stated"), count]
            for code, count in found.purposes.items()
        ]
        _sheet(book, _("Purposes"), [[_("Purpose"), _("Contacts")], *purposes])
        if found.coordinators:
            people: Table = [
                [_("Coordinator"), _("Contacts in person"), _("Visits"), _("Weeks"), _("Weeks with 6 or more")]
            ]
            people += [_person(each) for each in found.coordinators]
            _sheet(book, _("Coordinators"), people)
    return out.getvalue()


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
