"""Forms around placements: rules, caseworkers, adapted posts, occupations."""

from typing import Any

from wtforms import DateField, Field, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.lazy_texts import lazy_gettext as _l
from crm.placements.gaps import GapKind, Level
from crm.placements.words import GAPS, LEVELS
from crm.web.forms import BaseForm, VersionField, choices, optional_int


def _level(kind: GapKind) -> Field:
    # A lazy text is no str to the type checker, though it is one wherever a label is shown.
    label: Any = GAPS[kind.value]
    return RadioField(label, choices=choices(LEVELS.items()), coerce=Level, validators=[InputRequired()])


class RulesForm(BaseForm):
    """What a unit makes of each gap."""

    unit = SelectField(_l("Unit"), coerce=optional_int, choices=[], validators=[InputRequired()])
    clarification = _level(GapKind.CLARIFICATION)
    meeting = _level(GapKind.MEETING)
    instruction = _level(GapKind.INSTRUCTION)
    check_ins = _level(GapKind.CHECK_INS)
    evaluation = _level(GapKind.EVALUATION)

    def levels(self) -> dict[GapKind, Level]:
        """What was chosen, by kind of gap."""
        return {kind: self[kind.value].data for kind in GapKind}


class CaseworkerForm(BaseForm):
    """Who decides about the participant at an authority. An empty name takes the caseworker away."""

    name = StringField(_l("Name"), validators=[Length(max=160)])
    organisation = StringField(_l("Authority or office"), validators=[Length(max=160)])
    phone = StringField(_l("Phone"), validators=[Length(max=20)])
    email = StringField(_l("E-mail"), validators=[Length(max=254)])
    version = VersionField()


class AdaptedPostsForm(BaseForm):
    """How many adapted posts an employer has."""

    as_of = DateField(_l("On which day"), validators=[InputRequired()])
    least = IntegerField(_l("Adapted posts"), validators=[InputRequired(), NumberRange(min=0, max=100_000)])
    most = IntegerField(
        _l("Up to"),
        description=_l("Only when the number is not exact, as in 2 to 3."),
        validators=[Optional(), NumberRange(min=0, max=100_000)],
    )
    source = StringField(_l("Where the number comes from"), validators=[Length(max=200)])


class OccupationForm(BaseForm):
    """An occupation, with the share of women in it."""

    name = StringField(_l("Occupation"), validators=[InputRequired(), Length(max=120)])
    share_women = IntegerField(_l("Women, per cent"), validators=[Optional(), NumberRange(min=0, max=100)])
    as_of = DateField(_l("Figure of"), validators=[Optional()])
    source = StringField(_l("Source"), validators=[Length(max=200)])
