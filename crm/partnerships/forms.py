"""Forms of partnerships, commitments, evidence and testimonials."""

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.fields import NoteField, NoteLine
from crm.partnerships.fields import CommitmentFields, EvidenceFields, PartnershipFields, TestimonialFields
from crm.partnerships.frameworks import FRAMEWORKS
from crm.partnerships.models import Partnership
from crm.web.filters import today
from crm.web.forms import BaseForm, CheckboxesField, VersionField, choices, optional_int

_MOST = 1_000_000


def new_key() -> str:
    """A key for a form, so that the same form sent twice is saved once."""
    return secrets.token_urlsafe(16)


class _Keyed(BaseForm):
    submission_key = HiddenField()

    @property
    def key(self) -> str | None:
        """The form's own key, as far as it can be one."""
        return (self.submission_key.data or "")[:40] or None


class PartnershipForm(_Keyed):
    """A partnership."""

    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=160)])
    unit_id = SelectField(_l("Unit"), coerce=optional_int, validators=[InputRequired()])
    starts_on = DateField(_l("From"), validators=[InputRequired()])
    ends_on = DateField(_l("Until, if known"), validators=[Optional()])
    owner_id = SelectField(_l("Responsible with us"), coerce=optional_int)
    person_id = SelectField(_l("Responsible at the employer"), coerce=optional_int)
    review_on = DateField(
        _l("First review"), description=_l("You get a task two weeks before"), validators=[Optional()]
    )
    beside_others = BooleanField(_l("Begin another one all the same"))
    may_publish = BooleanField(_l("The partnership may be published"))
    note = NoteField(_l("Note"), validators=[Optional(), Length(max=2000)])
    version = VersionField()

    def as_fields(self) -> PartnershipFields:
        """What services want."""
        return PartnershipFields(
            name=self.name.data or "",
            starts_on=self.starts_on.data or today(),
            ends_on=self.ends_on.data,
            owner_id=self.owner_id.data,
            person_id=self.person_id.data,
            may_publish=bool(self.may_publish.data),
            note=self.note.data or None,
        )


class CommitmentForm(_Keyed):
    """A commitment: kind, text, quantity and time; the rest is folded away."""

    kind = SelectField(_l("What was promised"), validators=[InputRequired()])
    text = NoteLine(_l("In words"), validators=[InputRequired(), Length(max=300)])
    quantity = IntegerField(_l("How many"), validators=[InputRequired(), NumberRange(min=1, max=_MOST)])
    unit_of_measure = StringField(
        _l("Of what"), description=_l("Places, persons, hours"), validators=[Optional(), Length(max=40)]
    )
    starts_on = DateField(_l("From"), validators=[InputRequired()])
    ends_on = DateField(_l("Until"), validators=[InputRequired()])
    at_risk = BooleanField(_l("This may not be kept"))
    target_group = NoteLine(_l("For whom"), validators=[Optional(), Length(max=160)])
    baseline = NoteLine(
        _l("How it was before"), description=_l("To compare with"), validators=[Optional(), Length(max=300)]
    )
    measure = NoteLine(_l("How one sees that it is kept"), validators=[Optional(), Length(max=300)])
    placement_kinds = CheckboxesField(
        _l("Kinds of placement that count"),
        description=_l("None ticked: the usual ones. Places: everything without employment. Hires: employment."),
    )
    frameworks = CheckboxesField(
        _l("Themes of reporting frameworks"),
        description=_l("Help the employer to find the figures again. They are no claim that a standard is met."),
    )
    version = VersionField()

    def prepare(self, language: str, country: str) -> None:
        """Fill in the lists of the field."""
        self.kind.choices = choices(picklists.options("commitment_type", language), empty=_l("Choose"))
        usual = picklists.options("placement_type", language, country=country)
        known = {code for code, _label in usual}
        kept = [each for each in self.placement_kinds.data or () if each not in known]
        everywhere = dict(picklists.options("placement_type", language))
        self.placement_kinds.choices = usual + [(code, everywhere[code]) for code in kept if code in everywhere]
        self.frameworks.choices = choices(FRAMEWORKS.items())

    def as_fields(self) -> CommitmentFields:
        """What services want."""
        return CommitmentFields(
            kind=self.kind.data,
            text=self.text.data or "",
            quantity=self.quantity.data or 0,
            starts_on=self.starts_on.data or today(),
            ends_on=self.ends_on.data or today(),
            unit_of_measure=self.unit_of_measure.data,
            target_group=self.target_group.data,
            placement_kinds=tuple(self.placement_kinds.data or ()),
            frameworks=tuple(self.frameworks.data or ()),
            baseline=self.baseline.data,
            measure=self.measure.data,
            at_risk=bool(self.at_risk.data),
        )


