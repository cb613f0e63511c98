"""When a mail that is planned now leaves, in words."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from crm import clock
from crm.accounts.models import Unit
from crm.messaging.labels import state_label
from crm.messaging.quiet_hours import next_allowed
from crm.messaging.states import WAITING
from outreach.materials.queries import Sent
from outreach.materials.words import why_not


def sending_in_words(sent: Sent, unit: Unit) -> str:
    """When it leaves, or what has become of it."""
    if sent.state is None or sent.state in WAITING:
        return when_it_leaves(unit)
    return ": ".join(filter(None, (state_label(sent.state), why_not(sent.reason))))


def when_it_leaves(unit: Unit) -> str:
    """At once, or in the morning where the unit has quiet hours now; its own wall clock counts."""
    now = clock.now()
    leaves = next_allowed(unit, now)
    if leaves <= now:
        return str(_("It leaves in a minute."))
    local, today = leaves.astimezone(ZoneInfo(unit.time_zone)), clock.today(unit.time_zone)
    time = f"{local:%H:%M}"
    if local.date() - today == timedelta(days=1):
        return str(_("It leaves tomorrow at %(time)s.", time=time))
    return str(_("It leaves today at %(time)s.", time=time))
