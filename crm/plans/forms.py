"""Forms of profiles, plans and competence cards."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.fields import NoteField
from crm.placements.models import Placement
from crm.plans.models import PaperKind
from crm.plans.services import ProfileFields
from crm.plans.words import QUESTIONS
from crm.web.forms import BaseForm, VersionField, choices, optional_text

_LONG = 4000


class ProfileForm(BaseForm):
    """What a participant wants and can."""

    wishes = NoteField(
        _l("Wishes"),
        description=_l("Work that the person would like, one on each line."),
        validators=[Length(max=_LONG)],
    )
    skills = NoteField(
        _l("Skills"), description=_l("What the person can do, one on each line."), validators=[Length(max=_LONG)]
    )
    training_needs = NoteField(
        _l("Training that is needed"),
        description=_l("One on each line. What has been learnt moves to the skills."),
        validators=[Length(max=_LONG)],
    )
    cv_url = StringField(
        _l("Where the CV is"), description=_l("A link to a page, a file or a film."), validators=[Length(max=500)]
    )
    version = VersionField()

    def as_fields(self) -> ProfileFields:
        """What the service is given."""
        lines = {name: tuple((self[name].data or "").splitlines()) for name in ("wishes", "skills", "training_needs")}
        return ProfileFields(**lines, cv_url=self.cv_url.data or None)


class PaperForm(BaseForm):
    """The answers of a plan or a card; the fields of a kind are added by ``paper_form``."""

    version = VersionField()


class ShowForm(BaseForm):
    """Showing a competence card to the employer of a placement."""

    placement = SelectField(_l("Employer"), coerce=optional_text, choices=[], validators=[InputRequired()])
    told = StringField(_l("Who is given the card"), validators=[InputRequired(), Length(max=160)])
    submission_key = HiddenField(default=lambda: secrets.token_urlsafe(16))


def paper_form(kind: PaperKind) -> Any:
    """The class of the form with the questions of a kind."""
    # A lazy text is no str to the type checker, though it is one wherever a label is shown.
    labels: Mapping[str, Any] = QUESTIONS[kind]
    fields = {key: NoteField(label, validators=[Length(max=_LONG)]) for key, label in labels.items()}
    return type("QuestionsForm", (PaperForm,), fields)


def show_choices(form: ShowForm, placements: Sequence[Placement]) -> None:
    """The employers to whom a card can be shown."""
    form.placement.choices = choices([(each.public_id, each.employer.name) for each in placements], empty=_l("Choose"))
