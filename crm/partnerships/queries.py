"""Reading partnerships and what counts for them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import cast

from sqlalchemy import Select, Table, literal, or_, select, union_all
from sqlalchemy.orm import joinedload

from crm.accounts.models import Unit
from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Contact, Employer
from crm.participants.models import Participant
from crm.partnerships.counting import ContactFact, Delivered, Facts, PlaceFact, delivered
from crm.partnerships.models import (
    Commitment,
    CommitmentEvidence,
    Partnership,
    Testimonial,
)
from crm.placements.models import Placement

_COUNT = "counts without persons, for partnerships that the caller sees"


def partnerships_at(actor: Actor, employer_id: int) -> list[Partnership]:
    """The partnerships of one's units with an employer, those that run first."""
    statement = (
        visible(Partnership, actor)
        .where(Partnership.employer_id == employer_id)
        .order_by(Partnership.ended_on.is_not(None), Partnership.starts_on.desc(), Partnership.id.desc())
    )
    return list(current_session().scalars(statement))


def counted(commitments: Sequence[Commitment], *, on: date) -> dict[int, Delivered]:
    """What was delivered of each of these commitments, by its id: four queries, however many there are.

    The caller sees them and has loaded their partnerships.
    """
    if not commitments:
        return {}
    facts = _facts(commitments)
    return {each.id: delivered(each, facts, on=on) for each in commitments}


def _facts(commitments: Sequence[Commitment]) -> Facts:
    partnerships = {each.partnership for each in commitments}
    employers, units = _trees({each.employer_id for each in partnerships}, {each.unit_id for each in partnerships})
    since, until = min(each.starts_on for each in commitments), max(each.ends_on for each in commitments)
    here: frozenset[int] = frozenset().union(*employers.values())
    return Facts(
        employers=employers,
        units=units,
        places=_places(here, since, until),
        contacts=_contacts(here, since, until),
        evidence=_evidence([each.id for each in commitments]),
    )


def _trees(
    employer_ids: Collection[int], unit_ids: Collection[int]
) -> tuple[dict[int, frozenset[int]], dict[int, frozenset[int]]]:
    """Each of these employers and units with everything below it: one query for both."""
    below = union_all(_below(Employer, employer_ids), _below(Unit, unit_ids))
    found: dict[str, dict[int, set[int]]] = {
        Employer.__tablename__: {each: {each} for each in employer_ids},
        Unit.__tablename__: {each: {each} for each in unit_ids},
    }
    for table, root, row_id in current_session().execute(below):
        found[table][root].add(row_id)
    employers, units = ({root: frozenset(ids) for root, ids in each.items()} for each in found.values())
    return employers, units


def _below(model: type[Employer] | type[Unit], ids: Collection[int]) -> Select[str, int, int]:
    # Tables and not models: nothing but numbers is read.
    rows = cast(Table, model.__table__)
    tree = select(rows.c.id, rows.c.id.label("root")).where(rows.c.id.in_(ids)).cte(f"{rows.name}_tree", recursive=True)
    tree = tree.union(select(rows.c.id, tree.c.root).join(tree, rows.c.parent_id == tree.c.id))
    return select(literal(rows.name), tree.c.root, tree.c.id)


def _places(employer_ids: Collection[int], since: date, until: date) -> list[PlaceFact]:
    ends_inside = Placement.ends_on.between(since, until)
    statement = select(
        Placement.id, Placement.participant_id, Placement.kind, Placement.status, Placement.starts_on,
        Placement.ends_on, Placement.end_reason, Placement.employer_id, Placement.unit_id,
    ).where(
        Placement.employer_id.in_(employer_ids), or_(Placement.starts_on.between(since, until), ends_inside)
    )  # fmt: skip
    return [PlaceFact(*row) for row in current_session().execute(trusted(statement, because=_COUNT))]


def _contacts(employer_ids: Collection[int], since: date, until: date) -> list[ContactFact]:
    statement = select(
        Contact.id, Contact.employer_id, Contact.unit_id, Contact.channel, Contact.purpose, Contact.outcome,
        Contact.participant_present, Contact.on_date,
    ).where(
        Contact.employer_id.in_(employer_ids),
        Contact.on_date.between(since, until),
        Contact.channel.in_(("visit", "event")),
        Contact.archived_at.is_(None),
    )  # fmt: skip
    return [ContactFact(*row) for row in current_session().execute(trusted(statement, because=_COUNT))]


def _evidence(commitment_ids: Collection[int]) -> list[CommitmentEvidence]:
    statement = (
        select(CommitmentEvidence)
        .where(CommitmentEvidence.commitment_id.in_(commitment_ids), CommitmentEvidence.removed_at.is_(None))
        .order_by(CommitmentEvidence.on_date.desc(), CommitmentEvidence.id.desc())
    )
    return list(current_session().scalars(trusted(statement, because=_COUNT)))


def places_shown(actor: Actor, place_ids: Collection[int]) -> list[Placement]:
    """Those of the counted placements that the actor sees; the others are only a number.

    A placement of a protected person is never shown here, whoever reads: a partnership is talked about with the
    employer, and dates tell who it is.
    """
    if not place_ids:
        return []
    protected = select(Participant.id).where(Participant.protected.is_(True))
    because = "ids that are left out, of placements in the reader's scope"
    statement = (
        visible(Placement, actor)
        .where(Placement.id.in_(place_ids), Placement.participant_id.not_in(trusted(protected, because=because)))
        .options(joinedload(Placement.employer))
    )
    return list(current_session().scalars(statement.order_by(Placement.starts_on.desc(), Placement.id.desc())))


def contacts_shown(actor: Actor, contact_ids: Collection[int]) -> list[Contact]:
    """Those of the counted contacts that the actor sees."""
    if not contact_ids:
        return []
    statement = visible(Contact, actor).where(Contact.id.in_(contact_ids), Contact.archived_at.is_(None))
    return list(current_session().scalars(statement.order_by(Contact.on_date.desc(), Contact.id.desc())))


def testimonials_at(actor: Actor, employer_id: int) -> list[Testimonial]:
    """What an employer said to one's units, the newest first."""
    statement = visible(Testimonial, actor).where(
        Testimonial.employer_id == employer_id, Testimonial.removed_at.is_(None)
    )
    return list(current_session().scalars(statement.order_by(Testimonial.said_on.desc(), Testimonial.id.desc())))
