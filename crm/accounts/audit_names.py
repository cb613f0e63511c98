"""What the lines of the audit log name, in words: one query for each kind of row, however many lines there are."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import literal, null, select, true

from crm.accounts.models import AuditEntry
from crm.accounts.scopes import condition, scoped
from crm.actors import Actor
from crm.db import current_session
from crm.extension_points import AuditName
from crm.languages import in_language
from crm.many_rows import among
from crm.registry import current_registry

_SAME_KIND = "other"
"""A detail that is the number of another row of the line's own kind."""
_STAFF_ROLES = {"deputy": "staff", "owner": "staff", "coordinator": "staff"}
Ids = Mapping[str, set[int]]


@dataclass(frozen=True)
class Named:
    """A row as the reader may know it. ``name`` is '' where only its page may be opened."""

    name: str
    endpoint: str = ""
    address: str = ""


Names = Mapping[tuple[str, int], Named]


def names_in(actor: Actor, entries: Iterable[AuditEntry]) -> Names:
    """The rows that these lines are about or mention, as far as ``actor`` sees them, by kind and number."""
    found: dict[tuple[str, int], Named] = {}
    known = current_registry().audit_names
    for kind, ids in _mentioned(entries).items():
        if kind in known:
            found.update(_rows(actor, known[kind], ids))
    return found


def kind_of(key: str, entry: AuditEntry) -> str | None:
    """What a detail gives the numbers of, or None where it gives none: ``to_staff_id`` those of staff."""
    if key == _SAME_KIND:
        return entry.subject_type
    stem = key.removesuffix("s").removesuffix("_id")
    if stem in (key, key.removesuffix("s")):
        return None
    known = current_registry().audit_names
    return next((kind for kind in known if stem == kind or stem.endswith(f"_{kind}")), _STAFF_ROLES.get(stem))


def details_in_words(entry: AuditEntry, names: Names) -> Iterator[tuple[str, str]]:
    """What a line says besides: labels and what stands there; not once more, by another number, what it is about."""
    about = names.get((entry.subject_type, entry.subject_id or 0))
    for key, value in entry.details.items():
        kind = kind_of(key, entry)
        values = value if isinstance(value, list) else [value]
        if kind not in (None, entry.subject_type) and about and _all_are(about, kind, values, names):
            continue
        yield field_label(key), ", ".join(_in_words(each, key, kind, names) for each in values)


def _all_are(about: Named, kind: str | None, values: list[Any], names: Names) -> bool:
    """Whether all of these rows have the name and the page of what a line is about: a relationship its employer's."""
    return bool(about.name) and all(isinstance(each, int) and names.get((kind or "", each)) == about for each in values)


def field_label(key: str) -> str:
    """What a field or a detail is called; one that nobody has named reads as its key without underscores."""
    label = current_registry().audit_fields.get(key)
    return str(label) if label else key.removesuffix("_id").replace("_", " ")


def _in_words(value: Any, key: str, kind: str | None, names: Names) -> str:
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if kind is not None and isinstance(value, int):
        named = names.get((kind, value))
        return f"{named.name} ({value})" if named and named.name else str(value)
    return field_label(value) if key == "fields" else str(value)


def _mentioned(entries: Iterable[AuditEntry]) -> Ids:
    found: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.subject_id is not None:
            found[entry.subject_type].add(entry.subject_id)
        for key, value in entry.details.items():
            kind = kind_of(key, entry)
            if kind is not None:
                values = value if isinstance(value, list) else [value]
                found[kind].update(each for each in values if isinstance(each, int))
    return found


def _rows(actor: Actor, kind: AuditName, ids: set[int]) -> Iterator[tuple[tuple[str, int], Named]]:
    seen = condition(kind.model, actor) if kind.model in current_registry().scopes else true()
    name = literal("") if kind.name is None else kind.name
    address = null() if kind.address is None else kind.address
    key = kind.model.id
    statement = select(key, name, address).where(among(current_session().connection(), key, ids))
    for row_id, called, public_id in current_session().execute(scoped(statement, seen)):
        if isinstance(called, dict):
            called = in_language(called, actor.language)
        yield (kind.kind, row_id), Named(called or "", kind.endpoint if public_id else "", public_id or "")
