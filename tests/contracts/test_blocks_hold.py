"""Whoever wants no contact is offered for none: no page of the product has a way to call or mail them."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from crm.actors import Role
from crm.db import transaction
from crm.employers.models import ContactPerson, Employer, Workplace
from tests.contracts.premises import Premises, name_of, rules

PHONES = ("+4690777001", "+4690777002", "+4690777003")
MAILS = ("office@blocked.example", "person@blocked.example")
# Files, and pages that take a second to make.
SLOW = {"reports.follow_up_pdf"}
WAY = re.compile(r'href="(?:tel|sms|mailto):([^"?]*)')
READERS = (Role.COORDINATOR, Role.MANAGER)


def _ways(premises: Premises) -> Iterator[tuple[str, str]]:
    """Every page with each way to call or mail somebody on it."""
    for rule in rules("GET"):
        if rule.endpoint in SLOW:
            continue
        for role in READERS:
            answer = premises.browser(role).get(premises.address(rule))
            if answer.mimetype == "text/html":
                yield from ((name_of(rule), way.replace("%2B", "+")) for way in WAY.findall(answer.text))


def _prepare(**values: bool) -> None:
    with transaction() as session:
        persons = {name: value for name, value in values.items() if name != "do_not_contact"}
        blocked = values.get("do_not_contact", False)
        session.execute(
            update(Employer).values(phone=PHONES[0], email=MAILS[0], do_not_contact=blocked, do_not_contact_reason="No")
        )
        session.execute(update(Workplace).values(phone=PHONES[1]))
        session.execute(update(ContactPerson).values(phone=PHONES[2], email=MAILS[1], **persons))


@pytest.mark.parametrize(
    ("block", "gone"),
    [
        ({"do_not_contact": True}, {*PHONES, *MAILS}),
        ({"do_not_call": True}, {PHONES[2]}),
        ({"do_not_mail": True}, {MAILS[1]}),
    ],
    ids=["the employer wants no contact", "a person wants no calls", "a person wants no mail"],
)
def test_no_page_offers_to_call_or_mail_whoever_does_not_want_it(
    premises: Premises, block: dict[str, bool], gone: set[str]
) -> None:
    with premises.app.app_context():
        _prepare(**block)
    offered = {(page, way) for page, way in _ways(premises) if way in gone}
    assert not offered


def test_without_a_block_they_are_offered(premises: Premises) -> None:
    """Otherwise the test above would be about pages that offer nothing to anybody."""
    with premises.app.app_context():
        _prepare()
    assert {way for _page, way in _ways(premises)} >= {*PHONES, *MAILS}
