"""The running programme: 90 participants of two units, entered, moved on and exited by the services, day by day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from crm.accounts.models import Unit
from crm.actors import Actor
from crm.participants.fields import ParticipantFields
from crm.participants.models import ConsentKind, Enrolment, EnrolmentStage
from crm.participants.services.consents import record_consent
from crm.participants.services.enrolments import change_stage, enrol
from crm.participants.services.exits import exit_enrolment
from crm.participants.services.participants import add_participant
from crm.participants.services.protection import protect
from crm.samples.days import on_days
from crm.samples.names import People, email
from crm.samples.organisation import Organisation

NO_ADDRESS_AGO, PROTECTED_AGO, OPTED_OUT_AGO = 4, 121, 153
EXITS_AGO = (
    *(0, 0, 2, NO_ADDRESS_AGO, 6, 9, 12, 16, 20, 27, 34, 41, 68, 82, 90),
    *range(97, 97 + 8 * 33, 8),
)
"""Days since each exit: some today, some 90 days ago today, none longer ago than twelve months."""
IN_PROGRAMME = 42
_REASONS = (
    *("work_ordinary", "job_seeking", "studies", "work_subsidised", "other_measure"),
    *("work_ordinary", "care_treatment", "job_seeking", "work_subsidised", "own_request"),
)
_STAGES = (
    *(EnrolmentStage.MAPPING, EnrolmentStage.MATCHING, EnrolmentStage.WORK_TRAINING, EnrolmentStage.REFERRED),
    *(EnrolmentStage.WORK_TRAINING, EnrolmentStage.MATCHING, EnrolmentStage.WORK_OR_STUDIES),
)
_LANGUAGES = {
    "SE": (("sv", "en", "ar", "uk", "so"), (12, 2, 3, 2, 1)),
    "NO": (("nb", "en", "ar", "uk", "ti"), (12, 2, 2, 3, 1)),
}


@dataclass(frozen=True)
class _Case:
    """One participant to be: where, of what sex, and how many days ago they started."""

    unit: Unit
    actor: Actor
    sex: str
    started_ago: int
    has_address: bool = True


class _Writer:
    """Enters participants as their coordinators would."""

    def __init__(self, organisation: Organisation, people: People, go: Callable[[int], date], random: Random) -> None:
        self._organisation = organisation
        self._people = people
        self._go = go
        self._random = random
        self._number = 1000

    def case(self, number: int, started_ago: int, *, has_address: bool = True) -> _Case:
        """Cases go to the two units in turns."""
        unit = self._organisation.swedish if number % 2 == 0 else self._organisation.norwegian
        sex = "woman" if self._random.random() < 0.5 else "man"
        return _Case(unit, self._organisation.actor(unit), sex, started_ago, has_address)

    def start(self, case: _Case) -> Enrolment:
        """Add the participant and start them in the programme."""
        day = self._go(case.started_ago)
        self._number += 1
        name = self._people.name(case.sex)
        languages, weights = _LANGUAGES[case.unit.country]
        given = ParticipantFields(
            first_name=name.first,
            last_name=name.last,
            unit_id=case.unit.id,
            email=email(name, self._number) if case.has_address else None,
            phone=self._people.phone() if case.has_address else None,
            birth_year=self._random.randint(1963, 2005),
            sex=case.sex,
            language=self._random.choices(languages, weights)[0],
            channels=("email", "sms") if self._number % 3 else ("sms", "email"),
        )
        person = add_participant(case.actor, given=given)
        return enrol(
            case.actor,
            participant_id=person.id,
            programme_id=self._organisation.running.id,
            unit_id=case.unit.id,
            coordinator_id=case.actor.staff_id,
            starts_on=day,
        )

    def end(self, case: _Case, enrolment: Enrolment, days_ago: int, reason: str) -> None:
        """The exit, on its day."""
        day = self._go(days_ago)
        exit_enrolment(case.actor, enrolment_id=enrolment.id, exit_on=day, reason=reason)


def fill_running_programme(organisation: Organisation, people: People) -> None:
    """Enter everybody who has left and everybody who is in the programme. Runs inside ``transaction()``."""
    random = Random(7)
    with on_days() as go:
        writer = _Writer(organisation, people, go, random)
        for number, days_ago in enumerate(EXITS_AGO):
            case = writer.case(number, days_ago + random.randint(90, 300), has_address=days_ago != NO_ADDRESS_AGO)
            enrolment = writer.start(case)
            _special(organisation, case, enrolment, days_ago)
            writer.end(case, enrolment, days_ago, _REASONS[number % len(_REASONS)])
        for number in range(IN_PROGRAMME):
            case = writer.case(number, random.randint(12, 260))
            enrolment = writer.start(case)
            stage = _STAGES[number % len(_STAGES)]
            if stage is not EnrolmentStage.REFERRED:
                go(random.randint(1, min(60, case.started_ago)))
                change_stage(case.actor, enrolment_id=enrolment.id, stage=stage)


def _special(organisation: Organisation, case: _Case, enrolment: Enrolment, days_ago: int) -> None:
    """One has a protected identity, and one wants no surveys."""
    if days_ago == PROTECTED_AGO:
        named = {organisation.manager.id, organisation.coordinators[case.unit.id].id}
        protect(case.actor, participant_id=enrolment.participant_id, named_staff_ids=named)
    elif days_ago == OPTED_OUT_AGO:
        record_consent(
            case.actor,
            participant_id=enrolment.participant_id,
            kind=ConsentKind.SURVEYS,
            given=False,
            source="staff",
        )
