"""Whoever wants no contact, or no advertising, is offered for none: no page has a way to call or mail them."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from crm.actors import Role
from crm.agreements.models import Agreement, AgreementStatus
from crm.db import transaction
from crm.employers.models import ContactPerson, Employer, Position, Workplace
from crm.inquiries.models import Inquiry, InquiryState
from crm.placements.models import Placement
from crm.search.keeping import rebuild_further
from crm.search.services import rebuild
from tests.contracts.premises import NOON, Premises, is_paper, name_of, rules

PHONES = ("+4690777001", "+4690777002", "+4690777003")
MAILS = ("office@blocked.example", "person@blocked.example")
WAY = re.compile(r'href="(?:tel|sms|mailto):([^"?]*)')
READERS = (Role.COORDINATOR, Role.MANAGER)
APPOINTMENT = "outreach_visits.show"
"""The page of a visit that was agreed. A block against advertising does not forbid to keep an appointment, nor to call
because of it; it forbids to offer anything. So the number stands with the visit, and nowhere else. (It would on Today,
but somebody has written about this visit already.)"""
NAMES = ("Ringblad AB", "Signe Samtal", "Verkstaden Väst")
"""Of the employer, the person and the workplace: what is searched for."""


def _ways(premises: Premises) -> Iterator[tuple[str, str]]:
    """Every page with each way to call or mail somebody on it."""
    for rule in rules("GET"):
        if is_paper(rule):
            continue
        address = premises.address(rule)
        for role in READERS:
            answer = premises.browser(role).get(address)
            if answer.mimetype == "text/html":
                yield from ((name_of(rule), way) for way in _found(answer.text))
    for name in NAMES:
        answer = premises.browser(Role.COORDINATOR).get("/search", query_string={"q": name})
        assert "<mark" in answer.text, "there is a hit"
        yield from (("search.results with a hit", way) for way in _found(answer.text))


def _found(page: str) -> list[str]:
    return [way.replace("%2B", "+") for way in WAY.findall(page)]


def _prepare(*, nothing_runs: bool = False, **values: bool) -> None:
    """Everybody has a number and an address. ``nothing_runs``: no unit has an agreement, a placement or an inquiry."""
    blocks = {"do_not_contact", "advertising_block"}
    employer = {name: value for name, value in values.items() if name in blocks}
    person = {name: value for name, value in values.items() if name not in blocks}
    with transaction() as session:
        session.execute(
            update(Employer).values(phone=PHONES[0], email=MAILS[0], do_not_contact_reason="No", **employer)
        )
        session.execute(update(Workplace).values(phone=PHONES[1]))
        session.execute(update(ContactPerson).values(phone=PHONES[2], email=MAILS[1], **person))
        here = (Employer.archived_at.is_(None), ContactPerson.archived_at.is_(None), Position.left_on.is_(None))
        first = session.scalars(select(Position).join(Employer).join(ContactPerson).where(*here).limit(1)).one()
        first.employer.name, first.person.name = NAMES[:2]
        session.add(Workplace(employer_id=first.employer_id, name=NAMES[2], phone=PHONES[1]))
        if nothing_runs:
            session.execute(update(Agreement).values(status=AgreementStatus.DRAFT))
            session.execute(update(Placement).values(end_reason="other"))
            session.execute(update(Inquiry).values(state=InquiryState.CLOSED, closed_at=NOON))
    rebuild()
    rebuild_further()


@pytest.mark.parametrize(
    ("block", "gone"),
    [
        ({"do_not_contact": True}, {*PHONES, *MAILS}),
        ({"advertising_block": True, "nothing_runs": True}, {*PHONES, *MAILS}),
        ({"do_not_call": True}, {PHONES[2]}),
        ({"do_not_mail": True}, {MAILS[1]}),
    ],
    ids=[
        "the employer wants no contact",
        "the employer wants no advertising",
        "a person wants no calls",
        "a person wants no mail",
    ],
)
def test_no_page_offers_to_call_or_mail_whoever_does_not_want_it(
    premises: Premises, block: dict[str, bool], gone: set[str]
) -> None:
    with premises.app.app_context():
        _prepare(**block)
    offered = {(page, way) for page, way in _ways(premises) if way in gone}
    if "advertising_block" in block:
        agreed = {(page, way) for page, way in offered if page.partition(":")[0] == APPOINTMENT}
        assert agreed, "who agreed to a visit is called about it"
        offered -= agreed
    assert not offered


def test_without_a_block_they_are_offered(premises: Premises) -> None:
    """Otherwise the test above would be about pages that offer nothing to anybody."""
    with premises.app.app_context():
        _prepare()
    assert {way for _page, way in _ways(premises)} >= {*PHONES, *MAILS}
