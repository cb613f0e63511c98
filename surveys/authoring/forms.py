"""The form of a message text."""

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm, VersionField


class MessageTextForm(BaseForm):
    """Subject and text."""

    subject = StringField(_l("Subject"), validators=[Length(max=200)])
    body = TextAreaField(_l("Text"), validators=[InputRequired(), Length(max=4000)])
    version = VersionField()
