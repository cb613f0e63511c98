"""Made-up data in the size that a measurement asks for. Real rows in the real tables; nothing is mocked."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, String, case, func, literal, select, text, update

from bench.bulk import N, digest, fill, key, one_of
from crm import clock
from crm.accounts.models import Unit
from crm.actors import Role, system_actor
from crm.db import UtcDateTime, current_session, db, transaction
from crm.employers.models import Employer, EmployerRelationship
from crm.history.models import HistoryLine, HistoryLink
from crm.participants.models import Enrolment, EnrolmentExit, EnrolmentStage, Participant
from crm.search.tables import document
from surveys.definition import Definition, Option, Question, QuestionType, Visibility, definition_to_json
from surveys.definition_texts import option_path, question_path
from surveys.dispositions import DueState
from surveys.installing import ensure_content
from surveys.models import Answer, DueRow, FollowUpPlan, Questionnaire, QuestionnaireVersion, Response, Translation
from surveys.tokens import opt_out_token, survey_token, token_hash
from tests.world import World

EMAIL = "staff@bench.example"
YES, NO = Option("yes"), Option("no")
QUESTION = Question("closer", QuestionType.SINGLE, Visibility.AGGREGATE, options=(YES, NO))
WORDS = ("Bageri", "Bygg", "Transport", "Kontor", "Hemtjanst", "Handel", "Skola", "Lager", "Hotell", "Verkstad")
RARE = "Nordlyset"
RARE_EVERY = 200
OWN_KEYS = 10_000_000
"""Keys of rows of which the product makes some too begin here."""
BUSY_EMPLOYERS = 1000
"""The employers among whom the history is spread."""


class Data:
    """Fills one installation. Call inside an application context; everything can be asked to grow."""

    def __init__(self) -> None:
        self._world = World()
        self.employers = self.lines = self.people = 0

    def begin(self) -> None:
        """One unit, one person who is coordinator and manager, one programme, and a survey with one question."""
        # The same hour on both ends means no quiet hours: the benchmark runs at night too.
        self.unit_id: int = self._world.unit(quiet_from=0, quiet_until=0, language="sv").id
        unit = current_session().get_one(Unit, self.unit_id)
        staff = self._world.staff(Role.COORDINATOR, Role.MANAGER, unit=unit, email=EMAIL)
        self.staff_id: int = staff.id
        self.programme_id: int = self._world.programme(unit, starts_on=date(2020, 1, 1)).id
        with transaction():
            ensure_content(system_actor("bench"))
        with transaction():
            self.plan_id, self.version_id = _survey_of_one_question()

    def grow_employers(self, number: int) -> None:
        """Employers with a relationship to the unit and a document in the search index; one in 200 is rare."""
        if number <= self.employers:
            return
        word = case((N % RARE_EVERY == 0, literal(RARE, String)), else_=one_of(WORDS, String))
        name = word.concat(key(" nr ")).concat(" AB")
        folded = func.lower(name)
        now = clock.now()
        employer = {"id": N, "public_id": key("e"), "name": name, "sort_name": folded, "created_at": now}
        relation = {"id": N, "public_id": key("r"), "employer_id": N, "unit_id": self.unit_id, "created_at": now}
        found = {"kind": "employer", "row_id": N, "title": folded, "body": literal(" ", String).concat(folded)}
        tables = [
            (Employer.__table__, employer),
            (EmployerRelationship.__table__, {**relation, "owner_id": self.staff_id, "stage_since": now}),
            (document, found),
        ]
        fill_all(tables, first=self.employers + 1, last=number)
        self.employers = number

    def grow_history(self, number: int) -> None:
        """Lines of the contact history, spread among the first thousand employers (or all, when there are fewer)."""
        if number <= self.lines:
            return
        self.grow_employers(BUSY_EMPLOYERS)
        at = one_of([clock.now() - timedelta(hours=7 * each) for each in range(1, 100)], UtcDateTime(), step=1000)
        summary = dict.fromkeys(("en", "sv", "nb", "da"), "Visit: talked about a place for work training")
        line = {"id": N + OWN_KEYS, "kind": "contact", "source_ref": key("bench:"), "at": at, "unit_id": self.unit_id}
        tables = [
            (HistoryLine.__table__, {**line, "author_id": self.staff_id, "author_label": "Staff", "summary": summary}),
            (HistoryLink.__table__, {"line_id": N + OWN_KEYS, "at": at, "employer_id": N % BUSY_EMPLOYERS + 1}),
        ]
        fill_all(tables, first=self.lines + 1, last=number)
        self.lines = number

    def grow_responses(self, number: int) -> None:
        """People who left during the last twelve months, were asked, and have answered the one question."""
        first, last = self.people + 1, self.people + number
        self._leave(first, last, prefix="a", state=DueState.ANSWERED)
        now = clock.now()
        response = {"id": N + OWN_KEYS, "public_id": key("a"), "due_id": N, "version_ref_id": self.version_id}
        response |= {"language": "sv", "started_at": now, "last_at": now, "completed_at": now}
        tables = [
            (Response.__table__, response),
            (
                Answer.__table__,
                {"response_id": N + OWN_KEYS, "question": QUESTION.key, "choice": one_of(("yes", "yes", "no"), String)},
            ),
        ]
        fill_all(tables, first=first, last=last)

    def asked_people(self, number: int) -> list[str]:
        """People who have been invited and have not answered; returns the tokens of their links."""
        first, last = self.people + 1, self.people + number
        self._leave(first, last, prefix="s", state=DueState.SENT_WAITING)
        return self._give_tokens("s", first, last)

    def people_to_invite(self, number: int) -> None:
        """People who left today and have an address: the next sweep plans their invitations."""
        first, last = self.people + 1, self.people + number
        self._leave(first, last, prefix="i", state=DueState.DUE)
        self._give_tokens("i", first, last)

    def late_people(self, number: int) -> None:
        """People whose invitation is so late that somebody must confirm it."""
        first, last = self.people + 1, self.people + number
        self._leave(first, last, prefix="l", state=DueState.DUE, days_ago=60)
        self._give_tokens("l", first, last)

    def _leave(self, first: int, last: int, *, prefix: str, state: DueState, days_ago: int = 0) -> None:
        now, today = clock.now(), clock.today()
        answered = state is DueState.ANSWERED
        days = [today - timedelta(days=7 * each if answered else days_ago) for each in range(52 if answered else 1)]
        left_on = one_of(days, Date())
        place = {"unit_id": self.unit_id, "programme_id": self.programme_id}
        person = {"id": N, "public_id": key(prefix), "unit_id": self.unit_id, "sort_name": key("o"), "created_at": now}
        person |= {"first_name": "Åsa", "last_name": key("Ö"), "sex": one_of(("woman", "man"), String)}
        person |= {"email": key("person").concat("@example.net"), "channels": ["email"]}
        due = {"id": N, "public_id": key(prefix), "exit_id": N, "enrolment_id": N, "participant_id": N, **place}
        due |= {"wave": "exit", "plan_id": self.plan_id, "exit_on": left_on, "due_on": left_on, "state": state}
        due |= {"token_hash": digest(f"t{prefix}"), "optout_hash": digest(f"o{prefix}"), "language": "sv"}
        due |= {"changed_at": now} | ({"finished_at": now, "reason": "completed"} if answered else {})
        due |= {"invited_at": now, "closes_on": today + timedelta(days=21)} if state is DueState.SENT_WAITING else {}
        enrolment = {"id": N, "public_id": key(prefix), "participant_id": N, "coordinator_id": self.staff_id, **place}
        enrolment |= {"starts_on": today - timedelta(days=500), "stage": EnrolmentStage.EXITED, "stage_since": today}
        left = {"id": N, "public_id": key(prefix), "enrolment_id": N, "number": 1, "exit_on": left_on}
        tables = [
            (Participant.__table__, person),
            (Enrolment.__table__, {**enrolment, "exited_on": left_on, "created_at": now}),
            (EnrolmentExit.__table__, {**left, "reason": "work_ordinary", "recorded_at": now}),
            (DueRow.__table__, due),
        ]
        fill_all(tables, first=first, last=last)
        self.people = last

    @staticmethod
    def _give_tokens(prefix: str, first: int, last: int) -> list[str]:
        """Real links: their tokens can only be made by the application itself."""
        names = [f"{prefix}{number}" for number in range(first, last + 1)]
        tokens = [survey_token(name, 1) for name in names]
        with db.engine.begin() as connection:
            for name, token in zip(names, tokens, strict=True):
                hashes = {"token_hash": token_hash(token), "optout_hash": token_hash(opt_out_token(name, 1))}
                connection.execute(update(DueRow.__table__).where(DueRow.public_id == name).values(**hashes))
        return tokens


def _survey_of_one_question() -> tuple[int, int]:
    """Let the plan "exit" ask one question, and switch the other plans off. Returns plan and version."""
    session = current_session()
    definition = Definition("bench", 1, minutes=1, questions=(QUESTION,))
    texts = {
        question_path(QUESTION): "Have you come closer to work?",
        option_path(QUESTION, "yes"): "Yes",
        option_path(QUESTION, "no"): "No",
    }
    approved = {"approved_at": clock.now(), "approved_by": "bench"}
    version = QuestionnaireVersion(number=1, structure=definition_to_json(definition), published_at=clock.now())
    version.translations = [Translation(language="sv", texts=texts, **approved)]
    questionnaire = Questionnaire(key="bench", created_at=clock.now(), versions=[version])
    session.add(questionnaire)
    session.flush()  # The plan names it by its key.
    session.execute(update(FollowUpPlan).where(FollowUpPlan.key != "exit").values(active=False))
    plan = session.scalars(select(FollowUpPlan).where(FollowUpPlan.key == "exit")).one()
    plan.questionnaire_id = questionnaire.id
    return plan.id, version.id


def fill_all(tables: list[tuple[Any, dict[str, Any]]], *, first: int, last: int) -> None:
    """Insert the rows ``first`` to ``last`` into these tables, and let the database know how many there are."""
    with db.engine.begin() as connection:
        for table, values in tables:
            fill(connection, table, first=first, last=last, values=values)
    _analyse()


def _analyse() -> None:
    """PostgreSQL's autovacuum does this a minute after such a change; the benchmark does not wait for it."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
