"""Forms around a script: a new one, its settings, publishing, files, the filters of the list."""

import secrets
from typing import Any

from flask_wtf.file import FileField
from wtforms import Form, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from crm.accounts.queries import unit_choices
from crm.actors import Actor
from crm.languages import NAMES
from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm, CheckboxesField, VersionField, choices, optional_int
from outreach.scripts.definition import CLOSING, LANGUAGES, Script
from outreach.scripts.effects import Field
from outreach.scripts.messages import FIELDS
from outreach.scripts.models import MOST_TITLE
from outreach.scripts.pages.step_forms import step_name

SHOWN = {"used": _l("In use"), "drafts": _l("With a draft"), "archived": _l("Archived")}


def new_key() -> str:
    """A key for a form, so that the same form sent twice is saved once."""
    return secrets.token_urlsafe(16)


class ListForm(Form):
    """The filters of the list."""

    q = StringField(_l("Search"), validators=[Length(max=100)])
    show = SelectField(_l("Show"), choices=choices(SHOWN.items()), default="used")


class NewScriptForm(BaseForm):
    """A new script."""

    title = StringField(_l("Title"), validators=[InputRequired(), Length(max=MOST_TITLE)])
    unit_id = SelectField(_l("For"), coerce=optional_int)
    submission_key = HiddenField(validators=[Optional(), Length(max=40)])

    def prepare(self, actor: Actor) -> None:
        """Fill the units in."""
        self.unit_id.choices = unit_options(actor)


class ImportForm(BaseForm):
    """A script from a file."""

    file = FileField(_l("File"))
    unit_id = SelectField(_l("For"), coerce=optional_int)

    def prepare(self, actor: Actor) -> None:
        """Fill the units in."""
        self.unit_id.choices = unit_options(actor)


class SettingsForm(BaseForm):
    """What holds for a script as a whole."""

    start = SelectField(_l("First step"), validators=[InputRequired()])
    required_on_close = CheckboxesField(
        _l("Must be there when the call is closed"),
        description=_l("What was never asked during a call counts as not known."),
        choices=choices((name, FIELDS[name]) for name in (*CLOSING, *Field)),
    )
    unit_id = SelectField(_l("For"), coerce=optional_int)
    version = VersionField()

    def prepare(self, actor: Actor, script: Script, unit_id: int | None) -> None:
        """Fill steps and units in."""
        steps = [(node.key, step_name(node, actor.language)) for node in script.nodes]
        self.start.choices = choices(steps, empty=_l("Choose"))
        self.unit_id.choices = unit_options(actor)
        if unit_id is not None and unit_id not in actor.unit_ids:
            del self.unit_id


for _language in LANGUAGES:
    _title = StringField(NAMES[_language], validators=[Length(max=MOST_TITLE)])
    setattr(SettingsForm, f"text_{_language}", _title)


class PublishForm(BaseForm):
    """Publishing a draft."""

    note = StringField(
        _l("What is new"), description=_l("Callers and colleagues see it beside the version."),
        validators=[Length(max=300)],
    )  # fmt: skip
    version = VersionField()


def unit_options(actor: Actor) -> list[Any]:
    """The whole organisation, or one of the actor's units."""
    return choices(unit_choices(actor.unit_ids), empty=_l("The whole organisation"))
