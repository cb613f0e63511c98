"""A campaign as a workbook: figures, outcomes, versions, weeks, answers, and what came of it."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import pgettext

from crm.glossary import picklists
from crm.web.downloads import Cell, Percent, Sheet, xlsx_book
from outreach.campaigns.counting import Figures
from outreach.campaigns.overview import Campaign, Campaigns
from outreach.campaigns.words import KINDS, definitions
from outreach.lists.models import Wanted
from outreach.lists.words import WANTED


def campaign_book(found: Campaign, language: str) -> bytes:
    """One list. Single callers are in it where the page shows them."""
    sheets = {
        _("Figures"): _figures(found),
        _("Outcomes"): _outcomes(found.total, language),
        _("Versions"): Sheet(
            [_("Version"), *_headings()], [[number, *_cells(each)] for number, each in found.by_version]
        ),
        _("Weeks"): _weeks(found),
        _("Answers"): _answers(found),
        _("What came of it"): _came(found),
    }
    if found.by_caller:
        sheets[_("Callers")] = Sheet(
            [_("Caller"), *_headings()], [[name, *_cells(each)] for name, each in found.by_caller]
        )
    return xlsx_book(sheets)


def campaigns_book(found: Campaigns) -> bytes:
    """Every list of a period."""
    headings = [_("List"), _("Unit"), _("Call script"), _("What is wanted"), _("Target"), _("Deadline"), *_headings()]
    rows: list[list[Cell]] = [
        [
            each.name, each.unit.name, each.script.title, str(WANTED[each.wanted]), each.target, each.deadline,
            *_cells(figures),
        ]
        for each, _progress, figures in found.lines
    ]  # fmt: skip
    return xlsx_book({_("Campaigns"): Sheet(headings, rows)})


def _by(what: str, rows: Sequence[tuple[int | str | None, Figures]]) -> Sheet:
    return Sheet([what, *_headings()], [[key, *_cells(each)] for key, each in rows])


def _headings() -> list[str]:
    return [
        pgettext("call list", "Called"), str(WANTED[Wanted.REACHED]), _("Share reached"), _("Towards the target"),
        _("Visits booked"), _("Visits"), _("Agreements signed"), _("Placements begun"),
    ]  # fmt: skip


def _cells(each: Figures) -> list[Cell]:
    share = Percent(each.reached_share) if each.reached_share is not None else None
    return [
        each.called, each.reached, share, each.achieved, each.visits_booked, each.visits, each.agreements,
        each.placements,
    ]  # fmt: skip


def _figures(found: Campaign) -> Sheet:
    each, progress = found.call_list, found.progress
    about: list[list[Cell]] = [
        [_("List"), each.name],
        [_("Unit"), each.unit.name],
        [_("Call script"), each.script.title],
        [_("What is wanted"), str(WANTED[each.wanted])],
        [_("Target"), each.target],
        [_("Deadline"), each.deadline],
        [_("Left out"), progress.left_out],
        [_("In 30 days"), found.per_month],
    ]
    about += [[line] for line in definitions()]
    return Sheet(_headings(), [_cells(found.total)], above=about)


def _outcomes(total: Figures, language: str) -> Sheet:
    rows: list[list[Cell]] = [
        [picklists.label("contact_outcome", code, language) if code else _("Not stated"), count]
        for code, count in total.outcomes.most_common()
    ]
    return Sheet([_("Outcome"), _("Employers")], rows)


def _weeks(found: Campaign) -> Sheet:
    headings = [_("From"), pgettext("call list", "Called"), str(WANTED[Wanted.REACHED]), _("Towards the target")]
    return Sheet(headings, [[each.monday, each.called, each.reached, each.achieved] for each in found.weeks])


def _answers(found: Campaign) -> Sheet:
    rows: list[Sequence[Cell]] = [
        [step.version, step.text, label, count] for step in found.answers for label, count in step.answers
    ]
    return Sheet([_("Version"), _("Step"), _("Answer"), _("Calls")], rows)


def _came(found: Campaign) -> Sheet:
    rows: list[Sequence[Cell]] = [[each.on, each.employer, str(KINDS[each.kind])] for each in found.came]
    return Sheet([_("Day"), _("Employer"), _("What came of it")], rows)
