"""What adding and changing an employer share: the page of the form, the organisation above, the industry code."""

from typing import Any

from flask import render_template
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.employers.fields import EmployerFields
from crm.employers.forms import EmployerForm
from crm.employers.models import Employer
from crm.employers.rules import CHECK_DIGIT, AlreadyThere, ConfirmationNeeded, find_parent
from crm.errors import DomainError, EditConflict
from crm.web.conflicts import differences

_INDUSTRY = ("industry_scheme", "industry_code", "industry_retrieved_on")


def employer_form_page(
    form: EmployerForm, employer: Employer | None, error: DomainError | None = None, **more: Any
) -> str:
    """The form, with what a service said about it: beside the field, as a question, or as a difference."""
    different: list[tuple[str, object]] = []
    if isinstance(error, EditConflict) and employer is not None:
        different = differences(form, error)
        form.version.data = str(employer.version_id)
    if error is not None:
        form.add_error(error)
    other = error.employer_public_id if isinstance(error, ConfirmationNeeded | AlreadyThere) else None
    asked = error.confirm if isinstance(error, ConfirmationNeeded) else None
    return render_template(
        "employers/form.html",
        form=form,
        employer=employer,
        different=different,
        other=other,
        ask_digit=asked == CHECK_DIGIT or form.confirm_digit.data,
        ask_similar=(asked is not None and asked != CHECK_DIGIT) or form.confirm_similar.data,
        **({"taken": None, "look": None, "problem": None} | more),
    )


def kept_industry(form: EmployerForm, said: Employer | EmployerFields) -> dict[str, Any]:
    """The code with its scheme, while its text stands; a text that somebody typed has no code."""
    same = (form.industry_text.data or None) == said.industry_text
    return {name: getattr(said, name) if same else None for name in _INDUSTRY}


def parent_id_of(form: EmployerForm) -> int | None:
    """The employer that was typed as the organisation above. Raises DomainError (field ``parent``)."""
    text = form.parent.data or ""
    return find_parent(text, form.country.data).id if text else None


def parent_text(employer: Employer) -> str:
    """What stands in the field for the organisation above: its number, else its name."""
    if employer.parent_id is None:
        return ""
    statement = select(Employer).where(Employer.id == employer.parent_id)
    parent = current_session().scalars(trusted(statement, because="employers are organisation-wide")).one()
    return parent.name if parent.country != employer.country else parent.org_number or parent.name
