"""Scripts as files: taken along without anything personal, and brought in from others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from crm.accounts.scopes import locked, visible
from crm.actors import Actor
from crm.db import current_session
from crm.documents.names import known_names, names_somebody
from crm.errors import DomainError
from outreach.scripts.definition import Script
from outreach.scripts.messages import sentence
from outreach.scripts.models import CallScript
from outreach.scripts.problems import Problem
from outreach.scripts.published import newest_version, script_in
from outreach.scripts.reading import read_script
from outreach.scripts.rows import (
    check_may_write,
    draft_row,
    may_write,
    new_script,
    one_at_a_time,
    stored,
    taken_keys,
    write_down,
)
from outreach.scripts.services.drafts import begin_draft, change_draft
from outreach.scripts.text_checks import personal_data, wordings
from outreach.scripts.writes_checks import places
from outreach.scripts.writing import write_script


class PersonalData(DomainError):
    """A text of the script names somebody, or says how to reach them."""


class WrongFile(DomainError):
    """A file that is no script. ``problems`` are its faults, each with its line."""

    def __init__(self, message: object, problems: Sequence[Problem]) -> None:
        super().__init__(message, field="file")
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Imported:
    """What an import did: the script, whether it is new here, and whether anything came in."""

    script: CallScript
    is_new: bool
    is_changed: bool


def export_script(actor: Actor, *, script_id: int) -> str:
    """The newest published version, or the draft before the first, as YAML in the shape of ``call_script``.

    Its writing is recorded. Raises PersonalData when a text names a participant or contact person, or holds an
    e-mail address, a phone or identity number: then nothing leaves, and the message says where but not who.
    NotVisible.
    """
    script = locked(CallScript, actor, script_id)
    version = newest_version(script.id) or draft_row(script)
    if version is None:
        raise DomainError(_("There is nothing in this script to export."))
    content = script_in(version.text)
    _check_impersonal(content)
    write_down(actor, script, "call_script.exported", version=version.number)
    return write_script(content, wrapped=True)


def import_script(actor: Actor, *, content: str, unit_id: int | None = None) -> Imported:
    """Bring a script in as a draft, to be read and published here.

    A script with the same key that the actor may change gets the file's text as its draft, any other a key of its own.
    The same file a second time changes nothing. Raises WrongFile with every fault of the file's shape (what a draft may
    still get wrong is said by the editor), DomainError, NotAllowed.
    """
    check_may_write(actor, unit_id)
    one_at_a_time()
    reading = read_script(content)
    if reading.script is None or reading.errors:
        raise WrongFile(_("This file is no call script that can be read."), reading.errors)
    there = current_session().scalar(visible(CallScript, actor).where(CallScript.key == reading.script.key))
    if there is not None and may_write(actor, there):
        return _into(actor, there, reading.script)
    return _added(actor, reading.script, unit_id)


def _added(actor: Actor, content: Script, unit_id: int | None) -> Imported:
    taken = taken_keys()
    key = next(each for each in _keys_like(content.key) if each not in taken)
    script = new_script(actor, replace(content, key=key), unit_id=unit_id)
    write_down(actor, script, "call_script.imported")
    return Imported(script, is_new=True, is_changed=True)


def _into(actor: Actor, script: CallScript, content: Script) -> Imported:
    version = draft_row(script) or newest_version(script.id)
    if version is not None and stored(script_in(version.text)) == stored(content):
        return Imported(script, is_new=False, is_changed=False)
    if draft_row(script) is not None:
        message = _("This script has a draft that somebody works on. Publish it or throw it away first.")
        raise DomainError(message, field="file")
    begin_draft(actor, script_id=script.id)
    change_draft(actor, script_id=script.id, change=lambda before: content, what="import")
    write_down(actor, script, "call_script.imported")
    return Imported(script, is_new=False, is_changed=True)


def _keys_like(key: str) -> Iterable[str]:
    yield key
    for number in range(2, 10_000):
        yield f"{key[:50]}_{number}"


def _check_impersonal(content: Script) -> None:
    found = next(personal_data(content), None)
    if found is not None:
        raise PersonalData(sentence(found))
    names = known_names()
    for place, text in _all_texts(content):
        if names_somebody(text, names):
            raise PersonalData(
                _("The text of “%(place)s” names a person. Write a placeholder instead, like {person}.", place=place)
            )


def _all_texts(content: Script) -> Iterable[tuple[str, str]]:
    for each in wordings(content):
        yield from ((each.place, text) for text in each.texts.values())
    for path, writes in places(content):
        yield from ((path, value) for value in writes.fill.values())
