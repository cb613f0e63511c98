"""Those fields of the empty forms on an employer's page that are the same at every employer, written once a day.

It has no names, tokens or keys: field names, picklists and today's date. What it depends on is its key, so that
it cannot be out of date.
"""

from dataclasses import dataclass, fields
from datetime import timedelta

from flask import request
from markupsafe import Markup

from crm.accounts.current import current_staff
from crm.employers.contact_forms import new_contact_form
from crm.employers.forms import BlockForm, WarningForm, reader_language
from crm.web.filters import today
from crm.web.kept import kept, written_by

_WARNED_FOR = timedelta(days=180)


@dataclass(frozen=True)
class UsualFields:
    """The fields of a contact that do not depend on the employer, by the macros of employers/_log_form.html."""

    hidden_before: Markup
    """The hidden fields before the form's own key, and those after it."""
    hidden_after: Markup
    first_fields: Markup
    note_field: Markup
    folded_fields: Markup
    present_field: Markup
    file_field: Markup
    basis_field: Markup


@dataclass(frozen=True)
class FlagFields:
    """The fields of a block and of a warning."""

    block: Markup
    warning: Markup


def usual_fields() -> UsualFields:
    """The fields of a contact that nobody has filled in. The days in it depend on today and the reader's country."""
    key = (reader_language(), today(), current_staff().unit.country, request.script_root)
    return kept("employers.contact", key, _new_usual_fields)


def _new_usual_fields() -> UsualFields:
    form = new_contact_form()
    form.prepare((), (), ())
    template = "employers/_log_form.html"
    return UsualFields(**{each.name: written_by(template, each.name, form) for each in fields(UsualFields)})


def flag_fields() -> FlagFields:
    """The empty fields of a block and of a warning, which ends in half a year."""
    return kept("employers.flags", (reader_language(), today()), _new_flag_fields)


def _new_flag_fields() -> FlagFields:
    block, warning = BlockForm(formdata=None), WarningForm(formdata=None, data={"until": today() + _WARNED_FOR})
    macros = "employers/_side.html"
    return FlagFields(written_by(macros, "block_fields", block), written_by(macros, "warning_fields", warning))
