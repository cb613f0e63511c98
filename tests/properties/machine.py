"""Everything that can happen to exits and their surveys, in any order, and what must hold after each step."""

from datetime import timedelta
from typing import ClassVar

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from crm.actors import respondent_actor
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.messaging import crash_points
from crm.participants.models import ConsentKind, EnrolmentExit
from crm.participants.services.consents import record_consent
from crm.participants.services.exits import change_exit, exit_enrolment, reopen_enrolment
from crm.participants.services.protection import protect, unprotect
from surveys.answering import Begun, SurveyNotOpen, begin, finish, save_answer
from surveys.answers import validate_answer
from surveys.dispositions import DueState, StopReason, is_allowed
from surveys.ledger import LedgerFilter, ledger
from surveys.models import DueRow, Response
from surveys.plans.queries import plans_in_force
from surveys.progress import resume_question
from surveys.refusing import decline
from surveys.responses import definition_of
from tests.properties.receiver import DEAD, Receiver
from tests.properties.stage import SYSTEM, Person, Stage

WAVES = ("exit", "follow_up_90")
EMAILS = st.sampled_from(("one@example.net", "two@example.net", "three@example.net", DEAD[0], None))
PHONES = st.sampled_from(("+46701740605", "+46701740606", DEAD[1], None))
LANGUAGES = st.sampled_from(("sv", "nb", "ar", "so"))
CHANNELS = st.sampled_from((["email", "sms"], ["sms", "email"], ["email"], ["sms"]))
# Twice as often where a message has been accepted and nobody here knows it yet.
POINTS = st.sampled_from((*crash_points.NAMES, "after_accept", "before_result", "after_accept", "before_result"))
# Up to the reminders, the end of the time to answer, and the last day on which an invitation sends itself.
DAYS = st.sampled_from((0, 0, 1, 1, 2, 5, 6, 7, 21, 22, 29))
PICK = st.integers(0, 99)
UNSENT = (DueState.SENT_WAITING, DueState.IN_DOUBT)


