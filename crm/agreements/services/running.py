"""Agreements in force: they begin, come near their end, and end."""

from collections.abc import Callable
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.agreements.models import Agreement, AgreementStatus, Follows, Side
from crm.agreements.services.rows import (
    ENDS_SOON,
    NOT_ANSWERED,
    TO_SIGN,
    ask_owner,
    changed_row,
    is_over,
    local_today,
    log,
    named_row,
    settle_tasks,
    tell,
)
from crm.agreements.services.sending import stop_link
from crm.agreements.states import IN_FORCE, move, two_months_before
from crm.db import current_session
from crm.errors import DomainError
from crm.events import AgreementEnded, emit
from crm.web.filters import show_date

_OF_ROW = "the agreements before and after one that was checked"
S = AgreementStatus
RENEWABLE = frozenset({S.ACTIVE, S.EXPIRING, S.EXPIRED})


def begin_if_due(actor: Actor, agreement: Agreement) -> bool:
    """Put a signed agreement into force from its first day on; the one that it follows ends with that."""
    if agreement.status is not S.SIGNED or agreement.starts_on > local_today(agreement):
        return False
    move(agreement, S.ACTIVE)
    log(actor, agreement, "agreement.began")
    before = named_row(agreement.follows_id) if agreement.follows_id else None
    if before is not None and before.status in RENEWABLE:
        close(actor, before, S.RENEWED if agreement.follows_as is Follows.RENEWAL else S.REPLACED)
    return True


def look_after(actor: Actor, agreement_id: int) -> str | None:
    """What a day brings for one agreement: it begins, comes near its end, or ends. Returns what happened.

    May be repeated, and run by two at once.
    """
    agreement = named_row(agreement_id)
    if agreement is None:
        return None
    if begin_if_due(actor, agreement):
        _come_near_end(actor, agreement)
        return "begun"
    if agreement.status in IN_FORCE and agreement.ends_on is not None:
        if agreement.ends_on < local_today(agreement):
            close(actor, agreement, S.EXPIRED, on=agreement.ends_on)
            return "expired"
        if _come_near_end(actor, agreement):
            return "ending soon"
    return None


def end_agreement(actor: Actor, *, agreement_id: int, reason: str, version: int | None = None) -> Agreement:
    """End an agreement early, from today. Raises NotVisible, EditConflict, DomainError."""
    agreement = changed_row(actor, agreement_id, version)
    if not reason.strip():
        raise DomainError(_("Write why it ends."), field="reason")
    agreement.close_reason = reason.strip()[:1000]
    close(actor, agreement, S.TERMINATED)
    return agreement


def close(actor: Actor, agreement: Agreement, how: AgreementStatus, *, on: date | None = None) -> None:
    """Bring a locked agreement to one of its ends, with its line in the history."""
    move(agreement, how)
    agreement.closed_on = on or local_today(agreement)
    _log_end(actor, agreement, how)
    stop_link(actor, agreement, reason=how.value)
    settle_tasks(actor, agreement, ENDS_SOON, NOT_ANSWERED, TO_SIGN)
    tell(actor, agreement, how.value, _ending_in_words(how), detail=agreement.close_reason)
    emit(
        AgreementEnded(
            agreement_id=agreement.id, employer_id=agreement.employer_id, unit_id=agreement.unit_id, how=how.value
        )
    )


def successor_of(agreement: Agreement) -> Agreement | None:
    """The agreement that follows this one and is not over, the newest if there are several."""
    statement = select(Agreement).where(Agreement.follows_id == agreement.id).order_by(Agreement.id.desc())
    found = current_session().scalars(trusted(statement, because=_OF_ROW))
    return next((each for each in found if not is_over(each.status)), None)


def _log_end(actor: Actor, agreement: Agreement, how: AgreementStatus) -> None:
    if how is S.EXPIRED:
        log(actor, agreement, "agreement.expired")
    elif how is S.RENEWED:
        log(actor, agreement, "agreement.renewed")
    elif how is S.REPLACED:
        log(actor, agreement, "agreement.replaced")
    else:
        log(actor, agreement, "agreement.terminated")


def _ending_in_words(how: AgreementStatus) -> Callable[[str], object]:
    # Written out: each is a sentence of its own in other languages.
    words: dict[AgreementStatus, Callable[[str], object]] = {
        S.EXPIRED: lambda kind: _("Expired: %(kind)s", kind=kind),
        S.RENEWED: lambda kind: _("Renewed: %(kind)s", kind=kind),
        S.REPLACED: lambda kind: _("Replaced by a new one: %(kind)s", kind=kind),
        S.TERMINATED: lambda kind: _("Ended early: %(kind)s", kind=kind),
    }
    return words[how]


def _come_near_end(actor: Actor, agreement: Agreement) -> bool:
    ends_on, today = agreement.ends_on, local_today(agreement)
    if agreement.status is not S.ACTIVE or ends_on is None or today < two_months_before(ends_on):
        return False
    move(agreement, S.EXPIRING)
    log(actor, agreement, "agreement.ends_soon")
    employer = agreement.employer.name
    follower = successor_of(agreement)
    if follower is None or follower.signature_of(Side.EMPLOYER) is None:
        ask_owner(
            actor, agreement, ENDS_SOON,
            # The day stands there as each language writes it, and not as the agreement does.
            lambda: _(
                "The agreement with %(employer)s ends on %(day)s: renew it",
                employer=employer,
                day=show_date(ends_on, "long"),
            ),
            due_on=today,
        )  # fmt: skip
    return True
