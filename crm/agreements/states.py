"""The states of an agreement: names, colours, and which may follow which."""

from calendar import monthrange
from datetime import date

from flask_babel import gettext as _

from crm.agreements.models import Agreement, AgreementStatus, FrozenAgreement
from crm.errors import DomainError
from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

S = AgreementStatus
FOLLOWERS: dict[AgreementStatus, frozenset[AgreementStatus]] = {
    S.DRAFT: frozenset({S.SENT}),
    S.SENT: frozenset({S.SIGNED, S.REFUSED, S.REPLACED}),
    S.SIGNED: frozenset({S.ACTIVE, S.TERMINATED}),
    S.ACTIVE: frozenset({S.EXPIRING, S.EXPIRED, S.RENEWED, S.REPLACED, S.TERMINATED}),
    S.EXPIRING: frozenset({S.EXPIRED, S.RENEWED, S.REPLACED, S.TERMINATED}),
    S.EXPIRED: frozenset({S.RENEWED, S.REPLACED}),
    S.RENEWED: frozenset(),
    S.TERMINATED: frozenset(),
    S.REFUSED: frozenset(),
    S.REPLACED: frozenset(),
}
IN_FORCE = frozenset({S.ACTIVE, S.EXPIRING})
BOTH_SIGNED = frozenset({S.SIGNED, S.ACTIVE, S.EXPIRING, S.EXPIRED, S.RENEWED})
LABELS: dict[AgreementStatus, Text] = {
    S.DRAFT: _l("Draft"),
    S.SENT: _l("Sent for signing"),
    S.SIGNED: _l("Signed"),
    S.ACTIVE: _l("In force"),
    S.EXPIRING: _l("Ends soon"),
    S.EXPIRED: _l("Expired"),
    S.RENEWED: _l("Renewed"),
    S.TERMINATED: _l("Terminated"),
    S.REFUSED: _l("Refused"),
    S.REPLACED: _l("Replaced"),
}
COLORS: dict[AgreementStatus, str] = {
    S.DRAFT: "neutral",
    S.SENT: "info",
    S.SIGNED: "info",
    S.ACTIVE: "success",
    S.EXPIRING: "warning",
    S.EXPIRED: "danger",
    S.RENEWED: "neutral",
    S.TERMINATED: "neutral",
    S.REFUSED: "danger",
    S.REPLACED: "neutral",
}


def move(agreement: Agreement, to: AgreementStatus) -> None:
    """Put an agreement that the caller has locked into another state. Raises DomainError where that cannot follow."""
    if to not in FOLLOWERS[agreement.status]:
        raise DomainError(
            _("This cannot be done any more: the agreement is “%(status)s”.", status=str(LABELS[agreement.status]))
        )
    if to is not S.SENT and agreement.text_hash is None:
        raise FrozenAgreement("an agreement without a text moves on")
    agreement.status = to
    agreement.version_id += 1


def two_months_before(day: date) -> date:
    """The day two calendar months before another, or the last one of that month where it has no such day."""
    return months_later(day, -2)


def months_later(day: date, months: int) -> date:
    """The same day of another month, or its last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
