"""Scripts as a whole: a new one, a copy, those that come with the product, archiving."""

from collections.abc import Mapping
from dataclasses import replace

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import locked, trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.web.clean import clean_line
from outreach.scripts.definition import Script
from outreach.scripts.editing import blank_script, free_key
from outreach.scripts.models import MOST_TITLE, CallScript
from outreach.scripts.published import newest_version, script_in
from outreach.scripts.rows import (
    check_may_write,
    draft_row,
    may_write,
    new_script,
    one_at_a_time,
    script_to_write,
    taken_keys,
    write_down,
)
from outreach.scripts.services.publishing import publish_draft
from outreach.scripts.shipped import SCRIPTS, shipped_scripts

_SHIPPED = "shipped scripts are named by their own keys"


def create_script(
    actor: Actor,
    *,
    title: Mapping[str, str],
    unit_id: int | None = None,
    content: Script | None = None,
    submission_key: str | None = None,
) -> CallScript:
    """A new script with a draft: ``content``, or one step and an end. ``unit_id`` None: the whole organisation's.

    The same form sent twice (``submission_key``) makes one. Raises DomainError, NotAllowed. Publish it with
    ``publish_draft``.
    """
    check_may_write(actor, unit_id)
    one_at_a_time()
    if submission_key:
        statement = visible(CallScript, actor).where(CallScript.submission_key == submission_key)
        if there := current_session().scalar(statement):
            return there
    titles = checked_title(title)
    made = content or blank_script("script", titles)
    key = free_key(next(iter(titles.values())), taken_keys(), otherwise="script")
    script = new_script(actor, replace(made, key=key, title=titles), unit_id=unit_id, submission_key=submission_key)
    write_down(actor, script, "call_script.added")
    return script


def copy_script(actor: Actor, *, script_id: int, submission_key: str | None = None) -> CallScript:
    """A new script that says the same as the newest published version of another, or as its draft before the first.

    It is of the same unit, or of the actor's own where the other is of a unit above. Raises NotVisible, NotAllowed.
    """
    source = locked(CallScript, actor, script_id)
    version = newest_version(source.id) or draft_row(source)
    if version is None:
        raise DomainError(_("There is nothing in this script to copy."))
    content = script_in(version.text)
    titles = content.title or {actor.language: source.key}
    title = {language: _copy_of(each, language) for language, each in titles.items()}
    unit_id = source.unit_id if may_write(actor, source) else actor.unit_id
    return create_script(actor, title=title, unit_id=unit_id, content=content, submission_key=submission_key)


def install_shipped(actor: Actor) -> list[CallScript]:
    """Add and publish the shipped scripts that are not there, for the whole organisation. May be repeated.

    Raises NotAllowed.
    """
    check_may_write(actor)
    one_at_a_time()
    statement = trusted(select(CallScript.key).where(CallScript.key.in_(SCRIPTS)), because=_SHIPPED)
    there = set(current_session().scalars(statement))
    added = []
    for content in shipped_scripts():
        if content.key not in there:
            script = new_script(actor, content, unit_id=None)
            write_down(actor, script, "call_script.installed")
            publish_draft(actor, script_id=script.id)
            added.append(script)
    return added


def archive_script(actor: Actor, *, script_id: int) -> CallScript:
    """Take a script out of use. Lists that use it, and calls that are going on, keep it. May be repeated."""
    script = script_to_write(actor, script_id)
    if script.archived_at is None:
        script.archived_at = clock.now()
        write_down(actor, script, "call_script.archived")
    return script


def restore_script(actor: Actor, *, script_id: int) -> CallScript:
    """Bring a script back into use. May be repeated."""
    script = script_to_write(actor, script_id)
    if script.archived_at is not None:
        script.archived_at = None
        write_down(actor, script, "call_script.restored")
    return script


def _copy_of(title: str, language: str) -> str:
    with force_locale(language):
        return str(_("%(title)s (copy)", title=title[: MOST_TITLE - 20]))


def checked_title(title: Mapping[str, str]) -> dict[str, str]:
    """The title in each language that it has. Raises DomainError for none, or one that is too long."""
    titles = {language: clean_line(each) for language, each in title.items() if each.strip()}
    if not titles:
        raise DomainError(_("Write a title."), field="title")
    if any(len(each) > MOST_TITLE for each in titles.values()):
        raise DomainError(_("Write %(max)d characters at most.", max=MOST_TITLE), field="title")
    return titles
