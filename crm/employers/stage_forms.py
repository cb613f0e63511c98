"""Forms about stages: moving to one, and choosing which a unit has."""

from wtforms import BooleanField, DateField, FieldList, FormField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from crm.employers.models import Stage
from crm.employers.services.stage_plans import OwnStage
from crm.employers.stages import STAGES, StageSet, meaning_of
from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.fields import NoteLine
from crm.web.forms import BaseForm, VersionField, choices

_MORE = 3


class StageForm(BaseForm):
    """Moving to a stage. ``asked``: the stage of which it has been shown what it asks for."""

    version = VersionField()
    next = HiddenField()
    asked = HiddenField()
    stage = SelectField(_l("Stage"), validators=[InputRequired()])
    reason = NoteLine(_l("Why?"), validators=[Optional(), Length(max=300)], description=_l("It stands in the history."))
    again_on = DateField(
        _l("Contact them again on"), validators=[Optional()], description=_l("Makes a task for that day.")
    )

    def prepare(self, stages: StageSet) -> None:
        """Fill in the unit's stages; one of the five that are shipped is understood too."""
        known = {**stages.choices, **{code: name for code, name in STAGES.items() if code not in stages.choices}}
        self.stage.choices = choices(known.items())


class OwnStageForm(BaseForm):
    """One stage of a unit's own list."""

    class Meta(BaseForm.Meta):
        csrf = False

    code = HiddenField()
    name = StringField(_l("Name"), validators=[Optional(), Length(max=40)])
    meaning = SelectField(_l("Means"), choices=choices(STAGES.items()), default=Stage.CONTACT.value)
    in_use = BooleanField(_l("In use"))

    @property
    def fixed_meaning(self) -> Text | None:
        """What a stage that exists means: it stands in its code, and stays. None for an empty row."""
        return STAGES[meaning_of(self.code.data).value] if self.code.data else None


class StagesForm(BaseForm):
    """Which stages a unit has. The rows count only where "own" is chosen; an empty row is no stage."""

    version = VersionField()
    which = RadioField(
        _l("Stages"),
        choices=choices(
            [
                ("five", _l("The five stages")),
                ("long", _l("The long list, from identified to hired")),
                ("own", _l("Our own, as written below")),
            ]
        ),
        validators=[InputRequired()],
    )
    rows = FieldList(FormField(OwnStageForm), max_entries=30)

    def fill(self, stages: StageSet) -> None:
        """Show the stages in use, those that were, and some empty rows."""
        for stage in stages.stages:
            self.rows.append_entry(
                {"code": stage.code, "name": str(stage.name), "meaning": stage.meaning.value, "in_use": True}
            )
        for _row in range(_MORE):
            self.rows.append_entry({"meaning": Stage.CONTACT.value, "in_use": True})

    def own(self, known: StageSet) -> list[OwnStage]:
        """The rows as services want them, in their order. A stage that exists keeps what it means."""
        found = []
        for row in self.rows:
            stage = known.get(row.code.data or "")
            if row.form.name.data or stage:
                meaning = stage.meaning if stage else Stage(row.meaning.data)
                code = stage.code if stage else None
                found.append(OwnStage(row.form.name.data or "", meaning, code, in_use=row.in_use.data))
        return found
