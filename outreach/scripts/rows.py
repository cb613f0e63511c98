"""What the services of scripts share: who may write which, the rows of versions, the audit log."""

from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Unit
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor, Role
from crm.db import current_session
from crm.errors import DomainError, NotAllowed
from crm.folding import fold
from outreach.scripts.definition import Script
from outreach.scripts.models import CallScript, CallScriptVersion, VersionState
from outreach.scripts.writing import write_script

WRITERS = (Role.MANAGER, Role.ADMINISTRATOR)
"""Who writes scripts. Everybody else of staff reads them and tries them."""
_OF_SCRIPT = "the versions of a script that the caller has locked"
_KEYS = "keys of scripts are one for the whole organisation; nothing else of them is read"
_LONGEST_FOLDED = 500


def script_to_write(actor: Actor, script_id: int) -> CallScript:
    """The script, locked. Raises NotVisible, and NotAllowed for those who only read."""
    script = locked(CallScript, actor, script_id)
    if not may_write(actor, script):
        raise NotAllowed(_("Only managers and administrators of its unit change this call script."))
    return script


def may_write(actor: Actor, script: CallScript) -> bool:
    """Whether the actor changes a script. Those of a unit above are read and used, as they are."""
    own = actor.is_system or script.unit_id is None or script.unit_id in actor.unit_ids
    return own and actor.has_role(*WRITERS)


def check_may_write(actor: Actor, unit_id: int | None = None) -> None:
    """Raises NotAllowed for those who only read, DomainError for a unit that is not theirs."""
    if not actor.has_role(*WRITERS):
        raise NotAllowed(_("Only managers and administrators write call scripts."))
    if unit_id is not None and not actor.is_system and unit_id not in actor.unit_ids:
        raise DomainError(_("Choose one of your own units."), field="unit_id")


def draft_row(script: CallScript) -> CallScriptVersion | None:
    """The draft of a script that the caller has locked; None where there is none."""
    statement = select(CallScriptVersion).where(
        CallScriptVersion.script_id == script.id,
        CallScriptVersion.state == VersionState.DRAFT,
        CallScriptVersion.discarded_at.is_(None),
    )
    return current_session().scalar(trusted(statement.with_for_update(), because=_OF_SCRIPT))


def new_script(actor: Actor, content: Script, *, unit_id: int | None, submission_key: str | None = None) -> CallScript:
    """The row of a script with its draft. The caller has chosen a key that is free."""
    script = CallScript(
        key=content.key, unit_id=unit_id, titles={}, folded="", submission_key=submission_key, created_at=clock.now()
    )
    name_after(script, content)
    script.versions.append(new_draft(actor, content))
    current_session().add(script)
    current_session().flush()  # The id names it in the audit log.
    return script


def new_draft(actor: Actor, content: Script) -> CallScriptVersion:
    """The row of a draft, of no script yet."""
    now = clock.now()
    return CallScriptVersion(
        state=VersionState.DRAFT, text=stored(content), created_at=now, changed_at=now, changed_by_id=actor.staff_id
    )


def stored(content: Script, *, number: int = 1) -> str:
    """A script as it is kept; the same script gives the same text."""
    return write_script(replace(content, version=number))


def name_after(script: CallScript, content: Script) -> None:
    """Call a script what its content is called."""
    script.titles = {language: title for language, title in content.title.items() if title.strip()}
    script.folded = fold(" ".join([*script.titles.values(), script.key]))[:_LONGEST_FOLDED]


def one_at_a_time() -> None:
    """Let whoever adds scripts do so one after the other, so that no two choose the same key or send one form twice."""
    first = select(Unit.id).where(Unit.parent_id.is_(None)).order_by(Unit.id).limit(1)
    # Rows that only name the unit may be written meanwhile.
    current_session().execute(first.with_for_update(key_share=True))


def taken_keys() -> frozenset[str]:
    """Every key there is, archived scripts' and other units' too."""
    return frozenset(current_session().scalars(trusted(select(CallScript.key), because=_KEYS)))


def write_down(actor: Actor, script: CallScript, action: str, **details: object) -> None:
    """Tell the audit log what has just been done with a script."""
    record(
        actor, action, subject_type="call_script", subject_id=script.id, unit_id=script.unit_id,
        details=details,
    )  # fmt: skip
