"""The form for what came of the offer to answer on the spot."""

from wtforms import RadioField
from wtforms.validators import InputRequired

from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm, choices

OUTCOMES = (
    ("later", _l("Wants to answer later, by the link")),
    ("declined", _l("Does not want to answer this survey")),
    ("not_possible:time", _l("There was no time")),
    ("not_possible:language", _l("An interpreter was missing")),
    ("not_possible:illness", _l("Was not well enough")),
    ("not_possible:other", _l("Could not be asked for another reason")),
)


class OfferForm(BaseForm):
    """What came of the offer."""

    outcome = RadioField(_l("What came of it?"), choices=choices(OUTCOMES), validators=[InputRequired()])
