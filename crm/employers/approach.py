"""Which employers one is not offered to call or mail: the rule of crm.history.approach, for what a page has loaded."""

from collections.abc import Iterable

from sqlalchemy import select

from crm.accounts.scopes import condition, scoped
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer, Position
from crm.history.approach import may_be_approached


def closed_to(actor: Actor, employers: Iterable[Employer]) -> frozenset[int]:
    """The ids of those of ``employers`` that ``actor`` is not offered to call or mail.

    Asks the database only where one has a block against advertising and no other: whether a reason opens it.
    """
    given = list(employers)
    closed = {each.id for each in given if each.do_not_contact}
    asked = {each.id for each in given if each.advertising_block} - closed
    if asked:
        statement = select(Employer.id).where(Employer.id.in_(asked), may_be_approached(actor))
        closed |= asked - set(current_session().scalars(scoped(statement, condition(Employer, actor))))
    return frozenset(closed)


def works_at(positions: Iterable[Position]) -> list[Employer]:
    """The employers of the positions that somebody has not left."""
    return [position.employer for position in positions if position.left_on is None]
