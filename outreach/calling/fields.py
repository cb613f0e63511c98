"""The fields of a step as they stand on the page: a day and time, a choice, a line or some lines of text."""

from collections.abc import Mapping
from typing import Any

from wtforms import Field as FormField
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional
from wtforms.widgets import DateTimeLocalInput

from crm.employers.forms import reader_language
from crm.employers.ways import INFORMATION, REASONS
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.fields import NoteField, NoteLine
from crm.web.forms import choices, optional_text
from outreach.scripts.definition import FIELD_CHOICES, Node
from outreach.scripts.effects import Field
from outreach.scripts.messages import FIELDS

_LONG = frozenset({Field.NEEDS_TEXT, Field.DECLINE_REASON, Field.REFERRAL_COMPANY})
_MOST = 2000
PREFIX = "f_"


def fields_at(node: Node) -> tuple[Field, ...]:
    """The fields of a step that have to be filled in; what an answer says by itself is no field."""
    answered = node.log[0] if len(node.log) == 1 and _says_itself(node) else None
    return tuple(each for each in node.log if each is not answered)


def is_required(node: Node, field: Field) -> bool:
    """Whether no answer can do without it."""
    return field in node.required or (bool(node.answers) and all(field in each.required for each in node.answers))


def form_fields(node: Node) -> dict[str, Any]:
    """The fields of a step for a form class, by the names of their inputs."""
    return {PREFIX + field.value: _made(field) for field in fields_at(node)}


def choice_labels(field: Field) -> Mapping[str, object]:
    """What the values of a field with choices are called."""
    if field is Field.PRIOR_EXPERIENCE:
        return dict(picklists.options("prior_experience", reader_language()))
    if field is Field.BAD_EXPERIENCE_REASON:
        return dict(REASONS)
    if field is Field.PREFERRED_INFORMATION:
        return dict(INFORMATION)
    return {"yes": _l("Yes"), "no": _l("No")}


def _says_itself(node: Node) -> bool:
    known = FIELD_CHOICES.get(node.log[0], ())
    return bool(node.answers) and all(answer.key in known for answer in node.answers)


def _made(field: Field) -> FormField:
    label: Any = FIELDS[field]
    checks = [Optional(), Length(max=_MOST)]
    if field is Field.DATE_TIME:
        return StringField(label, checks, widget=DateTimeLocalInput())
    if field in FIELD_CHOICES:
        labels = choice_labels(field)
        known = [(value, labels.get(value, value)) for value in FIELD_CHOICES[field]]
        return SelectField(label, choices=choices(known, empty=_l("Not stated")), coerce=optional_text)
    kind = NoteField if field in _LONG else NoteLine
    return kind(label, checks)
