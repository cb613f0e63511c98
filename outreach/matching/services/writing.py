"""What the services of this room share: the audit log, versions, keys of forms."""

from collections.abc import Mapping
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import audit
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import Base, current_session
from crm.errors import EditConflict
from outreach.matching.models import Match, MatchOffer, MatchProfile, Mentor

Row = TypeVar("Row", bound=Base)


def write_down(actor: Actor, mentor: Mentor, action: str, **details: object) -> None:
    """Tell the audit log what was done with a mentor."""
    audit.record(actor, action, subject_type="mentor", subject_id=mentor.id, unit_id=mentor.unit_id, details=details)


def write_profile_down(actor: Actor, profile: MatchProfile, action: str) -> None:
    """Tell the audit log what was done with a profile."""
    audit.record(actor, action, subject_type="match_profile", subject_id=profile.id, unit_id=profile.unit_id)


def write_match_down(actor: Actor, row: Match | MatchOffer, action: str, **details: object) -> None:
    """Tell the audit log what was done about a participant's matching."""
    audit.record(
        actor, action, subject_type="participant", subject_id=row.participant_id, unit_id=row.unit_id, details=details
    )


def check_version(now: int, version: int | None, current: Mapping[str, object]) -> None:
    """Raises EditConflict when the row was saved since ``version`` was shown; None means that nothing was shown."""
    if version is not None and now != version:
        raise EditConflict(
            _("Somebody else saved this while you had it open. Compare what is different, and save again."),
            current=current,
        )


def made_before(model: type[Row], key: str | None) -> Row | None:
    """The row that the same form has made already."""
    if not key:
        return None
    column: Any = model.submission_key  # type: ignore[attr-defined]  # each of the models that are asked for has one
    statement = select(model).where(column == key)
    return current_session().scalar(trusted(statement, because="named by the random key of the actor's form"))
