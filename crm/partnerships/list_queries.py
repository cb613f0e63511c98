"""The list of partnerships, and promised against delivered for a period."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from crm.accounts.models import Unit
from crm.accounts.scopes import condition, scoped, trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer
from crm.partnerships.counting import Delivered
from crm.partnerships.models import Commitment, Partnership
from crm.partnerships.queries import counted
from crm.web.paging import PER_PAGE, Page, paginate

STILL_LATE = frozenset({"partly", "not_delivered"})


@dataclass(frozen=True)
class PartnershipFilter:
    """What the list shows. ``show``: running, ended, mine, overdue or at_risk."""

    text: str = ""
    show: str = "running"
    unit_id: int | None = None
    sort: str = "employer"


@dataclass(frozen=True)
class PartnershipLine:
    """A partnership with what was counted for its commitments."""

    partnership: Partnership
    commitments: Sequence[Delivered]

    def number(self, *statuses: str) -> int:
        """How many of its commitments stand at one of these."""
        return sum(1 for each in self.commitments if each.status in statuses)


@dataclass
class Sum:
    """Promised and delivered quantities. ``kept`` leaves out what came beyond a promise: it makes up for no other."""

    commitments: int = 0
    promised: int = 0
    delivered: int = 0
    kept: int = 0
    fulfilled: int = 0

    def add(self, each: Delivered) -> None:
        """Count one commitment in; a cancelled one promises nothing."""
        if each.status == "cancelled":
            return
        self.commitments += 1
        self.promised += each.promised
        self.delivered += each.count
        self.kept += min(each.count, each.promised)
        self.fulfilled += each.status == "delivered"

    @property
    def share(self) -> float | None:
        """What was kept of what was promised; None where nothing was."""
        return self.kept / self.promised if self.promised else None


@dataclass(frozen=True)
class CommitmentReport:
    """Promised against delivered in a period, by unit and kind. ``places``: employers of the partnerships that also
    gave somebody a place, of all of them."""

    since: date
    until: date
    rows: Sequence[Delivered]
    by_unit: dict[str, dict[str, Sum]]
    total: Sum = field(default_factory=Sum)
    employers: int = 0
    employers_with_places: int = 0


def partnership_page(actor: Actor, filters: PartnershipFilter, *, on: date, page: int) -> Page[PartnershipLine]:
    """One page of the list, each line with its figures."""
    wanted = _wanted_by_status(actor, filters, on)
    statement = (
        visible(Partnership, actor)
        .join(Partnership.employer)
        .options(
            contains_eager(Partnership.employer), joinedload(Partnership.unit), joinedload(Partnership.owner),
            selectinload(Partnership.commitments),
        )
        .where(*_conditions(actor, filters))
    )  # fmt: skip
    if wanted is not None:
        statement = statement.where(Partnership.id.in_(wanted))
    column = {"employer": Employer.sort_name, "from": Partnership.starts_on, "until": Partnership.ends_on}.get(
        filters.sort.removeprefix("-"), Employer.sort_name
    )
    order = column.desc() if filters.sort.startswith("-") else column.asc()
    found = paginate(
        current_session(), statement.order_by(order.nulls_last(), Partnership.id), page=page, per_page=PER_PAGE
    )
    figures = counted([each for row in found.items for each in row.commitments], on=on)
    lines = [PartnershipLine(row, [figures[each.id] for each in row.commitments]) for row in found.items]
    return Page(lines, found.page, found.per_page, found.total, found.prev_url, found.next_url)


def commitments_between(
    actor: Actor, since: date, until: date, *, on: date, unit_id: int | None = None, aggregate: bool = False
) -> CommitmentReport:
    """Every commitment whose time touches the period, counted on its last day or today, whichever comes first.

    ``aggregate``: for readers of figures; the rows of single commitments are left out.
    """
    seen = Partnership.unit_id.in_(actor.unit_ids) if aggregate else condition(Commitment, actor)
    statement = (
        scoped(select(Commitment), seen)
        .join(Commitment.partnership)
        .where(Commitment.starts_on <= until, Commitment.ends_on >= since)
        .options(
            contains_eager(Commitment.partnership).options(
                joinedload(Partnership.employer), joinedload(Partnership.unit)
            )
        )
        .order_by(Partnership.unit_id, Partnership.id, Commitment.id)
    )
    if unit_id is not None:
        statement = statement.where(Partnership.unit_id == unit_id)
    rows = list(current_session().scalars(statement))
    figures = counted(rows, on=min(on, until))
    return _report(since, until, [figures[each.id] for each in rows], aggregate=aggregate)


def _report(since: date, until: date, rows: Sequence[Delivered], *, aggregate: bool) -> CommitmentReport:
    by_unit: dict[str, dict[str, Sum]] = {}
    total = Sum()
    for row in rows:
        unit = row.commitment.partnership.unit.name
        by_unit.setdefault(unit, {}).setdefault(row.commitment.kind, Sum()).add(row)
        total.add(row)
    employers = {row.commitment.partnership.employer_id for row in rows}
    return CommitmentReport(
        since=since,
        until=until,
        rows=() if aggregate else rows,
        by_unit=by_unit,
        total=total,
        employers=len(employers),
        employers_with_places=len({row.commitment.partnership.employer_id for row in rows if row.place_ids}),
    )


def late_and_at_risk(rows: Iterable[Delivered]) -> tuple[list[Delivered], list[Delivered]]:
    """The commitments whose time is over without all of it, and those that may not be kept; of partnerships that have
    not ended: of the others nothing is expected any more."""
    rows = [each for each in rows if each.commitment.partnership.ended_on is None]
    late = sorted((each for each in rows if each.is_late), key=lambda each: each.commitment.ends_on)
    return late, sorted((each for each in rows if each.status == "at_risk"), key=lambda each: each.commitment.ends_on)


def _wanted_by_status(actor: Actor, filters: PartnershipFilter, on: date) -> set[int] | None:
    """Partnerships with a commitment that is overdue or at risk: this is counted, and stands in no column."""
    if filters.show not in ("overdue", "at_risk"):
        return None
    wanted = STILL_LATE if filters.show == "overdue" else {"at_risk"}
    running = visible(Commitment, actor).join(Commitment.partnership).where(Partnership.ended_on.is_(None))
    running = running.options(contains_eager(Commitment.partnership))
    figures = counted(list(current_session().scalars(running)), on=on)
    return {each.commitment.partnership_id for each in figures.values() if each.status in wanted}


def _conditions(actor: Actor, filters: PartnershipFilter) -> list[ColumnElement[bool]]:
    ended = Partnership.ended_on.is_not(None)
    found: list[ColumnElement[bool]] = [ended if filters.show == "ended" else ~ended]
    if filters.text:
        text = filters.text.casefold()
        by_name = Partnership.name.icontains(filters.text, autoescape=True)
        found.append(or_(Employer.sort_name.contains(text, autoescape=True), by_name))
    if filters.unit_id is not None:
        found.append(Partnership.unit_id == filters.unit_id)
    if filters.show == "mine":
        found.append(Partnership.owner_id == actor.staff_id)
    return found


def units_with_partnerships(actor: Actor) -> list[tuple[int, str]]:
    """One's units that have any, by name; nothing to choose for who has but one."""
    if len(actor.unit_ids) < 2:
        return []
    of_units = select(Partnership.unit_id).where(Partnership.unit_id.in_(actor.unit_ids))
    statement = trusted(select(Unit.id, Unit.name).where(Unit.id.in_(of_units)), because="names of one's own units")
    return [(row[0], row[1]) for row in current_session().execute(statement.order_by(Unit.name))]
