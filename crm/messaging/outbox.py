"""The sender: takes what is due and sends it, as often as it is called and from as many processes as call
it."""

from collections import Counter
from dataclasses import dataclass

from crm.db import current_session
from crm.messaging import crash_points
from crm.messaging.claiming import anything_due, claim
from crm.messaging.hold import notice_restore
from crm.messaging.sending import Carriers, send_claimed
from crm.messaging.setup import current_messaging

BATCH = 100


@dataclass(frozen=True)
class SweepCounts:
    """What one sweep did. ``claimed`` is the sum of accepted, failed, retried, in_doubt, paused and lost,
    without those that failed before they left."""

    claimed: int = 0
    accepted: int = 0
    failed: int = 0
    retried: int = 0
    in_doubt: int = 0
    paused: int = 0
    lost: int = 0
    cancelled: int = 0
    postponed: int = 0
    held: bool = False

    def __str__(self) -> str:
        """A short text for the heartbeat."""
        if self.held:
            return "held"
        parts = (
            (self.accepted, "accepted"),
            (self.failed, "failed"),
            (self.retried, "to be tried again"),
            (self.in_doubt, "in doubt"),
            (self.paused, "paused"),
            (self.cancelled, "cancelled"),
            (self.postponed, "postponed"),
        )
        return ", ".join(f"{number} {word}" for number, word in parts if number) or "nothing due"


def sweep(limit: int = 1000) -> SweepCounts:
    """Send up to ``limit`` due messages. Safe to repeat and to run at the same time as itself.

    Claims in batches of one write transaction each, and commits each message on its own after that.
    Nothing is claimed while sending is held, or when the counter outside the database shows that it was
    restored from a backup.
    """
    if notice_restore() is not None:
        return SweepCounts(held=True)
    tally: Counter[str] = Counter()
    carriers = Carriers(current_messaging())
    try:
        while (room := limit - tally["looked_at"]) > 0 and anything_due():
            if not _one_batch(min(room, BATCH), carriers, tally):
                break
    finally:
        carriers.close()
        # The read that found nothing left a snapshot open.
        current_session().rollback()
    return _counts(tally)


def send_due() -> str:
    """The periodic job: one sweep."""
    return str(sweep())


def _one_batch(size: int, carriers: Carriers, tally: Counter[str]) -> bool:
    """Claim and send one batch. False when there was nothing left to claim."""
    crash_points.reach("before_claim")
    claimed = claim(size)
    crash_points.reach("after_claim")
    tally["looked_at"] += claimed.looked_at
    tally["claimed"] += len(claimed.letters)
    tally["cancelled"] += claimed.cancelled
    tally["failed"] += claimed.failed
    tally["postponed"] += claimed.postponed
    for outcome in send_claimed(claimed, carriers) if claimed.letters else ():
        tally[outcome] += 1
    return claimed.looked_at > 0


def _counts(tally: Counter[str]) -> SweepCounts:
    return SweepCounts(
        claimed=tally["claimed"],
        accepted=tally["accepted"],
        failed=tally["failed"],
        retried=tally["retried"],
        in_doubt=tally["unknown"],
        paused=tally["paused"],
        lost=tally["lost"],
        cancelled=tally["cancelled"],
        postponed=tally["postponed"],
    )
