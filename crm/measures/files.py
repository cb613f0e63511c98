"""The measures as a workbook: one sheet of figures, one of weeks, one of units."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from crm.employers.stages import STAGES
from crm.glossary import picklists
from crm.measures.lines import Line
from crm.measures.overview import Coordinator, Overview
from crm.measures.pipeline_queries import WAY
from crm.reports.filters import FollowUpFilters
from crm.web.downloads import Cell, Sheet, xlsx_book


def workbook(found: Overview, lines: Sequence[Line], filters: FollowUpFilters) -> bytes:
    """Figures with their bases, contacts by week and unit, purposes, cohorts; coordinators where it is agreed."""
    sheets = {
        _("Figures"): _figures(lines, filters),
        _("Weeks"): _weeks(found),
        _("Units"): _units(found),
        _("Purposes"): _purposes(found.purposes, filters.actor.language),
        _("Conversion"): _cohorts(found),
    }
    if found.coordinators:
        sheets[_("Coordinators")] = _coordinators(found.coordinators)
    return xlsx_book(sheets)


def _figures(lines: Sequence[Line], filters: FollowUpFilters) -> Sheet:
    """The figures as the page says them, and as numbers to go on with: a share is between 0 and 1."""
    about = [
        [_("Period"), f"{filters.since} – {filters.until}"],
        [_("Unit"), filters.unit.name if filters.unit else _("All units that you see")],
        [_("Programme"), filters.programme.name if filters.programme else _("All programmes")],
    ]
    headings = [_("Group"), _("Figure"), _("Value"), _("As a number"), _("Counted from")]
    rows = [[line.group, line.name, line.value, line.number, line.basis] for line in lines]
    return Sheet(headings, rows, above=about)


def _weeks(found: Overview) -> Sheet:
    headings = [_("ISO week"), _("From"), _("Contacts in person"), _("Coordinators"), _("Per coordinator")]
    rows = [[each.name, each.monday, each.contacts, each.coordinators, each.mean] for each in found.by_week]
    return Sheet(headings, rows)


def _units(found: Overview) -> Sheet:
    headings = [
        _("Unit"), _("Contacts"), _("Contacts in person"), _("Per coordinator and week"), _("Visits"), _("Quality"),
        _("Workplaces that cooperate"),
    ]  # fmt: skip
    rows = [
        [unit.name, each.contacts, each.in_person, each.weeks.mean, each.visits, each.quality_mean, places]
        for unit, each, places in found.by_unit
    ]
    return Sheet(headings, rows)


def _purposes(purposes: Mapping[str | None, int], language: str) -> Sheet:
    rows = [
        [picklists.label("contact_purpose", code, language) if code else _("Not stated"), count]
        for code, count in purposes.items()
    ]
    return Sheet([_("Purpose"), _("Contacts")], rows)


def _cohorts(found: Overview) -> Sheet:
    headings = [_("Month"), _("Begun"), *(str(STAGES[stage]) for stage in WAY[1:])]
    rows: list[list[Cell]] = [
        [each.month.isoformat()[:7], each.begun, *(each.reached[stage] for stage in WAY[1:])] for each in found.cohorts
    ]
    return Sheet(headings, rows)


def _coordinators(coordinators: Sequence[Coordinator]) -> Sheet:
    headings = [_("Coordinator"), _("Contacts in person"), _("Visits"), _("Weeks"), _("Weeks with 6 or more")]
    return Sheet(headings, [_person(each) for each in coordinators])


def _person(each: Coordinator) -> list[Cell]:
    figures = each.figures
    return [each.name, figures.in_person, figures.visits, figures.weeks.pairs, figures.weeks.reached]
