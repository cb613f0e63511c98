"""What people do with what they receive. Only what stands in the message tells them where to go."""

import re
from collections import Counter
from datetime import timedelta
from random import Random

from crm.actors import respondent_actor
from crm.db import transaction
from surveys.answering import Begun, SurveyNotOpen, begin, finish, save_answer
from surveys.answers import AnswerProblem, validate_answer
from surveys.definition import Question
from surveys.due_rows import row_by_opt_out_token, row_by_survey_token
from surveys.models import DueRow, Response
from surveys.progress import resume_question
from surveys.refusing import decline, opt_out
from surveys.responses import answers_of, definition_of
from surveys.simulation.agenda import Agenda, VirtualClock
from surveys.simulation.answering_pages import Browser
from surveys.simulation.installation import Installation
from surveys.simulation.people import Manner, Person
from surveys.simulation.receiver import Accepted
from surveys.simulation.receiving import text_of
from surveys.standing import Standing, standing_of

_LINK = re.compile(r"http://localhost(/[so]/([A-Za-z0-9_-]+))")
_MOST = 100
_ONE_IN = 25
"""Every 25th person uses the pages; the others call what the pages call, which saves most of the time."""


class Respondents:
    """Everybody who may be asked, and what they intend."""

    def __init__(self, installation: Installation, agenda: Agenda, virtual: VirtualClock, people: list[Person]) -> None:
        self._installation = installation
        self._agenda = agenda
        self._clock = virtual
        self._by_address: dict[str, Person] = {}
        for person in people:
            for address in (person.email, person.phone, person.new_email):
                if address:
                    self._by_address[address] = person
        self._heard: Counter[int] = Counter()
        self.done: Counter[str] = Counter()
        """How often each thing was done, for the report."""

    def receive(self, accepted: Accepted) -> None:
        """A message has come: decide what to do about it, and when."""
        person = self._by_address.get(accepted.to)
        if person is None:
            return
        self._heard[person.number] += 1
        chance = Random(f"{person.mind}:{self._heard[person.number]}")
        delay = _delay(person.manner, chance)
        links = {path[:3]: path for path, _token in _LINK.findall(text_of(accepted))}
        if delay is None or "/s/" not in links:
            return
        at = self._clock.instant + delay
        self._agenda.add(at, lambda: self._act(person, links["/s/"], links.get("/o/", ""), chance))

    def _act(self, person: Person, survey: str, stop: str, chance: Random) -> None:
        manner = person.manner
        if person.number % _ONE_IN == 0:
            self._on_pages(person, survey, stop, chance)
            return
        with self._installation.app.app_context():
            try:
                with transaction():
                    if manner is Manner.OPTS_OUT:
                        self._opt_out(stop)
                    elif manner is Manner.DECLINES:
                        self._decline(survey)
                    else:
                        self._answer(person, survey, chance)
            except SurveyNotOpen:
                self.done["came too late"] += 1

    def _on_pages(self, person: Person, survey: str, stop: str, chance: Random) -> None:
        browser = Browser(self._installation.app)
        if person.manner is Manner.OPTS_OUT:
            self.done["opted out"] += browser.press(stop, stop)
        elif person.manner is Manner.DECLINES:
            self.done["declined"] += browser.press(f"{survey}/decline", "/decline")
        else:
            stop_after = chance.randint(1, 5) if person.manner is Manner.STOPS_HALFWAY else None
            wishes = person.manner is Manner.WANTS_CONTACT
            self.done["answers"] += browser.answer_survey(survey, chance, wishes_contact=wishes, stop_after=stop_after)

    def _opt_out(self, stop: str) -> None:
        row = row_by_opt_out_token(_token(stop))
        if row is not None:
            opt_out(row, source="opt_out_page")
            self.done["opted out"] += 1

    def _decline(self, survey: str) -> None:
        decline(respondent_actor(), row_id=_row(survey).id)
        self.done["declined"] += 1

    def _answer(self, person: Person, survey: str, chance: Random) -> None:
        row = _row(survey)
        if standing_of(row) is Standing.DONE:
            # Another message of the same survey has led here before.
            return
        stops = person.manner is Manner.STOPS_HALFWAY
        if stops and row.response is not None:
            return
        response = begin(respondent_actor(), row_id=row.id, how=Begun(row.language))
        self._questions(person, row, response, chance, stop_after=chance.randint(1, 5) if stops else None)
        if not stops:
            finish(respondent_actor(), row_id=row.id, share=False, language=row.language)

    def _questions(
        self, person: Person, row: DueRow, response: Response, chance: Random, *, stop_after: int | None
    ) -> None:
        definition = definition_of(response.version)
        answers = dict(answers_of(response))
        for _number in range(_MOST if stop_after is None else stop_after):
            question = resume_question(definition, answers)
            if question is None:
                return
            raw = _choice(question, chance, wishes_contact=person.manner is Manner.WANTS_CONTACT)
            given = validate_answer(question, raw)
            if isinstance(given, AnswerProblem):
                raise RuntimeError(f"{question.key}: {given}")
            answers[question.key] = given
            save_answer(respondent_actor(), row_id=row.id, question=question.key, raw=raw, language=row.language)
            self.done["answers"] += 1


def _row(path: str) -> DueRow:
    row = row_by_survey_token(_token(path))
    if row is None:
        raise SurveyNotOpen("no such link")
    return row


def _token(path: str) -> str:
    return path.rpartition("/")[2]


def _choice(question: Question, chance: Random, *, wishes_contact: bool) -> list[str]:
    if not question.codes:
        return ["Tack för hjälpen."] if chance.random() < 0.3 else [""]
    if question.creates_task_on:
        return [question.creates_task_on[0] if wishes_contact else question.codes[-1]]
    return [chance.choice(question.codes)]


def _delay(manner: Manner, chance: Random) -> timedelta | None:
    """How long somebody takes to do something about a message. None: nothing comes of it."""
    if manner in (Manner.IGNORES, Manner.BOUNCES):
        return None
    if manner in (Manner.ANSWERS_LATER, Manner.MOVES):
        return timedelta(days=chance.randint(1, 9), minutes=chance.randint(0, 600))
    return timedelta(minutes=chance.randint(5, 120))
