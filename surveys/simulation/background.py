"""The background of a rehearsal: the periodic jobs in the order of the registry, as the dispatcher runs them."""

from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, select

from crm import clock
from crm.db import current_session
from crm.jobs.runner import run_job
from crm.jobs.wake import EmbeddedWaker, waker_of
from crm.messaging.models import MessageState, OutboxMessage
from crm.messaging.services import SEND_JOB
from crm.messaging.setup import current_messaging
from surveys.simulation.agenda import VirtualClock
from surveys.simulation.installation import ZONE, Installation
from surveys.simulation.sender import Sender

_A_MOMENT = timedelta(seconds=1)
_AN_HOUR = timedelta(hours=1)
_MOVERS = {SEND_JOB, "messaging.resolve"}
_ROUNDS = 1000


class Background:
    """Runs what is due or woken. Between two rounds time goes on to the next instant at which a message can move."""

    def __init__(self, installation: Installation, virtual: VirtualClock, sender: Sender) -> None:
        waker = waker_of(installation.app)
        assert isinstance(waker, EmbeddedWaker), "a rehearsal has no Redis"
        self._installation = installation
        self._clock = virtual
        self._sender = sender
        self._waker = waker
        self._last: dict[str, datetime] = {}
        self._day: date | None = None

    def work_at_night(self) -> None:
        """Run the jobs of the night: those that run once a day or once an hour."""
        jobs = self._installation.registry.jobs
        self._round({key for key, job in jobs.items() if job.every >= _AN_HOUR}, only_woken=True)

    def work_until(self, horizon: datetime, *, something_happened: bool) -> None:
        """Run the jobs of the day now, and again as long as messages can still move before ``horizon``.

        The jobs look at the civil date and at the database: once they have run on a day, they find nothing new until
        something happens, and are left out.
        """
        if something_happened or clock.today(ZONE) != self._day:
            self._day = clock.today(ZONE)
            self._round(set())
        for _round in range(_ROUNDS):
            woken = self._waker.take()
            moment = self._clock.instant if woken else self._next_moment()
            if moment is None or moment > horizon:
                return
            self._clock.advance(moment)
            self._round(woken | _MOVERS, only_woken=True)
        raise RuntimeError("the background does not come to rest")

    def _round(self, woken: set[str], *, only_woken: bool = False) -> None:
        now = self._clock.instant
        for key, job in self._installation.registry.jobs.items():
            last = self._last.get(key)
            by_day = job.every < _AN_HOUR and (last is None or now - last >= job.every)
            due = by_day and not only_woken
            if key in woken or due:
                self._last[key] = now
                self._run(key)

    def _run(self, key: str) -> None:
        if key == SEND_JOB:
            self._sender.send()
        else:
            run_job(self._installation.app, key)

    def _next_moment(self) -> datetime | None:
        """When the next message can be claimed, taken from a dead sender, or asked about."""
        now = self._clock.instant
        states = OutboxMessage.state
        waiting = select(func.min(OutboxMessage.not_before)).where(states == MessageState.PLANNED)
        held = (MessageState.CLAIMED, MessageState.ON_WIRE)
        leased = select(func.min(OutboxMessage.lease_until)).where(states.in_(held))
        asked = and_(states == MessageState.UNKNOWN, OutboxMessage.ask_after.is_not(None))
        doubted = select(func.min(OutboxMessage.lease_until)).where(asked)
        with self._installation.app.app_context():
            session, timing = current_session(), current_messaging().timing
            found = [session.scalar(waiting), session.scalar(leased)]
            in_doubt = session.scalar(doubted)
        if in_doubt is not None:
            # It is asked about more often; but only after this time is "I have not got it" the receiver's last word.
            found.append(max(in_doubt + timing.settle, now + timing.ask_pause))
        known = [at for at in found if at is not None]
        return max(min(known) + _A_MOMENT, now) if known else None
