"""What the page of an employer says first of its partnerships: one query, whatever there is."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, bindparam, case, func, select

from crm.accounts.models import Unit
from crm.accounts.scopes import condition, prepared, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.partnerships.models import Commitment, Partnership


@dataclass(frozen=True)
class Running:
    """A partnership that runs. Of other units' only unit and period are told: ``public_id`` and ``name`` are None."""

    unit: str
    starts_on: date
    ends_on: date | None
    public_id: str | None
    name: str | None
    commitments: int


def running_at(actor: Actor, employer_id: int) -> list[Running]:
    """The partnerships with an employer that have not ended, one's own first."""
    statement = prepared(actor, "partnerships_running", lambda: _running(actor))
    return [Running(*row) for row in current_session().execute(statement, {"employer_id": employer_id})]


def _running(actor: Actor) -> Select[str, date, date | None, str | None, str | None, int]:
    own = condition(Partnership, actor)
    promised = (
        select(func.count(Commitment.id))
        .where(Commitment.partnership_id == Partnership.id, Commitment.cancelled_on.is_(None))
        .correlate(Partnership)
        .scalar_subquery()
    )
    statement = (
        select(
            Unit.name, Partnership.starts_on, Partnership.ends_on, case((own, Partnership.public_id)),
            case((own, Partnership.name)), case((own, promised), else_=0),
        )
        .join(Unit, Unit.id == Partnership.unit_id)
        .where(Partnership.employer_id == bindparam("employer_id"), Partnership.ended_on.is_(None))
        .order_by(case((own, 0), else_=1), Partnership.starts_on, Unit.name)
    )  # fmt: skip
    return trusted(statement, because="of other units' partnerships only unit and period are told")
