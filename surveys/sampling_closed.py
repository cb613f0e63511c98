"""The surveys of the closed sample programme, as a published evaluation has them, written as rows.

55 complete answers at the exit, of which 54, 52, 55, 51 and 53 say yes to the five goals: 98, 95, 100, 93 and 96 %.
After 90 days the situation of 60 of 80 persons is known, and 27 of them are in work or studies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session, new_public_id
from crm.participants.models import Enrolment, EnrolmentExit, Participant
from crm.participants.services.exits import set_known_status
from crm.reports.outcomes import WORK_OR_STUDIES
from crm.samples.rows import insert_rows, noon_of
from surveys.dispositions import DueState, StopReason
from surveys.models import Answer, DueRow, FollowUpPlan, QuestionnaireVersion, Response
from surveys.plans.queries import newest_published
from surveys.sampling_answers import BETTER, GOOD, exit_answers, later_answers, status_after
from surveys.tokens import opt_out_token, survey_token, token_hash

Outcome = tuple[DueState, StopReason]
ANSWERED = (DueState.ANSWERED, StopReason.COMPLETED)
DECLINED = (DueState.DECLINED, StopReason.DECLINED)
CLOSED = (DueState.CLOSED_WITHOUT_ANSWER, StopReason.DEADLINE_PASSED)
LANGUAGE = (DueState.NOT_POSSIBLE, StopReason.LANGUAGE_BARRIER)
ILLNESS = (DueState.NOT_POSSIBLE, StopReason.ILLNESS)
SENDS_NOTHING = (DueState.NOT_POSSIBLE, StopReason.CLOSED_PROGRAMME)

YES_OF_55 = {
    "good_treatment": 54,
    "closer_to_work": 52,
    "positive_experience": 55,
    "more_motivated": 51,
    "got_tools": 53,
}
AT_EXIT = [ANSWERED] * 55 + [DECLINED] * 4 + [CLOSED] * 15 + [LANGUAGE] * 4 + [ILLNESS] * 2
"""What became of the last exit of each of 80 persons."""
AT_FIRST_EXIT = [CLOSED] * 4 + [SENDS_NOTHING] * 2
LATER_SILENT = [DECLINED] * 3 + [CLOSED] * 26 + [LANGUAGE] * 3 + [ILLNESS] + [SENDS_NOTHING] * 3
"""The same after 90 days for the 36 persons who did not answer."""
_ACTOR = system_actor("surveys.samples")
_READ = "the exits of the sample programme"


@dataclass(frozen=True)
class _Exit:
    id: int
    enrolment_id: int
    participant_id: int
    unit_id: int
    programme_id: int
    exit_on: date
    reason: str
    language: str

    @property
    def reached(self) -> bool:
        return self.reason in WORK_OR_STUDIES


def fill_closed_programme(programme_id: int) -> None:
    """Write due rows, responses and answers of both waves. Runs inside ``transaction()``."""
    first, last = _exits(programme_id)
    random = Random(55)
    random.shuffle(last)
    _write_exit_wave(first, last)
    _write_later_wave(first, sorted(last, key=lambda each: not each.reached))


def _exits(programme_id: int) -> tuple[list[_Exit], list[_Exit]]:
    """The exits that were followed by another start, and the last exit of everybody."""
    statement = (
        select(
            EnrolmentExit.id,
            EnrolmentExit.enrolment_id,
            Enrolment.participant_id,
            Enrolment.unit_id,
            Enrolment.programme_id,
            EnrolmentExit.exit_on,
            EnrolmentExit.reason,
            Participant.language,
        )
        .join(Enrolment, Enrolment.id == EnrolmentExit.enrolment_id)
        .join(Participant, Participant.id == Enrolment.participant_id)
        .where(Enrolment.programme_id == programme_id)
        .order_by(EnrolmentExit.id)
    )
    found = [_Exit(*row) for row in current_session().execute(trusted(statement, because=_READ))]
    newest: dict[int, _Exit] = {}
    for each in sorted(found, key=lambda one: one.exit_on):
        newest[each.participant_id] = each
    last = [each for each in found if newest[each.participant_id] is each]
    return [each for each in found if newest[each.participant_id] is not each], last


def _write_exit_wave(first: Sequence[_Exit], last: Sequence[_Exit]) -> None:
    exits = [*last, *first]
    rows = _write_rows("exit", exits, [*AT_EXIT, *AT_FIRST_EXIT])
    answered = len([outcome for outcome in AT_EXIT if outcome == ANSWERED])
    answers = [_exit_answers(each.reason, place, answered) for place, each in enumerate(exits[:answered])]
    _write_responses("exit", rows[:answered], exits[:answered], answers)


def _exit_answers(reason: str, place: int, answered: int) -> dict[str, str]:
    """The answers of one of the respondents. Those who say no are spread, so that no one is unhappy with all."""
    goals = {}
    for number, (key, yes) in enumerate(YES_OF_55.items()):
        is_no = (place - 11 * number) % answered < answered - yes
        goals[key] = ("3" if place % 2 else "2") if is_no else ("4" if (place + number) % 3 else "5")
    good = GOOD[place // 6] if place % 6 == 0 and place // 6 < len(GOOD) else ""
    better = BETTER[place // 8] if place % 8 == 3 and place // 8 < len(BETTER) else ""
    return exit_answers(reason, goals, (good, better))


def _write_later_wave(first: Sequence[_Exit], last: Sequence[_Exit]) -> None:
    """``last`` holds the 37 who left for work or studies before the 43 others."""
    reached = [each for each in last if each.reached]
    others = [each for each in last if not each.reached]
    telling = [*reached[:22], *others[:22]]
    silent = [*reached[22:], *others[22:]]
    statuses = [
        *(status_after(each.reason) for each in reached[:18]),
        *["job_seeking"] * 4,
        *["work", "studies"],
        *(status_after(each.reason) for each in others[2:22]),
    ]
    exits = [*telling, *silent, *first]
    rows = _write_rows(
        "follow_up_90", exits, [*[ANSWERED] * len(telling), *LATER_SILENT, *[CLOSED] * 4, *[SENDS_NOTHING] * 2]
    )
    answers = [later_answers(status, same_employer=place % 7 != 6) for place, status in enumerate(statuses)]
    _write_responses("follow_up_90", rows[: len(telling)], telling, answers)
    _write_known(reached[22:30], others[22:30])


def _write_known(reached: Sequence[_Exit], others: Sequence[_Exit]) -> None:
    """What staff know of 16 persons who did not answer."""
    statuses = [*(status_after(each.reason) for each in reached[:6]), "job_seeking", "sick_leave"]
    statuses += ["work", *["job_seeking"] * (len(others) - 1)]
    for each, status in zip([*reached, *others], statuses, strict=True):
        set_known_status(_ACTOR, exit_id=each.id, status=status)


def _write_rows(wave: str, exits: Sequence[_Exit], outcomes: Sequence[Outcome]) -> list[int]:
    plan = current_session().scalars(select(FollowUpPlan).where(FollowUpPlan.key == wave)).one()
    return insert_rows(DueRow, [_row(plan, each, outcome) for each, outcome in zip(exits, outcomes, strict=True)])


def _row(plan: FollowUpPlan, each: _Exit, outcome: Outcome) -> dict[str, Any]:
    public_id = new_public_id()
    due_on = each.exit_on + timedelta(days=plan.days_after)
    asked = noon_of(due_on) if outcome[0] is not DueState.NOT_POSSIBLE else None
    settled = noon_of(due_on + timedelta(days=3 if outcome == ANSWERED else plan.close_days))
    return {
        "public_id": public_id,
        "exit_id": each.id,
        "enrolment_id": each.enrolment_id,
        "participant_id": each.participant_id,
        "unit_id": each.unit_id,
        "programme_id": each.programme_id,
        "wave": plan.key,
        "plan_id": plan.id,
        "exit_on": each.exit_on,
        "due_on": due_on,
        "state": outcome[0],
        "reason": outcome[1].value,
        "language": each.language,
        "token_version": 1,
        "token_hash": token_hash(survey_token(public_id, 1)),
        "optout_hash": token_hash(opt_out_token(public_id, 1)),
        "issue": 0,
        "invited_at": asked,
        "reminded_steps": 0,
        "closes_on": due_on + timedelta(days=plan.close_days),
        "finished_at": settled,
        "changed_at": settled,
    }


def _write_responses(
    wave: str, row_ids: Sequence[int], exits: Sequence[_Exit], answers: Sequence[dict[str, str]]
) -> None:
    plan = current_session().scalars(select(FollowUpPlan).where(FollowUpPlan.key == wave)).one()
    version = newest_published(plan.questionnaire_id)
    assert version is not None, "the content was brought in before"
    ids = insert_rows(
        Response,
        [_response(plan, version, row_id, each) for row_id, each in zip(row_ids, exits, strict=True)],
    )
    rows = [
        {"response_id": response_id, "question": question, **_stored(question, value)}
        for response_id, given in zip(ids, answers, strict=True)
        for question, value in given.items()
    ]
    insert_rows(Answer, rows)


def _response(plan: FollowUpPlan, version: QuestionnaireVersion, row_id: int, each: _Exit) -> dict[str, Any]:
    answered = noon_of(each.exit_on + timedelta(days=plan.days_after + 3))
    return {
        "public_id": new_public_id(),
        "due_id": row_id,
        "version_ref_id": version.id,
        "language": each.language,
        "mode": "paper" if each.id % 3 else "web",
        "started_at": answered,
        "last_at": answered,
        "completed_at": answered,
        "share_with_coordinator": False,
    }


def _stored(question: str, value: str) -> dict[str, str | None]:
    if question.endswith("_text"):
        return {"choice": "", "text": value or None}
    return {"choice": value, "text": None}
