"""The form above the list of placements; read from the address."""

from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional

from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.placements import listing
from crm.web.forms import BaseForm, choices, optional_text

STATES = (
    (listing.CURRENT, _l("Planned and in progress")),
    (listing.PLANNED, _l("Planned")),
    (listing.ACTIVE, _l("In progress")),
    (listing.LATE, _l("A check-in is missing")),
    (listing.TO_CLOSE, _l("Ended, not closed yet")),
    (listing.ENDED, _l("Ended")),
    (listing.EVERY, _l("All")),
)


class PlacementListForm(BaseForm):
    """Which placements are shown."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = StringField(_l("Participant or employer"), validators=[Length(max=100)])
    who = SelectField(_l("Whose"), choices=choices([("mine", _l("Mine")), ("unit", _l("My unit's"))]))
    state = SelectField(_l("State"), choices=choices(STATES))
    kind = SelectField(_l("Kind"), coerce=optional_text, choices=[], validate_choice=False)
    since = DateField(_l("Starts from"), validators=[Optional()])
    until = DateField(_l("Starts until"), validators=[Optional()])

    def prepare(self, language: str) -> None:
        """Put the kinds in the reader's language."""
        self.kind.choices = choices(picklists.options("placement_type", language), empty=_l("All"))

    def wanted(self) -> listing.ListFilter:
        """What was asked for; what is not known counts as not said."""
        self.validate()
        return listing.ListFilter(
            text=(self.q.data or "")[:100],
            mine=self.who.data == "mine",
            state=self.state.data or listing.CURRENT,
            kind=self.kind.data if self.kind.data and self.kind.data in picklists.codes("placement_type") else "",
            since=self.since.data,
            until=self.until.data,
        )
