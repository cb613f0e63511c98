"""Forms of a step and of an answer: what is said, what is noted, and what it does."""

from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp, ValidationError
from wtforms.validators import Optional as Maybe

from crm.actors import Actor
from crm.employers.stage_queries import stages_of
from crm.employers.stages import stage_label
from crm.extension_points import Text
from crm.glossary import picklists
from crm.languages import NAMES
from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm, CheckboxesField, VersionField, choices, grouped_choices
from outreach.scripts.definition import FIELD_CHOICES, LANGUAGES, Node, NodeKind, Script, in_language
from outreach.scripts.effects import Field
from outreach.scripts.messages import FIELDS, KINDS
from outreach.scripts.reading import MAX_ANSWERS, MAX_LABEL
from outreach.scripts.step_fields import FILLABLE, NEW, AnswerRow
from outreach.scripts.wording import CREATIONS, outcome_label, value_choices
from outreach.scripts.wrapping import shortened
from outreach.scripts.writes_checks import OUTCOMES
from outreach.scripts.yaml_tree import KEY, MAX_TEXT

_BLANK_ROWS = 2
_SHORT = 48
_NEW_STEPS: dict[NodeKind, Text] = {
    NodeKind.SAY: _l("A new step: say"),
    NodeKind.ASK: _l("A new step: ask"),
    NodeKind.INSTRUCTION: _l("A new step: do"),
    NodeKind.END: _l("A new end"),
}
_NOTED = choices((field.value, FIELDS[field]) for field in Field)


class _RowForm(BaseForm):
    """An answer as a line of its step's form."""

    class Meta(BaseForm.Meta):
        csrf = False

    key = HiddenField()
    label = StringField(_l("Answer"), validators=[Length(max=MAX_LABEL)])
    goto = SelectField(_l("Leads to"), validate_choice=False)

    def validate_label(self, field: StringField) -> None:
        """A new answer that leads somewhere says something."""
        if self.goto.data and not self.key.data and not field.data:
            raise ValidationError(_("Write what the other side says."))

    def validate_goto(self, field: SelectField) -> None:
        """An answer leads somewhere."""
        if (self.key.data or self.label.data) and not field.data:
            raise ValidationError(_("Choose where this answer leads."))


class _WritingForm(BaseForm):
    """What a step and an answer have in common."""

    key = StringField(
        _l("Short name"),
        description=_l("It stands in the picture. Small letters, digits and _."),
        validators=[Length(max=60)],
    )
    required = CheckboxesField(_l("Must be noted before the call goes on"), choices=_NOTED)
    outcome = SelectField(_l("Outcome"))
    creates = CheckboxesField(
        _l("What it does"), choices=choices((each.value, label) for each, label in CREATIONS.items())
    )
    stage = SelectField(_l("Changes the stage"))
    do_not_call = BooleanField(_l("Notes that this person does not want to be called"))
    do_not_contact = BooleanField(_l("Notes that this employer wants no contact"))
    version = VersionField()

    def prepare_writes(self, actor: Actor, node: Node, current: dict[str, Any]) -> None:
        """Fill the choices in. What stands in the script stays possible, be it known here or not."""
        stages = {code: str(name) for code, name in stages_of(actor.unit_id).choices.items()}
        outcomes = dict(picklists.options(OUTCOMES, actor.language))
        for found, known, label in (
            (current.get("stage"), stages, stage_label),
            (current.get("outcome"), outcomes, lambda code: outcome_label(code, actor.language)),
        ):
            if found and found not in known:
                known[found] = str(label(found))
        self.stage.choices = choices(stages.items(), empty=_("It stays"))
        self.outcome.choices = choices(outcomes.items(), empty=_("None here"))
        for field in FILLABLE:
            values = value_choices(field, actor.language)
            if values:
                self._fields[f"fill_{field.value}"].choices = choices(values, empty=_("It is not filled in"))

    def validate_key(self, field: StringField) -> None:
        """A key, where one is given."""
        if field.data and not KEY.fullmatch(field.data):
            raise ValidationError(_("Use small letters, digits and _ only, and begin with a letter."))

    @property
    def fill_fields(self) -> list[Any]:
        """The fields that say what is filled in."""
        return [self._fields[f"fill_{field.value}"] for field in FILLABLE]

    @property
    def does_something(self) -> bool:
        """Whether anything of what it writes is filled in."""
        several = (self.outcome, self.creates, self.stage, self.do_not_call, self.do_not_contact, self.required)
        return any(field.data for field in (*several, *self.fill_fields))


