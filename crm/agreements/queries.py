"""Reading agreements: the list, one employer's, what a stage asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import compress
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload, selectinload

from crm.accounts.scopes import condition, read_prepared, scoped, trusted, visible
from crm.actors import Actor
from crm.agreements.models import Agreement, AgreementSignature, AgreementStatus, Side
from crm.agreements.states import IN_FORCE, months_later
from crm.db import current_session
from crm.employers.models import Employer, EmployerRelationship
from crm.employers.queries import everybody_here
from crm.errors import NotVisible

ENDING_WITHIN = timedelta(days=60)
EXPORTED = 20_000
_FOR_STAGE = "says only whether an agreement is in force, to whoever moves the stage"
_OVER = frozenset({"expired", "renewed", "terminated", "refused", "replaced"})
GIVEN_UP = frozenset({"terminated", "refused", "replaced"})
_SORTS: dict[str, Any] = {
    "employer": Employer.sort_name,
    "type": Agreement.type,
    "status": Agreement.status,
    "from": Agreement.starts_on,
    "until": Agreement.ends_on,
}


def own_agreements(actor: Actor) -> ColumnElement[bool]:
    """Agreements of the actor's units."""
    return and_(everybody_here(actor), Agreement.unit_id.in_(actor.unit_ids))


@dataclass(frozen=True)
class AgreementFilter:
    """What the list shows. ``status``: a status, "open" (nothing that is over), "mine_to_sign" or "all"."""

    text: str = ""
    status: str = "open"
    type: str = ""
    owner: str = ""
    ending: bool = False
    sort: str = "until"


def agreements_listed(actor: Actor, filters: AgreementFilter, *, today: date) -> Select[Agreement]:
    """The agreements of the list in its order, with employer, owner and signatures."""
    statement = (
        select(Agreement)
        .join(Agreement.employer)
        .options(contains_eager(Agreement.employer), joinedload(Agreement.owner), selectinload(Agreement.signatures))
    )
    statement = scoped(statement, condition(Agreement, actor), *_conditions(actor, filters, today))
    column = _SORTS.get(filters.sort.removeprefix("-"), Agreement.ends_on)
    order = column.desc() if filters.sort.startswith("-") else column.asc()
    return statement.order_by(order.nulls_last(), Agreement.id.desc())


