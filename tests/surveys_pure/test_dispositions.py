"""Every state of the ledger, with every reason it may have, has exactly one disposition."""

import itertools

import pytest

from surveys.dispositions import (
    ALLOWED_REASONS,
    FINAL_STATES,
    OPEN_STATES,
    RETRIED_REASONS,
    Disposition,
    DueState,
    StopReason,
    disposition_of,
    is_allowed,
)

ALLOWED = [
    (state, reason) for state, reason in itertools.product(DueState, [None, *StopReason]) if is_allowed(state, reason)
]


@pytest.mark.parametrize(("state", "reason"), ALLOWED)
def test_every_allowed_pair_has_a_disposition_unless_it_is_not_yet_due(
    state: DueState, reason: StopReason | None
) -> None:
    disposition = disposition_of(state, reason)
    assert (disposition is None) == (state is DueState.NOT_YET_DUE)


def test_a_reason_that_does_not_go_with_the_state_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot have the reason"):
        disposition_of(DueState.ANSWERED, StopReason.BOUNCED)
    with pytest.raises(ValueError, match="cannot have the reason"):
        disposition_of(DueState.NOT_POSSIBLE)


def test_final_states_always_have_a_reason_and_open_ones_never() -> None:
    assert set(ALLOWED_REASONS) == FINAL_STATES
    assert all(not is_allowed(state, reason) for state in OPEN_STATES for reason in StopReason)
    assert not any(is_allowed(state, None) for state in FINAL_STATES)


def test_every_reason_is_used_by_some_state() -> None:
    assert {reason for reasons in ALLOWED_REASONS.values() for reason in reasons} == set(StopReason)


@pytest.mark.parametrize(
    ("state", "reason", "disposition"),
    [
        (DueState.ANSWERED, StopReason.COMPLETED, Disposition.COMPLETE),
        (DueState.PARTLY_ANSWERED, StopReason.DEADLINE_PASSED, Disposition.PARTIAL),
        (DueState.DECLINED, StopReason.DECLINED, Disposition.REFUSED),
        (DueState.NOT_POSSIBLE, StopReason.OPTED_OUT, Disposition.REFUSED),
        (DueState.CLOSED_WITHOUT_ANSWER, StopReason.BROKEN_OFF, Disposition.REFUSED),
        (DueState.SENT_WAITING, None, Disposition.NO_CONTACT),
        (DueState.CLOSED_WITHOUT_ANSWER, StopReason.DEADLINE_PASSED, Disposition.NO_CONTACT),
        (DueState.NOT_POSSIBLE, StopReason.ILLNESS, Disposition.OTHER),
        (DueState.NOT_POSSIBLE, StopReason.LANGUAGE_BARRIER, Disposition.OTHER),
        (DueState.NOT_POSSIBLE, StopReason.NO_ADDRESS, Disposition.UNKNOWN),
        (DueState.NOT_POSSIBLE, StopReason.BOUNCED, Disposition.UNKNOWN),
        (DueState.NOT_POSSIBLE, StopReason.DECEASED, Disposition.NOT_ELIGIBLE),
        (DueState.NOT_POSSIBLE, StopReason.DUPLICATE, Disposition.NOT_ELIGIBLE),
        (DueState.SUPERSEDED, StopReason.LATER_EXIT, Disposition.NOT_ELIGIBLE),
    ],
)
def test_the_mapping_follows_the_standard(state: DueState, reason: StopReason | None, disposition: Disposition) -> None:
    assert disposition_of(state, reason) is disposition


def test_only_reasons_that_can_go_away_are_tried_again() -> None:
    assert StopReason.NO_ADDRESS in RETRIED_REASONS
    assert RETRIED_REASONS.isdisjoint({StopReason.DECEASED, StopReason.OPTED_OUT, StopReason.PROTECTED})
