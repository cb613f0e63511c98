"""The daily look at every agreement."""

from collections import Counter
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select

from crm import clock
from crm.actors import system_actor
from crm.agreements.models import Agreement, AgreementStatus, Side, SigningLink
from crm.agreements.services.rows import NOT_ANSWERED, ask_owner, local_today, named_row
from crm.agreements.services.running import look_after
from crm.agreements.states import IN_FORCE
from crm.db import current_session, transaction

ACTOR = system_actor("agreements.daily")
# The earliest day that any agreement can mean by "two months before its end", wherever its unit is.
_NEAR_DAYS = 64


def look_after_agreements() -> str:
    """The periodic job: agreements begin, come near their end and end; links that nobody used make a task.

    Each agreement has a transaction of its own. May be repeated, also at the same time as itself.
    """
    tally: Counter[str] = Counter()
    for agreement_id in _due():
        with transaction():
            happened = look_after(ACTOR, agreement_id)
        if happened:
            tally[happened] += 1
    for agreement_id in _unanswered():
        with transaction():
            tally["not answered"] += _tell_owner(agreement_id)
    return ", ".join(f"{number} {word}" for word, number in sorted(tally.items()) if number) or "nothing due"


def _due() -> list[int]:
    near = clock.today() + timedelta(days=_NEAR_DAYS)
    statement = select(Agreement.id).where(
        or_(
            (Agreement.status == AgreementStatus.SIGNED) & (Agreement.starts_on <= near),
            Agreement.status.in_(IN_FORCE) & (Agreement.ends_on <= near),
        )
    )
    # What begins comes first, so that a renewal takes over before the one before it expires.
    found = list(current_session().scalars(statement.order_by(Agreement.status.desc(), Agreement.id)))
    current_session().rollback()
    return found


def _unanswered() -> list[int]:
    statement = (
        select(Agreement.id)
        .join(SigningLink, SigningLink.agreement_id == Agreement.id)
        .where(
            Agreement.status == AgreementStatus.SENT,
            SigningLink.number == Agreement.link_number,
            SigningLink.expires_at <= clock.now(),
        )
        .order_by(Agreement.id)
    )
    found = list(current_session().scalars(statement))
    current_session().rollback()
    return found


def _tell_owner(agreement_id: int) -> int:
    agreement = named_row(agreement_id)
    if agreement is None or agreement.status is not AgreementStatus.SENT or agreement.signature_of(Side.EMPLOYER):
        return 0
    employer = agreement.employer.name
    ask_owner(
        ACTOR,
        agreement,
        NOT_ANSWERED,
        lambda: _("%(employer)s has not answered about the agreement: call them", employer=employer),
        due_on=local_today(agreement),
    )
    return 1
