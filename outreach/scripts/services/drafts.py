"""Drafts: begun from what is published, changed step by step, each change taken back again if need be.

Two people may write in the same draft. What they change at once is told by the form of each step, which carries the
``edition`` of the step that it shows.
"""

from collections.abc import Callable, Mapping

from flask_babel import gettext as _
from sqlalchemy import Select, select

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError, EditConflict
from outreach.scripts.definition import Script
from outreach.scripts.editing import with_placeholders
from outreach.scripts.messages import sentence
from outreach.scripts.models import CallScript, CallScriptEdit, CallScriptVersion, VersionState
from outreach.scripts.published import newest_version, script_in
from outreach.scripts.reading import read_script
from outreach.scripts.rows import (
    draft_row,
    name_after,
    new_draft,
    script_to_write,
    stored,
    write_down,
)

MOST_EDITS = 50
"""How many changes of a draft can be taken back."""
_LOCKED = "the drafts of a script that is locked"


def begin_draft(actor: Actor, *, script_id: int) -> CallScriptVersion:
    """The draft of a script: the one that is there, or what is published, to be changed. May be repeated."""
    script = script_to_write(actor, script_id)
    there = draft_row(script)
    if there is not None:
        return there
    newest = newest_version(script.id)
    if newest is None:
        raise DomainError(_("This script has nothing to begin with. Take its last draft back, or archive it."))
    draft = new_draft(actor, script_in(newest.text))
    draft.script_id = script.id
    current_session().add(draft)
    script.version_id += 1
    write_down(actor, script, "call_script.draft_begun")
    current_session().flush()  # The caller's page reads it by a query.
    return draft


def change_draft(
    actor: Actor, *, script_id: int, change: Callable[[Script], Script], what: str = "draft"
) -> CallScript:
    """Change what the draft of a script says; without a draft one is begun. ``what`` names it in the audit log.

    ``change`` gets what the draft says now and may raise DomainError. Nothing happens where it changes nothing; what
    could not be read back is refused. The change can be taken back (``undo_change``) by the ``version_id`` that the
    script has afterwards.
    """
    script = script_to_write(actor, script_id)
    draft = draft_row(script) or begin_draft(actor, script_id=script_id)
    content = with_placeholders(change(script_in(draft.text)))
    text = stored(content)
    if text == stored(script_in(draft.text)):
        return script
    _check_readable(text)
    script.version_id += 1
    current_session().add(CallScriptEdit(version_ref_id=draft.id, text=draft.text, leads_to=script.version_id))
    _forget_old_edits(draft)
    _write(actor, script, draft, content)
    write_down(actor, script, "call_script.draft_changed", part=what)
    return script


def undo_change(actor: Actor, *, script_id: int, version: int) -> CallScript:
    """Take back the change that gave the script the ``version_id`` ``version``, if nothing was changed since.

    After that the change before it can be taken back. Raises DomainError where something was, or the draft is gone.
    """
    script = script_to_write(actor, script_id)
    draft = draft_row(script)
    edit = current_session().scalar(_edits(draft).limit(1)) if draft else None
    if draft is None or edit is None or edit.leads_to != version or script.version_id != version:
        raise DomainError(_("This change cannot be taken back any more: something else was changed since."))
    # A new number: whoever still looks at the change that is taken back must not take its place for it.
    script.version_id += 1
    _write(actor, script, draft, script_in(edit.text))
    current_session().delete(edit)
    before = _edits(draft).where(CallScriptEdit.id < edit.id).limit(1)
    if earlier := current_session().scalar(before):
        earlier.leads_to = script.version_id
    write_down(actor, script, "call_script.draft_undone")
    return script


def discard_draft(actor: Actor, *, script_id: int) -> CallScript:
    """Throw the draft away; what is published stays. It can be taken back. May be repeated."""
    script = script_to_write(actor, script_id)
    draft = draft_row(script)
    if draft is not None:
        draft.discarded_at = clock.now()
        script.version_id += 1
        write_down(actor, script, "call_script.draft_discarded")
    return script


def take_draft_back(actor: Actor, *, script_id: int) -> CallScript:
    """Bring back the draft that was thrown away last. Raises DomainError where another was begun or none is there."""
    script = script_to_write(actor, script_id)
    if draft_row(script) is not None:
        raise DomainError(_("There is another draft by now."))
    mine = CallScriptVersion.script_id == script.id, CallScriptVersion.state == VersionState.DRAFT
    statement = select(CallScriptVersion).where(*mine).order_by(CallScriptVersion.discarded_at.desc()).limit(1)
    draft = current_session().scalar(trusted(statement, because=_LOCKED))
    if draft is None:
        raise DomainError(_("There is no draft to take back."))
    draft.discarded_at = None
    script.version_id += 1
    write_down(actor, script, "call_script.draft_restored")
    return script


def undoable(draft: CallScriptVersion, script: CallScript) -> int | None:
    """What ``undo_change`` wants to take back the last change of a draft; None where there is nothing to take back."""
    edit = current_session().scalar(_edits(draft).limit(1))
    return edit.leads_to if edit and edit.leads_to == script.version_id else None


def check_edition(shown: int | None, now: int, current: Mapping[str, object]) -> None:
    """Raises EditConflict where a part of the draft is not what the form showed; ``current`` is what it is now."""
    if shown is not None and shown != now:
        message = _("Somebody else saved this while you had it open. Compare what is different, and save again.")
        raise EditConflict(message, current={**current, "version": now})


def _write(actor: Actor, script: CallScript, draft: CallScriptVersion, content: Script) -> None:
    draft.text = stored(content)
    draft.changed_at, draft.changed_by_id = clock.now(), actor.staff_id
    if newest_version(script.id) is None:
        name_after(script, content)


def _check_readable(text: str) -> None:
    errors = read_script(text).errors
    if errors:
        raise DomainError(" ".join(sentence(each) for each in errors[:3]))


def _edits(draft: CallScriptVersion) -> Select[CallScriptEdit]:
    """What a draft said before, the latest change first."""
    mine = CallScriptEdit.version_ref_id == draft.id
    return select(CallScriptEdit).where(mine).order_by(CallScriptEdit.id.desc())


def _forget_old_edits(draft: CallScriptVersion) -> None:
    for edit in current_session().scalars(_edits(draft).offset(MOST_EDITS)):
        current_session().delete(edit)
