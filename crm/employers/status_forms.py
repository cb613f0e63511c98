"""The form with which staff say whether an employer is in business."""

from wtforms import DateField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from crm.employers.models import RegisterStatus
from crm.employers.registers.by_hand import Statement
from crm.employers.registers.words import STATUS
from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm, VersionField, choices


class StatusForm(BaseForm):
    """In business, being wound up, bankrupt or closed; from which day; and how one knows."""

    version = VersionField()
    status = SelectField(_l("State"), choices=choices((each.value, STATUS[each]) for each in STATUS))
    since = DateField(_l("From which day?"), validators=[InputRequired()])
    source = TextAreaField(
        _l("How do you know?"),
        validators=[InputRequired(), Length(max=300)],
        description=_l("Who said it, or where it stands. Every unit reads it in the history."),
    )

    def as_statement(self) -> Statement:
        """What services want."""
        assert self.since.data is not None
        return Statement(RegisterStatus(self.status.data), self.since.data, self.source.data or "")
