"""Forms of placements."""

from collections.abc import Sequence

from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.employers.models import Employer
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.placements.around_models import Occupation
from crm.web.forms import BaseForm, VersionField, choices, optional_int, optional_text


class PlacementForm(BaseForm):
    """A placement. The employer is found by a text and chosen among those found, also without scripts."""

    employer_text = StringField(
        _l("Employer"), description=_l("A part of the name, or the organisation number"), validators=[Length(max=100)]
    )
    employer = RadioField(
        _l("Which one?"),
        coerce=optional_text,
        validators=[InputRequired(_l("Find the employer and choose it."))],
        choices=[],
    )
    kind = SelectField(_l("Kind"), validators=[InputRequired()])
    starts_on = DateField(_l("From"), validators=[InputRequired()])
    ends_on = DateField(_l("Until, if known"), validators=[Optional()])
    fte_percent = IntegerField(_l("Per cent of full time"), validators=[Optional(), NumberRange(min=1, max=100)])
    occupation_id = SelectField(_l("Occupation"), coerce=optional_int, choices=[])
    may_tell_employer = BooleanField(
        _l("The employer may be told"),
        description=_l("The participant agrees that the employer is told that they answered a survey, never what."),
    )
    version = VersionField()


class EndForm(BaseForm):
    """The end of a placement."""

    ends_on = DateField(_l("Last day"), validators=[InputRequired()])
    reason = SelectField(_l("Why it ended"), validators=[InputRequired(_l("Choose a reason."))])


def employer_choices(form: PlacementForm, employers: Sequence[Employer]) -> None:
    """The employers that were found, told apart by place and number."""
    form.employer.choices = choices([(each.public_id, _told_apart(each)) for each in employers])


def kind_choices(form: PlacementForm, language: str, country: str) -> None:
    """The kinds of placement of the unit's country."""
    form.kind.choices = choices(picklists.options("placement_type", language, country=country), empty=_l("Choose"))


def occupation_choices(form: PlacementForm, found: Sequence[Occupation]) -> None:
    """The occupations that are configured."""
    form.occupation_id.choices = choices([(each.id, each.name) for each in found], empty=_l("Not stated"))


def reason_choices(form: EndForm, language: str) -> None:
    """Why placements end."""
    form.reason.choices = choices(picklists.options("placement_end_reason", language), empty=_l("Choose"))


def _told_apart(employer: Employer) -> str:
    rest = [part for part in (employer.city or employer.municipality, employer.org_number) if part]
    return f"{employer.name} ({', '.join(rest)})" if rest else employer.name
