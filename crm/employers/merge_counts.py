"""What moves when two entries are made one, found through the same foreign keys by which it is moved."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, func, literal, select

from crm.accounts.scopes import trusted
from crm.attachments.models import Attachment
from crm.db import Base, current_session
from crm.employers.models import Contact, Employer
from crm.employers.moving import has_counterpart, naming
from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

LABELS: Mapping[str, Text] = {
    "contact": _l("Contacts"),
    "position": _l("Contact persons"),
    "workplace": _l("Workplaces"),
    "employer_relationship": _l("Units that work with it"),
    "task": _l("Tasks"),
    "placement": _l("Placements"),
    "agreement": _l("Agreements"),
    "inquiry": _l("Inquiries"),
    "partnership": _l("CSR partnerships"),
    "testimonial": _l("Testimonials"),
    "cooperation_group_member": _l("Members of groups"),
    "employer_interview": _l("Interviews"),
    "programme_partner": _l("Programmes"),
    "adapted_posts": _l("Adapted posts"),
    "sheet_given": _l("Information sheets given"),
    "sharing_consent": _l("What the employer may be told"),
    "sharing_entry": _l("What the employer was told"),
    "parts": _l("Parts"),
    "files": _l("Files"),
    "contact_met": _l("Contacts"),
    "history_link": _l("Lines of the history"),
}
"""What the rows of a table are called; one that is not here reads as "other"."""
NOT_TOLD = frozenset({"employer_merge", "contact_person_merge", "register_record"})
"""What a register said follows the number; earlier merges stay what they were."""
_PARTS, _FILES = "parts", "files"
_EMPLOYER = Employer.__tablename__


@dataclass(frozen=True)
class Moves:
    """Rows of a kind: how many will name the first, and how many stay because the first has one like it."""

    label: Text
    count: int
    stays: int = 0


def what_moves(table: str, *, gone_id: int, kept_id: int) -> list[Moves]:
    """How many rows of each kind name the second and will name the first, in the order of the labels. One statement."""
    names: list[str] = []
    counts: list[ColumnElement[int]] = []
    for rows, column in naming(Base.metadata.tables[table], NOT_TOLD):
        about = select(func.count()).select_from(rows).where(column == gone_id)
        stays = about.where(has_counterpart(rows, column, to_id=kept_id))
        names.append(rows.name)
        counts += [about.scalar_subquery(), stays.scalar_subquery()]
    if table == _EMPLOYER:
        names += [_PARTS, _FILES]
        counts += [_parts(gone_id, kept_id), literal(0), _files(gone_id), literal(0)]
    found = current_session().execute(trusted(select(*counts), because="counts of two rows already checked")).one()
    pairs = {name: (found[2 * place], found[2 * place + 1]) for place, name in enumerate(names)}
    moves = [
        (name, Moves(_label(table, name), count - stays, stays)) for name, (count, stays) in pairs.items() if count
    ]
    order = list(LABELS)
    return [each for _name, each in sorted(moves, key=lambda pair: order.index(pair[0]) if pair[0] in LABELS else 99)]


def _label(table: str, name: str) -> Text:
    if name == "position" and table != _EMPLOYER:
        return _l("Employers")
    return LABELS.get(name) or _l("Other")


def _parts(gone_id: int, kept_id: int) -> ScalarSelect[int]:
    """Employers that are a part of the second."""
    statement = select(func.count()).select_from(Employer.__table__)
    return statement.where(Employer.parent_id == gone_id, Employer.id != kept_id).scalar_subquery()


def _files(gone_id: int) -> ScalarSelect[int]:
    """Files of its contacts, which stay with them."""
    contacts = select(Contact.public_id).where(Contact.employer_id == gone_id, Contact.archived_at.is_(None))
    return (
        select(func.count(Attachment.id))
        .where(
            Attachment.owner_kind == Contact.__tablename__, Attachment.owner_ref.in_(contacts),
            Attachment.removed_at.is_(None),
        )
        .scalar_subquery()
    )  # fmt: skip
