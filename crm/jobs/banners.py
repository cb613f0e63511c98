"""The alarm on every page of staff when the background stands still."""

from flask import url_for
from flask_babel import gettext as _

from crm.actors import Role
from crm.jobs.health import job_health
from crm.jobs.heartbeats import Signs
from crm.registry import current_registry
from crm.web.ports import Banner, ports


def late_banners(signs: Signs) -> list[Banner]:
    """One banner when a periodic job is late, else none. Administrators are led to which one it is."""
    if not any(job.late for job in job_health(current_registry(), signs).values()):
        return []
    actor = ports().actor()
    text = _("The system stands still: messages and follow-ups are delayed. Nothing is lost.")
    if actor is not None and actor.has_role(Role.ADMINISTRATOR):
        return [Banner(kind="danger", text=text, href=url_for("jobs.health"), link_label=_("See what is late"))]
    return [Banner(kind="danger", text=text + " " + _("Tell your administrator."))]
