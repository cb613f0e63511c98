"""What became of each person who should be asked: states of the ledger, reasons, and their AAPOR disposition.

Every exit is in exactly one state per wave, so that the ledger adds up on screen. Source of the
dispositions: AAPOR, Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class DueState(StrEnum):
    """The state of one due row. The sum over all states is the number of exits."""

    NOT_YET_DUE = "not_yet_due"
    DUE = "due"
    SENT_WAITING = "sent_waiting"
    IN_DOUBT = "in_doubt"
    ANSWERED = "answered"
    PARTLY_ANSWERED = "partly_answered"
    DECLINED = "declined"
    NOT_POSSIBLE = "not_possible"
    CLOSED_WITHOUT_ANSWER = "closed_without_answer"
    SUPERSEDED = "superseded"


class StopReason(StrEnum):
    """Why nothing more is sent for a due row. Always a value, never a silence."""

    COMPLETED = "completed"
    DECLINED = "declined"
    OPTED_OUT = "opted_out"
    BROKEN_OFF = "broken_off"
    NO_ADDRESS = "no_address"
    BOUNCED = "bounced"
    PROTECTED = "protected"
    NO_CONSENT = "no_consent"
    LANGUAGE_NOT_APPROVED = "language_not_approved"
    LANGUAGE_BARRIER = "language_barrier"
    ILLNESS = "illness"
    CLOSED_PROGRAMME = "closed_programme"
    DECEASED = "deceased"
    DUPLICATE = "duplicate"
    NEVER_ENROLLED = "never_enrolled"
    DEADLINE_PASSED = "deadline_passed"
    LATER_EXIT = "later_exit"
    NEW_PLAN = "new_plan"


class Disposition(StrEnum):
    """AAPOR's final dispositions, with one code for cases that do not belong to the base."""

    COMPLETE = "I"
    PARTIAL = "P"
    REFUSED = "R"
    NO_CONTACT = "NC"
    OTHER = "O"
    UNKNOWN = "U"
    NOT_ELIGIBLE = "not_eligible"


OPEN_STATES = frozenset({DueState.NOT_YET_DUE, DueState.DUE, DueState.SENT_WAITING, DueState.IN_DOUBT})
FINAL_STATES = frozenset(DueState) - OPEN_STATES

ALLOWED_REASONS: Mapping[DueState, frozenset[StopReason]] = MappingProxyType(
    {
        DueState.ANSWERED: frozenset({StopReason.COMPLETED}),
        # Somebody who stopped in the middle may also have said that no more messages should come.
        DueState.PARTLY_ANSWERED: frozenset(
            {
                StopReason.DEADLINE_PASSED,
                StopReason.DECLINED,
                StopReason.OPTED_OUT,
                StopReason.CLOSED_PROGRAMME,
            }
        ),
        DueState.DECLINED: frozenset({StopReason.DECLINED, StopReason.OPTED_OUT}),
        DueState.NOT_POSSIBLE: frozenset(
            {
                StopReason.NO_ADDRESS,
                StopReason.BOUNCED,
                StopReason.OPTED_OUT,
                StopReason.PROTECTED,
                StopReason.NO_CONSENT,
                StopReason.LANGUAGE_NOT_APPROVED,
                StopReason.LANGUAGE_BARRIER,
                StopReason.ILLNESS,
                StopReason.CLOSED_PROGRAMME,
                StopReason.DECEASED,
                StopReason.DUPLICATE,
                StopReason.NEVER_ENROLLED,
            }
        ),
        DueState.CLOSED_WITHOUT_ANSWER: frozenset(
            {StopReason.DEADLINE_PASSED, StopReason.BROKEN_OFF, StopReason.CLOSED_PROGRAMME}
        ),
        DueState.SUPERSEDED: frozenset({StopReason.LATER_EXIT, StopReason.NEW_PLAN}),
    }
)

# Reasons that may go away: the row comes back by itself when an address arrives or a translation is approved.
RETRIED_REASONS = frozenset(
    {StopReason.NO_ADDRESS, StopReason.BOUNCED, StopReason.LANGUAGE_NOT_APPROVED, StopReason.NO_CONSENT}
)

_BY_STATE: Mapping[DueState, Disposition | None] = MappingProxyType(
    {
        DueState.NOT_YET_DUE: None,
        DueState.DUE: Disposition.NO_CONTACT,
        DueState.SENT_WAITING: Disposition.NO_CONTACT,
        DueState.IN_DOUBT: Disposition.NO_CONTACT,
        DueState.ANSWERED: Disposition.COMPLETE,
        DueState.PARTLY_ANSWERED: Disposition.PARTIAL,
        DueState.DECLINED: Disposition.REFUSED,
        DueState.CLOSED_WITHOUT_ANSWER: Disposition.NO_CONTACT,
        DueState.SUPERSEDED: Disposition.NOT_ELIGIBLE,
    }
)

_BY_REASON: Mapping[StopReason, Disposition] = MappingProxyType(
    {
        StopReason.OPTED_OUT: Disposition.REFUSED,
        StopReason.NO_CONSENT: Disposition.REFUSED,
        StopReason.NO_ADDRESS: Disposition.UNKNOWN,
        StopReason.BOUNCED: Disposition.UNKNOWN,
        StopReason.PROTECTED: Disposition.OTHER,
        StopReason.LANGUAGE_NOT_APPROVED: Disposition.OTHER,
        StopReason.LANGUAGE_BARRIER: Disposition.OTHER,
        StopReason.ILLNESS: Disposition.OTHER,
        StopReason.CLOSED_PROGRAMME: Disposition.OTHER,
        StopReason.DECEASED: Disposition.NOT_ELIGIBLE,
        StopReason.DUPLICATE: Disposition.NOT_ELIGIBLE,
        StopReason.NEVER_ENROLLED: Disposition.NOT_ELIGIBLE,
    }
)


def is_allowed(state: DueState, reason: StopReason | None) -> bool:
    """Whether a due row may be in ``state`` for ``reason``.

    Open states have no reason; final ones always have one.
    """
    if state in OPEN_STATES:
        return reason is None
    return reason in ALLOWED_REASONS[state]


def disposition_of(state: DueState, reason: StopReason | None = None) -> Disposition | None:
    """The AAPOR disposition of a due row; None while it is not due and so not in any base.

    A row that is due counts as "no contact" until it is answered, so that the response rate can only be too
    low while the wave runs, never too high. A superseded row is out of the base because another row of the
    person stands in it. Raises ValueError for a reason that does not go with the state.
    """
    if not is_allowed(state, reason):
        raise ValueError(f"a row that is {state} cannot have the reason {reason}")
    if state is DueState.NOT_POSSIBLE and reason is not None:
        return _BY_REASON[reason]
    if state is DueState.CLOSED_WITHOUT_ANSWER and reason is StopReason.BROKEN_OFF:
        return Disposition.REFUSED
    return _BY_STATE[state]
