"""What stands side by side before two entries are made one, and what has been merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from crm.accounts.scopes import condition, scoped, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.merge_models import EmployerMerge, PersonMerge
from crm.employers.models import ContactPerson, Employer
from crm.employers.org_numbers import show_org_number
from crm.employers.stages import KINDS
from crm.employers.ways import WAYS
from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.web.filters import show_date

EMPLOYER_LABELS: dict[str, Text] = {
    "name": _l("Name"),
    "org_number": _l("Organisation number"),
    "kind": _l("Kind"),
    "industry_text": _l("Industry"),
    "municipality": _l("Municipality"),
    "address": _l("Street address"),
    "postcode": _l("Postcode"),
    "city": _l("City"),
    "phone": _l("Phone"),
    "email": _l("E-mail"),
    "website": _l("Website"),
    "employee_count": _l("Employees"),
    "source": _l("How we found them"),
    "do_not_contact": _l("Do not contact"),
    "advertising_block": _l("Advertising block"),
    "warning": _l("Warning"),
}
PERSON_LABELS: dict[str, Text] = {
    "name": _l("Name"),
    "phone": _l("Phone"),
    "email": _l("E-mail"),
    "preferred_way": _l("Likes to be reached by"),
    "told_on": _l("Told that we keep these details"),
}
ALWAYS_YES = frozenset({"do_not_contact", "advertising_block"})
"""A no to either of the two is a no to both; nobody chooses here."""


@dataclass(frozen=True)
class Beside:
    """A field in which the two differ. ``gone_wins`` is what is proposed: what is empty is filled."""

    name: str
    label: Text
    kept: object
    gone: object
    gone_wins: bool
    can_choose: bool


def differ_in_law(kept: Employer, gone: Employer) -> bool:
    """Whether both have an organisation number, and not the same one: a number names one legal person."""
    numbers = [(each.country, each.org_number) for each in (kept, gone) if each.org_number]
    return len(set(numbers)) > 1


def side_by_side(kept: object, gone: object, labels: dict[str, Text]) -> list[Beside]:
    """The fields in which the two differ."""
    pairs = ((name, label, getattr(kept, name), getattr(gone, name)) for name, label in labels.items())
    return [
        Beside(
            name, label, _in_words(name, one, kept), _in_words(name, other, gone),
            gone_wins=one in (None, "", False), can_choose=name not in ALWAYS_YES,
        )
        for name, label, one, other in pairs
        if one != other and other not in (None, "")
    ]  # fmt: skip


def _in_words(name: str, value: Any, row: object) -> object:
    """A value as staff read it."""
    if value is None or isinstance(value, bool):
        return value
    if name == "kind":
        return KINDS[value]
    if name == "preferred_way":
        return WAYS.get(value, value)
    if name == "org_number" and isinstance(row, Employer):
        return show_org_number(value, row.country)
    return show_date(value) if isinstance(value, date) else value


def merges_into(actor: Actor, employer_id: int) -> Sequence[EmployerMerge]:
    """What was merged into an employer and can be taken back, the newest first."""
    statement = (
        select(EmployerMerge)
        .where(EmployerMerge.kept_id == employer_id, EmployerMerge.undone_at.is_(None))
        .order_by(EmployerMerge.id.desc())
    )
    return current_session().scalars(scoped(statement, condition(EmployerMerge, actor))).all()


def person_merges_into(actor: Actor, person_id: int) -> Sequence[PersonMerge]:
    """What was merged into a contact person and can be taken back, the newest first."""
    statement = (
        select(PersonMerge)
        .where(PersonMerge.kept_id == person_id, PersonMerge.undone_at.is_(None))
        .order_by(PersonMerge.id.desc())
    )
    return current_session().scalars(scoped(statement, condition(PersonMerge, actor))).all()


def names_of(model: type[Employer] | type[ContactPerson], ids: Sequence[int]) -> dict[int, str]:
    """Names by number, of rows that a merge names."""
    statement = select(model.id, model.name).where(model.id.in_(ids))
    rows = current_session().execute(trusted(statement, because="named by a merge already checked"))
    return {row[0]: row[1] for row in rows}
