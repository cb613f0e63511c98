"""How long things take and may take: leases, pauses, retries. Tests and the fault harness shorten them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from crm.errors import SettingsError


@dataclass(frozen=True)
class Timing:
    """Every duration of the outbox.

    ``lease`` is how long a sender may be silent before its rows are taken from it; it renews the lease
    while it lives, so the lease may be shorter than the ten minutes that RFC 5321 4.5.3.2.6 allows for the
    reply to the final dot. ``settle`` is how long after the end of a lease the log of a mail server is
    trusted to know everything. ``asking`` is how long a message in doubt is asked about before only people
    can settle it.
    """

    lease: timedelta = timedelta(seconds=45)
    settle: timedelta = timedelta(minutes=11)
    ask_pause: timedelta = timedelta(seconds=60)
    asking: timedelta = timedelta(hours=48)
    broken_pause: timedelta = timedelta(seconds=60)
    retry_pauses: tuple[timedelta, ...] = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
    give_up: timedelta = timedelta(days=3)
    connect_seconds: float = 30.0
    reply_seconds: float = 300.0
    final_reply_seconds: float = 600.0

    def pause(self, attempt: int) -> timedelta:
        """How long to wait after the failed attempt number ``attempt`` (the first is 1)."""
        return self.retry_pauses[min(max(attempt, 1), len(self.retry_pauses)) - 1]


def timing_from(environment: Mapping[str, str]) -> Timing:
    """The usual durations, with those that the environment shortens: BROBYGG_LEASE_SECONDS,
    BROBYGG_SETTLE_SECONDS, BROBYGG_RETRY_SECONDS (one pause for every retry). Raises SettingsError."""
    timing = Timing()
    for name, field in (("LEASE", "lease"), ("SETTLE", "settle"), ("RETRY", "retry")):
        text = environment.get(f"BROBYGG_{name}_SECONDS", "").strip()
        if text:
            timing = _changed(timing, field, _seconds(f"BROBYGG_{name}_SECONDS", text))
    return timing


def _changed(timing: Timing, field: str, value: timedelta) -> Timing:
    if field == "retry":
        return replace(timing, retry_pauses=(value,), broken_pause=value, ask_pause=value)
    return replace(timing, lease=value) if field == "lease" else replace(timing, settle=value)


def _seconds(name: str, text: str) -> timedelta:
    try:
        seconds = float(text)
    except ValueError as error:
        raise SettingsError(f"{name}: a number of seconds, not '{text}'") from error
    if not 0 < seconds <= 3600:
        raise SettingsError(f"{name}: more than 0 and at most 3600 seconds")
    return timedelta(seconds=seconds)
