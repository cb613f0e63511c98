"""What the services of this feature share: the lines in the history, the audit log, versions."""

from collections.abc import Callable

from flask_babel import gettext as _

from crm.accounts import audit
from crm.actors import Actor
from crm.employers.services.lines import write_employer_line
from crm.errors import EditConflict
from crm.partnerships.models import Partnership


def write_down(
    actor: Actor,
    partnership: Partnership,
    action: str,
    *,
    line: Callable[[], object] | None = None,
    about: str | None = None,
    **details: object,
) -> None:
    """Tell the audit log what has just been changed; with ``line`` the employer's history too, ``about`` what."""
    if line is not None:
        write_employer_line(
            actor,
            kind="partnership",
            employer_id=partnership.employer_id,
            summary=line,
            detail=about or partnership.name,
            unit_id=partnership.unit_id,
        )
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
