"""Scripts of the sample installation: the shipped ones, and a draft that somebody works on."""

from dataclasses import replace

from sqlalchemy import select

from crm.accounts.models import Unit
from crm.actors import system_actor
from crm.db import current_session, transaction
from outreach.scripts.definition import Script
from outreach.scripts.modules import CALLS
from outreach.scripts.services.drafts import change_draft
from outreach.scripts.services.scripts import install_shipped


def add_scripts() -> None:
    """Add the shipped scripts where they are missing, and switch the module on for every unit. May be repeated."""
    with transaction():
        for unit in current_session().scalars(select(Unit)):
            unit.modules = sorted({*unit.modules, CALLS.key})
        added = {script.key: script for script in install_shipped(system_actor("outreach.samples"))}
        meeting = added.get("information_meeting")
        if meeting is not None:
            actor = system_actor("outreach.samples")
            change_draft(actor, script_id=meeting.id, change=_shorter, what="texts")


def _shorter(script: Script) -> Script:
    """The first text that is read out, with a sentence in front: something to compare with what is published."""
    first = script.nodes[1]
    said = {**first.text, "en": f"I will be quick. {first.text.get('en', '')}"}
    return replace(script, nodes=tuple(replace(each, text=said) if each is first else each for each in script.nodes))
