"""Whom one may call or mail: the one rule about blocks, asked by every list, page and task that offers it."""

from sqlalchemy import ColumnElement, and_, or_

from crm.actors import Actor
from crm.history.subjects import table
from crm.registry import current_registry


def may_be_approached(actor: Actor) -> ColumnElement[bool]:
    """A condition on the table of employers: ``actor`` is offered to call and mail there; true where a row has none.

    Who wants no contact never is. Who has a block against advertising is where there is a reason that the law takes:
    an agreement or a placement of the actor's units, or an inquiry of theirs that waits. Everybody else is approached
    only with a reason that somebody writes down with the contact.
    """
    employer = table("employer").c
    reasons = current_registry().approach_reasons.values()
    open_to_us = [employer.id.in_(reason.employer_ids(actor)) for reason in reasons]
    return and_(
        employer.do_not_contact.is_not(True),
        or_(employer.advertising_block.is_not(True), *open_to_us),
    )
