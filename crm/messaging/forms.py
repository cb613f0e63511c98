"""Forms of the pages about messages."""

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from crm.lazy_texts import lazy_gettext as _l
from crm.messaging.labels import CHANNELS
from crm.messaging.models import Channel, MessageState
from crm.messaging.queries import MessageFilters
from crm.web.forms import BaseForm, choices, optional_int, optional_text

# Being sent has two states; one choice stands for both, and nobody looks for it for long.
_FILTER_STATES = (
    (MessageState.PLANNED, _l("Planned")),
    (MessageState.ACCEPTED, _l("Sent")),
    (MessageState.DELIVERED, _l("Delivered")),
    (MessageState.UNKNOWN, _l("In doubt")),
    (MessageState.FAILED, _l("Not delivered")),
    (MessageState.CANCELLED, _l("Cancelled")),
)


class FilterForm(BaseForm):
    """What the list of messages is narrowed to. Lives in the address, so it carries no token."""

    class Meta(BaseForm.Meta):
        csrf = False

    state = SelectField(_l("State"), choices=choices(_FILTER_STATES, empty=_l("All")), coerce=optional_text)
    channel = SelectField(_l("Way"), choices=choices(CHANNELS.items(), empty=_l("All")), coerce=optional_text)
    purpose = SelectField(_l("About"), coerce=optional_text, validate_choice=False)
    unit = SelectField(_l("Unit"), coerce=optional_int, validate_choice=False)

    def filters(self) -> MessageFilters:
        """What was chosen; a value that does not exist counts as nothing."""
        state, channel = self.state.data, self.channel.data
        return MessageFilters(
            state=MessageState(state) if state in set(MessageState) else None,
            channel=Channel(channel) if channel in set(Channel) else None,
            purpose=self.purpose.data,
            unit_id=self.unit.data,
        )


class AddressForm(BaseForm):
    """Looking an address up in the list of blocked ones. Posted, so that it stands in no log."""

    address = StringField(_l("E-mail address or phone number"), validators=[DataRequired(), Length(max=254)])


class LiftForm(BaseForm):
    """Allowing a blocked address again."""

    reason = StringField(
        _l("Why may it be used again?"),
        description=_l("Do not write the address here."),
        validators=[DataRequired(), Length(max=120)],
    )


class PreviewForm(BaseForm):
    """A text whose SMS parts are counted."""

    text = TextAreaField(_l("Text of the SMS"), validators=[Optional(), Length(max=2000)])
