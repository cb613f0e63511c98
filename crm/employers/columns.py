"""The columns that the list of employers can show, on the page and in files."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from crm.accounts.current import signed_in_actor
from crm.accounts.models import Staff
from crm.employers.models import Employer, EmployerRelationship
from crm.employers.org_numbers import show_org_number
from crm.employers.stage_queries import stages_of
from crm.employers.stages import KINDS
from crm.employers.ways import INFORMATION
from crm.extension_points import Text
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.tasks.models import Task, TaskState
from crm.web.filters import show_date

_DEPUTY = Staff.__table__.alias("deputy_of_reader")


BLOCKS: Mapping[str, Text] = {"do_not_contact": _l("Do not contact"), "advertising_block": _l("Advertising block")}
"""What stands where the phone number and e-mail address would, of whom nobody is to call or to write to from a list."""


@dataclass(frozen=True)
class ListColumn:
    """A column: its heading, what it reads, and how a value with its country is written."""

    key: str
    label: Text
    value: ColumnElement[Any] | InstrumentedAttribute[Any]
    cell: Callable[[Any, str], str]


def _text(value: object, country: str) -> str:
    return "" if value is None else str(value)


def _day(value: Any, country: str) -> str:
    return show_date(value, "short")


def _yes(value: object, country: str) -> str:
    return _("Yes") if value else ""


def _kind(value: Any, country: str) -> str:
    return str(KINDS[value])


def _number(value: str | None, country: str) -> str:
    return show_org_number(value, country)


def _experience(value: str | None, country: str) -> str:
    locale = get_locale()
    return picklists.label("prior_experience", value, str(locale.language) if locale else "en") if value else ""


def _information(value: str | None, country: str) -> str:
    return str(INFORMATION[value]) if value in INFORMATION else ""


def _stage(value: str | None, country: str) -> str:
    actor = signed_in_actor()
    return str(stages_of(actor.unit_id if actor else None).label(value)) if value else ""


def _deputy() -> ColumnElement[Any]:
    return select(_DEPUTY.c.name).where(_DEPUTY.c.id == EmployerRelationship.deputy_id).scalar_subquery()


def _next_step() -> ColumnElement[Any]:
    # Only the day: what was promised to whom is seen where tasks are seen.
    due = select(func.min(Task.due_on)).where(
        Task.employer_id == Employer.id,
        Task.unit_id == EmployerRelationship.unit_id,
        Task.state == TaskState.OPEN,
        Task.participant_id.is_(None),
    )
    return due.correlate(Employer, EmployerRelationship).scalar_subquery()


def _unless_blocked(way: InstrumentedAttribute[str | None]) -> ColumnElement[str | None]:
    """A list is called or mailed from top to bottom; who does not want that, or only with a reason, is not on it."""
    return case(
        (Employer.do_not_contact, "do_not_contact"), (Employer.advertising_block, "advertising_block"), else_=way
    )


def _way(value: str | None, country: str) -> str:
    return str(BLOCKS.get(value or "") or value or "")


def _all() -> Iterable[ListColumn]:
    yield ListColumn("name", _l("Name"), Employer.name, _text)
    yield ListColumn("place", _l("Place"), func.coalesce(Employer.municipality, Employer.city), _text)
    yield ListColumn("stage", _l("Stage"), EmployerRelationship.stage, _stage)
    yield ListColumn("owner", _l("Responsible"), Staff.name, _text)
    yield ListColumn("contact", _l("Last contact"), EmployerRelationship.last_contact_at, _day)
    yield ListColumn("number", _l("Organisation number"), Employer.org_number, _number)
    yield ListColumn("kind", _l("Kind"), Employer.kind, _kind)
    yield ListColumn("industry", _l("Industry"), Employer.industry_text, _text)
    yield ListColumn("municipality", _l("Municipality"), Employer.municipality, _text)
    yield ListColumn("city", _l("City"), Employer.city, _text)
    yield ListColumn("phone", _l("Phone"), _unless_blocked(Employer.phone), _way)
    yield ListColumn("email", _l("E-mail"), _unless_blocked(Employer.email), _way)
    yield ListColumn("employees", _l("Employees"), Employer.employee_count, _text)
    yield ListColumn("deputy", _l("Deputy"), _deputy(), _text)
    yield ListColumn("since", _l("In the stage since"), EmployerRelationship.stage_since, _day)
    yield ListColumn("next", _l("Next step"), _next_step(), _day)
    yield ListColumn("experience", _l("Experience so far"), EmployerRelationship.prior_experience, _experience)
    yield ListColumn("information", _l("Wants information"), EmployerRelationship.preferred_information, _information)
    yield ListColumn("source", _l("How we found them"), Employer.source, _text)
    yield ListColumn("blocked", _l("Do not contact"), Employer.do_not_contact, _yes)


COLUMNS: Mapping[str, ListColumn] = {column.key: column for column in _all()}
USUAL = ("place", "stage", "owner", "contact")
"""What is shown where nobody has chosen; the name always comes first."""


def chosen_columns(keys: Iterable[str]) -> tuple[str, ...]:
    """The columns that an address asks for, in the order of the list; the usual ones where it asks for none."""
    wanted = set(keys)
    return tuple(key for key in COLUMNS if key in wanted and key != "name") or USUAL
