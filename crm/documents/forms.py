"""Forms of texts, of the library's file, and of a sheet that was given."""

from wtforms import DateField, FileField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from crm.documents.models import DocumentKind
from crm.documents.services.texts import LONGEST
from crm.documents.shipped import LANGUAGES
from crm.extension_points import Text
from crm.glossary import picklists
from crm.languages import NAMES
from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm, VersionField, choices, optional_int

KINDS: dict[DocumentKind, Text] = {
    DocumentKind.AGREEMENT: _l("Agreement"),
    DocumentKind.INFORMATION: _l("Information sheet"),
    DocumentKind.WORK_INSTRUCTION: _l("Work instruction"),
    DocumentKind.CERTIFICATE: _l("Certificate"),
}


def language_choices() -> list[tuple[str, str]]:
    """The languages that a text may be written in, by their own names."""
    return [(code, NAMES[code]) for code in LANGUAGES]


class TextForm(BaseForm):
    """A text in one language."""

    version = VersionField()
    title = StringField(_l("Title"), validators=[InputRequired(), Length(max=200)])
    body = TextAreaField(
        _l("Text"),
        description=_l("A line that begins with ## is a heading, one that begins with - a point of a list."),
        validators=[InputRequired(), Length(max=LONGEST)],
    )


class TemplateForm(TextForm):
    """A new template, in its first language."""

    kind = SelectField(_l("What is it?"), choices=choices((each.value, label) for each, label in KINDS.items()))
    agreement_type = SelectField(_l("Kind of agreement"), description=_l("For agreements only."))
    language = SelectField(_l("Language"))

    def prepare(self, language: str) -> None:
        """Fill in what depends on the reader's language."""
        self.agreement_type.choices = choices(
            picklists.options("agreement_type", language), empty=_l("Not an agreement")
        )
        self.language.choices = choices(language_choices())


class LibraryForm(BaseForm):
    """A file of templates from another organisation."""

    file = FileField(_l("File of templates"), description=_l("A .yaml file that was exported here or elsewhere."))


class GivenForm(BaseForm):
    """A sheet that was given to an employer."""

    sheet = SelectField(_l("Information sheet"), coerce=optional_int, validators=[InputRequired()])
    given_on = DateField(_l("Day"), validators=[InputRequired()])
