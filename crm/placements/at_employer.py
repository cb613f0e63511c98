"""Which placements an employer's page tells of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, exists, select

from crm.accounts.scopes import condition, read_prepared, trusted
from crm.actors import Actor
from crm.participants.models import Participant
from crm.placements.around_models import PlacementAlert
from crm.placements.facts import CountedPlacement
from crm.placements.models import BEFORE_START, Placement
from crm.placements.queries import EmployerFigures, figures_of
from crm.placements.step_models import Evaluator, PlacementEvaluation

_NAMED = ~Participant.protected


@dataclass(frozen=True)
class PlacementFacts(CountedPlacement):
    """The columns of a placement that an employer's page reads. Nothing of the person but who it is."""

    public_id: str
    fte_percent: int | None
    cancelled: bool
    who: str
    """The participant's name; empty where the reader does not see them."""

    @property
    def has_begun(self) -> bool:
        """Whether it is past its preparation."""
        return self.status not in BEFORE_START and not self.cancelled


@dataclass(frozen=True)
class PlacementsAt:
    """Placements at an employer: those of participants whom the reader sees, and how many there are besides."""

    seen: Sequence[PlacementFacts]
    others: int
    figures: EmployerFigures
    to_act: Sequence[PlacementFacts] = ()
    """Those of ``seen`` for whom somebody must act now."""
    evaluated: Mapping[int, Collection[Evaluator]] = field(default_factory=dict)
    """By whom those of ``seen`` that have ended were evaluated, by id."""


def placements_at(actor: Actor, employer_id: int, *, limit: int = 20) -> PlacementsAt:
    """The newest placements at an employer. Participants whom the actor does not see are only counted.

    So are those with a protected identity, whoever asks: no employer's page names them.
    """
    rows = [(_facts(row), row) for row in _rows(actor, employer_id)]
    seen = [(facts, row) for facts, row in rows if row.seen_id is not None]
    return PlacementsAt(
        seen=tuple(facts for facts, _row in seen[:limit]),
        others=len(rows) - len(seen),
        figures=figures_of([facts for facts, _row in rows]),
        to_act=tuple(facts for facts, row in seen if row.alerted),
        evaluated={facts.id: {by for by in Evaluator if getattr(row, by.name)} for facts, row in seen},
    )


def placements_to_end(actor: Actor, employer_id: int, today: date) -> PlacementsAt:
    """The placements that end with an employer that is gone: those that go on today, and those that are planned."""
    rows = _rows(actor, employer_id)
    ending = [row for row in rows if row.end_reason is None and (row.ends_on is None or row.ends_on >= today)]
    seen = tuple(_facts(row) for row in ending if row.seen_id is not None)
    return PlacementsAt(seen, len(ending) - len(seen), figures_of(ending))


def _rows(actor: Actor, employer_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    return read_prepared(actor, "placements_at", lambda: _placements_at(actor), employer_id=employer_id)


def _facts(row: Row[*tuple[Any, ...]]) -> PlacementFacts:
    # The page names a participant where the statement gave one.
    who = f"{row.first_name} {row.last_name}".strip() if row.seen_id is not None else ""
    return PlacementFacts(**dict(zip(_READ, row, strict=False)), who=who)


def _placements_at(actor: Actor) -> Select[Any]:
    open_alert = and_(PlacementAlert.placement_id == Placement.id, PlacementAlert.dealt_with_at.is_(None))
    seen = and_(Participant.id == Placement.participant_id, _NAMED, condition(Placement, actor))
    statement: Any = (
        select(
            *_COLUMNS, Participant.id.label("seen_id"), Participant.first_name, Participant.last_name,
            exists().where(open_alert).correlate(Placement).label("alerted"), *map(_evaluated_by, Evaluator),
        )
        .select_from(Placement)
        .outerjoin(Participant, seen)
        .where(Placement.employer_id == bindparam("employer_id"))
        .order_by(Placement.starts_on.desc(), Placement.id.desc())
    )  # fmt: skip
    return trusted(statement, because="participants are joined by who sees them; other placements are only counted")


def _evaluated_by(evaluator: Evaluator) -> ColumnElement[bool]:
    theirs = and_(PlacementEvaluation.placement_id == Placement.id, PlacementEvaluation.evaluator == evaluator)
    there = and_(Placement.end_reason.is_not(None), exists().where(theirs).correlate(Placement))
    return there.label(evaluator.name)


_READ = tuple(each.name for each in fields(PlacementFacts) if each.name != "who")
_COLUMNS = tuple(getattr(Placement, name) for name in _READ)
