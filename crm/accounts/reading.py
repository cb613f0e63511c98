"""Reads of participants leave a trace: who saw whom, written before the page leaves."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from flask import Response, after_this_request

from crm.accounts import audit
from crm.actors import Actor
from crm.db import transaction


class AboutSomebody(Protocol):
    """A row of a list that may be about a participant: a task, a message."""

    @property
    def participant_id(self) -> int | None:
        """Whom the row is about."""


def shown(rows: Iterable[AboutSomebody]) -> list[int]:
    """The participants whom these rows are about, each once."""
    return list(dict.fromkeys(row.participant_id for row in rows if row.participant_id is not None))


def seen_one(actor: Actor, page: str, *, participant_id: int, unit_id: int, action: str = "participant_read") -> str:
    """Write down that a participant was read, in a transaction of its own, and give the finished page back.

    The page is made before, so that what fails to be made is not said to have been seen; the transaction commits
    before the page leaves.
    """
    with transaction():
        audit.record(actor, action, subject_type="participant", subject_id=participant_id, unit_id=unit_id)
    return page


def seen_many(actor: Actor, page: str, *, participant_ids: Sequence[int], action: str = "participants_listed") -> str:
    """Write down which participants a list showed, as one entry with their ids, and give the finished page back."""
    if participant_ids:
        with transaction():
            audit.record(
                actor,
                action,
                subject_type="participant",
                unit_id=actor.unit_id,
                details={"participant_ids": list(participant_ids)},
            )
    return page


def seen_after_request(actor: Actor, participant_ids: Sequence[int]) -> None:
    """The same for a panel on somebody else's page: written when that page is complete, before it leaves."""
    ids = list(participant_ids)

    @after_this_request
    def keep(response: Response) -> Response:
        seen_many(actor, "", participant_ids=ids)
        return response
