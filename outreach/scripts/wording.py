"""What a script does, in the reader's words: effects, values of fields, placeholders. For pages and lists."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _

from crm.employers.stages import stage_label
from crm.employers.ways import INFORMATION, REASONS
from crm.extension_points import Text
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from outreach.scripts.definition import FIELD_CHOICES, Creation, Writes
from outreach.scripts.effects import (
    AddTask,
    BookVisit,
    ChangeStage,
    Effect,
    Field,
    FillField,
    MakeReferral,
    SendMaterial,
    SetDoNotCall,
    SetDoNotContact,
    SetOutcome,
    TaskKind,
    kind_of,
)
from outreach.scripts.messages import FIELDS
from outreach.scripts.writes_checks import OUTCOMES

CREATIONS: Mapping[Creation, Text] = {
    Creation.CALLBACK_TASK: _l("Adds a task: call back"),
    Creation.REPAIR_TASK: _l("Adds a task: put right what went wrong"),
    Creation.VISIT_TASK: _l("Adds a task: agree on a visit"),
    Creation.VISIT: _l("Books a visit at the agreed time"),
    Creation.SEND_MATERIAL: _l("Sends the information sheet"),
    Creation.REFERRAL: _l("Keeps the other employer that they named"),
}
"""What a step or an answer can bring into being."""

_TASKS: Mapping[TaskKind, Text] = {each: CREATIONS[Creation(each.value)] for each in TaskKind}
_SAYS: Mapping[Field, Mapping[str, Text]] = {
    Field.BAD_EXPERIENCE_REASON: REASONS,
    Field.PREFERRED_INFORMATION: INFORMATION,
    Field.REFERRAL_MAY_MENTION: {"yes": _l("Yes"), "no": _l("No")},
}
PLACEHOLDERS: Mapping[str, Text] = {
    "my_name": _l("your name"),
    "org": _l("your organisation"),
    "company": _l("the employer"),
    "person": _l("the contact person"),
    "source": _l("where the name came from"),
    "date_time": _l("the agreed day and time"),
    "contact_phone": _l("the number to call back"),
    "event_title": _l("the event"),
    "event_place": _l("the place of the event"),
    "event_date_time": _l("day and time of the event"),
    "deadline": _l("the last day to answer"),
}
"""What each name in braces stands for."""


def field_label(field: Field | str) -> str:
    """What a field is called."""
    return str(FIELDS.get(field, field))


def value_choices(field: Field, language: str) -> list[tuple[str, str]]:
    """The values that a field can have, with their words; none for a field of plain text."""
    return [(value, value_label(field, value, language)) for value in FIELD_CHOICES.get(field, ())]


def value_label(field: Field, value: str, language: str) -> str:
    """A value of a field as people read it."""
    if field is Field.PRIOR_EXPERIENCE and value in picklists.codes("prior_experience"):
        return picklists.label("prior_experience", value, language)
    return str(_SAYS.get(field, {}).get(value, value))


def outcome_label(outcome: str, language: str) -> str:
    """An outcome as people read it; an unknown one as it is written."""
    return picklists.label(OUTCOMES, outcome, language) if outcome in picklists.codes(OUTCOMES) else outcome


def effect_words(effect: Effect, language: str) -> str:
    """One effect of a call as a line: "Adds a task: call back (24 November, 10:00)"."""
    return _WORDS[kind_of(effect)](effect, language)


def writes_words(writes: Writes, language: str) -> list[str]:
    """Everything that a step or an answer writes, a line each."""
    return [effect_words(each, language) for each in writes.effects]


def _with_time(text: Text, effect: AddTask | BookVisit) -> str:
    # An agreed time is what the clock on the wall shows: no zone is added to it.
    return f"{text} ({format_datetime(effect.at, 'd MMMM HH:mm', rebase=False)})" if effect.at else str(text)


def _referral(effect: MakeReferral, language: str) -> str:
    text = str(CREATIONS[Creation.REFERRAL])
    return f"{text} ({effect.company})" if effect.company else text


def _filled(effect: FillField, language: str) -> str:
    value = value_label(effect.field, effect.value, language)
    return str(_("Notes “%(field)s”: %(value)s", field=field_label(effect.field), value=value))


_WORDS: Mapping[str, Callable[[Any, str], str]] = {
    kind_of(FillField(Field.NEEDS_TEXT, "")): _filled,
    kind_of(AddTask(TaskKind.CALLBACK)): lambda effect, language: _with_time(_TASKS[effect.task], effect),
    kind_of(BookVisit()): lambda effect, language: _with_time(CREATIONS[Creation.VISIT], effect),
    kind_of(SendMaterial()): lambda effect, language: str(CREATIONS[Creation.SEND_MATERIAL]),
    kind_of(MakeReferral()): _referral,
    kind_of(ChangeStage("")): lambda effect, language: _(
        "Changes the stage: %(stage)s", stage=stage_label(effect.stage)
    ),
    kind_of(SetDoNotCall()): lambda effect, language: _("Notes that this person does not want to be called"),
    kind_of(SetDoNotContact()): lambda effect, language: _("Notes that this employer wants no contact"),
    kind_of(SetOutcome("")): lambda effect, language: _(
        "Outcome: %(outcome)s", outcome=outcome_label(effect.outcome, language)
    ),
}
