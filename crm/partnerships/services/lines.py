"""What the services of this feature share: the lines in the history, the audit log, versions."""

from collections.abc import Callable

from flask_babel import gettext as _

from crm.accounts import audit
from crm.actors import Actor
from crm.employers.services.lines import write_employer_line
from crm.errors import EditConflict
from crm.partnerships.models import Partnership


def write_partnership_line(
    actor: Actor, partnership: Partnership, summary: Callable[[], object], detail: str | None = None
) -> None:
    """Tell in the employer's history what has just been changed."""
    write_employer_line(
        actor,
        kind="partnership",
        employer_id=partnership.employer_id,
        summary=summary,
        detail=detail or partnership.name,
        unit_id=partnership.unit_id,
    )


def write_down(actor: Actor, partnership: Partnership, action: str, **details: object) -> None:
    """One line of the audit log about a partnership."""
    audit.record(
        actor,
        action,
        subject_type="partnership",
        subject_id=partnership.id,
        unit_id=partnership.unit_id,
        details=details,
    )


def check_version(now: int, version: int | None, current: dict[str, object]) -> None:
    """Raises EditConflict when the row was saved since ``version`` was shown; None means that nothing was shown."""
    if version is not None and now != version:
        raise EditConflict(
            _("Somebody else saved this while you had it open. Compare what is different, and save again."),
            current=current,
        )
