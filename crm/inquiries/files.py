"""Inquiries and their report as tables of files."""

from collections.abc import Iterable, Iterator, Sequence

from flask_babel import gettext as _

from crm.glossary import picklists
from crm.inquiries.labels import STATES, problem_text
from crm.inquiries.queries import InquiryLine
from crm.inquiries.tables import OutcomeTable
from crm.web.downloads import Cell, Percent, Sheet
from crm.web.filters import show_datetime, show_number


def list_sheet(lines: Iterable[InquiryLine], language: str) -> Sheet:
    """The list, a line for each inquiry; persons are counted and not named."""
    headings = [
        _("Day"), _("Came from"), _("How it came"), _("Topic"), _("Unit"), _("State"), _("Employer"),
        _("Who handles it"), _("Answer by"), _("Answered"), _("Wants to be called back"), _("Persons"),
        _("Work or a place"),
    ]  # fmt: skip
    return Sheet(headings, [_cells(line, language) for line in lines])


def report_sheet(table: OutcomeTable, language: str, about: Sequence[Sequence[Cell]]) -> Sheet:
    """The table of sources and outcomes. What it is ``about`` and what does not add up stands above it, so that it
    travels with the file."""
    outcomes = picklists.options("inquiry_outcome", language)
    headings = [
        _("Group"), _("Came from"), _("Inquiries"), _("Persons"), _("Work or a place"),
        *(label for _code, label in outcomes), _("About nobody"),
    ]  # fmt: skip
    problems = [[_("Attention"), problem_text(problem, language)] for problem in table.problems()]
    return Sheet(headings, _report_rows(table, language), above=[*about, *problems])


def _cells(line: InquiryLine, language: str) -> list[Cell]:
    return [
        line.received_on,
        picklists.label("inquiry_source", line.source, language),
        picklists.label("inquiry_channel", line.channel, language),
        picklists.label("inquiry_topic", line.topic, language),
        line.unit,
        str(STATES[line.state]),
        line.employer,
        line.handled_by,
        line.answer_due_on,
        show_datetime(line.answered_at, "short"),
        _("Yes") if line.callback_requested else None,
        line.persons,
        line.results,
    ]


def _report_rows(table: OutcomeTable, language: str) -> Iterator[list[Cell]]:
    codes = [code for code, _label in picklists.options("inquiry_outcome", language)]
    for group in table.groups():
        for line in group.lines:
            yield [
                str(group.label), picklists.label("inquiry_source", line.source, language), line.inquiries,
                line.persons, line.reached, *(table.cells.get((line.source, code), 0) for code in codes),
                table.nobody.get(line.source, 0),
            ]  # fmt: skip
    nobody = sum(table.nobody.values())
    yield [
        _("Sum"), "", table.total, table.persons, table.reached, *(table.outcomes.get(code, 0) for code in codes),
        nobody,
    ]  # fmt: skip
    if table.total:
        yield [
            _("Share of all %(base)s inquiries", base=show_number(table.total)), "", None, None,
            Percent(table.reached / table.total),
            *(Percent(table.outcomes.get(code, 0) / table.total) for code in codes), Percent(nobody / table.total),
        ]  # fmt: skip
        yield [_("The rest"), "", table.rest]
