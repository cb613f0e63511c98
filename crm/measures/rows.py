"""The rows behind a figure, as far as the reader may see them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select

from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import condition, scoped, trusted
from crm.agreements.models import Agreement, AgreementStatus
from crm.db import UtcDateTime, current_session
from crm.employers.models import Contact, Employer, EmployerRelationship, StageChange, Workplace
from crm.employers.stages import stage_label
from crm.extension_points import Text
from crm.glossary import picklists
from crm.measures.contact_queries import IN_PERSON, contacts_in
from crm.measures.cooperation_queries import cooperation_in, last_year_employers
from crm.measures.pipeline_queries import instants
from crm.partnerships.models import Commitment, Partnership
from crm.partnerships.queries import counted
from crm.placements.models import Placement
from crm.reports.filters import FollowUpFilters
from crm.web.filters import show_date, show_number

MOST = 500
_FIRST = "rows of the units of the actor, without persons"


@dataclass(frozen=True)
class Row:
    """A line: its cells, and the page that its first one leads to."""

    cells: Sequence[str]
    href: str = ""


@dataclass(frozen=True)
class Rows:
    """What is behind a figure. ``is_cut``: there are more than are shown."""

    title: Text
    columns: Sequence[Text]
    rows: Sequence[Row]

    @property
    def is_cut(self) -> bool:
        """Whether the list stops before its end."""
        return len(self.rows) >= MOST


@dataclass(frozen=True)
class Wanted:
    """What part of a figure's rows: of one coordinator (whom the reader may see), or of one purpose."""

    staff_id: int | None = None
    purpose: str | None = None


def rows_of(measure: str, filters: FollowUpFilters, wanted: Wanted) -> Rows | None:
    """The rows of a measure; None for one that has none."""
    make = _MEASURES.get(measure)
    return make(filters, wanted) if make else None


def _contact_rows(title: Text, *more: Any) -> Callable[[FollowUpFilters, Wanted], Rows]:
    def make(filters: FollowUpFilters, wanted: Wanted) -> Rows:
        statement = (
            select(
                Contact.on_date, Employer.name, Contact.channel, Contact.outcome, Contact.purpose,
                Contact.quality_level, Staff.name, Unit.name, Contact.public_id,
            )
            .join(Employer, Employer.id == Contact.employer_id)
            .join(Unit, Unit.id == Contact.unit_id)
            .outerjoin(Staff, Staff.id == Contact.staff_id)
            .where(*contacts_in(filters), *more)
            .order_by(Contact.on_date.desc(), Contact.id.desc())
            .limit(MOST)
        )  # fmt: skip
        if wanted.staff_id is not None:
            statement = statement.where(Contact.staff_id == wanted.staff_id)
        if wanted.purpose is not None:
            statement = statement.where(Contact.purpose == (wanted.purpose or None))
        language = filters.actor.language
        found = current_session().execute(scoped(statement, condition(Contact, filters.actor)))
        rows = [_contact(row, language) for row in found]
        columns = [_l("Employer"), _l("Day"), _l("How"), _l("Outcome"), _l("Purpose"), _l("Quality level"), _l("Who"),
                   _l("Unit")]  # fmt: skip
        return Rows(title, columns, rows)

    return make


def _label(list_name: str, code: str, language: str) -> str:
    """The name of a code; one that the list no longer has stands for itself."""
    return dict(picklists.options(list_name, language)).get(code, code)


def _contact(row: Any, language: str) -> Row:
    day, employer, channel, outcome, purpose, quality, who, unit, public_id = row
    words = [
        _label("contact_channel", channel, language),
        _label("contact_outcome", outcome, language),
    ]
    why = _label("contact_purpose", purpose, language) if purpose else _("Not stated")
    cells = [employer, show_date(day), *words, why, str(quality or ""), who or "", unit]
    return Row(cells, url_for("employers.edit_contact", public_id=public_id))


