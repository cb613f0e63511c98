"""Beginning, changing and ending partnerships, and their reviews."""

from dataclasses import asdict
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Staff
from crm.accounts.scopes import locked, trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer, Position
from crm.errors import DomainError
from crm.languages import in_all_languages
from crm.partnerships.fields import PartnershipFields
from crm.partnerships.models import Partnership, PartnershipReview
from crm.partnerships.running import running_at
from crm.partnerships.services.lines import check_version, write_down
from crm.tasks.models import TaskState
from crm.tasks.services import add_task, cancel_tasks, reopen_task
from crm.web.clean import clean_line, clean_text

REVIEW_TASK = "partnership_review"
REMIND_BEFORE = timedelta(days=14)


def begin_partnership(
    actor: Actor,
    *,
    employer_id: int,
    unit_id: int,
    given: PartnershipFields,
    review_on: date | None = None,
    beside_others: bool = False,
    submission_key: str | None = None,
) -> Partnership:
    """A partnership of a unit with an employer, with a first review and the task before it.

    The same form sent twice (``submission_key``) begins one. Raises DomainError for a field that is wrong, NotVisible,
    and DomainError (field ``beside_others``) where one runs already, of whatever unit, and nobody said that this one is
    to run beside it.
    """
    session = current_session()
    # Held until the commit: of two units that begin at the same moment, the second one is told of the first.
    employer = locked(Employer, actor, employer_id)
    there = submission_key and session.scalar(
        visible(Partnership, actor).where(Partnership.submission_key == submission_key)
    )
    if there:
        return there
    if not actor.is_system and unit_id not in actor.unit_ids:
        raise DomainError(_("Choose one of your own units."), field="unit_id")
    values = _checked(employer.id, given)
    if not beside_others and running_at(actor, employer.id):
        message = _("A partnership with this employer runs already. Tick this to begin another one.")
        raise DomainError(message, field="beside_others")
    partnership = Partnership(
        employer_id=employer.id,
        unit_id=unit_id,
        submission_key=submission_key,
        created_at=clock.now(),
        **asdict(values),
    )
    session.add(partnership)
    session.flush()  # The id names the review's task and stands in the audit entry.
    write_down(actor, partnership, "partnership_begun", line=lambda: _("CSR partnership begun"))
    if review_on is not None:
        _add_review(actor, partnership, review_on)
    return partnership


def change_partnership(
    actor: Actor, *, partnership_id: int, version: int | None, given: PartnershipFields
) -> Partnership:
    """Correct a partnership. Raises DomainError, EditConflict when somebody saved after ``version``, NotVisible."""
    partnership = locked(Partnership, actor, partnership_id)
    check_version(partnership.version_id, version, values_of(partnership))
    values = _checked(partnership.employer_id, given)
    handed_over = values.owner_id != partnership.owner_id
    for name, value in asdict(values).items():
        setattr(partnership, name, value)
    partnership.version_id += 1
    line = (lambda: _("Responsible for the CSR partnership changed")) if handed_over else None
    write_down(actor, partnership, "partnership_changed", line=line)
    return partnership


def end_partnership(actor: Actor, *, partnership_id: int, on_date: date) -> Partnership:
    """A partnership is over. What was promised and delivered stays; reviews to come are cancelled. Repeatable."""
    partnership = locked(Partnership, actor, partnership_id)
    if on_date < partnership.starts_on:
        raise DomainError(_("The end date is before the start date."), field="ended_on")
    if partnership.ended_on != on_date:
        partnership.ended_on = on_date
        partnership.version_id += 1
        for review in partnership.reviews:
            cancel_tasks(actor, kind=REVIEW_TASK, source_ref=review.public_id)
        write_down(actor, partnership, "partnership_ended", line=lambda: _("CSR partnership ended"))
    return partnership


def resume_partnership(actor: Actor, *, partnership_id: int) -> Partnership:
    """Take back that a partnership ended; reviews to come have their tasks again. May be repeated."""
    partnership = locked(Partnership, actor, partnership_id)
    if partnership.ended_on is not None:
        partnership.ended_on = None
        partnership.version_id += 1
        for review in partnership.reviews:
            _remind(actor, partnership, review)
        write_down(actor, partnership, "partnership_resumed", line=lambda: _("CSR partnership goes on"))
    return partnership


