"""The alarm on every page of staff when the background stands still."""

from flask import current_app
from flask_babel import gettext as _

from crm.jobs.health import report
from crm.web.ports import Banner


def late_banners() -> list[Banner]:
    """One banner when a periodic job is late, else none."""
    late = report(current_app, with_redis=False).late_jobs
    if not late:
        return []
    text = _(
        "The system stands still: messages and follow-ups are delayed. "
        "Nothing is lost. Tell your administrator: %(jobs)s.",
        jobs=", ".join(late),
    )
    return [Banner(kind="danger", text=text)]
