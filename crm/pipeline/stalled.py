"""Friendly but stuck: employers who were for it when we last spoke, and where nothing has moved for 60 days."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, or_, select

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import scoped
from crm.actors import Actor
from crm.agreements.models import Agreement, AgreementStatus
from crm.db import current_session
from crm.employers.models import Contact, Employer, EmployerRelationship, Stage
from crm.employers.stages import LONG_LIST, NOT_REACHED, POSITIVE, meaning_of
from crm.pipeline.queries import BoardFilter, base_conditions
from crm.placements.models import BEFORE_START, Placement
from crm.web.filters import today
from crm.web.paging import PER_PAGE, Page, page_of

STALLED_AFTER = timedelta(days=60)
SIGNED = "agreement_signed"
"""The outcome of a contact at which an agreement was signed."""
_NEWEST, _COUNTED = (Contact.__table__.alias(name) for name in ("newest_talk", "counted_contact"))
_AGREEMENT = Agreement.__table__
_AGREED = frozenset({AgreementStatus.SIGNED, AgreementStatus.ACTIVE, AgreementStatus.EXPIRING})
_NOT_BEGUN = frozenset({*BEFORE_START, "cancelled"})
_THERE = (Stage.PLACEMENT_RUNNING, Stage.RESTING)


@dataclass(frozen=True)
class StalledRow:
    """A relationship that is stuck. ``contacts``: talks of the unit with somebody there, ``positive`` those that went
    well; ``placements``: those of the unit's people that have begun; ``signed_at``: when the agreement of
    today was signed, if that was after the stage was entered."""

    public_id: str
    version: int
    name: str
    employer_public_id: str
    stage: str
    since: datetime
    last_contact_at: datetime | None
    owner: str | None
    unit: str
    outcome: str
    contacts: int
    positive: int
    placements: int
    signed_at: datetime | None

    @property
    def is_ahead(self) -> bool:
        """Whether an agreement has been signed, here or by what was logged, that the stage does not show yet."""
        signed = self.signed_at is not None or self.outcome == SIGNED
        return signed and meaning_of(self.stage) in (Stage.NEW, Stage.CONTACT)

    def days(self, now: datetime) -> int:
        """How long nothing has moved."""
        return (now - self.since).days


def stalled_page(actor: Actor, filters: BoardFilter, *, page: int) -> Page[StalledRow]:
    """The relationships that are stuck, the longest first. Two queries.

    Standards section 15: the last outcome is positive and the stage has not changed for 60 days. Attempts at which
    nobody was reached are no outcome, and an agreement is no stage: its row says it. Who has a placement running,
    rests or must not be contacted is not stuck.
    """
    total = count_stalled(actor, filters)
    number = min(max(1, page), max(1, -(-total // PER_PAGE)))
    outcome, talks, positive, placements = _last_outcome(), _talks(), _talks(POSITIVE), _placements()
    statement = (
        _stalled(
            select(
                EmployerRelationship.public_id, EmployerRelationship.version_id, Employer.name, Employer.public_id,
                EmployerRelationship.stage, EmployerRelationship.stage_since, EmployerRelationship.last_contact_at,
                Staff.name, Unit.name, outcome, talks, positive, placements, _signed_at(),
            ),
            actor,
            filters,
        )
        .join(Unit, Unit.id == EmployerRelationship.unit_id)
        .outerjoin(Staff, Staff.id == EmployerRelationship.owner_id)
        .order_by(EmployerRelationship.stage_since, EmployerRelationship.id)
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )  # fmt: skip
    rows: Sequence[Any] = current_session().execute(statement).all() if total else []
    return page_of([StalledRow(*row) for row in rows], page=number, per_page=PER_PAGE, total=total)


def count_stalled(actor: Actor, filters: BoardFilter) -> int:
    """How many relationships are stuck. One query."""
    return current_session().scalar(_stalled(select(func.count()), actor, filters)) or 0


def _stalled(statement: Select[Any], actor: Actor, filters: BoardFilter) -> Select[Any]:
    statement = statement.select_from(EmployerRelationship)
    statement = statement.join(Employer, Employer.id == EmployerRelationship.employer_id)
    return scoped(statement, *base_conditions(actor, filters), *_conditions())


def _conditions() -> list[ColumnElement[bool]]:
    there = [meaning.value for meaning in _THERE] + [
        code for code, (means, _name) in LONG_LIST.items() if means in _THERE
    ]
    own = [EmployerRelationship.stage.startswith(f"own.{meaning.value}.", autoescape=True) for meaning in _THERE]
    return [
        EmployerRelationship.stage_since <= clock.now() - STALLED_AFTER,
        EmployerRelationship.stage.not_in(there),
        ~or_(*own),
        Employer.do_not_contact.is_(False),
        _last_outcome().in_(sorted(POSITIVE)),
        ~_running().exists(),
    ]


def _last_outcome() -> ScalarSelect[Any]:
    talks = (
        select(_NEWEST.c.outcome)
        .where(
            _NEWEST.c.employer_id == EmployerRelationship.employer_id,
            _NEWEST.c.unit_id == EmployerRelationship.unit_id,
            _NEWEST.c.archived_at.is_(None),
            _NEWEST.c.outcome.not_in(sorted(NOT_REACHED)),
        )
        .order_by(_NEWEST.c.on_date.desc(), _NEWEST.c.id.desc())
        .limit(1)
    )
    return talks.correlate(EmployerRelationship).scalar_subquery()


def _talks(outcomes: Collection[str] = ()) -> ScalarSelect[Any]:
    """How often somebody was reached, or how often with one of these outcomes."""
    counted = select(func.count(_COUNTED.c.id)).where(
        _COUNTED.c.employer_id == EmployerRelationship.employer_id,
        _COUNTED.c.unit_id == EmployerRelationship.unit_id,
        _COUNTED.c.archived_at.is_(None),
        _COUNTED.c.outcome.in_(sorted(outcomes)) if outcomes else _COUNTED.c.outcome.not_in(sorted(NOT_REACHED)),
    )
    return counted.correlate(EmployerRelationship).scalar_subquery()


def _of_unit() -> Select[Any]:
    placement = Placement.__table__
    return (
        select(placement.c.id)
        .where(
            placement.c.employer_id == EmployerRelationship.employer_id,
            placement.c.unit_id == EmployerRelationship.unit_id,
            placement.c.status.not_in(sorted(_NOT_BEGUN)),
            placement.c.cancelled.is_(False),
        )
        .correlate(EmployerRelationship)
    )


def _placements() -> ScalarSelect[Any]:
    rows = _of_unit().with_only_columns(func.count(), maintain_column_froms=True)
    return rows.correlate(EmployerRelationship).scalar_subquery()


def _signed_at() -> ScalarSelect[Any]:
    signed = select(func.max(_AGREEMENT.c.signed_at)).where(
        _AGREEMENT.c.employer_id == EmployerRelationship.employer_id,
        _AGREEMENT.c.unit_id == EmployerRelationship.unit_id,
        _AGREEMENT.c.status.in_(sorted(_AGREED)),
        _AGREEMENT.c.signed_at >= EmployerRelationship.stage_since,
    )
    return signed.correlate(EmployerRelationship).scalar_subquery()


def _running() -> Select[Any]:
    placement = Placement.__table__
    day = today()
    return _of_unit().where(
        placement.c.starts_on <= day, or_(placement.c.ends_on.is_(None), placement.c.ends_on >= day)
    )
