"""Reading call scripts: the list, one with its versions, and choices for other rooms."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import joinedload

from crm.accounts.models import Unit
from crm.accounts.scopes import condition, scoped, visible
from crm.actors import Actor, Role
from crm.db import current_session
from crm.folding import fold
from crm.web.paging import Page, paginate
from outreach.scripts.models import CallScript, CallScriptVersion, VersionState

STAFF = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)


def script_scope(actor: Actor) -> ColumnElement[bool]:
    """Scripts of the whole organisation, of one's units and of those above one's own. Evaluators see none."""
    if not actor.has_role(*STAFF):
        return false()
    above = select(Unit.parent_id).where(Unit.id == actor.unit_id).cte(recursive=True)
    above = above.union(select(Unit.parent_id).where(Unit.id == above.c.parent_id))
    return or_(
        CallScript.unit_id.is_(None),
        CallScript.unit_id.in_(actor.unit_ids),
        CallScript.unit_id.in_(select(above.c.parent_id)),
    )


def version_scope(actor: Actor) -> ColumnElement[bool]:
    """The versions of the scripts that one sees."""
    return CallScriptVersion.script_id.in_(select(CallScript.id).where(script_scope(actor)))


@dataclass(frozen=True)
class ScriptFilter:
    """What the list shows. ``show``: used, drafts (with one that is open) or archived."""

    text: str = ""
    show: str = "used"


@dataclass(frozen=True)
class ScriptLine:
    """A script with its newest published version and its draft, without their texts' being parsed."""

    script: CallScript
    published: CallScriptVersion | None
    draft: CallScriptVersion | None


def script_page(actor: Actor, filters: ScriptFilter, *, page: int = 1) -> Page[ScriptLine]:
    """One page of scripts by title, each with its newest version and its draft. Three queries."""
    statement = visible(CallScript, actor).options(joinedload(CallScript.unit))
    archived = CallScript.archived_at
    statement = statement.where(archived.is_not(None) if filters.show == "archived" else archived.is_(None))
    if filters.show == "drafts":
        statement = statement.where(CallScript.id.in_(select(CallScriptVersion.script_id).where(_is_open_draft())))
    for word in fold(filters.text).split():
        statement = statement.where(CallScript.folded.contains(word, autoescape=True))
    found = paginate(current_session(), statement.order_by(CallScript.folded, CallScript.id), page=page)
    versions = _current_versions(actor, [script.id for script in found.items])
    lines = [
        ScriptLine(
            script, versions.get((script.id, VersionState.PUBLISHED)), versions.get((script.id, VersionState.DRAFT))
        )
        for script in found.items
    ]
    return Page(
        items=lines, page=found.page, per_page=found.per_page, total=found.total, prev_url=found.prev_url,
        next_url=found.next_url,
    )  # fmt: skip


def versions_of(actor: Actor, script_id: int) -> Sequence[CallScriptVersion]:
    """The published versions of a script, the newest first, with who published them."""
    statement = (
        visible(CallScriptVersion, actor)
        .where(CallScriptVersion.script_id == script_id, CallScriptVersion.state == VersionState.PUBLISHED)
        .options(joinedload(CallScriptVersion.published_by))
        .order_by(CallScriptVersion.number.desc())
    )
    return current_session().scalars(statement).all()


def draft_of(actor: Actor, script_id: int) -> CallScriptVersion | None:
    """The draft of a script, with who changed it last."""
    statement = visible(CallScriptVersion, actor).where(CallScriptVersion.script_id == script_id, _is_open_draft())
    return current_session().scalar(statement.options(joinedload(CallScriptVersion.changed_by)))


def script_choices(actor: Actor) -> list[tuple[int, str]]:
    """Id and title, in the reader's language, of every script in use that is published: for the form of a list."""
    published = select(CallScriptVersion.script_id).where(CallScriptVersion.state == VersionState.PUBLISHED)
    statement = visible(CallScript, actor).where(CallScript.archived_at.is_(None), CallScript.id.in_(published))
    found = current_session().scalars(statement.order_by(CallScript.folded, CallScript.id))
    return [(script.id, script.title_in(actor.language)) for script in found]


def _is_open_draft() -> ColumnElement[bool]:
    return and_(CallScriptVersion.state == VersionState.DRAFT, CallScriptVersion.discarded_at.is_(None))


def _current_versions(actor: Actor, script_ids: Sequence[int]) -> dict[tuple[int, str], CallScriptVersion]:
    """The newest published version and the draft of each of these scripts."""
    if not script_ids:
        return {}
    statement = (
        select(CallScriptVersion)
        .where(
            CallScriptVersion.script_id.in_(script_ids),
            or_(CallScriptVersion.state == VersionState.PUBLISHED, _is_open_draft()),
        )
        .options(joinedload(CallScriptVersion.published_by), joinedload(CallScriptVersion.changed_by))
        .order_by(CallScriptVersion.number)
    )
    found = current_session().scalars(scoped(statement, condition(CallScriptVersion, actor)))
    return {(version.script_id, version.state): version for version in found}
