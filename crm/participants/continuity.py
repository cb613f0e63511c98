"""Whether participants keep the same coordinator."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.participants.models import Enrolment, EnrolmentHandler


def continuity(unit_ids: Collection[int], since: date, until: date) -> tuple[int, int]:
    """Enrolments begun in a period that have had one handler, and how many have had any. Figures without persons.

    Who was named first after a while without anybody is the first handler and no change.
    """
    handlers = (
        select(func.count(func.distinct(EnrolmentHandler.staff_id)).label("handlers"))
        .join(Enrolment, Enrolment.id == EnrolmentHandler.enrolment_id)
        .where(
            Enrolment.unit_id.in_(unit_ids),
            Enrolment.starts_on.between(since, until),
            EnrolmentHandler.staff_id.is_not(None),
        )
        .group_by(Enrolment.id)
    )
    counts = current_session().scalars(trusted(handlers, because="figures without persons")).all()
    return sum(count == 1 for count in counts), len(counts)