def _cooperation(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    """Workplaces with the number of their placements; nobody is named."""
    place = func.coalesce(Workplace.name, "")
    where = func.coalesce(Workplace.municipality_code, Employer.municipality_code, Employer.municipality, "")
    statement = _by_employer(filters, select(Employer.name, place, where, func.count(), Employer.public_id))
    statement = statement.outerjoin(Workplace, Workplace.id == Placement.workplace_id)
    statement = statement.group_by(Employer.id, Employer.name, Employer.public_id, Workplace.id, place, where)
    found = current_session().execute(trusted(statement.limit(MOST), because=_FIRST))
    return Rows(
        _("Workplaces that cooperate"),
        [_l("Employer"), _l("Workplace"), _l("Municipality"), _l("Placements")],
        [Row([name, at, code, show_number(count)], _employer(public_id)) for name, at, code, count, public_id in found],
    )


def _repeat(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    first = select(func.min(Placement.starts_on)).where(
        Placement.employer_id == Employer.id, Placement.unit_id.in_(filters.unit_ids)
    )
    columns = select(Employer.name, first.correlate(Employer).scalar_subquery(), func.count(), Employer.public_id)
    statement = _by_employer(filters, columns).group_by(Employer.id, Employer.name, Employer.public_id)
    found = current_session().execute(trusted(statement.limit(MOST), because=_FIRST))
    return Rows(
        _("Employers with placements in the period"),
        [_l("Employer"), _l("First placement"), _l("Placements in the period")],
        [
            Row([name, show_date(day), show_number(count)], _employer(public_id))
            for name, day, count, public_id in found
        ],
    )


def _by_employer(filters: FollowUpFilters, statement: Any) -> Any:
    return (
        statement.select_from(Placement)
        .join(Employer, Employer.id == Placement.employer_id)
        .where(*cooperation_in(filters.since, filters.until), Placement.unit_id.in_(filters.unit_ids))
        .order_by(Employer.name)
    )


def _conversion(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    since, until = instants(filters)
    statement = (
        select(
            Employer.name, EmployerRelationship.created_at, EmployerRelationship.stage, Unit.name, Employer.public_id
        )
        .join(Employer, Employer.id == EmployerRelationship.employer_id)
        .join(Unit, Unit.id == EmployerRelationship.unit_id)
        .where(
            EmployerRelationship.unit_id.in_(filters.unit_ids),
            EmployerRelationship.created_at >= since,
            EmployerRelationship.created_at < until,
        )
        .order_by(EmployerRelationship.created_at.desc(), EmployerRelationship.id.desc())
        .limit(MOST)
    )
    found = current_session().execute(scoped(statement, condition(EmployerRelationship, filters.actor)))
    rows = [
        Row([name, show_date(begun), str(stage_label(stage)), unit], _employer(public_id))
        for name, begun, stage, unit, public_id in found
    ]
    return Rows(_("Begun in the period"), [_l("Employer"), _l("Begun"), _l("Stage now"), _l("Unit")], rows)


def _stays(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    before = func.lag(StageChange.at, type_=UtcDateTime()).over(
        partition_by=StageChange.relationship_id, order_by=(StageChange.at, StageChange.id)
    )
    moves = select(StageChange.id, before.label("since")).subquery()
    begin, end = instants(filters)
    statement = (
        select(Employer.name, StageChange.from_stage, moves.c.since, StageChange.at, Unit.name, Employer.public_id)
        .join(moves, moves.c.id == StageChange.id)
        .join(EmployerRelationship, EmployerRelationship.id == StageChange.relationship_id)
        .join(Employer, Employer.id == EmployerRelationship.employer_id)
        .join(Unit, Unit.id == EmployerRelationship.unit_id)
        .where(
            EmployerRelationship.unit_id.in_(filters.unit_ids),
            StageChange.at >= begin,
            StageChange.at < end,
            moves.c.since.is_not(None),
        )
        .order_by(StageChange.at.desc(), StageChange.id.desc())
        .limit(MOST)
    )
    found = current_session().execute(scoped(statement, condition(EmployerRelationship, filters.actor)))
    rows = [
        Row(
            [name, str(stage_label(stage)), show_date(since), show_date(at), show_number((at - since).days), unit],
            _employer(public_id),
        )
        for name, stage, since, at, unit, public_id in found
    ]
    columns = [_l("Employer"), _l("Stage"), _l("From"), _l("To"), _l("Days"), _l("Unit")]
    return Rows(_("Stays that ended in the period"), columns, rows)


def _agreements(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    used = Agreement.employer_id.in_(last_year_employers(filters))
    statement = (
        select(Employer.name, Agreement.type, Agreement.starts_on, Agreement.ends_on, used, Employer.public_id)
        .join(Employer, Employer.id == Agreement.employer_id)
        .where(
            Agreement.unit_id.in_(filters.unit_ids),
            or_(Agreement.status == AgreementStatus.ACTIVE, Agreement.status == AgreementStatus.EXPIRING),
        )
        .order_by(Employer.name, Agreement.id)
        .limit(MOST)
    )
    language = filters.actor.language
    rows = [
        Row(
            [name, _label("agreement_type", kind, language), show_date(since), show_date(until),
             _("Yes") if active else _("No")],
            _employer(public_id),
        )
        for name, kind, since, until, active, public_id in current_session().execute(trusted(statement, because=_FIRST))
    ]  # fmt: skip
    columns = [_l("Employer"), _l("Agreement"), _l("From"), _l("To"), _l("Placement in twelve months")]
    return Rows(_("Agreements in force"), columns, rows)


def _commitments(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    statement = (
        select(Commitment, Employer.name, Employer.public_id)
        .join(Partnership, Partnership.id == Commitment.partnership_id)
        .join(Employer, Employer.id == Partnership.employer_id)
        .where(
            Partnership.unit_id.in_(filters.unit_ids),
            Commitment.starts_on <= filters.until,
            Commitment.ends_on >= filters.since,
        )
        .order_by(Employer.name, Commitment.id)
        .limit(MOST)
    )
    found = current_session().execute(trusted(statement, because=_FIRST)).all()
    sums = counted([commitment for commitment, _name, _id in found], on=filters.until)
    rows = [
        Row(
            [name, each.text, show_date(each.ends_on), show_number(sums[each.id].promised),
             show_number(sums[each.id].count)],
            _employer(public_id),
        )
        for each, name, public_id in found
    ]  # fmt: skip
    columns = [_l("Employer"), _l("Commitment"), _l("Until"), _l("Promised"), _l("Delivered")]
    return Rows(_("Commitments of the period"), columns, rows)


def _employer(public_id: str) -> str:
    return url_for("employers.show", public_id=public_id)


_MEASURES: Mapping[str, Callable[[FollowUpFilters, Wanted], Rows]] = {
    "contacts": _contact_rows(_l("Contacts in person"), Contact.channel.in_(sorted(IN_PERSON))),
    "visits": _contact_rows(_l("Visits"), Contact.channel == "visit"),
    "quality": _contact_rows(_l("Contacts with a level"), Contact.quality_level.is_not(None)),
    "purposes": _contact_rows(_l("Contacts by purpose")),
    "cooperation": _cooperation,
    "repeat": _repeat,
    "conversion": _conversion,
    "stays": _stays,
    "agreements": _agreements,
    "commitments": _commitments,
}
