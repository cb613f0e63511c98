"""The path of a placement: which steps are done, which is next, and what is missing and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask import url_for
from flask_babel import gettext as _

from crm.extension_points import Text
from crm.placements.gaps import Gap, GapKind, missing_parties
from crm.placements.models import Placement
from crm.placements.schemes import scheme_of
from crm.placements.step_models import Clarification, Evaluator
from crm.web.filters import show_date, show_number

BEFORE = (GapKind.CLARIFICATION.value, GapKind.MEETING.value, GapKind.INSTRUCTION.value)


class State(StrEnum):
    """How far a step is. ``missing``: it should have been done. ``skipped``: it was never done, and nobody asks now."""

    DONE = "done"
    NOW = "now"
    MISSING = "missing"
    LATER = "later"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Step:
    """A step with what is missing in words. ``href`` leads to where it is done; ``by_button`` posts there."""

    key: str
    label: Text
    state: State
    reasons: Sequence[str] = ()
    blocks: bool = False
    href: str = ""
    action: Text = ""
    by_button: bool = False


def path_of(placement: Placement, gaps: Sequence[Gap], today: date) -> list[Step]:
    """The steps of a placement in full, from the clarification to the closing. ``gaps``: what is missing."""
    by_kind: dict[GapKind, list[Gap]] = {}
    for gap in gaps:
        by_kind.setdefault(gap.kind, []).append(gap)
    steps = [*_preparing(placement, by_kind, today), _start(placement, gaps, today)]
    if placement.cancelled:
        day = show_date(placement.ends_on) if placement.ends_on else ""
        never = Step("end", _("Ended on %(day)s, before it had begun", day=day), State.DONE)
        return [*(step for step in steps if step.state is State.DONE), never]
    return [*steps, _check_ins(placement, by_kind, today), _end(placement, today), *_afterwards(placement, by_kind)]


def next_step(steps: Sequence[Step]) -> Step | None:
    """What is to be done first: what the unit insists on, then the others in their order.

    Once a placement has begun, what is due now comes before what should have been there at the start.
    """
    begun = any(step.key == "start" and step.state is State.DONE for step in steps)
    waiting = [step for step in steps if step.state in (State.NOW, State.MISSING) and step.href]
    return next(iter(sorted(waiting, key=lambda step: (not step.blocks, begun and step.key in BEFORE))), None)


def _preparing(placement: Placement, gaps: Mapping[GapKind, Sequence[Gap]], today: date) -> Iterator[Step]:
    clarified = placement.clarification is not None and _is_clarified(placement, placement.clarification)
    met = any(meeting.all_three for meeting in placement.meetings)
    approved = placement.instruction is not None and not missing_parties(placement)
    needed = scheme_of(placement.kind, placement.starts_on).needs_instruction
    rows = [
        (
            GapKind.CLARIFICATION,
            _("Clarification"),
            clarified,
            "placements.clarification",
            _("Write the clarification"),
        ),
        (GapKind.MEETING, _("Meeting of all three"), met, "placements.meeting", _("Write down the meeting")),
    ]
    if needed or placement.instruction:
        written = placement.instruction is not None
        page = "placements.approval" if written and not approved else "placements.instruction"
        action = _("Write down an approval") if written else _("Write the work instruction")
        rows.append((GapKind.INSTRUCTION, _("Work instruction"), approved, page, action))
    free = True
    for kind, label, done, endpoint, action in rows:
        found = gaps.get(kind, ())
        state = State.DONE if done else _undone(placement, found, free, late=placement.starts_on <= today)
        free = free and done
        yield _step(kind.value, label, state, found, url_for(endpoint, public_id=placement.public_id), action)


def _is_clarified(placement: Placement, row: Clarification) -> bool:
    # Of a placement that has ended nobody asks any more whom to call.
    return row.is_complete or (placement.has_ended and row.missing == ["who_to_call"])


def _undone(placement: Placement, found: Sequence[Gap], free: bool, *, late: bool) -> State:
    if placement.has_ended:
        return State.SKIPPED
    if placement.has_begun:
        return State.MISSING if found else State.SKIPPED
    if found and free:
        return State.NOW
    # Until the day of the start nothing is missing yet: it is to come.
    return State.MISSING if found and late else State.LATER


def _start(placement: Placement, gaps: Sequence[Gap], today: date) -> Step:
    day = show_date(placement.starts_on)
    if placement.has_begun:
        return Step("start", _("Start on %(day)s", day=day), State.DONE)
    if placement.cancelled:
        return Step("start", _("Start on %(day)s", day=day), State.SKIPPED)
    reasons = [_("It waits for what the unit insists on.")] if any(gap.blocks for gap in gaps) else []
    if placement.starts_on > today:
        return Step("start", _("Start on %(day)s", day=day), State.LATER, reasons)
    return Step(
        "start",
        _("Start on %(day)s", day=day),
        State.LATER if reasons else State.NOW,
        reasons,
        href=url_for("placements.begin", public_id=placement.public_id),
        action=_("It has begun"),
        by_button=True,
    )


def _check_ins(placement: Placement, gaps: Mapping[GapKind, Sequence[Gap]], today: date) -> Step:
    rows, found = placement.check_ins, gaps.get(GapKind.CHECK_INS, ())
    open_rows = [row for row in rows if row.done is None]
    due = next((row for row in open_rows if row.due_on <= today), None)
    label = _("Check-ins")
    if not placement.has_begun:
        return Step("check_ins", label, State.LATER, [_("They are planned for weeks 1, 4, 8 and 12 at the start.")])
    if not rows:
        return Step("check_ins", label, State.SKIPPED, [_("None is planned.")])
    if not open_rows:
        return Step("check_ins", label, State.DONE)
    if due is None:
        return Step("check_ins", label, State.LATER)
    action = _("Write down the check-in of week %(week)s", week=show_number(due.week))
    state = State.MISSING if found else State.NOW
    return _step("check_ins", label, state, found, url_for("placements.check_in", public_id=due.public_id), action)


def _end(placement: Placement, today: date) -> Step:
    if placement.has_ended:
        day = show_date(placement.ends_on) if placement.ends_on else ""
        return Step("end", _("Ended on %(day)s", day=day), State.DONE)
    passed = placement.ends_on is not None and placement.ends_on < today
    reasons = [_("The last day has passed.")] if passed else []
    if placement.end_proposed:
        reasons.append(_("The employer is closing. Has the placement ended?"))
    day = show_date(placement.ends_on) if placement.ends_on else ""
    label = _("End on %(day)s", day=day) if day else _("End, not decided yet")
    state = State.NOW if reasons and placement.has_begun else State.LATER
    here = url_for("placements.show", public_id=placement.public_id)
    href = url_for("placements.end", public_id=placement.public_id, next=here) if placement.has_begun else ""
    return Step("end", label, state, reasons, href=href, action=_("End the placement"))


def _afterwards(placement: Placement, gaps: Mapping[GapKind, Sequence[Gap]]) -> Iterator[Step]:
    ended, id_ = placement.has_ended, placement.public_id
    given = {each.evaluator for each in placement.evaluations}
    found = gaps.get(GapKind.EVALUATION, ())
    both = len(given) == len(Evaluator)
    whose = next((each for each in Evaluator if each not in given), Evaluator.PARTICIPANT)
    action = (
        _("Write what the participant says") if whose is Evaluator.PARTICIPANT else _("Write what the employer says")
    )
    missing = State.SKIPPED if placement.closed_on else State.MISSING if found else State.LATER
    href = url_for("placements.evaluation", public_id=id_, who=whose.value) if ended else ""
    yield _step("evaluation", _("Evaluation by both"), State.DONE if both else missing, found, href, action)
    made = placement.certificate is not None
    href = url_for("placements.certificate", public_id=id_) if ended else ""
    waiting = State.NOW if ended and not placement.closed_on else State.SKIPPED if ended else State.LATER
    yield Step(
        "certificate", _("Certificate"), State.DONE if made else waiting, href=href, action=_("Make the certificate")
    )
    closed = State.DONE if placement.closed_on else State.NOW if ended else State.LATER
    href = url_for("placements.close", public_id=id_) if ended else ""
    yield Step("close", _("Close the placement"), closed, href=href, action=_("Close the placement"))


def _step(key: str, label: Text, state: State, found: Sequence[Gap], href: str, action: Text) -> Step:
    reasons = [gap.reason for gap in found] if state is not State.DONE else []
    return Step(key, label, state, reasons, any(gap.blocks for gap in found), href, action)