def _fill_field(field: Field) -> Any:
    label: Any = FIELDS[field]
    if FIELD_CHOICES.get(field):
        return SelectField(label)
    return StringField(label, validators=[Maybe(), Length(max=200)])


for _field in FILLABLE:
    setattr(_WritingForm, f"fill_{_field.value}", _fill_field(_field))


class StepForm(_WritingForm):
    """A step with its answers."""

    kind = SelectField(_l("What to do"), choices=choices((kind.value, label) for kind, label in KINDS.items()))
    log = CheckboxesField(_l("What can be noted here"), choices=_NOTED)
    answers = FieldList(
        FormField(_RowForm, label=_l("Answer")), label=_l("Answers"), max_entries=MAX_ANSWERS + _BLANK_ROWS
    )

    def prepare(self, actor: Actor, script: Script, node: Node, current: dict[str, Any]) -> None:
        """Fill the choices in, and add empty lines for further answers."""
        self.prepare_writes(actor, node, current)
        while not self.is_submitted() and len(self.answers.entries) < len(node.answers):
            answer = node.answers[len(self.answers.entries)]
            label = answer.label.get(actor.language, "")
            self.answers.append_entry({"key": answer.key, "label": label, "goto": answer.goto})
        if not self.is_submitted() and node.kind is not NodeKind.END:
            for _row in range(_BLANK_ROWS):
                self.answers.append_entry({"key": "", "label": "", "goto": ""})
        for entry in self.answers.entries:
            entry.form.goto.choices = goto_choices(script, actor.language, entry.form.goto.data)

    @property
    def rows(self) -> list[AnswerRow]:
        """The answers as they stand in the form."""
        return [
            AnswerRow(entry.form.key.data or "", entry.form.label.data or "", entry.form.goto.data or "")
            for entry in self.answers.entries
        ]


class AnswerForm(_WritingForm):
    """An answer with everything that it does."""

    goto = SelectField(_l("Leads to"), validators=[InputRequired()])

    def prepare(self, actor: Actor, script: Script, node: Node, current: dict[str, Any]) -> None:
        """Fill the choices in."""
        self.prepare_writes(actor, node, current)
        self.goto.choices = goto_choices(script, actor.language, str(current.get("goto") or ""))


for _language in LANGUAGES:
    setattr(StepForm, f"text_{_language}", TextAreaField(NAMES[_language], validators=[Length(max=MAX_TEXT)]))
    setattr(AnswerForm, f"text_{_language}", StringField(NAMES[_language], validators=[Length(max=MAX_LABEL)]))


class NewStepForm(BaseForm):
    """A further step."""

    kind = SelectField(_l("A new step"), choices=choices((kind.value, label) for kind, label in KINDS.items()))
    after = HiddenField(validators=[Maybe(), Regexp(KEY)])


def goto_choices(script: Script, language: str, now: str | None) -> list[Any]:
    """Where an answer can lead: each step by its short name and the beginning of its text, or a new one."""
    there = [(node.key, step_name(node, language)) for node in script.nodes]
    known = {key for key, _name in there}
    gone = [(now, _("%(step)s (does not exist)", step=now))] if now and now not in known and NEW not in now else []
    new = [(f"{NEW}{kind.value}", label) for kind, label in _NEW_STEPS.items()]
    return grouped_choices({_("Steps"): [*there, *gone], _("New"): new}, empty=_("Choose"))


def step_name(node: Node, language: str) -> str:
    """A step in a list: its short name and the beginning of what is said."""
    text = " ".join(in_language(node.text, language).split())
    return f"{node.key}: {shortened(text, _SHORT)}" if text else node.key
