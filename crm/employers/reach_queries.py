"""Whom one may approach in numbers: conditions for call lists and mailings of other features and plugins."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, select

from crm.employers.models import ContactPerson, Employer, EmployerRelationship
from crm.employers.ways import BAD, GENERAL


def may_be_called_in_numbers() -> ColumnElement[bool]:
    """A condition on Employer: may stand in a mass call list.

    Not one that wants no contact or is archived, and none where a unit knows of a bad experience: that is repaired
    by a person first. Blocks against advertising need a reason for each call, so they stay out.
    """
    bad = select(EmployerRelationship.id).where(
        EmployerRelationship.employer_id == Employer.id, EmployerRelationship.prior_experience == BAD
    )
    return and_(
        Employer.do_not_contact.is_(False),
        Employer.advertising_block.is_(False),
        Employer.archived_at.is_(None),
        ~bad.correlate(Employer).exists(),
    )


def wants_general_mail(unit_ids: Collection[int]) -> ColumnElement[bool]:
    """A condition on Employer: may get general mail of these units, for it has asked for it."""
    general = select(EmployerRelationship.id).where(
        EmployerRelationship.employer_id == Employer.id,
        EmployerRelationship.unit_id.in_(unit_ids),
        EmployerRelationship.preferred_information == GENERAL,
    )
    return and_(may_be_called_in_numbers(), general.correlate(Employer).exists())


def person_may_be_called() -> ColumnElement[bool]:
    """A condition on ContactPerson: has not asked not to be called."""
    return and_(ContactPerson.do_not_call.is_(False), ContactPerson.archived_at.is_(None))


def person_may_be_mailed() -> ColumnElement[bool]:
    """A condition on ContactPerson: has an address and has not asked not to get mail."""
    return and_(
        ContactPerson.do_not_mail.is_(False), ContactPerson.email.is_not(None), ContactPerson.archived_at.is_(None)
    )
