"""Before and after in words, and as a workbook."""

from collections.abc import Iterator, Mapping

from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from crm.extension_points import Text
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.measures.windows import AGREEMENTS, CONTACTS, INQUIRIES, PLACEMENTS, Asked, BeforeAfter, Sum
from crm.reports.few import is_hidden
from crm.reports.filters import FollowUpFilters
from crm.web.downloads import Cell, Sheet, xlsx_book
from crm.web.filters import show_number

NAMES: Mapping[str, Text] = {
    INQUIRIES: _l("Inquiries that employers started"),
    CONTACTS: _l("Contacts"),
    AGREEMENTS: _l("Agreements signed"),
    PLACEMENTS: _l("Placements begun"),
}
EVENTS: Mapping[str, Text] = {
    INQUIRIES: _l("Inquiry from the employer"),
    CONTACTS: _l("Contact"),
    AGREEMENTS: _l("Agreement signed"),
    PLACEMENTS: _l("Placement begun"),
}
"""The same, one by one."""


def change(number: int) -> str:
    """How many more, with its sign."""
    sign = "+" if number > 0 else "\N{MINUS SIGN}" if number < 0 else ""
    return f"{sign}{show_number(abs(number))}"


def definitions(asked: Asked) -> Iterator[str]:
    """What is compared, in words, for page, paper and file."""
    if asked.purpose:
        yield _("The first contact is the first one of the units with this purpose at which somebody was reached.")
    else:
        yield _("The first contact is the first one of the units at which somebody was reached.")
    yield ngettext(
        "Counted are %(num)d month before that day and %(num)d month after it. The day itself is in neither.",
        "Counted are %(num)d months before that day and %(num)d months after it. The day itself is in neither.",
        asked.months,
    )
    yield _("An inquiry counts when the employer started it, an agreement on the day when both had signed, a placement "
            "on its first day. Attempts at which nobody was reached are no contacts.")  # fmt: skip
    yield _("Only what the units have written down here is counted. What happened before you began with it is missing "
            "in “Before”.")  # fmt: skip


def left_out(found: BeforeAfter, asked: Asked) -> str:
    """How many employers are compared, and how many are not."""
    compared = ngettext("%(num)d employer is compared.", "%(num)d employers are compared.", len(found.rows))
    if not found.too_early:
        return str(compared)
    early = ngettext(
        "%(num)d employer is left out: its %(months)s months after the first contact are not over yet.",
        "%(num)d employers are left out: their %(months)s months after the first contact are not over yet.",
        found.too_early, months=asked.months,
    )  # fmt: skip
    return f"{compared} {early}"


def before_after_book(found: BeforeAfter, filters: FollowUpFilters, asked: Asked, *, told: bool) -> bytes:
    """The sums and, where the reader may be ``told`` of single employers, each of them."""
    sheets = {_("Together"): _together(found, filters, asked, told=told)}
    if told:
        sheets[_("Employers")] = _employers(found)
    return xlsx_book(sheets)


def _together(found: BeforeAfter, filters: FollowUpFilters, asked: Asked, *, told: bool) -> Sheet:
    about: list[list[Cell]] = [
        [_("First contact"), f"{filters.since} – {filters.until}"],
        [_("Purpose"), picklists.label("contact_purpose", asked.purpose, filters.actor.language)
         if asked.purpose else _("Any purpose")],
        [_("Unit"), filters.unit.name if filters.unit else _("All units that you see")],
        [_("Programme"), filters.programme.name if filters.programme else _("All programmes")],
        [left_out(found, asked)],
    ]  # fmt: skip
    about += [[line] for line in definitions(asked)]
    headings = [
        _("Figure"),
        _("Before"),
        _("After"),
        pgettext("difference between two periods", "Change"),
        _("Employers before"),
        _("Employers after"),
    ]
    hidden = found.few_persons and not told
    rows = [
        _sum(each, hidden=hidden and each.kind == PLACEMENTS, zero_before=each.kind == CONTACTS and not asked.purpose)
        for each in found.sums
    ]
    few = is_hidden(filters.actor, found.at_work.count)
    work: list[Cell] = [_("Employers who have ever had somebody at work"), None, "–" if few else found.at_work.count]
    return Sheet(headings, [*rows, work], above=about)


def _sum(each: Sum, *, hidden: bool, zero_before: bool) -> list[Cell]:
    if hidden:
        return [str(NAMES[each.kind]), "–", "–", "–", "–", "–"]
    pair, employers = each.events, each.employers
    if zero_before:
        return [str(NAMES[each.kind]), _("none, by definition"), pair.after, None, None, employers.after]
    return [str(NAMES[each.kind]), pair.before, pair.after, pair.change, employers.before, employers.after]


def _employers(found: BeforeAfter) -> Sheet:
    headings, before, after = [_("Employer"), _("First contact")], _("Before"), _("After")
    for name in NAMES.values():
        headings += [f"{name}: {before}", f"{name}: {after}"]
    rows: list[list[Cell]] = [
        [row.name, row.begun, *(count for kind in NAMES for count in (row.counts[kind].before, row.counts[kind].after))]
        for row in found.rows
    ]
    return Sheet([*headings, _("Ever had somebody at work")], [
        [*cells, _("Yes") if row.at_work else _("No")] for cells, row in zip(rows, found.rows, strict=True)
    ])  # fmt: skip
