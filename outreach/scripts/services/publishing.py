"""Publishing: a draft becomes the version that new calls take. Calls that are going on keep theirs."""

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import delete

from crm import clock
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError, EditConflict
from crm.web.clean import clean_line
from outreach.scripts.checking import check
from outreach.scripts.messages import sentence
from outreach.scripts.models import CallScriptEdit, CallScriptVersion, VersionState
from outreach.scripts.published import newest_version, script_in
from outreach.scripts.rows import draft_row, name_after, script_to_write, stored, write_down

_SHOWN = 3


def publish_draft(
    actor: Actor,
    *,
    script_id: int,
    note: str = "",
    version: int | None = None,
    stages: Collection[str] | None = None,
) -> CallScriptVersion:
    """Publish the draft of a script. From now on it never changes, and new calls take it.

    ``version`` is the ``version_id`` of the script that was shown. Raises DomainError for a script without draft, for a
    draft with errors (a dead end, a step that nobody reaches) and for one that says the same as what is published;
    EditConflict where somebody changed it since; NotVisible, NotAllowed.
    """
    script = script_to_write(actor, script_id)
    if version is not None and version != script.version_id:
        message = _("Somebody has changed the draft since you opened this page. Look at it again before you publish.")
        raise EditConflict(message, current={"version": script.version_id})
    draft = draft_row(script)
    if draft is None:
        raise DomainError(_("There is no draft to publish."))
    content = script_in(draft.text)
    errors = check(content, stages=stages).errors
    if errors:
        found = " ".join(sentence(each) for each in errors[:_SHOWN])
        raise DomainError(_("The draft cannot be published yet. %(found)s", found=found))
    before = newest_version(script.id)
    number = (before.number or 0) + 1 if before else 1
    if before and stored(content, number=number - 1) == before.text:
        raise DomainError(_("The draft says the same as the published version."))
    now = clock.now()
    draft.text, draft.number, draft.state = stored(content, number=number), number, VersionState.PUBLISHED
    draft.note = clean_line(note)[:300] or None
    draft.published_at, draft.published_by_id = now, actor.staff_id
    name_after(script, content)
    script.version_id += 1
    # What it said on the way there is of no use to anybody any more.
    current_session().execute(delete(CallScriptEdit).where(CallScriptEdit.version_ref_id == draft.id))
    write_down(actor, script, "call_script.published", version=number)
    current_session().flush()  # Whoever asks for the newest version gets this one.
    return draft
