"""Writing the audit log."""

from collections.abc import Mapping
from typing import Any

from crm import clock
from crm.accounts.models import AuditEntry
from crm.actors import Actor
from crm.db import current_session


def record(
    actor: Actor,
    action: str,
    *,
    subject_type: str,
    subject_id: int | None = None,
    unit_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add one line to the audit log in the current transaction.

    ``details`` holds ids and field names only.
    """
    current_session().add(
        AuditEntry(
            at=clock.now(),
            actor_kind=actor.kind.value,
            actor_label=actor.label,
            staff_id=actor.staff_id,
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            unit_id=unit_id,
            details=dict(details or {}),
        )
    )
