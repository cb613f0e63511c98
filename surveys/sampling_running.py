"""The surveys of the running sample programme: the real jobs and services under a clock that walks through the year."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import respondent_actor, system_actor
from crm.db import current_session, transaction
from crm.messaging.outbox import sweep as send_messages
from crm.participants.models import Enrolment, EnrolmentExit
from surveys.answering import PHONE, WEB, Begun, begin, finish, save_answer
from surveys.definition import Question, QuestionType
from surveys.dispositions import DueState
from surveys.models import DueRow
from surveys.planning import recompute, recompute_many
from surveys.progress import resume_question
from surveys.refusing import decline
from surveys.responses import answers_of, definition_of
from surveys.sampling_answers import BETTER, GOOD, exit_answers, later_answers, random_goals, status_after
from surveys.sampling_closed import YES_OF_55
from surveys.sweeping import sweep

SILENT = 10
"""So many of those asked at the exit do not answer: one stops half-way, one declines, the others say nothing."""
WAITING_DAYS = 8
"""Whoever left since then has not answered yet."""
OLD_ENOUGH_DAYS = 34
"""After so many days the time to answer is over."""
WISHES_CONTACT_DAYS = 16
_ACTOR = system_actor("surveys.samples")
_PERSON = respondent_actor()
_READ = "the sample programme, in a job of the system"
_AT = time(9, 30)
_PARTS_BEFORE_STOPPING = 5


def play_running_programme(programme_id: int) -> None:
    """Plan, send, answer, remind and close until yesterday. What is due today is left for the server to send."""
    now, today = clock.now(), clock.today()
    with clock.travelling(now) as jump:

        def go(day: date) -> None:
            jump(min(now, datetime.combine(day, _AT, tzinfo=UTC)))

        exits = _exits(programme_id)
        _plan(exits, go)
        player = _Player(programme_id, today)
        for day in _days(exits[0][1], today):
            go(day)
            sweep()
            send_messages()
            player.answer()
        jump(now)
        with transaction():
            # What is due since this morning is ready to be sent.
            recompute_many(_ACTOR, [exit_id for exit_id, _day in exits])


def _exits(programme_id: int) -> list[tuple[int, date]]:
    statement = (
        select(EnrolmentExit.id, EnrolmentExit.exit_on)
        .join(Enrolment, Enrolment.id == EnrolmentExit.enrolment_id)
        .where(Enrolment.programme_id == programme_id)
        .order_by(EnrolmentExit.exit_on, EnrolmentExit.id)
    )
    return list(current_session().execute(trusted(statement, because=_READ)).all())


def _plan(exits: Sequence[tuple[int, date]], go: Callable[[date], None]) -> None:
    """Plan every exit on its day, and then take the day back to before the first, when nothing was due yet."""
    with transaction():
        for exit_id, exit_on in exits:
            go(exit_on)
            recompute(_ACTOR, exit_id)
        go(exits[0][1] - timedelta(days=1))
        recompute_many(_ACTOR, [exit_id for exit_id, _day in exits])


def _days(first: date, today: date) -> Iterator[date]:
    """Days on which the jobs run: closer together towards the end, the last one yesterday."""
    ago = (today - first).days
    while ago > 0:
        yield today - timedelta(days=ago)
        ago = 1 if 1 < ago <= 3 else ago - (10 if ago > 37 else 7 if ago > 9 else 2)


class _Player:
    """Answers as the sample participants do."""

    def __init__(self, programme_id: int, today: date) -> None:
        self._programme_id = programme_id
        self._today = today
        self._random = Random(31)
        self._silent = self._silent_rows()
        self._stopped: set[int] = set()

    def answer(self) -> None:
        """Let everybody answer who has been asked, at once or after the reminder; some never do."""
        for row_id in self._asked():
            with transaction() as session:
                row = session.get_one(DueRow, row_id)
                if row.wave == "exit":
                    self._at_exit(row)
                elif row_id % 3:
                    self._later(row)

    def _asked(self) -> Sequence[int]:
        statement = select(DueRow.id).where(
            DueRow.programme_id == self._programme_id, DueRow.state == DueState.SENT_WAITING
        )
        return current_session().scalars(trusted(statement.order_by(DueRow.id), because=_READ)).all()

    def _silent_rows(self) -> list[int]:
        """Those who will not answer: every third of those whose time is over today."""
        statement = (
            select(DueRow.id)
            .where(
                DueRow.programme_id == self._programme_id,
                DueRow.wave == "exit",
                DueRow.state == DueState.NOT_YET_DUE,
                DueRow.exit_on <= self._today - timedelta(days=OLD_ENOUGH_DAYS),
            )
            .order_by(DueRow.exit_on, DueRow.id)
        )
        found = current_session().scalars(trusted(statement, because=_READ)).all()
        return list(found[1::3][:SILENT])

    def _at_exit(self, row: DueRow) -> None:
        if row.exit_on > self._today - timedelta(days=WAITING_DAYS):
            return
        if row.id in self._silent:
            self._stay_silent(row)
        elif row.id % 3 or row.reminded_steps:
            goals = random_goals(self._random, tuple(YES_OF_55))
            texts = self._random.choice(("", *GOOD)), self._random.choice(("", "", *BETTER))
            given = exit_answers(row.exit.reason, goals, texts)
            if row.exit_on == self._today - timedelta(days=WISHES_CONTACT_DAYS):
                given["contact_wish"] = "yes"
            self._fill_in(row, given)

    def _stay_silent(self, row: DueRow) -> None:
        place = self._silent.index(row.id)
        if place == 1:
            decline(_PERSON, row_id=row.id)
        elif place == 0 and row.id not in self._stopped:
            self._stopped.add(row.id)
            given = exit_answers(row.exit.reason, random_goals(self._random, tuple(YES_OF_55)), ("", ""))
            self._fill_in(row, given, most=_PARTS_BEFORE_STOPPING)

    def _later(self, row: DueRow) -> None:
        status = status_after(row.exit.reason) if self._random.random() < 0.8 else "job_seeking"
        self._fill_in(row, later_answers(status, same_employer=self._random.random() < 0.8))

    def _fill_in(self, row: DueRow, given: dict[str, str], *, most: int | None = None) -> None:
        """Answer question after question, as far as ``most``, and send the answers in at the end."""
        by_phone = row.id % 9 == 4
        how = Begun(
            language=row.language,
            mode=PHONE if by_phone else WEB,
            entered_by_id=row.enrolment.coordinator_id if by_phone else None,
        )
        response = begin(_PERSON, row_id=row.id, how=how)
        definition = definition_of(response.version)
        passed = 0
        while (question := resume_question(definition, answers_of(response))) and passed != most:
            self._answer_one(row, question, given.get(question.key, ""))
            passed += 1
        if most is None:
            finish(_PERSON, row_id=row.id, share=row.id % 5 == 0, language=row.language)

    def _answer_one(self, row: DueRow, question: Question, value: str) -> None:
        is_skipped = not value and question.type is not QuestionType.TEXT
        save_answer(
            _PERSON,
            row_id=row.id,
            question=question.key,
            raw=[value] if value else [],
            skip=is_skipped,
            language=row.language,
        )
