"""Those fields of the empty forms on an employer's page that are the same at every employer, written once a day.

It has no names, tokens or keys: field names, picklists and today's date. What it depends on is its key, so that
it cannot be out of date.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast

from flask import current_app
from flask_babel import get_locale
from markupsafe import Markup

from crm.employers.contact_forms import ContactForm
from crm.employers.forms import BlockForm, WarningForm, reader_language
from crm.web.filters import today
from crm.web.forms import BaseForm

_EXTENSION = "brobygg.usual_fields"
_MACROS = ("first_fields", "folded_fields", "file_field")
_MOST = 64
_WARNED_FOR = timedelta(days=180)
Fields = TypeVar("Fields")


@dataclass(frozen=True)
class UsualFields:
    """The fields of a contact above the fold, and those below it that do not depend on the employer."""

    first: Markup
    folded: Markup
    file: Markup


@dataclass(frozen=True)
class FlagFields:
    """The fields of a block and of a warning."""

    block: Markup
    warning: Markup


def usual_fields(form: ContactForm) -> UsualFields:
    """The fields of ``form``, which is a new one that nobody has filled in."""
    choices: Any = form.next_when.choices
    key = ("contact", form.on_date.data, *((str(each.value), str(each.label)) for each in choices))
    macros = "employers/_log_form.html"
    return _kept(
        key,
        lambda: UsualFields(*(_written(macros, name, form) for name in _MACROS)),
    )


def flag_fields() -> FlagFields:
    """The empty fields of a block and of a warning, which ends in half a year."""
    return _kept(("flags", today()), _new_flag_fields)


def _new_flag_fields() -> FlagFields:
    block, warning = BlockForm(formdata=None), WarningForm(formdata=None, data={"until": today() + _WARNED_FOR})
    macros = "employers/_side.html"
    return FlagFields(_written(macros, "block_fields", block), _written(macros, "warning_fields", warning))


def _written(template: str, macro: str, form: BaseForm) -> Markup:
    macros = current_app.jinja_env.get_template(template).module
    return cast(Markup, getattr(macros, macro)(form))


def _kept(key: Hashable, write: Callable[[], Fields]) -> Fields:
    kept: dict[Hashable, Any] = current_app.extensions.setdefault(_EXTENSION, {})
    key = (str(get_locale()), reader_language(), key)
    found: Fields | None = kept.get(key)
    if found is None:
        if len(kept) >= _MOST:
            kept.clear()
        found = kept[key] = write()
    return found
