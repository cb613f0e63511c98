"""The lines that this feature leaves in the contact history, other than contacts."""

import secrets
from collections.abc import Callable

from crm import clock
from crm.actors import Actor
from crm.history.services import Subject, write_line
from crm.languages import in_all_languages


def write_employer_line(
    actor: Actor,
    *,
    kind: str,
    employer_id: int,
    summary: Callable[[], object],
    detail: str | None = None,
    unit_id: int | None = None,
) -> None:
    """Tell in an employer's history what has just been changed. Each call is a line of its own."""
    write_line(
        actor,
        kind=kind,
        source_ref=f"{employer_id}:{secrets.token_hex(8)}",
        at=clock.now(),
        summary=in_all_languages(summary),
        detail={"": detail} if detail else None,
        unit_id=unit_id,
        subjects=[Subject(employer_id=employer_id)],
    )