class SurveyMachine(RuleBasedStateMachine):
    """``stage`` is set by the test: one application serves all examples."""

    stage: ClassVar[Stage]

    # What happens to people, and what they do.

    @initialize(email=EMAILS, phone=PHONES, language=LANGUAGES, channels=CHANNELS)
    def the_first_one_leaves(self, email: str | None, phone: str | None, language: str, channels: list[str]) -> None:
        self.stage.begin(Receiver())
        self._leave(self._enter(email=email, phone=phone, language=language, channels=channels), 0)

    @precondition(lambda self: len(self.stage.facts.people) < 8)
    @rule(
        email=EMAILS,
        phone=PHONES,
        language=LANGUAGES,
        channels=CHANNELS,
        days=st.integers(-25, 15),
        broken=st.booleans(),
    )
    def somebody_leaves(
        self, days: int, broken: bool, email: str | None, phone: str | None, language: str, channels: list[str]
    ) -> None:
        person = self._enter(email=email, phone=phone, language=language, channels=channels)
        self._leave(person, days, broken=broken)

    @precondition(lambda self: self._person(0, left=False) is not None)
    @rule(pick=PICK)
    def somebody_leaves_again(self, pick: int) -> None:
        person = self._person(pick, left=False)
        assert person is not None
        self._leave(person, 0)

    def _enter(self, **values: object) -> Person:
        stage = self.stage
        with stage.acting():
            person = stage.world.participant(stage.unit(), **values)
            enrolment = stage.world.enrolment(person, stage.programme(), stage.coordinator())
            found = Person(person.id, enrolment.id)
        stage.facts.people.append(found)
        return found

    def _leave(self, person: Person, days: int, *, broken: bool = False) -> None:
        stage = self.stage
        with stage.acting(), stage.surveys_broken(broken), transaction():
            ended, _told = exit_enrolment(
                SYSTEM,
                enrolment_id=person.enrolment_id,
                exit_on=stage.today() + timedelta(days=days),
                reason="work_ordinary",
            )
            person.exit_id = ended.id
        stage.facts.exits += 1
        stage.facts.unplanned = stage.facts.unplanned or broken

    @rule(pick=PICK, days=st.integers(-40, 40))
    def the_date_is_corrected(self, pick: int, days: int) -> None:
        person = self._person(pick, left=True)
        if person is None:
            return
        with self.stage.acting(), transaction():
            ended = current_session().get_one(EnrolmentExit, person.exit_id)
            right = ended.exit_on + timedelta(days=days)
            if ended.enrolment.starts_on <= right <= self.stage.today() + timedelta(days=300):
                change_exit(SYSTEM, exit_id=ended.id, exit_on=right, reason=ended.reason)

    @rule(pick=PICK, email=EMAILS, phone=PHONES)
    def addresses_change(self, pick: int, email: str | None, phone: str | None) -> None:
        with self.stage.acting():
            self.stage.change(self._anybody(pick), email=email, phone=phone)

    @rule(pick=PICK, what=st.sampled_from(("comes back", "is protected", "opts out")))
    def something_ends_or_begins_again(self, pick: int, what: str) -> None:
        """One rule for what seldom happens; each of them undoes itself when it happens again."""
        person = self._anybody(pick)
        with self.stage.acting(), transaction():
            if what == "is protected":
                self._protect(person)
            elif what == "opts out":
                self._opt_out(person)
            elif person.exit_id is not None:
                reopen_enrolment(SYSTEM, enrolment_id=person.enrolment_id)
                person.exit_id = None

    def _protect(self, person: Person) -> None:
        if person.protected:
            unprotect(SYSTEM, participant_id=person.participant_id)
        else:
            named = [self.stage.coordinator_id]
            protect(SYSTEM, participant_id=person.participant_id, named_staff_ids=named)
        person.protected = not person.protected

    def _opt_out(self, person: Person) -> None:
        record_consent(
            respondent_actor(),
            participant_id=person.participant_id,
            kind=ConsentKind.SURVEYS,
            given=person.opted_out,
            source="opt_out_page",
        )
        person.opted_out = not person.opted_out

    @rule(pick=PICK, questions=st.integers(1, 12))
    def somebody_answers(self, pick: int, questions: int) -> None:
        with self.stage.acting():
            rows = self.stage.invited_rows()
            if not rows:
                return
            public_id = rows[pick % len(rows)]
            try:
                with transaction():
                    finished = self._answer(public_id, questions)
            except SurveyNotOpen:
                return
        if finished:
            self.stage.facts.finished.add(public_id)

    @rule(pick=PICK)
    def somebody_declines(self, pick: int) -> None:
        with self.stage.acting():
            rows = self.stage.invited_rows()
            if not rows:
                return
            public_id = rows[pick % len(rows)]
            try:
                with transaction():
                    decline(respondent_actor(), row_id=self.stage.row(public_id).id)
            except SurveyNotOpen:
                return
        self.stage.facts.finished.add(public_id)

    # What the machinery does.

    @rule(minutes=st.integers(1, 600), days=DAYS)
    def time_passes(self, minutes: int, days: int) -> None:
        """Nothing runs meanwhile: a power cut, a holiday."""
        self.stage.instant += timedelta(days=days, minutes=minutes)

    @rule()
    def a_quarter_passes(self) -> None:
        """Long enough for the ninety days, with work often enough for nothing to be late."""
        for _fortnight in range(7):
            self.a_morning_of_work(14)

    @rule(days=DAYS)
    def a_morning_of_work(self, days: int) -> None:
        self.stage.instant += timedelta(days=days)
        self.stage.go_to_morning()
        with self.stage.acting():
            self.stage.work()

    @rule(point=POINTS, visit=st.sampled_from((1, 1, 2)), days=DAYS, minutes=st.sampled_from((0, 1, 5, 20)))
    def the_sender_dies(self, point: str, visit: int, days: int, minutes: int) -> None:
        """It dies over whatever is due, at least over the invitation of somebody who has just left; another starts."""
        self.stage.instant += timedelta(days=days)
        self.stage.go_to_morning()
        self._leave(self._enter(email="four@example.net", phone="+46701740605", language="sv"), 0)
        self.stage.crash_points.arm(point, visit)
        with self.stage.acting():
            self.stage.sweep_and_send()
            self.stage.instant += timedelta(minutes=minutes)
            self.stage.sweep_and_send()

    @rule(what=st.sampled_from(("resolve", "night", "back up", "release", "settle", "busy")))
    def something_of_the_machinery(self, what: str) -> None:
        """One rule for what seldom matters, or is part of a day's work anyway."""
        if what == "back up":
            self.stage.back_up()
            return
        with self.stage.acting():
            if what == "resolve":
                self.stage.resolve()
            elif what == "night":
                self.stage.night()
            elif what == "release":
                self.stage.release()
            elif what == "settle":
                self.stage.settle_doubts()
            else:
                self.stage.meet_a_busy_receiver()

    @rule(days=DAYS, released=st.sampled_from((True, True, False)))
    def the_backup_is_restored(self, days: int, released: bool) -> None:
        """The newest backup; without one, that of right before another day of work. Often it is soon released."""
        if not self.stage.has_backup:
            self.stage.back_up()
            self.a_morning_of_work(days)
        self.stage.restore()
        self.a_morning_of_work(0)
        if released:
            with self.stage.acting():
                self.stage.release()

    # What must hold.

    @invariant()
    def nothing_is_accepted_twice(self) -> None:
        assert [key for key, number in self.stage.receiver.accepted.items() if number > 1] == []

    @invariant()
    def nothing_comes_that_must_not(self) -> None:
        assert self.stage.receiver.wrong == []

    @invariant()
    def the_ledger_adds_up(self) -> None:
        with self.stage.acting():
            exits = current_session().scalar(select(func.count(EnrolmentExit.id)))
            assert exits == self.stage.facts.exits
            for wave in WAVES:
                found = ledger(wave, LedgerFilter(unit_ids=[self.stage.unit_id]))
                assert found.total == exits
                assert sum(found.of(state) for state in DueState) + found.unplanned == exits
                assert found.unplanned == 0 or self.stage.facts.unplanned

    @invariant()
    def every_state_has_a_reason_that_goes_with_it(self) -> None:
        with self.stage.acting():
            for state, reason in current_session().execute(select(DueRow.state, DueRow.reason)):
                assert is_allowed(state, StopReason(reason) if reason else None), (state, reason)

    def teardown(self) -> None:
        """Whatever happened: when time goes on, nothing is left behind."""
        stage = self.stage
        if stage.facts.people:
            with stage.acting():
                stage.release()
            # Never so long between two days of work that an invitation would be too late to send itself.
            for _step in range(7):
                with stage.acting():
                    stage.night()
                self.a_morning_of_work(19)
                with stage.acting():
                    stage.settle_doubts()
            self.a_morning_of_work(0)
            self._check_the_end()

    def _check_the_end(self) -> None:
        with self.stage.acting():
            today = self.stage.today()
            plans = plans_in_force()
            for row in current_session().scalars(select(DueRow)):
                where = (row.wave, row.state, row.due_on, row.closes_on, today)
                assert row.state not in UNSENT or (row.closes_on and row.closes_on >= today), where
                plan = plans.plan_for(row.unit_id, row.wave)
                assert plan is not None
                late = row.due_on + timedelta(days=plan.self_sending_days) < today
                assert row.state is not DueState.DUE or late, where
                assert row.state is not DueState.NOT_YET_DUE or row.due_on > today, where
        self.nothing_is_accepted_twice()
        self.nothing_comes_that_must_not()
        self.the_ledger_adds_up()

    def _person(self, pick: int, *, left: bool | None = None) -> Person | None:
        """One of the people, or of those who have (not) left."""
        people = [each for each in self.stage.facts.people if left is None or (each.exit_id is not None) is left]
        return people[pick % len(people)] if people else None

    def _anybody(self, pick: int) -> Person:
        """One of the people; the first one is there from the beginning."""
        people = self.stage.facts.people
        return people[pick % len(people)]

    def _answer(self, public_id: str, questions: int) -> bool:
        """Answer up to ``questions`` questions; says whether the survey was sent in."""
        row = self.stage.row(public_id)
        response = begin(respondent_actor(), row_id=row.id, how=Begun(row.language))
        if self._questions(row, response, questions):
            return False
        try:
            finish(respondent_actor(), row_id=row.id, share=False, language=row.language)
        except DomainError as error:
            raise AssertionError("every question was answered") from error
        return True

    def _questions(self, row: DueRow, response: Response, number: int) -> bool:
        """Answer some; says whether questions are left."""
        definition = definition_of(response.version)
        answers = self.stage.answers(response)
        for _question in range(number):
            question = resume_question(definition, answers)
            if question is None:
                return False
            raw = [question.codes[0]] if question.codes else ["Tack"]
            saved = save_answer(
                respondent_actor(), row_id=row.id, question=question.key, raw=raw, language=row.language
            )
            assert saved.problem is None
            answers[question.key] = validate_answer(question, raw)  # type: ignore[assignment]
        return resume_question(definition, answers) is not None
