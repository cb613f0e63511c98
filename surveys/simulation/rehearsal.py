"""One rehearsal from the first day to the last."""

import gc
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path

from crm import clock
from crm.db import db
from surveys.simulation.agenda import Agenda, VirtualClock, use
from surveys.simulation.background import Background
from surveys.simulation.counting import Outcome, count_outcome
from surveys.simulation.installation import ZONE, Installation, make_installation, watch_doubts
from surveys.simulation.offices import Office
from surveys.simulation.options import Options
from surveys.simulation.people import draw_people
from surveys.simulation.receiving import Receivers
from surveys.simulation.respondents import Respondents
from surveys.simulation.sender import MortalSender, Sender, SenderHere

_NIGHT = time(2, 30)
_MORNING = time(8, 30)
_HOURS = (_NIGHT, _MORNING, time(12), time(17))
_MEMORY = Path("/dev/shm")
_ROOM = 512 * 1024 * 1024
_AT_WORK = timedelta(hours=2)


def rehearse(options: Options, *, progress: Callable[[], object] = lambda: None) -> Outcome:
    """Run a rehearsal in a temporary folder and count what came out. ``progress`` is called after each day."""
    virtual = VirtualClock(clock.local_instant(options.first_day, time(1), ZONE))
    use(virtual)
    try:
        with _folder() as name, Receivers(Path(name)) as receivers:
            installation = make_installation(options, Path(name), receivers)
            try:
                return _Rehearsal(options, installation, receivers, virtual).run(progress)
            finally:
                with installation.app.app_context():
                    db.engine.dispose()
    finally:
        clock.reset_source()


def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for what nobody needs afterwards: in memory where there is room, because nothing of it must survive."""
    roomy = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    return tempfile.TemporaryDirectory(prefix="brobygg-rehearsal-", dir=_MEMORY if roomy else None)


class _Rehearsal:
    """The days of a rehearsal."""

    def __init__(
        self, options: Options, installation: Installation, receivers: Receivers, virtual: VirtualClock
    ) -> None:
        people = draw_people(options)
        self._options = options
        self._installation = installation
        self._receivers = receivers
        self._clock = virtual
        self._doubts: set[int] = set()
        watch_doubts(installation.registry, self._doubts.add)
        self._agenda = Agenda(virtual)
        self._sender = self._make_sender()
        self._background = Background(installation, virtual, self._sender)
        self._office = Office(installation, self._agenda, receivers, options)
        self._respondents = Respondents(installation, self._agenda, virtual, people)
        self._office.enter(people)
        # What stands there now stays until the end; forked senders share it with this process.
        gc.collect()
        gc.freeze()

    def run(self, progress: Callable[[], object]) -> Outcome:
        """Live through every day."""
        try:
            for number in range(self._options.days):
                self._day(number)
                progress()
        finally:
            self._sender.close()
        self._hand_out()
        done: Counter[str] = self._office.done + self._respondents.done
        with self._installation.app.app_context():
            return count_outcome(
                self._installation.unit_id,
                copies=self._receivers.copies,
                doubts=self._doubts,
                kills=self._sender.kills,
                done=done,
            )

    def _day(self, number: int) -> None:
        day = self._options.first_day + timedelta(days=number)
        for hour in _HOURS:
            at = clock.local_instant(day, hour, ZONE)
            happened = self._agenda.run_until(at)
            if hour == _NIGHT:
                self._background.work_at_night()
                continue
            if hour == _MORNING:
                happened += self._office.morning()
            self._background.work_until(at + _AT_WORK, something_happened=happened > 0)
            self._hand_out()

    def _hand_out(self) -> None:
        """Give everybody what has come for them."""
        for accepted in self._receivers.news():
            self._respondents.receive(accepted)

    def _make_sender(self) -> Sender:
        app, options = self._installation.app, self._options
        if not options.crash:
            return SenderHere(app)
        return MortalSender(
            app,
            self._clock,
            chance=options.crash,
            seed=options.seed,
            after_death=self._receivers.wait_for_silence,
        )