def _conditions(actor: Actor, filters: AgreementFilter, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.text:
        found.append(Employer.sort_name.contains(filters.text.casefold(), autoescape=True))
    if filters.status == "open":
        found.append(Agreement.status.in_(("draft", "sent", "signed", "active", "expiring")))
    elif filters.status != "all":
        found.append(Agreement.status == filters.status)
    if filters.type:
        found.append(Agreement.type == filters.type)
    if filters.owner == "mine":
        found.append(or_(Agreement.owner_id == actor.staff_id, Agreement.deputy_id == actor.staff_id))
    elif filters.owner == "none":
        found.append(Agreement.owner_id.is_(None))
    if filters.ending:
        found += [Agreement.status.in_(IN_FORCE), Agreement.ends_on <= today + ENDING_WITHIN]
    return found


def agreements_near_their_end(actor: Actor, *, today: date, mine: bool = False) -> Select[Agreement]:
    """What ends within two months, and what ended in the last three without another after it; the first to end first.

    ``mine``: only where the actor is responsible or stands in.
    """
    follower = aliased(Agreement)
    followed = select(follower.id).where(follower.follows_id == Agreement.id, follower.status.not_in(GIVEN_UP)).exists()
    soon = or_(
        Agreement.status == AgreementStatus.EXPIRING,
        and_(Agreement.status == AgreementStatus.ACTIVE, Agreement.ends_on <= months_later(today, 2)),
    )
    lately = and_(
        Agreement.status == AgreementStatus.EXPIRED, Agreement.closed_on >= months_later(today, -3), ~followed
    )
    found: list[ColumnElement[bool]] = [or_(soon, lately)]
    if mine:
        found.append(or_(Agreement.owner_id == actor.staff_id, Agreement.deputy_id == actor.staff_id))
    statement = (
        select(Agreement)
        .join(Agreement.employer)
        .options(contains_eager(Agreement.employer), joinedload(Agreement.owner))
    )
    statement = scoped(statement, condition(Agreement, actor), *found)
    return statement.order_by(Agreement.ends_on, Agreement.id)


def followers_of(actor: Actor, agreements: Sequence[Agreement]) -> dict[int, Agreement]:
    """The next agreement of each that has one under way, by the id of the one before. One query."""
    ids = [each.id for each in agreements]
    statement = visible(Agreement, actor).where(Agreement.follows_id.in_(ids), Agreement.status.not_in(GIVEN_UP))
    found = current_session().scalars(statement.order_by(Agreement.id))
    return {each.follows_id: each for each in found if each.follows_id is not None}


def one_agreement(actor: Actor, public_id: str) -> Agreement:
    """One agreement with all that its page shows. Raises NotVisible."""
    statement = visible(Agreement, actor).where(Agreement.public_id == public_id)
    found = current_session().scalar(
        statement.options(
            joinedload(Agreement.employer),
            joinedload(Agreement.owner),
            joinedload(Agreement.deputy),
            joinedload(Agreement.contact),
            joinedload(Agreement.unit),
            joinedload(Agreement.text_version),
            selectinload(Agreement.signatures),
            selectinload(Agreement.links),
        )
    )
    if found is None:
        raise NotVisible("Not found, or not visible to you.")
    return found


class AgreementFacts(NamedTuple):
    """The columns of an agreement that an employer's page reads, and which sides have signed."""

    id: int
    public_id: str
    type: str
    status: AgreementStatus
    starts_on: date
    ends_on: date | None
    follows_id: int | None
    signed: frozenset[Side]


def agreements_with(actor: Actor, employer_id: int) -> Sequence[AgreementFacts]:
    """The agreements with an employer that the actor sees: first what is in force or on its way, the newest first."""
    rows = read_prepared(actor, "agreements_with", lambda: _agreements_with(actor), employer_id=employer_id)
    count = len(AgreementFacts._fields) - 1  # Behind them stands for each side whether it has signed.
    found = [AgreementFacts._make((*row[:count], frozenset(compress(Side, row[count:])))) for row in rows]
    return sorted(found, key=lambda each: each.status.value in _OVER)


def _agreements_with(actor: Actor) -> Select[Any]:
    columns = (getattr(Agreement, name) for name in AgreementFacts._fields if name != "signed")
    statement: Any = select(*columns, *map(_signed_by, Side)).select_from(Agreement)
    statement = statement.where(Agreement.employer_id == bindparam("employer_id")).order_by(Agreement.id.desc())
    return scoped(statement, condition(Agreement, actor))


def _signed_by(side: Side) -> ColumnElement[bool]:
    theirs = and_(AgreementSignature.agreement_id == Agreement.id, AgreementSignature.side == side)
    return exists().where(theirs).correlate(Agreement)


@dataclass(frozen=True)
class Chain:
    """What stands around an agreement: what it follows, what it was written in the place of, what comes after it."""

    before: Agreement | None
    replaced: Agreement | None
    after: Sequence[Agreement]

    def around(self) -> list[tuple[Agreement, str]]:
        """Each of them with what it is to the agreement, the oldest first."""
        found = [(self.before, _("The agreement before this one")), (self.replaced, _("The one that this replaces"))]
        found += [(each, _("The next agreement")) for each in self.after]
        return [(each, words) for each, words in found if each is not None]


def chain_of(actor: Actor, agreement: Agreement) -> Chain:
    """The agreements before and after this one, in one query.

    A renewal that was replaced before both had signed it leaves its place to the one in its stead, so that both follow
    the same agreement (crm.agreements.services.following): each of the two still leads to the other.
    """
    near: list[ColumnElement[bool]] = [Agreement.follows_id == agreement.id]
    if agreement.follows_id is not None:
        near += [Agreement.id == agreement.follows_id, Agreement.follows_id == agreement.follows_id]
    statement = visible(Agreement, actor).where(or_(*near)).options(defer(Agreement.text)).order_by(Agreement.id)
    found = current_session().scalars(statement).all()
    beside = [each for each in found if each.follows_id == agreement.follows_id is not None]
    replaced = [each for each in beside if each.id < agreement.id and each.status is AgreementStatus.REPLACED]
    after = [each for each in found if each.follows_id == agreement.id]
    if agreement.status is AgreementStatus.REPLACED:
        after = [each for each in beside if each.id > agreement.id][:1] + after
    return Chain(
        before=next((each for each in found if each.id == agreement.follows_id), None),
        replaced=replaced[-1] if replaced else None,
        after=after,
    )


def waits_for(agreement: Agreement | AgreementFacts) -> list[Side]:
    """Who has not signed yet what was sent."""
    if agreement.status is not AgreementStatus.SENT:
        return []
    signed = agreement.signed if isinstance(agreement, AgreementFacts) else {each.side for each in agreement.signatures}
    return [side for side in Side if side not in signed]


def agreed_with(actor: Actor) -> Select[int]:
    """The employers with which the actor's units have an agreement that both have signed and that has not ended."""
    live = Agreement.status.in_((AgreementStatus.SIGNED, *IN_FORCE))
    return select(Agreement.employer_id).where(Agreement.unit_id.in_(actor.unit_ids), live)


def stage_wants_agreement(relationship_id: int) -> Sequence[object]:
    """What the stage "agreement in force" lacks: an agreement of this unit with the employer that is in force."""
    statement = (
        select(Agreement.id)
        .join(
            EmployerRelationship,
            and_(
                EmployerRelationship.employer_id == Agreement.employer_id,
                EmployerRelationship.unit_id == Agreement.unit_id,
            ),
        )
        .where(EmployerRelationship.id == relationship_id, Agreement.status.in_(IN_FORCE))
        .limit(1)
    )
    found = current_session().scalar(trusted(statement, because=_FOR_STAGE))
    return [] if found is not None else [_("No agreement with this employer is in force.")]
