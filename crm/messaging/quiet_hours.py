"""Quiet hours: when a unit's messages wait for the morning."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm import clock
from crm.accounts.models import Unit


def next_allowed(unit: Unit, at: datetime) -> datetime:
    """``at`` if the unit may send then, else the first instant after it at which it may.

    Quiet hours are wall-clock hours of the unit's zone; they may span midnight. The same hour at both ends
    means none.
    """
    zone = ZoneInfo(unit.time_zone)
    local = at.astimezone(zone)
    if not _quiet(local.hour, unit.quiet_from % 24, unit.quiet_until % 24):
        return at
    day = local.date()
    if local.hour >= unit.quiet_until % 24:
        day += timedelta(days=1)
    return max(at, clock.local_instant(day, time(unit.quiet_until % 24), unit.time_zone))


def _quiet(hour: int, start: int, end: int) -> bool:
    if start == end:
        return False
    if start < end:
        return start <= hour < end
    return hour >= start or hour < end
