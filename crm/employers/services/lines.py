"""The lines that this feature leaves in the contact history, other than contacts."""

import secrets
from collections.abc import Callable

from flask_babel import gettext as _

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
    ref: str | None = None,
) -> None:
    """Tell in an employer's history what has just been changed. Each call is a line of its own, unless ``ref`` names
    it."""
    write_line(
        actor,
        kind=kind,
        source_ref=ref or f"{employer_id}:{secrets.token_hex(8)}",
        at=clock.now(),
        summary=in_all_languages(summary),
        detail={"": detail} if detail else None,
        unit_id=unit_id,
        subjects=[Subject(employer_id=employer_id)],
    )


def write_told_line(actor: Actor, *, employer_id: int, unit_id: int, ref: str, name: str | None) -> None:
    """Tell that the employer has heard who is responsible now. May be repeated: one line for a ``ref``."""
    write_line(
        actor,
        kind="relationship",
        source_ref=f"told:{ref}",
        at=clock.now(),
        summary=in_all_languages(
            lambda: (
                _("They were told that %(name)s is responsible", name=name)
                if name
                else _("They were told that the unit is responsible")
            )
        ),
        unit_id=unit_id,
        subjects=[Subject(employer_id=employer_id)],
    )
