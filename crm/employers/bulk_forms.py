"""The form for doing the same to many employers."""

from collections.abc import Mapping

from flask_babel import gettext as _
from wtforms import BooleanField, DateField, HiddenField, SelectField
from wtforms.validators import InputRequired, Length, Optional

from crm.employers.services.bulk import DEPUTY, OWNER, STAGE, TASK, BulkWish
from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.fields import NoteLine
from crm.web.forms import BaseForm, choices, optional_int

KIND_LABELS: Mapping[str, Text] = {
    OWNER: _l("Hand over to …"),
    DEPUTY: _l("Set a deputy …"),
    STAGE: _l("Move to a stage …"),
    TASK: _l("Add a task …"),
}


class BulkForm(BaseForm):
    """What is to be done, to whom, and how far one has come: chosen, seen in the preview, confirmed."""

    ids = HiddenField()
    query = HiddenField()
    step = HiddenField()
    submission_key = HiddenField(validators=[Optional(), Length(max=40)])
    all_match = BooleanField(_l("All that match"))
    kind = SelectField(_l("With the ticked ones"), choices=choices(KIND_LABELS.items()), validators=[InputRequired()])
    staff_id = SelectField(_l("Who?"), coerce=optional_int)
    stage = SelectField(_l("Stage"), validators=[Optional()])
    reason = NoteLine(_l("Why?"), validators=[Optional(), Length(max=300)])
    title = NoteLine(_l("What is to be done?"), validators=[Optional(), Length(max=200)])
    due_on = DateField(_l("By when?"), validators=[Optional()])

    def prepare(self, staff: list[tuple[int, str]], stages: Mapping[str, Text]) -> None:
        """Fill in the colleagues and the stages of the reader's unit."""
        self.staff_id.choices = choices(staff, empty=_l("Nobody: the unit"))
        self.stage.choices = choices(stages.items())

    @property
    def fields(self) -> list[object]:
        """The fields that the chosen kind wants."""
        if self.kind.data == STAGE:
            return [self.stage, self.reason]
        return [self.title, self.due_on] if self.kind.data == TASK else [self.staff_id]

    def validate(self, extra_validators: Mapping[str, object] | None = None) -> bool:
        """A task needs a text and a day."""
        fine = bool(super().validate(extra_validators))
        if self.kind.data == TASK:
            for field in (self.title, self.due_on):
                if not field.data and not field.errors:
                    field.errors = [_("Fill this in.")]
                    fine = False
        return fine

    def wish(self) -> BulkWish:
        """What services want."""
        return BulkWish(
            kind=self.kind.data,
            staff_id=self.staff_id.data,
            stage=self.stage.data or "",
            reason=self.reason.data or None,
            title=self.title.data or "",
            due_on=self.due_on.data,
        )
