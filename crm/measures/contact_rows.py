"""The contacts behind the figures about contacts."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select

from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import condition, scoped
from crm.db import current_session
from crm.employers.models import Contact, Employer
from crm.extension_points import Text
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.measures.contact_queries import ASKING, IN_PERSON, contacts_in
from crm.measures.formulas import Share, whole_weeks
from crm.measures.rows import PER_PAGE, Maker, Row, Rows, Wanted
from crm.reports.filters import FollowUpFilters
from crm.web.filters import show_date, show_number

_COLUMNS = (_l("Employer"), _l("Day"), _l("How"), _l("Outcome"), _l("Purpose"), _l("Quality level"), _l("Who"),
            _l("Unit"))  # fmt: skip
_MET = Contact.channel.in_(sorted(IN_PERSON))


def in_whole_weeks(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    """What the figure per coordinator and week counts: contacts in person of somebody, in weeks that are over."""
    weeks = whole_weeks(filters.since, filters.until)
    if not weeks:
        return Rows(_("Contacts in person, in whole weeks"), _COLUMNS, [], 0, Share(0, 0), _number(0))
    within = Contact.on_date.between(weeks[0], weeks[-1] + timedelta(days=6))
    title = _("Contacts in person, in whole weeks")
    return _page(filters, wanted, title, [_MET, within, Contact.staff_id.is_not(None)])


def quality(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    """The contacts with a level, and the sum of the levels."""
    found = _page(filters, wanted, _("Contacts with a level"), [Contact.quality_level.is_not(None)], points=True)
    words = _("%(sum)s points in %(count)s contacts with a level",
              sum=show_number(found.sum.count), count=show_number(found.sum.base))  # fmt: skip
    return Rows(found.title, found.columns, found.rows, found.total, found.sum, words)


def asking(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    """The contacts whose purpose is stated, and how many of them ask for something."""
    found = _page(filters, wanted, _("Contacts whose purpose is stated"), [Contact.purpose.is_not(None)], asks=True)
    words = _("%(count)s of %(base)s ask for something",
              count=show_number(found.sum.count), base=show_number(found.sum.base))  # fmt: skip
    return Rows(found.title, found.columns, found.rows, found.total, found.sum, words)


def _all_that(title: Text, *more: ColumnElement[bool]) -> Maker:
    def make(filters: FollowUpFilters, wanted: Wanted) -> Rows:
        return _page(filters, wanted, title, more)

    return make


def _page(
    filters: FollowUpFilters,
    wanted: Wanted,
    title: Text,
    more: Sequence[ColumnElement[bool]],
    *,
    points: bool = False,
    asks: bool = False,
) -> Rows:
    """A page of contacts, the newest first, and the sum over all of them: of levels, of those that ask, or of rows."""
    where = [*contacts_in(filters), *more, *_part(wanted)]
    counted: Any = func.count()
    if points:
        counted = func.coalesce(func.sum(Contact.quality_level), 0)
    elif asks:
        counted = func.count().filter(Contact.purpose.in_(sorted(ASKING)))
    visible = condition(Contact, filters.actor)
    sums = scoped(select(counted, func.count()).select_from(Contact).where(*where), visible)
    count, total = current_session().execute(sums).one()
    statement = (
        select(
            Contact.on_date, Employer.name, Contact.channel, Contact.outcome, Contact.purpose, Contact.quality_level,
            Staff.name, Unit.name, Contact.public_id,
        )
        .join(Employer, Employer.id == Contact.employer_id)
        .join(Unit, Unit.id == Contact.unit_id)
        .outerjoin(Staff, Staff.id == Contact.staff_id)
        .where(*where)
        .order_by(Contact.on_date.desc(), Contact.id.desc())
        .limit(PER_PAGE)
        .offset(wanted.first)
    )  # fmt: skip
    found = current_session().execute(scoped(statement, visible))
    rows = [_row(row, filters.actor.language) for row in found]
    return Rows(title, _COLUMNS, rows, total, Share(count, total), _number(total))


def _part(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.staff_id is not None:
        found += [Contact.staff_id == wanted.staff_id, Contact.unit_id.in_(wanted.unit_ids)]
    if wanted.purpose is not None:
        found.append(Contact.purpose == (wanted.purpose or None))
    return found


def _number(total: int) -> str:
    return str(_("%(num)s contacts", num=show_number(total)))


def _row(row: Any, language: str) -> Row:
    day, employer, channel, outcome, purpose, level, who, unit, public_id = row
    why = label("contact_purpose", purpose, language) if purpose else _("Not stated")
    how = [label("contact_channel", channel, language), label("contact_outcome", outcome, language)]
    cells = [employer, show_date(day), *how, why, str(level or ""), who or "", unit]
    return Row(cells, url_for("employers.edit_contact", public_id=public_id))


def label(list_name: str, code: str, language: str) -> str:
    """The name of a code; one that the list no longer has stands for itself."""
    return dict(picklists.options(list_name, language)).get(code, code)


MAKERS: dict[str, Maker] = {
    "contacts": in_whole_weeks,
    "in_person": _all_that(_l("Contacts in person"), _MET),
    "visits": _all_that(_l("Visits"), Contact.channel == "visit"),
    "quality": quality,
    "asks": asking,
    "purposes": _all_that(_l("Contacts by purpose")),
}
