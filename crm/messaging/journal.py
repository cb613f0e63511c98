"""The journal of one claim: the mark before each letter's wire and its result after it, with one commit a letter.

The result of a letter waits until the next one is about to go on the wire; then both are written in one
transaction. Nothing is given up for it: a letter's mark is durable before its first byte can be accepted, as ever,
and at any instant at most one letter of a sender is on the wire without a durable result. A sender that dies before
that commit leaves the first letter in doubt and the second claimed; one that dies after it, the second in doubt.
Whoever is about to wait for something slow settles first, so that a result is never kept back for long.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from crm import clock
from crm.db import transaction
from crm.extension_points import SendResult
from crm.messaging import crash_points
from crm.messaging.recording import record_carefully, record_quickly
from crm.messaging.states import connection_is_gone

log = structlog.get_logger()


@dataclass(frozen=True)
class Answer:
    """What a receiver said about one letter, and when."""

    message_id: int
    result: SendResult
    gateway: str
    at: datetime


class Journal:
    """What one sender has to write down about the letters of one claim. Used by one thread."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._waiting: Answer | None = None
        self._outcomes: list[str] = []

    @property
    def unsettled(self) -> bool:
        """Whether a result waits."""
        return self._waiting is not None

    def note(self, message_id: int, result: SendResult, *, gateway: str) -> None:
        """Keep a result until the next mark or ``settle``, whichever comes first."""
        self.settle()
        self._waiting = Answer(message_id, result, gateway, clock.now())

    def settle(self) -> None:
        """Commit the result that waits, if one does."""
        if self._waiting is not None:
            self.commit(lambda: True)

    def commit(self, mark: Callable[[], bool]) -> bool:
        """Commit ``mark`` together with the result that waits; return what ``mark`` says."""
        answer = self._waiting
        if answer is None:
            with transaction():
                return mark()
        crash_points.reach("before_result")
        try:
            outcome, marked = self._write(answer, mark, record_quickly)
        except Exception as error:
            if connection_is_gone(error):
                raise
            # Whoever planned the message stumbled over its result: once more, behind a savepoint of its own.
            log.warning("message_result_once_more", message=answer.message_id, error=type(error).__name__)
            outcome, marked = self._write(answer, mark, record_carefully)
        self._waiting = None
        self._outcomes.append(outcome)
        crash_points.reach("after_result")
        return marked

    def take_outcomes(self) -> list[str]:
        """What became of the letters whose results were written since the last call."""
        taken, self._outcomes = self._outcomes, []
        return taken

    def _write(self, answer: Answer, mark: Callable[[], bool], record: Callable[..., str]) -> tuple[str, bool]:
        with transaction():
            # The result first: it may have to wait for locks, and must not hold the next message meanwhile.
            outcome = record(answer.message_id, self.token, answer.result, gateway=answer.gateway, at=answer.at)
            crash_points.reach("in_handover")
            marked = mark()
        return outcome, marked
