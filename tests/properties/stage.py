"""What the machine acts on: an application whose database can be put back, people, and the background's work."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.actors import system_actor
from crm.db import current_session, db, transaction
from crm.messaging import outbox
from crm.messaging.hold import FILE_NAME, current_hold, release_sending
from crm.messaging.models import MessageState, OutboxMessage
from crm.messaging.resolving import resolve
from crm.messaging.services import settle_doubt
from crm.participants.fields import fields_of
from crm.participants.models import Participant
from crm.participants.services.participants import change_participant
from crm.programmes.models import Programme
from surveys import planning
from surveys.answers import AnswerValue
from surveys.due_rows import INVITATION
from surveys.installing import ensure_content
from surveys.models import DueRow, Response
from surveys.reconciling import reconcile
from surveys.responses import answers_of
from surveys.sweeping import sweep
from tests.properties.receiver import CrashPoints, Killed, Receiver
from tests.world import World

ZONE = "Europe/Stockholm"
SYSTEM = system_actor("test")
START = datetime(2026, 3, 20, 9, tzinfo=UTC)
"""A week before the clocks go forward in Europe."""


@dataclass
class Person:
    """What is known of a person outside the program."""

    participant_id: int
    enrolment_id: int
    exit_id: int | None = None
    protected: bool = False
    opted_out: bool = False


@dataclass
class Facts:
    """What really happened: put back with the database, because a restored database has forgotten it too."""

    people: list[Person] = field(default_factory=list)
    exits: int = 0
    unplanned: bool = False
    """Whether an exit may lack its rows, because surveys failed while it was recorded."""
    finished: set[str] = field(default_factory=set)
    """The due rows of people who have answered or declined, by public id."""


class Stage:
    """One application for all examples. Each example begins with a copy of the same database."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app = app
        self.receiver = Receiver()
        self.crash_points = CrashPoints()
        self.facts = Facts()
        self.instant = START
        self.world = World()
        self._file = Path(str(app.config["SQLALCHEMY_DATABASE_URI"]).removeprefix("sqlite:///"))
        self._pristine = folder / "pristine.db"
        self._backup = folder / "backup.db"
        self._kept: Facts | None = None
        self._known: frozenset[object] = frozenset()
        clock.set_source(lambda: self.instant)
        with app.app_context():
            self._first_rows()
        self._copy(self._pristine)

    def _first_rows(self) -> None:
        unit = self.world.unit(language="sv")
        self.unit_id = unit.id
        self.coordinator_id = self.world.staff(unit=unit, name="Karin Lind", phone="+46701112233").id
        self.programme_id = self.world.programme(unit).id
        with transaction():
            ensure_content(SYSTEM)

    def begin(self, receiver: Receiver) -> None:
        """Start an example: the first database, a new receiver, the first day."""
        self._put_back(self._pristine)
        (self._file.parent / FILE_NAME).unlink(missing_ok=True)
        self.receiver, self.facts, self.instant, self._kept = receiver, Facts(), START, None
        receiver.object_to = self.objection
        self.crash_points.disarm()

    @contextmanager
    def acting(self) -> Iterator[None]:
        """An application context, as each request and each job has one."""
        with self.app.app_context():
            yield

    def today(self) -> date:
        return clock.today()

    def unit(self) -> Unit:
        return current_session().get_one(Unit, self.unit_id)

    def coordinator(self) -> Staff:
        return current_session().get_one(Staff, self.coordinator_id)

    def programme(self) -> Programme:
        return current_session().get_one(Programme, self.programme_id)

    @contextmanager
    def surveys_broken(self, broken: bool) -> Iterator[None]:
        """While the block runs, the plugin fails over whatever it hears, if ``broken``."""
        if not broken:
            yield
            return
        with patch.object(planning, "recompute_many", side_effect=RuntimeError("the plugin is broken")):
            yield

    def go_to_morning(self) -> None:
        """The next ten o'clock: no quiet hours."""
        local = self.instant.astimezone(ZoneInfo(ZONE))
        day = local.date() if local.hour < 10 else local.date() + timedelta(days=1)
        self.instant = clock.local_instant(day, time(10), ZONE)

    def row(self, public_id: str) -> DueRow:
        """The due row of a link."""
        return current_session().scalars(select(DueRow).where(DueRow.public_id == public_id)).one()

    def answers(self, response: Response) -> dict[str, AnswerValue]:
        """What was answered before."""
        return dict(answers_of(response))

    def objection(self, message: OutboxMessage) -> str | None:
        """Why a message must not come now."""
        person = next(each for each in self.facts.people if each.participant_id == message.participant_id)
        if person.protected or person.opted_out:
            return "the person is protected" if person.protected else "the person has opted out"
        return "the person has finished" if message.purpose_ref in self.facts.finished else None

    def change(self, person: Person, **values: object) -> None:
        """Save something of a participant."""
        with transaction():
            row = current_session().get_one(Participant, person.participant_id)
            given = replace(fields_of(row), **values)  # type: ignore[arg-type]
            change_participant(SYSTEM, participant_id=row.id, version=None, given=given)

    def invited_rows(self) -> list[str]:
        """Rows whose link has reached somebody, in the order in which they were made."""
        refs = {key.ref for key in self.receiver.accepted if key.purpose == INVITATION}
        statement = select(DueRow.public_id).where(DueRow.public_id.in_(refs)).order_by(DueRow.id)
        return list(current_session().scalars(statement))

    def send(self) -> None:
        """One sweep of the sender, which may die over it."""
        try:
            outbox.sweep()
        except Killed:
            current_session().rollback()
        finally:
            self.crash_points.disarm()

    def sweep_and_send(self) -> None:
        """What is due is planned and sent, as far as the sender lives."""
        sweep()
        self.send()

    def resolve(self) -> None:
        """Ask about what is in doubt."""
        resolve()

    def work(self) -> None:
        """Everything the background does, until nothing moves: a morning's work and what dead senders left."""
        sweep()
        for _round in range(3):
            self.send()
            self.instant += timedelta(minutes=13)
            resolve()

    def night(self) -> None:
        """The nightly check."""
        reconcile()
        self.facts.unplanned = False

    def release(self) -> None:
        """An administrator lets sending go on, if it is held."""
        if current_hold() is not None:
            with transaction():
                release_sending(SYSTEM)

    def settle_doubts(self) -> None:
        """Staff ask the person, who knows whether it came."""
        with transaction():
            in_doubt = select(OutboxMessage).where(OutboxMessage.state == MessageState.UNKNOWN)
            for message in current_session().scalars(in_doubt).all():
                arrived = message.message_id in self.receiver.references
                settle_doubt(SYSTEM, message_id=message.id, arrived=arrived)

    def meet_a_busy_receiver(self) -> None:
        """It takes nothing for now; everything is tried again later."""
        self.go_to_morning()
        self.receiver.busy = True
        self.sweep_and_send()
        self.receiver.busy = False

    def back_up(self) -> None:
        """Take a backup of the database, and remember what was true then."""
        self._copy(self._backup)
        self._kept = deepcopy(self.facts)
        self._known = frozenset(self.receiver.accepted)

    @property
    def has_backup(self) -> bool:
        return self._kept is not None

    def restore(self) -> None:
        """Put the backup back. What was accepted since is forgotten here, and may come again once staff allow it."""
        assert self._kept is not None
        self._put_back(self._backup)
        self.facts = deepcopy(self._kept)
        for key in self.receiver.accepted.keys() - self._known:
            self.receiver.accepted[key] = 0

    def _copy(self, to: Path) -> None:
        to.unlink(missing_ok=True)
        source, target = sqlite3.connect(self._file), sqlite3.connect(to)
        source.backup(target)
        source.close()
        target.close()

    def _put_back(self, copy: Path) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        for ending in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
        shutil.copyfile(copy, self._file)
