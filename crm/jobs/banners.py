"""The alarm on every page of staff when the background stands still or a service outside is away."""

from flask import url_for
from flask_babel import gettext as _

from crm.actors import Role
from crm.jobs.health import job_health
from crm.jobs.heartbeats import Signs
from crm.registry import Registry, current_registry
from crm.web.ports import Banner, ports


def late_banners(signs: Signs) -> list[Banner]:
    """One banner when a periodic job is late, and one for each that fails and has words for it; mostly none.
    Administrators are led to which one is late, and they alone read what fails."""
    registry = current_registry()
    failing = _failing(registry, signs)
    actor = ports().actor()
    administrator = actor is not None and actor.has_role(Role.ADMINISTRATOR)
    alarms = [Banner(kind="warning", text=str(registry.jobs[key].alarm)) for key in failing if administrator]
    # A job that runs and fails with words of its own does not mean that the system stands still.
    if not any(job.late for key, job in job_health(registry, signs).items() if key not in failing):
        return alarms
    text = _("The system stands still: messages and follow-ups are delayed. Nothing is lost.")
    if administrator:
        late = Banner(kind="danger", text=text, href=url_for("jobs.health"), link_label=_("See what is late"))
        return [late, *alarms]
    return [Banner(kind="danger", text=text + " " + _("Tell your administrator."))]


def _failing(registry: Registry, signs: Signs) -> list[str]:
    """Jobs with an alarm whose last run failed."""
    found = []
    for key, job in registry.jobs.items():
        ok, error = signs.get(key, (None, None))
        if job.alarm is not None and ok is not None and error is not None and error > ok:
            found.append(key)
    return found