def add_review(actor: Actor, *, partnership_id: int, on_date: date) -> PartnershipReview:
    """A day to look at the promises together; the person responsible gets a task before it. The same day is one."""
    return _add_review(actor, locked(Partnership, actor, partnership_id), on_date)


def complete_review(actor: Actor, *, review_id: int, done: bool = True) -> PartnershipReview:
    """A review has taken place, or has not after all. May be repeated."""
    review = locked(PartnershipReview, actor, review_id)
    partnership = locked(Partnership, actor, review.partnership_id)
    if done != (review.done_on is not None):
        review.done_on = clock.today() if done else None
        if done:
            cancel_tasks(actor, kind=REVIEW_TASK, source_ref=review.public_id)
            write_down(actor, partnership, "partnership_reviewed", line=lambda: _("CSR partnership reviewed"))
        else:
            _remind(actor, partnership, review)
            write_down(actor, partnership, "partnership_not_reviewed")
    return review


def remove_review(actor: Actor, *, review_id: int) -> None:
    """Take a review away that will not be, with its task."""
    review = locked(PartnershipReview, actor, review_id)
    partnership = locked(Partnership, actor, review.partnership_id)
    cancel_tasks(actor, kind=REVIEW_TASK, source_ref=review.public_id)
    current_session().delete(review)
    write_down(actor, partnership, "partnership_review_removed")


def values_of(partnership: Partnership) -> dict[str, object]:
    """What stands in the row by field name, with the version."""
    names = PartnershipFields.__dataclass_fields__
    return {name: getattr(partnership, name) for name in names} | {"version": partnership.version_id}


def _add_review(actor: Actor, partnership: Partnership, on_date: date) -> PartnershipReview:
    if on_date < partnership.starts_on:
        raise DomainError(_("The review is before the partnership begins."), field="review_on")
    session = current_session()
    there = visible(PartnershipReview, actor).where(
        PartnershipReview.partnership_id == partnership.id, PartnershipReview.on_date == on_date
    )
    review = session.scalar(there)
    if review is None:
        review = PartnershipReview(partnership_id=partnership.id, on_date=on_date)
        session.add(review)
        session.flush()  # Its id names the task.
        _remind(actor, partnership, review)
        write_down(actor, partnership, "partnership_review_added")
    return review


def _remind(actor: Actor, partnership: Partnership, review: PartnershipReview) -> None:
    """A task before a review that is to come; one that was cancelled is open again."""
    if review.done_on is not None or review.on_date < clock.today() or partnership.ended_on is not None:
        return
    name = partnership.name
    task = add_task(
        actor,
        title=in_all_languages(lambda: _("Prepare the review: %(name)s", name=name)),
        due_on=max(review.on_date - REMIND_BEFORE, clock.today()),
        unit_id=partnership.unit_id,
        owner_id=partnership.owner_id,
        kind=REVIEW_TASK,
        source_ref=review.public_id,
        employer_id=partnership.employer_id,
    )
    if task.state is TaskState.CANCELLED:
        reopen_task(actor, task_id=task.id)


def _checked(employer_id: int, given: PartnershipFields) -> PartnershipFields:
    name = clean_line(given.name)[:160]
    if not name:
        raise DomainError(_("Write what the partnership is called."), field="name")
    if given.ends_on is not None and given.ends_on < given.starts_on:
        raise DomainError(_("The end date is before the start date."), field="ends_on")
    session = current_session()
    if given.owner_id is not None and session.get(Staff, given.owner_id) is None:
        raise DomainError(_("Choose a colleague."), field="owner_id")
    if given.person_id is not None:
        works_there = select(Position.id).where(
            Position.employer_id == employer_id, Position.person_id == given.person_id
        )
        if session.scalar(trusted(works_there, because="of an employer already checked")) is None:
            raise DomainError(_("Choose a contact person of the employer."), field="person_id")
    return PartnershipFields(
        name=name,
        starts_on=given.starts_on,
        ends_on=given.ends_on,
        owner_id=given.owner_id,
        person_id=given.person_id,
        may_publish=given.may_publish,
        note=clean_text(given.note or "")[:2000] or None,
    )
