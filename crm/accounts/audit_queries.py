"""Reads of the audit log: administrators see all of it, managers what concerns their units."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, false, select, true

from crm.accounts.audit_names import Named, details_in_words, names_in
from crm.accounts.models import AuditEntry, Staff
from crm.accounts.queries import names_of
from crm.accounts.scopes import condition, scoped, visible
from crm.actors import Actor, ActorKind, Role
from crm.clock import local_instant
from crm.db import current_session
from crm.registry import current_registry


@dataclass(frozen=True)
class AuditFilters:
    """Who, what and when. The days are civil days in ``zone``; ``until`` is the last day that counts."""

    staff_id: int | None = None
    action: str | None = None
    since: date | None = None
    until: date | None = None
    zone: str = "Europe/Stockholm"


@dataclass(frozen=True)
class AuditLine:
    """One line as it is shown. ``subject`` is a kind of row, ``named`` the row where the reader may know it.

    ``details`` are labels with names, numbers and names of fields, never contents.
    """

    at: datetime
    who: str
    action: str
    subject: str
    number: int | None
    named: Named | None
    details: Sequence[tuple[str, str]]

    @property
    def about(self) -> str:
        """What it is about, in a file."""
        name = self.named.name if self.named else ""
        number = "" if self.number is None else f"({self.number})" if name else str(self.number)
        return " ".join(filter(None, (self.subject, name, number)))

    @property
    def details_in_words(self) -> str:
        """The details, in a file."""
        return "; ".join(f"{label}: {value}" for label, value in self.details)


def audit_condition(actor: Actor) -> ColumnElement[bool]:
    """The scope of the audit log."""
    if actor.has_role(Role.ADMINISTRATOR):
        return true()
    if actor.has_role(Role.MANAGER):
        return and_(AuditEntry.unit_id.is_not(None), AuditEntry.unit_id.in_(actor.unit_ids))
    return false()


def audit_entries(actor: Actor, filters: AuditFilters) -> Select[AuditEntry]:
    """The lines that ``actor`` sees under ``filters``, newest first."""
    statement = visible(AuditEntry, actor).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    if filters.staff_id is not None:
        statement = statement.where(AuditEntry.staff_id == filters.staff_id)
    if filters.action is not None:
        statement = statement.where(AuditEntry.action == filters.action)
    if filters.since is not None:
        statement = statement.where(AuditEntry.at >= local_instant(filters.since, time(0), filters.zone))
    if filters.until is not None:
        until = min(filters.until, date.max - timedelta(days=1))
        after = local_instant(until + timedelta(days=1), time(0), filters.zone)
        statement = statement.where(AuditEntry.at < after)
    return statement


def actions_seen(actor: Actor) -> list[tuple[str, str]]:
    """Every action in the lines that ``actor`` sees, with its label, by label."""
    statement = scoped(select(AuditEntry.action).distinct(), condition(AuditEntry, actor))
    pairs = [(action, action_label(action)) for action in current_session().scalars(statement)]
    return sorted(pairs, key=lambda pair: pair[1].casefold())


def people_seen(actor: Actor) -> list[tuple[int, str]]:
    """Everybody who did something in the lines that ``actor`` sees, by name."""
    acted = scoped(select(AuditEntry.staff_id).distinct(), condition(AuditEntry, actor))
    statement = select(Staff.id, Staff.name).where(Staff.id.in_(acted)).order_by(Staff.name, Staff.id)
    return [(staff_id, name) for staff_id, name in current_session().execute(statement)]


def audit_lines(actor: Actor, entries: Iterable[AuditEntry]) -> Iterator[AuditLine]:
    """The lines as ``actor`` reads them; what they name with one query for each kind of row."""
    entries = list(entries)
    staff = names_of({entry.staff_id for entry in entries if entry.staff_id})
    names = names_in(actor, entries)
    for entry in entries:
        yield AuditLine(
            at=entry.at,
            who=_who(entry, staff),
            action=action_label(entry.action),
            subject=str(current_registry().audit_subjects.get(entry.subject_type, entry.subject_type)),
            number=entry.subject_id,
            named=names.get((entry.subject_type, entry.subject_id or 0)),
            details=tuple(details_in_words(entry, names)),
        )


def action_label(action: str) -> str:
    """What an action is called; of a plugin that is no longer there, its key."""
    return str(current_registry().audit_labels.get(action, action))


def _who(entry: AuditEntry, names: dict[int, str]) -> str:
    if entry.staff_id is not None and entry.staff_id in names:
        return names[entry.staff_id]
    return entry.actor_label if entry.actor_kind != ActorKind.STAFF else f"({entry.actor_label})"
