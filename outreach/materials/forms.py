"""The form that sends a sheet to an employer."""

from collections.abc import Sequence

from wtforms import HiddenField, SelectField
from wtforms.validators import InputRequired

from crm.languages import NAMES
from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm, choices, optional_int, optional_text
from outreach.materials.queries import EMPLOYER, Receiver, Sheet


class MaterialForm(BaseForm):
    """Which sheet, in which language, to whom. ``submission_key``: the same form twice sends one mail."""

    submission_key = HiddenField()
    sheet = SelectField(_l("Information sheet"), coerce=optional_int, validators=[InputRequired()])
    language = SelectField(_l("Language"), coerce=optional_text, validators=[InputRequired()])
    receiver = SelectField(_l("Who gets it?"), coerce=optional_text, validators=[InputRequired()])

    def prepare(self, sheets: Sequence[Sheet], receivers: Sequence[Receiver]) -> None:
        """Fill in what can be sent, and to whom."""
        self.sheet.choices = choices((each.version_id, each.name) for each in sheets)
        languages = sorted({language for each in sheets for language in each.languages})
        self.language.choices = choices((each, NAMES.get(each, each)) for each in languages)
        self.receiver.choices = choices((each.key, f"{each.name}, {each.email}") for each in receivers)

    def person_id(self) -> int | None:
        """The contact person who gets it; None: the employer's own address."""
        return None if self.receiver.data == EMPLOYER else int(self.receiver.data or 0)
