"""The form above the list of employers, and those below it: what is the same as long as the same is chosen.

Choosing other employers by their names leaves all of it as it is, so it is kept (crm.web.kept).
"""

from dataclasses import dataclass

from markupsafe import Markup

from crm.employers.forms import CHOSEN, EmployerFilterForm, ViewForm, reader_language
from crm.employers.list_queries import EmployerFilter
from crm.employers.stages import StageSet
from crm.web.kept import kept, written_by

_MACROS = "employers/_list_form.html"


@dataclass(frozen=True)
class ListForm:
    """Fields by the macros of employers/_list_form.html. What was typed into the search stands in none of them."""

    choice_fields: Markup
    other_fields: Markup
    column_fields: Markup
    view_fields: Markup


def list_form(form: EmployerFilterForm, filters: EmployerFilter, stages: StageSet) -> ListForm:
    """The fields of the list as they are filled in; those of a form with errors are written for it alone."""
    fields = [form[name] for name in CHOSEN]
    if any(field.errors for field in fields):
        return _new(form, filters)
    # Stages that are shipped are known by their codes; those that a unit has named itself have a name in no language.
    names = tuple((stage.code, stage.name if type(stage.name) is str else "") for stage in stages.stages)
    key = (reader_language(), tuple(field.data for field in fields), filters.columns, names)
    return kept("employers.list", key, lambda: _new(form, filters))


def _new(form: EmployerFilterForm, filters: EmployerFilter) -> ListForm:
    return ListForm(
        written_by(_MACROS, "choice_fields", form),
        written_by(_MACROS, "other_fields", form),
        written_by(_MACROS, "column_fields", form, filters.columns),
        # Its token against forgery is written with each page.
        written_by(_MACROS, "view_fields", ViewForm(formdata=None, meta={"csrf": False})),
    )
