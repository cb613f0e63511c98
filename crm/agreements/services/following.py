"""The agreement after an agreement: renewed in one step, or replaced because its text has to be another."""

from datetime import date, timedelta

from flask_babel import gettext as _

from crm.accounts.scopes import visible
from crm.actors import Actor
from crm.agreements.models import Agreement, AgreementStatus, Follows
from crm.agreements.services.drafts import AgreementFields, write_agreement
from crm.agreements.services.rows import changed_row, local_today
from crm.agreements.services.running import RENEWABLE, close, successor_of
from crm.agreements.states import months_later
from crm.db import current_session
from crm.employers.models import Position
from crm.errors import DomainError

S = AgreementStatus
REPLACEABLE = frozenset({S.SENT, S.ACTIVE, S.EXPIRING})


def renew_agreement(actor: Actor, *, agreement_id: int) -> Agreement:
    """The next agreement, as a draft: same kind, words, contacts and length, from the day after the last.

    May be repeated: as long as the next one is open, it is returned. Raises NotVisible, DomainError.
    """
    agreement = changed_row(actor, agreement_id)
    if agreement.status not in RENEWABLE:
        raise DomainError(_("Only an agreement that is or was in force can be renewed."))
    return _next(actor, agreement, Follows.RENEWAL, starts_on=_renewal_start(agreement))


def replace_agreement(actor: Actor, *, agreement_id: int) -> Agreement:
    """A draft in the place of an agreement whose text has to be another.

    What waits for a signature is replaced at once; what is in force stays so until the new one begins. May be
    repeated. Raises NotVisible, DomainError.
    """
    agreement = changed_row(actor, agreement_id)
    if agreement.status not in REPLACEABLE:
        raise DomainError(_("Only what waits for a signature or is in force can be replaced."))
    starts_on = agreement.starts_on if agreement.status is S.SENT else local_today(agreement)
    new = _next(actor, agreement, Follows.REPLACEMENT, starts_on=starts_on)
    if agreement.status is S.SENT:
        close(actor, agreement, S.REPLACED)
    return new


def _renewal_start(agreement: Agreement) -> date:
    today = local_today(agreement)
    return max(agreement.ends_on + timedelta(days=1), today) if agreement.ends_on else today


def _next(actor: Actor, agreement: Agreement, how: Follows, *, starts_on: date) -> Agreement:
    there = successor_of(agreement)
    if there is not None:
        return there
    given = AgreementFields(
        template_id=agreement.text_version.template_id,
        language=agreement.language,
        starts_on=starts_on,
        ends_on=_same_length(agreement, starts_on) if how is Follows.RENEWAL else agreement.ends_on,
        review_on=_review(agreement, starts_on, how),
        contact_id=_still_there(actor, agreement),
        owner_id=agreement.owner_id if agreement.owner and agreement.owner.active else actor.staff_id,
        deputy_id=agreement.deputy_id if agreement.deputy and agreement.deputy.active else None,
        written=agreement.fields,
        scope=tuple(agreement.scope),
    )
    follows = _place_in_chain(agreement, how)
    return write_agreement(
        actor, employer_id=agreement.employer_id, unit_id=agreement.unit_id, given=given, follows=follows
    )


def _place_in_chain(agreement: Agreement, how: Follows) -> tuple[int, Follows]:
    """What the next one follows, and how.

    A renewal that was never signed leaves its place to its replacement: else the agreement that is in force would
    neither be renewed by it nor leave the list of those that end.
    """
    if agreement.status is S.SENT and agreement.follows_id is not None and agreement.follows_as is not None:
        return agreement.follows_id, agreement.follows_as
    return agreement.id, how


def _same_length(agreement: Agreement, starts_on: date) -> date | None:
    if agreement.ends_on is None:
        return None
    first, after = agreement.starts_on, agreement.ends_on + timedelta(days=1)
    if after.day != first.day:
        return starts_on + (agreement.ends_on - first)
    # Whole months stay whole months, leap year or not.
    months = (after.year - first.year) * 12 + after.month - first.month
    return months_later(starts_on, months) - timedelta(days=1)


def _review(agreement: Agreement, starts_on: date, how: Follows) -> date:
    if how is Follows.REPLACEMENT:
        return max(agreement.review_on, starts_on)
    return starts_on + (agreement.review_on - agreement.starts_on)


def _still_there(actor: Actor, agreement: Agreement) -> int | None:
    """The contact person, unless they have left the employer meanwhile."""
    statement = visible(Position, actor).where(
        Position.employer_id == agreement.employer_id,
        Position.person_id == agreement.contact_id,
        Position.left_on.is_(None),
    )
    return agreement.contact_id if current_session().scalar(statement) is not None else None
