"""What is missing in a placement, in words with the reason, and whether the unit only says it or insists on it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import ngettext

from crm.placements.models import Placement
from crm.placements.schemes import most_in_ratio, scheme_of
from crm.placements.step_models import NEEDED, Evaluator, Party
from crm.placements.words import ANSWERS, PARTIES
from crm.web.filters import show_date, show_number


class Level(StrEnum):
    """What a unit makes of a gap."""

    OFF = "off"
    WARN = "warn"
    BLOCK = "block"


class GapKind(StrEnum):
    """What can be missing. The first three before the start, the last two before a placement is closed."""

    CLARIFICATION = "clarification"
    MEETING = "meeting"
    INSTRUCTION = "instruction"
    CHECK_INS = "check_ins"
    EVALUATION = "evaluation"


TO_START = (GapKind.CLARIFICATION, GapKind.MEETING, GapKind.INSTRUCTION)
TO_CLOSE = (GapKind.CHECK_INS, GapKind.EVALUATION)
SHIPPED: Mapping[GapKind, Level] = {
    GapKind.CLARIFICATION: Level.WARN,
    GapKind.MEETING: Level.WARN,
    # Asked for only where the scheme itself may not begin before it is signed and approved.
    GapKind.INSTRUCTION: Level.BLOCK,
    GapKind.CHECK_INS: Level.WARN,
    GapKind.EVALUATION: Level.WARN,
}
_LATE_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Gap:
    """Something that is missing: which step, why in words, and whether the unit insists on it."""

    kind: GapKind
    reason: str
    level: Level

    @property
    def blocks(self) -> bool:
        """Whether nothing goes on without it."""
        return self.level is Level.BLOCK


def gaps_before_start(placement: Placement, levels: Mapping[GapKind, Level]) -> list[Gap]:
    """What is missing of the preparation, whatever the status; kinds that the unit has switched off are left out."""
    return _with_levels(placement, levels, TO_START)


def gaps_before_closing(placement: Placement, levels: Mapping[GapKind, Level], today: date) -> list[Gap]:
    """Check-ins that nobody has written down although their day has passed, and evaluations that are missing."""
    found: list[Gap] = []
    if placement.closed_on or not placement.has_begun:
        return found
    if levels[GapKind.CHECK_INS] is not Level.OFF:
        found += [Gap(GapKind.CHECK_INS, text, levels[GapKind.CHECK_INS]) for text in _check_ins(placement, today)]
    if placement.has_ended:
        found += _with_levels(placement, levels, (GapKind.EVALUATION,))
    return found


def notices(placement: Placement, *, in_ratio: int | None = None, employees: int | None = None) -> Iterator[str]:
    """What the scheme says about length and number, as a hint. ``in_ratio``: how many are there with this one."""
    scheme = scheme_of(placement.kind, placement.starts_on)
    if scheme.max_days and placement.ends_on and (placement.ends_on - placement.starts_on).days > scheme.max_days:
        yield _(
            "This is longer than the %(days)s days that are usual for this kind. %(source)s",
            days=show_number(scheme.max_days),
            source=scheme.source,
        )
    if scheme.counts_in_ratio and in_ratio is not None and employees is not None:
        most = most_in_ratio(employees)
        if in_ratio > most:
            yield _(
                "With %(employees)s ordinary employees there may be %(most)s in practice or on wage subsidy at the "
                "same time (forholdskrav); this makes %(count)s.",
                employees=show_number(employees),
                most=show_number(most),
                count=show_number(in_ratio),
            )


def prepared_status(placement: Placement, levels: Mapping[GapKind, Level]) -> str:
    """Which of planned, clarified and approved a placement that has not begun has come to."""
    missing = {gap.kind for gap in gaps_before_start(placement, levels)}
    if GapKind.CLARIFICATION in missing:
        return "planned"
    return "clarified" if missing else "approved"


def _with_levels(placement: Placement, levels: Mapping[GapKind, Level], kinds: tuple[GapKind, ...]) -> list[Gap]:
    return [
        Gap(kind, reason, levels[kind])
        for kind in kinds
        if levels[kind] is not Level.OFF
        for reason in [_REASONS[kind](placement)]
        if reason
    ]


def _clarification(placement: Placement) -> str:
    row = placement.clarification
    missing = [str(ANSWERS[name]) for name in (row.missing if row else NEEDED)]
    return str(_("The clarification lacks: %(what)s.", what=", ".join(missing))) if missing else ""


def _meeting(placement: Placement) -> str:
    if any(meeting.all_three for meeting in placement.meetings):
        return ""
    if placement.meetings:
        return str(_("No meeting had all three: the participant, the employer and us."))
    return str(_("There was no meeting of the participant, the employer and us."))


def _instruction(placement: Placement) -> str:
    if not scheme_of(placement.kind, placement.starts_on).needs_instruction:
        return ""
    if placement.instruction is None:
        return str(_("The work instruction is not written."))
    missing = [str(PARTIES[party]) for party in missing_parties(placement)]
    return str(_("The work instruction is not approved by: %(who)s.", who=", ".join(missing))) if missing else ""


def missing_parties(placement: Placement) -> list[Party]:
    """Who has not approved the work instruction yet."""
    given = {each.party for each in placement.approvals}
    return [party for party in Party if party not in given]


def _check_ins(placement: Placement, today: date) -> Iterator[str]:
    end = placement.ends_on if placement.has_ended and placement.ends_on else today
    for check_in in placement.check_ins:
        if check_in.done is None and check_in.due_on <= end and check_in.due_on + _LATE_AFTER < today:
            yield _(
                "The check-in of week %(week)s (%(day)s) is not written down.",
                week=show_number(check_in.week),
                day=show_date(check_in.due_on),
            )


def _evaluation(placement: Placement) -> str:
    if placement.no_evaluation_reason:
        return ""
    missing = len(Evaluator) - len({each.evaluator for each in placement.evaluations})
    return str(ngettext("One evaluation is missing.", "%(num)d evaluations are missing.", missing)) if missing else ""


_REASONS: Mapping[GapKind, Callable[[Placement], str]] = {
    GapKind.CLARIFICATION: _clarification,
    GapKind.MEETING: _meeting,
    GapKind.INSTRUCTION: _instruction,
    GapKind.EVALUATION: _evaluation,
}
