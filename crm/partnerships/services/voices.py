"""Testimonials: what employers say about us."""

from dataclasses import asdict

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts import audit
from crm.accounts.scopes import locked, trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer, Position
from crm.employers.services.lines import write_employer_line
from crm.errors import DomainError
from crm.partnerships.fields import TestimonialFields
from crm.partnerships.models import Testimonial
from crm.partnerships.services.lines import check_version
from crm.web.clean import clean_line, clean_text


def add_testimonial(
    actor: Actor, *, employer_id: int, unit_id: int, given: TestimonialFields, submission_key: str | None = None
) -> Testimonial:
    """Write down what somebody at an employer said. The same form sent twice writes it once.

    Raises DomainError, also when it shall be published without consent; NotVisible.
    """
    session = current_session()
    if submission_key:
        there = session.scalar(visible(Testimonial, actor).where(Testimonial.submission_key == submission_key))
        if there is not None:
            return there
    employer = locked(Employer, actor, employer_id)
    if not actor.is_system and unit_id not in actor.unit_ids:
        raise DomainError(_("Choose one of your own units."), field="unit_id")
    values = _checked(employer.id, given)
    testimonial = Testimonial(
        employer_id=employer.id,
        unit_id=unit_id,
        submission_key=submission_key,
        created_at=clock.now(),
        **asdict(values),
    )
    session.add(testimonial)
    session.flush()  # The id stands in the audit entry.
    write_employer_line(
        actor,
        kind="testimonial",
        employer_id=employer.id,
        summary=lambda: _("Testimonial"),
        detail=values.text[:300],
        unit_id=unit_id,
    )
    _record(actor, testimonial, "testimonial_added")
    return testimonial


def change_testimonial(
    actor: Actor, *, testimonial_id: int, version: int | None, given: TestimonialFields
) -> Testimonial:
    """Correct what was said, or take the consent back. Raises DomainError, EditConflict, NotVisible."""
    testimonial = locked(Testimonial, actor, testimonial_id)
    check_version(testimonial.version_id, version, values_of(testimonial))
    for name, value in asdict(_checked(testimonial.employer_id, given)).items():
        setattr(testimonial, name, value)
    testimonial.version_id += 1
    _record(actor, testimonial, "testimonial_changed")
    return testimonial


def remove_testimonial(actor: Actor, *, testimonial_id: int) -> Testimonial:
    """Take a testimonial away; ``restore_testimonial`` brings it back. May be repeated."""
    testimonial = locked(Testimonial, actor, testimonial_id)
    if testimonial.removed_at is None:
        testimonial.removed_at = clock.now()
        _record(actor, testimonial, "testimonial_removed")
    return testimonial


def restore_testimonial(actor: Actor, *, testimonial_id: int) -> Testimonial:
    """Bring a testimonial back. May be repeated."""
    testimonial = locked(Testimonial, actor, testimonial_id)
    if testimonial.removed_at is not None:
        testimonial.removed_at = None
        _record(actor, testimonial, "testimonial_restored")
    return testimonial


def values_of(testimonial: Testimonial) -> dict[str, object]:
    """What stands in the row by field name, with the version."""
    names = TestimonialFields.__dataclass_fields__
    return {name: getattr(testimonial, name) for name in names} | {"version": testimonial.version_id}


def _checked(employer_id: int, given: TestimonialFields) -> TestimonialFields:
    said_by, text = clean_line(given.said_by)[:160], clean_text(given.text)[:4000]
    if not said_by:
        raise DomainError(_("Write who said it."), field="said_by")
    if not text:
        raise DomainError(_("Write what they said."), field="text")
    if given.said_on > clock.today():
        raise DomainError(_("This day has not come yet."), field="said_on")
    if given.may_publish and given.consent_on is None:
        raise DomainError(_("Write when they agreed that it may be published."), field="consent_on")
    if given.person_id is not None:
        works_there = select(Position.id).where(
            Position.employer_id == employer_id, Position.person_id == given.person_id
        )
        because = "of an employer already checked"
        if current_session().scalar(trusted(works_there, because=because)) is None:
            raise DomainError(_("Choose a contact person of the employer."), field="person_id")
    return TestimonialFields(
        said_by=said_by,
        said_on=given.said_on,
        text=text,
        person_id=given.person_id,
        may_publish=given.may_publish,
        consent_on=given.consent_on,
    )


def _record(actor: Actor, testimonial: Testimonial, action: str) -> None:
    audit.record(actor, action, subject_type="testimonial", subject_id=testimonial.id, unit_id=testimonial.unit_id)
