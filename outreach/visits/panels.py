"""What visits add to other pages: Today, an employer's page, one's settings, the page of a member of staff."""

from collections.abc import Mapping
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from crm.accounts.current import current_actor, current_staff
from crm.accounts.web_ports import module_on
from crm.employers.head import Figure, head_of
from crm.employers.queries import STAFF
from crm.web.filters import show_weekday, today
from outreach.visits.modules import VISITS
from outreach.visits.phone_routes import addresses
from outreach.visits.queries import cut_off_devices_of, devices_of, kept_reports, visits_to_log, visits_with
from outreach.visits.shown import shown


def today_panel(context: Mapping[str, Any]) -> str:
    """One's visits of the day, what waits on this telephone, and what has to be looked at again. Four queries."""
    actor = current_actor()
    if not module_on(VISITS.key) or not actor.has_role(*STAFF):
        return ""
    rows = shown(actor, visits_to_log(actor, today(), current_staff().unit.time_zone), day=today())
    return render_template("visits/_today.html", rows=rows, kept=kept_reports(actor), addresses=addresses())


def employer_panel(context: Mapping[str, Any]) -> str:
    """The planned visits at an employer, and the way to one more. One query."""
    actor, employer = current_actor(), context["employer"]
    if not module_on(VISITS.key):
        return ""
    visits = visits_with(actor, employer.id)
    if visits:
        first = visits[0].local
        words = _("Visit on %(day)s at %(time)s", day=show_weekday(first.date()), time=first.strftime("%H:%M"))
        head_of(context).figures.append(Figure(words, "#visits"))
    return render_template("visits/_employer.html", employer=employer, visits=visits)


def settings_panel(context: Mapping[str, Any]) -> str:
    """One's own devices that keep visits."""
    actor = current_actor()
    if not actor.has_role(*STAFF) or actor.staff_id is None:
        return ""
    found = devices_of(actor, actor.staff_id)
    gone = cut_off_devices_of(actor, actor.staff_id)
    return render_template("visits/_devices.html", devices=found, gone=gone, own=True) if found or gone else ""


def staff_panel(context: Mapping[str, Any]) -> str:
    """The devices of a member of staff, for an administrator who cuts off a lost one."""
    actor, staff = current_actor(), context["staff"]
    found, gone = devices_of(actor, staff.id), cut_off_devices_of(actor, staff.id)
    return render_template("visits/_devices.html", devices=found, gone=gone, own=False) if found or gone else ""
