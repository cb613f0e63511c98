"""The named fields of texts: which there are, which a text asks for, and filling them in."""

import re
from collections.abc import Mapping

from flask_babel import gettext as _

from crm.documents.models import DocumentKind
from crm.errors import DomainError
from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

_FIELD = re.compile(r"\{([a-z_]{1,40})\}")
_BRACE = re.compile(r"[{}]")
# What Markdown would take for more than the letter itself, within a line.
_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")
_LIST_LIKE = re.compile(r"^(\s*)(\d{1,9})([.)])|^(\s*)([-+=])", re.MULTILINE)

FIELDS: Mapping[str, Text] = {
    "employer": _l("The employer's name"),
    "employer_number": _l("The employer's organisation number"),
    "workplace": _l("The workplace"),
    "contact_person": _l("The employer's contact person"),
    "contact_title": _l("What the contact person is"),
    "contact_phone": _l("The contact person's phone"),
    "contact_email": _l("The contact person's e-mail"),
    "organisation": _l("Our organisation"),
    "unit": _l("Our unit"),
    "unit_phone": _l("Our unit's phone"),
    "owner": _l("Who is responsible with us"),
    "owner_phone": _l("Their phone"),
    "owner_email": _l("Their e-mail"),
    "deputy": _l("Their deputy"),
    "purpose": _l("Purpose"),
    "employer_does": _l("What the employer does"),
    "we_do": _l("What we do"),
    "follow_up": _l("Follow-up"),
    "starts_on": _l("First day"),
    "ends_on": _l("Last day"),
    "review_on": _l("Day of the review"),
    "places": _l("Number of places"),
    "scope": _l("What it covers"),
    "participant": _l("The participant's name"),
    "role": _l("The role at the workplace"),
    "period": _l("The period"),
    "tasks": _l("Tasks"),
    "skills": _l("Skills"),
    "fte": _l("Share of full time"),
    "approved_by": _l("Approved by"),
    "signed_by": _l("Who signs"),
    "today": _l("Today's date"),
}
_OF_PLACEMENTS = frozenset(
    {"participant", "role", "period", "tasks", "skills", "fte", "approved_by", "signed_by", "today", "workplace"}
)
FILLED: Mapping[DocumentKind, frozenset[str]] = {
    DocumentKind.AGREEMENT: frozenset(FIELDS) - _OF_PLACEMENTS,
    # A sheet is handed over as it is.
    DocumentKind.INFORMATION: frozenset(),
}
"""Which fields a kind of text can have, where not every field is filled in."""
LISTS = frozenset({"scope", "tasks", "skills", "approved_by", "employer_does", "we_do"})
"""Fields whose lines become points of a list."""


class FieldsMissing(DomainError):
    """A text asks for fields that are empty: ``names`` says which."""

    def __init__(self, names: list[str]) -> None:
        labels = ", ".join(str(FIELDS[name]) for name in names)
        super().__init__(_("The text needs: %(fields)s.", fields=labels), field=names[0])
        self.names = names


def fields_in(body: str) -> list[str]:
    """The fields that a text asks for, each once, in its order."""
    return list(dict.fromkeys(_FIELD.findall(body)))


def fields_of(kind: DocumentKind) -> Mapping[str, Text]:
    """The fields that can stand in a text of this kind, with what they are called."""
    there = FILLED.get(kind, frozenset(FIELDS))
    return {name: label for name, label in FIELDS.items() if name in there}


def check_body(body: str, kind: DocumentKind) -> None:
    """Raises DomainError for a field that this kind of text does not have, and for a brace that belongs to none."""
    unknown = [name for name in fields_in(body) if name not in fields_of(kind)]
    if unknown:
        raise DomainError(_("There is no field {%(name)s}. Choose one of the list.", name=unknown[0]), field="body")
    if _BRACE.search(_FIELD.sub("", body)):
        raise DomainError(_("A field is written {like_this}. A brace stands alone."), field="body")


def fill(body: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled in. A value is plain: nothing in it is taken for Markdown or for a field.

    Raises FieldsMissing when a field has no value.
    """
    missing = [name for name in fields_in(body) if not values.get(name, "").strip()]
    if missing:
        raise FieldsMissing(missing)
    return _FIELD.sub(lambda found: _written(found.group(1), values[found.group(1)]), body)


def fill_as_far_as_known(body: str, values: Mapping[str, str]) -> str:
    """The same for a draft: what is missing is shown as dots."""
    known = {name: values.get(name, "").strip() or "…" for name in fields_in(body)}
    return fill(body, known)


def with_labels(body: str) -> str:
    """The text for looking at it: in the place of each field stands what it is called, ‹The employer's name›."""
    return _FIELD.sub(lambda found: f"‹{plain(str(FIELDS.get(found.group(1), found.group(1))))}›", body)


def _written(name: str, value: str) -> str:
    lines = [plain(line.strip()) for line in value.strip().splitlines() if line.strip()]
    if name in LISTS and len(lines) > 1:
        return "\n".join(f"- {line}" for line in lines)
    return "\\\n".join(lines)


def plain(text: str) -> str:
    """A line that Markdown shows as it was typed."""
    marked = _MARKS.sub(r"\\\1", text)
    return _LIST_LIKE.sub(lambda found: _no_list(found), marked)


def _no_list(found: "re.Match[str]") -> str:
    if found.group(2):
        return f"{found.group(1)}{found.group(2)}\\{found.group(3)}"
    return f"{found.group(4)}\\{found.group(5)}"
