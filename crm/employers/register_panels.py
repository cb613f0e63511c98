"""What an employer's page shows of its register, and of the organisation that it is a part of."""

from collections.abc import Mapping
from typing import Any

from flask import render_template
from sqlalchemy import or_, select

from crm.accounts.current import current_actor
from crm.accounts.scopes import trusted, visible
from crm.db import current_session
from crm.employers.head import head_of
from crm.employers.models import Employer, RegisterStatus
from crm.employers.register_models import RegisterRecord
from crm.employers.registers.by_hand import is_by_hand
from crm.employers.registers.comparing import from_register
from crm.employers.registers.ports import register_label, register_of
from crm.employers.registers.words import GROUP, STATUS, status_sentence
from crm.extension_points import Panel, Text

MOST_PARTS = 50


def record_of(employer_id: int) -> RegisterRecord | None:
    """What a register last said of an employer that the caller has checked."""
    statement = select(RegisterRecord).where(RegisterRecord.employer_id == employer_id)
    return current_session().scalar(trusted(statement, because="of an employer already checked"))


def said_of_state(said: RegisterRecord | None) -> Text | None:
    """What the register last said of whether an employer is in business; None where it has said nothing."""
    state = said.values.get("register_status") if said and said.retrieved_at else None
    return STATUS[RegisterStatus(state)] if state else None


def register_panel(context: Mapping[str, Any]) -> str:
    """State, industry code, former names, what came from the register and when, and the way to a fresh look."""
    employer: Employer = context["employer"]
    can_ask = employer.org_number is not None and register_of(employer.country) is not None
    said = record_of(employer.id) if employer.org_number else None
    by_hand = is_by_hand(employer, said)
    if not (can_ask or said or by_hand or employer.former_names or employer.industry_code):
        return ""
    return render_template(
        "employers/register_panel.html",
        employer=employer,
        said=said,
        can_ask=can_ask,
        register=register_label(said.register) if said else None,
        came=[GROUP[group] for group in from_register(employer, said.values)] if said else [],
        status=STATUS[employer.register_status],
        in_register=said_of_state(said) if by_hand else None,
        by_hand=by_hand,
    )


def family_panel(context: Mapping[str, Any]) -> str:
    """The larger organisation, and the parts of this one."""
    employer: Employer = context["employer"]
    near = _family(employer)
    parent = next((each for each in near if each.id == employer.parent_id), None)
    parts = [each for each in near if each.parent_id == employer.id and each.archived_at is None]
    if not parts and parent is None:
        return ""
    return render_template("employers/family_panel.html", employer=employer, parent=parent, parts=parts)


def closed_warning(context: Mapping[str, Any]) -> str:
    """The strip on top of the page of an employer that is bankrupt, wound up or closed."""
    employer: Employer = context["employer"]
    if employer.register_status is RegisterStatus.ACTIVE:
        return ""
    said = record_of(employer.id)
    by_hand = is_by_hand(employer, said)
    sentence = status_sentence(employer.register_status, employer.name, by_hand)
    return render_template(
        "employers/register_closed.html",
        employer=employer,
        sentence=sentence,
        people=head_of(context).people,
        by_hand=by_hand,
        in_register=said_of_state(said) if by_hand else None,
    )


def panels() -> tuple[Panel, ...]:
    """All of them."""
    return (
        Panel("employer.wrong", "employers.closed", closed_warning, order=5),
        Panel("employer.panels", "employers.register", register_panel, order=20),
        Panel("employer.panels", "employers.family", family_panel, order=15),
    )


def _family(employer: Employer) -> list[Employer]:
    """The organisation above and the parts, in one query."""
    statement = (
        visible(Employer, current_actor())
        .where(or_(Employer.parent_id == employer.id, Employer.id == employer.parent_id), Employer.id != employer.id)
        .order_by((Employer.id == employer.parent_id).desc(), Employer.archived_at.is_not(None), Employer.sort_name)
        .limit(MOST_PARTS)
    )
    return list(current_session().scalars(statement))
