"""Whoever wants no contact, or no advertising, is also left alone where many are written to or listed at once."""

from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.accounts.models import AuditEntry
from crm.db import current_session
from crm.employers.handover_models import Handover
from crm.employers.models import EmployerRelationship
from crm.employers.reach_queries import may_be_called_in_numbers, wants_general_mail
from crm.messaging.models import MailboxItem, OutboxMessage
from crm.messaging.outbox import send_due
from crm.registry import EXTENSION, Registry
from tests.employers.test_handovers import Office, _noon_of_a_working_day, office

__all__ = ["office"]

TO_EMPLOYERS = {"employers.handover", "agreement_signing", "agreement_signed"}
"""Kinds of mail to employers: the first is tried here, the others in tests/agreements/test_unwanted_mail.py."""
EVENTS = {
    f"outreach.event_{each}"
    for each in ("invitation", "ask_again", "confirmation", "place", "reminder", "change", "cancellation")
}
TO_EMPLOYERS |= EVENTS | {"outreach_material"}
"""Those about events are tried in tests/outreach_events/test_inviting.py, material in tests/outreach_materials."""
TO_OTHERS = ("accounts.", "survey")
FREE, NO_CONTACT, NO_ADVERTISING, NO_MAIL = "free", "no contact", "no advertising", "no mail"
Employers = Mapping[str, EmployerRelationship]
SignIn = Callable[[FlaskClient, str], None]


@pytest.fixture
def four(office: Office) -> Employers:
    """One that may be written to, one that wants no contact, one no advertising, one whose only address is a person's
    who wants no mail."""
    world = office.world

    def held(name: str, **values: object) -> EmployerRelationship:
        employer = world.employer(name, phone="+4690777000", **values)
        return world.relationship(employer, office.maria.unit, office.maria, preferred_information="general")

    rows = {
        FREE: held("Free", email="free@example.net"),
        NO_CONTACT: held("Silent", email="silent@example.net", do_not_contact=True),
        NO_ADVERTISING: held("Blocked", email="blocked@example.net", advertising_block=True),
        NO_MAIL: held("Person"),
    }
    for key in (NO_CONTACT, NO_MAIL):
        world.contact_person(rows[key].employer, "Nils Nej", email=f"nils.{len(key)}@example.net", do_not_mail=True)
    return rows


@pytest.fixture
def maria(office: Office, four: Employers, client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, "maria@example.org")
    return client


def _mailed() -> set[str]:
    current_session().rollback()
    with clock.travelling(_noon_of_a_working_day()):
        send_due()
    return set(current_session().scalars(select(MailboxItem.to)))


def _handed_over(office: Office, maria: FlaskClient, telling: str) -> Handover:
    data = {"step": "do", "to_all": str(office.johan.id), "note": "All is well", "telling": telling}
    assert maria.post(f"/handover/{office.maria.public_id}", data=data).status_code == 303
    current_session().rollback()
    return current_session().scalars(select(Handover)).one()


def test_mail_about_a_handover_of_many_goes_to_none_that_wants_no_contact(office: Office, maria: FlaskClient) -> None:
    """Who is responsible now is no advertising: an advertising block does not keep it back."""
    done = _handed_over(office, maria, "mail")
    assert sorted(item.not_told or "" for item in done.items) == ["", "", "do_not_contact", "no_address"]
    assert len(current_session().scalars(select(OutboxMessage)).all()) == 2
    assert _mailed() == {"free@example.net", "blocked@example.net"}


def test_a_handover_of_one_tells_nobody_who_wants_no_contact(
    office: Office, four: Employers, maria: FlaskClient
) -> None:
    data = {"version": "1", "owner_id": str(office.johan.id), "deputy_id": "", "note": "Ask for Eva", "tell": "y"}
    for row in four.values():
        assert maria.post(f"/relationships/{row.public_id}/hand-over", data=data).status_code == 303
    assert _mailed() == {"free@example.net", "blocked@example.net"}


def test_no_letter_is_printed_for_who_wants_no_contact(office: Office, maria: FlaskClient) -> None:
    done = _handed_over(office, maria, "letter")
    assert maria.get(f"/handovers/{done.public_id}/letters.pdf").data.startswith(b"%PDF")
    current_session().rollback()
    entry = current_session().scalars(select(AuditEntry).where(AuditEntry.action == "handover.letters")).one()
    assert entry.details["letters"] == 3


@pytest.mark.parametrize("address", ["/employers", "/employers/export.csv"])
def test_a_list_gives_no_way_to_call_or_mail_those_who_do_not_want_it(
    office: Office, maria: FlaskClient, address: str
) -> None:
    page = maria.get(f"{address}?owner=all&c=phone&c=email").text
    assert "free@example.net" in page
    assert "silent@example.net" not in page
    assert "blocked@example.net" not in page
    assert page.count("+4690777000") == 2, "of who may be called"
    assert "Advertising block" in page


def test_who_is_approached_in_numbers_is_none_of_them(office: Office, four: Employers) -> None:
    """What call lists and general mail of other features and plugins ask."""
    for condition in (may_be_called_in_numbers(), wants_general_mail([office.unit_id])):
        statement = select(EmployerRelationship.id).join(EmployerRelationship.employer).where(condition)
        found = set(current_session().scalars(statement))
        assert found == {four[FREE].id, four[NO_MAIL].id}


def test_no_kind_of_mail_to_employers_is_added_without_being_tried_here(app: Flask) -> None:
    registry: Registry = app.extensions[EXTENSION]
    others = {key for key in registry.purposes if key.startswith(TO_OTHERS)}
    assert registry.purposes.keys() - others == TO_EMPLOYERS
