"""What staff do: people come, leave, come back; addresses are found; doubts are settled by asking."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import Select, select

from crm import clock
from crm.db import current_session, transaction
from crm.messaging.bounced import NEW_ADDRESS
from crm.messaging.models import Channel, MessageState, OutboxMessage
from crm.messaging.services import settle_doubt
from crm.participants.fields import ParticipantFields, fields_of
from crm.participants.models import Participant
from crm.participants.services.enrolments import enrol
from crm.participants.services.exits import change_exit, exit_enrolment, reopen_enrolment
from crm.participants.services.participants import add_participant, change_participant
from crm.participants.services.protection import protect
from crm.tasks.models import Task, TaskState
from crm.tasks.services import complete_task
from surveys.simulation.agenda import Agenda
from surveys.simulation.installation import SYSTEM, ZONE, Installation
from surveys.simulation.options import Options
from surveys.simulation.people import Person
from surveys.simulation.receiving import Receivers
from surveys.staff_tasks import NO_ADDRESS

_REASONS = ("work_ordinary", "work_subsidised", "studies", "job_seeking", "moved", "own_request", "unknown")
_BEFORE_THE_EXIT = timedelta(days=100)
_PATIENCE = timedelta(hours=20)
"""How long a doubt may stand before somebody picks up the phone."""


class Office:
    """The unit's staff. What they do to whom stands in the agenda."""

    def __init__(self, installation: Installation, agenda: Agenda, receivers: Receivers, options: Options) -> None:
        self._installation = installation
        self._agenda = agenda
        self._receivers = receivers
        self._last_day = options.first_day + timedelta(days=options.days - 2)
        self._people: dict[int, Person] = {}
        self._searching: set[int] = set()
        self.done: Counter[str] = Counter()

    def enter(self, people: list[Person]) -> None:
        """Write everybody into the system, and note when each of them leaves."""
        with self._installation.app.app_context(), transaction():
            for person in people:
                self._enter(person)

    def _enter(self, person: Person) -> None:
        unit_id, staff = self._installation.unit_id, self._installation.staff
        found = add_participant(SYSTEM, given=_fields(person, unit_id))
        if person.protected:
            assert staff.staff_id is not None
            protect(SYSTEM, participant_id=found.id, named_staff_ids=[staff.staff_id])
        enrolment = enrol(
            SYSTEM,
            participant_id=found.id,
            programme_id=self._installation.programme_id,
            unit_id=unit_id,
            coordinator_id=staff.staff_id,
            starts_on=person.exit_on - _BEFORE_THE_EXIT,
        )
        self._people[found.id] = person
        self._note_exit(person, enrolment.id)

    def _note_exit(self, person: Person, enrolment_id: int) -> None:
        chance = Random(f"{person.mind}:exit")
        reason = chance.choice(_REASONS)
        recorded = self._on(person.exit_on + timedelta(days=person.recorded_days_late))
        self._agenda.add(_at(recorded, 10), lambda: self._exit(person, enrolment_id, on=person.exit_on, reason=reason))
        if person.again_on is not None:
            back = self._on(recorded + timedelta(days=5))
            again = self._on(person.again_on)
            self._agenda.add(_at(back, 11), lambda: self._reopen(enrolment_id))
            self._agenda.add(_at(again, 14), lambda: self._exit(person, enrolment_id, on=again, reason=reason))

    def _on(self, day: date) -> date:
        return min(day, self._last_day)

    def _exit(self, person: Person, enrolment_id: int, *, on: date, reason: str) -> None:
        with self._installation.app.app_context(), transaction():
            ended, told = exit_enrolment(self._installation.staff, enrolment_id=enrolment_id, exit_on=on, reason=reason)
            if told.failed_plugins:
                raise RuntimeError("the exit was not planned")
            exit_id = ended.id
        self.done["exits"] += 1
        if person.corrected_by:
            right = on + timedelta(days=person.corrected_by)
            day = self._on(clock.today(ZONE) + timedelta(days=Random(person.mind).randint(3, 12)))
            self._agenda.add(_at(day, 13), lambda: self._correct(exit_id, on=right, reason=reason))

    def _reopen(self, enrolment_id: int) -> None:
        with self._installation.app.app_context(), transaction():
            reopen_enrolment(self._installation.staff, enrolment_id=enrolment_id)
        self.done["returns"] += 1

    def _correct(self, exit_id: int, *, on: date, reason: str) -> None:
        with self._installation.app.app_context(), transaction():
            change_exit(self._installation.staff, exit_id=exit_id, exit_on=on, reason=reason)
        self.done["corrected dates"] += 1

    def morning(self) -> int:
        """Look at what waits: addresses to find, doubts to settle. Returns how many doubts there were."""
        with self._installation.app.app_context():
            doubts = list(current_session().scalars(_old_doubts()))
            wanted = select(Task.id, Task.participant_id).where(
                Task.state == TaskState.OPEN, Task.kind.in_((NO_ADDRESS, NEW_ADDRESS))
            )
            tasks = [(task, person) for task, person in current_session().execute(wanted) if person]
        for message_id in doubts:
            self._settle(message_id)
        for task_id, participant_id in tasks:
            self._search(task_id, participant_id)
        return len(doubts)

    def _settle(self, message_id: int) -> None:
        """Ask the person whether it came, and press the button that fits."""
        with self._installation.app.app_context(), transaction():
            message = current_session().get_one(OutboxMessage, message_id)
            arrived = self._receivers.copies[reference_of(message)] > 0
            settle_doubt(self._installation.staff, message_id=message_id, arrived=arrived)
        self.done["doubts settled"] += 1

    def _search(self, task_id: int, participant_id: int) -> None:
        """Somebody is asked for an address that works; some have one a few days later."""
        person = self._people[participant_id]
        if task_id in self._searching:
            return
        self._searching.add(task_id)
        if person.new_email is not None:
            days = timedelta(days=Random(f"{person.mind}:address").randint(1, 8))
            self._agenda.add(clock.now() + days, lambda: self._found(task_id, participant_id, person))

    def _found(self, task_id: int, participant_id: int, person: Person) -> None:
        staff = self._installation.staff
        with self._installation.app.app_context(), transaction():
            row = current_session().get_one(Participant, participant_id)
            given = _fields(person, self._installation.unit_id, email=person.new_email)
            if fields_of(row) != given:
                change_participant(staff, participant_id=participant_id, version=None, given=given)
                self.done["new addresses"] += 1
            complete_task(staff, task_id=task_id)


def reference_of(message: OutboxMessage) -> str:
    """What the receiver of a message knows it by."""
    return message.message_id if message.channel is Channel.EMAIL else message.return_token


def _old_doubts() -> Select[int]:
    return select(OutboxMessage.id).where(
        OutboxMessage.state == MessageState.UNKNOWN, OutboxMessage.doubt_since < clock.now() - _PATIENCE
    )


def _fields(person: Person, unit_id: int, email: str | None = None) -> ParticipantFields:
    return ParticipantFields(
        first_name="Åsa",
        last_name=f"Öberg {person.number}",
        unit_id=unit_id,
        email=email or person.email,
        phone=person.phone,
        birth_year=1970 + person.number % 35,
        sex=("woman", "man")[person.number % 2],
        language=person.language,
        channels=("email", "sms"),
        external_ref=f"SIM-{person.number}",
    )


def _at(day: date, hour: int) -> datetime:
    return clock.local_instant(day, time(hour), ZONE)
