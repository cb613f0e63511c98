"""A rehearsal in words: what a unit reads before it switches a plan on."""

from collections.abc import Iterator

from surveys.dispositions import DueState
from surveys.simulation.counting import Outcome, Wave
from surveys.simulation.options import Options

_WAVE_NAMES = {"exit": "At the exit", "follow_up_90": "After 90 days"}
_STATE_NAMES = {
    DueState.NOT_YET_DUE: "not yet due",
    DueState.DUE: "due",
    DueState.SENT_WAITING: "sent, waiting",
    DueState.IN_DOUBT: "in doubt",
    DueState.ANSWERED: "answered",
    DueState.PARTLY_ANSWERED: "partly answered",
    DueState.DECLINED: "declined",
    DueState.NOT_POSSIBLE: "not possible",
    DueState.CLOSED_WITHOUT_ANSWER: "closed without an answer",
    DueState.SUPERSEDED: "superseded",
}
_RATE_NAMES = {"rr1": "response rate (RR1), %", "rr2": "with partial answers, %", "coverage": "coverage, %"}


def in_words(outcome: Outcome, options: Options) -> Iterator[str]:
    """The report, line by line."""
    yield f"{outcome.exits} exits, {options.days} days from {options.first_day.isoformat()}, seed {options.seed}"
    for key, wave in outcome.waves.items():
        yield ""
        yield from _ledger(key, wave)
    yield ""
    yield from _messages(outcome)


def compared(as_it_is: Outcome, changed: Outcome, wave: str) -> Iterator[str]:
    """What a change of the plan of ``wave`` does: the same people, asked in two ways."""
    before, after = as_it_is.waves[wave], changed.waves[wave]
    yield f"{_WAVE_NAMES.get(wave, wave)}: the plan as it is, and as changed"
    yield f"{'':28}{'as it is':>10}{'changed':>10}"
    for state in DueState:
        numbers = before.states[state.value], after.states[state.value]
        if any(numbers):
            yield f"  {_STATE_NAMES[state]:26}{numbers[0]:>10}{numbers[1]:>10}"
    for name, label in _RATE_NAMES.items():
        yield f"  {label:26}{_percent(before, name):>10}{_percent(after, name):>10}"
    sent = as_it_is.messages.accepted, changed.messages.accepted
    yield f"  {'messages, both surveys':26}{sent[0]:>10}{sent[1]:>10}"


def _ledger(key: str, wave: Wave) -> Iterator[str]:
    yield f"{_WAVE_NAMES.get(key, key)}:"
    for state in DueState:
        number = wave.states[state.value]
        if number:
            yield f"  {_STATE_NAMES[state]:26}{number:>6}{_reasons(wave, state)}"
    verdict = "adds up" if wave.adds_up else "DOES NOT ADD UP"
    yield f"  {'all exits':26}{wave.total:>6}  {verdict}"
    counts = wave.dispositions
    yield (
        f"  {counts.complete} of {counts.due} who were due answered ({_percent(wave, 'rr1')} %, RR1);"
        f" {counts.answered} with partial answers ({_percent(wave, 'rr2')} %, RR2)."
        f" {counts.contactable} of {counts.due} could be reached ({_percent(wave, 'coverage')} %)."
    )


def _reasons(wave: Wave, state: DueState) -> str:
    found = sorted(
        (reason.value, number)
        for (of_state, reason), number in wave.reasons.items()
        if of_state is state and reason is not None
    )
    if len(found) < 2 and state is not DueState.NOT_POSSIBLE:
        return ""
    return "  (" + ", ".join(f"{reason.replace('_', ' ')} {number}" for reason, number in found) + ")"


def _messages(outcome: Outcome) -> Iterator[str]:
    found = outcome.messages
    yield (
        f"Messages: {found.planned} planned, {found.accepted} accepted by the receivers,"
        f" {found.failed} refused for good, {found.cancelled} taken back, {found.waiting} waiting."
    )
    yield (
        f"Lost: {found.lost}. Doubled: {found.doubled}. In doubt at the end: {found.in_doubt}"
        f" (at some time: {found.ever_in_doubt}). The sender was killed {outcome.kills} times."
    )


def _percent(wave: Wave, name: str) -> str:
    rate = wave.rates[name]
    return "–" if rate is None else f"{rate:.1f}"