class EvidenceForm(_Keyed):
    """Something that shows that a commitment is kept."""

    on_date = DateField(_l("Day"), validators=[InputRequired()])
    text = NoteLine(_l("What happened"), validators=[InputRequired(), Length(max=300)])
    quantity = IntegerField(_l("How many"), default=1, validators=[InputRequired(), NumberRange(min=1, max=_MOST)])
    link = StringField(
        _l("Where the document is"),
        description=_l("An address on the web, or a reference to a file"),
        validators=[Optional(), Length(max=300)],
    )
    contact_id = SelectField(_l("The contact where it was seen"), coerce=optional_int)

    def as_fields(self) -> EvidenceFields:
        """What services want."""
        return EvidenceFields(
            on_date=self.on_date.data or today(),
            text=self.text.data or "",
            quantity=self.quantity.data or 0,
            link=self.link.data or None,
            contact_id=self.contact_id.data,
        )


class TestimonialForm(_Keyed):
    """What somebody said."""

    __test__ = False

    said_by = StringField(_l("Who said it"), validators=[InputRequired(), Length(max=160)])
    person_id = SelectField(_l("Contact person"), coerce=optional_int)
    said_on = DateField(_l("Day"), validators=[InputRequired()])
    text = NoteField(_l("What they said"), validators=[InputRequired(), Length(max=4000)])
    may_publish = BooleanField(
        _l("It may be published"), description=_l("Only when they have agreed; write when they did.")
    )
    consent_on = DateField(_l("They agreed on"), validators=[Optional()])
    version = VersionField()

    def as_fields(self) -> TestimonialFields:
        """What services want."""
        return TestimonialFields(
            said_by=self.said_by.data or "",
            said_on=self.said_on.data or today(),
            text=self.text.data or "",
            person_id=self.person_id.data,
            may_publish=bool(self.may_publish.data),
            consent_on=self.consent_on.data,
        )


class EndForm(BaseForm):
    """The end of a partnership."""

    ended_on = DateField(_l("Last day"), validators=[InputRequired()])


class ReviewForm(BaseForm):
    """A day on which both sides look at the promises."""

    review_on = DateField(_l("Next review"), validators=[InputRequired()])


class CancelForm(BaseForm):
    """Why a commitment is cancelled."""

    because = NoteLine(_l("Why"), validators=[InputRequired(), Length(max=300)])


def usual_commitment(partnership: Partnership) -> dict[str, object]:
    """What a new commitment begins with: the time of the one before it, or of its partnership, or a year.

    What a partnership promises mostly holds for its whole time, also where somebody writes it down a little later.
    """
    if partnership.commitments:
        before = max(partnership.commitments, key=lambda each: each.id)
        return {"starts_on": before.starts_on, "ends_on": before.ends_on, "submission_key": new_key()}
    starts_on = partnership.starts_on if partnership.ends_on else max(partnership.starts_on, date(today().year, 1, 1))
    ends_on = partnership.ends_on or date(starts_on.year, 12, 31)
    return {"starts_on": starts_on, "ends_on": ends_on, "submission_key": new_key()}


def people_choices(people: Sequence[tuple[int, str]]) -> list[Any]:
    """Persons to choose from, or nobody in particular."""
    return choices(people, empty=_l("Nobody in particular"))
