"""What a handover takes along, what it refuses, and that half of one never happens."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from crm.accounts import services as accounts
from crm.actors import Role
from crm.agreements.models import Agreement, AgreementStatus
from crm.agreements.services.drafts import AgreementFields, write_agreement
from crm.db import current_session, transaction
from crm.documents.models import DocumentTemplate
from crm.documents.services.texts import ensure_shipped
from crm.employers import services
from crm.employers.handover_models import Handover, HandoverItem, Telling
from crm.employers.models import EmployerRelationship
from crm.employers.services.handovers import Assignment
from crm.employers.services.responsible import WITHOUT_OWNER
from crm.errors import DomainError
from crm.history.models import HistoryLine
from crm.inquiries.models import Inquiry
from crm.inquiries.services.callbacks import OF_INQUIRY
from crm.inquiries.services.inquiries import InquiryFields, receive_inquiry
from crm.messaging.models import OutboxMessage
from crm.tasks.models import Task
from tests.employers.test_handovers import Office, office, owners

__all__ = ["office"]
Browser = Callable[[FlaskClient, str], None]


def _counts() -> list[int | None]:
    models: list[Any] = [Handover, HandoverItem, HistoryLine, Task, OutboxMessage]
    return [current_session().scalar(select(func.count()).select_from(model)) for model in models]


@pytest.mark.parametrize(
    ("broken", "after"),
    [("write_owner_line", 70), ("add_task", 1), ("plan_messages", 0), ("record", 0)],
)
def test_when_it_breaks_in_the_middle_nothing_has_happened(
    office: Office, monkeypatch: pytest.MonkeyPatch, broken: str, after: int
) -> None:
    rows = office.employers(140)
    office.task(rows[3], office.maria)
    before = _counts()
    module = "crm.employers.services.handovers"
    real, calls = getattr(__import__(module, fromlist=[broken]), broken), iter(range(1_000))

    def breaks(*given: Any, **named: Any) -> Any:
        if next(calls) >= after:
            raise RuntimeError("the power is gone")
        return real(*given, **named)

    monkeypatch.setattr(f"{module}.{broken}", breaks)
    with pytest.raises(RuntimeError):
        office.hand_over(rows, telling=Telling.MAIL)
    assert owners() == [office.maria.id] * 140
    assert _counts() == before
    monkeypatch.undo()
    assert len(office.hand_over(rows, telling=Telling.MAIL).items) == 140


def test_open_inquiries_and_contacts_of_agreements_go_along_and_come_back(office: Office) -> None:
    row, other = office.employers(2)
    agreement = _agreement(office, row.employer_id)
    with transaction():
        inquiry = receive_inquiry(
            office.actor(office.maria),
            fields=InquiryFields(
                received_on=date(2026, 3, 2), channel="phone", topic="recruitment", employer_id=row.employer_id,
                handled_by_id=office.maria.id, callback_requested=True,
            ),
        )  # fmt: skip
    callback = current_session().scalars(select(Task).where(Task.kind == OF_INQUIRY)).one()
    assert callback.owner_id == office.maria.id
    done = office.hand_over([row, other])
    assert (agreement.owner_id, inquiry.handled_by_id, callback.owner_id) == (office.johan.id,) * 3
    assert agreement.deputy_id == office.sara.id
    with transaction():
        services.undo_handover(office.actor(office.manager), handover_id=done.id)
    assert (agreement.owner_id, inquiry.handled_by_id, callback.owner_id) == (office.maria.id,) * 3


def test_agreements_that_are_over_stay_as_they_were(office: Office) -> None:
    (row,) = office.employers(1)
    agreement = _agreement(office, row.employer_id)
    agreement.status = AgreementStatus.TERMINATED
    office.world.save(agreement)
    office.hand_over([row])
    assert agreement.owner_id == office.maria.id


def test_who_leaves_keeps_no_inquiry_waiting(office: Office) -> None:
    with transaction():
        inquiry = receive_inquiry(
            office.actor(office.maria),
            fields=InquiryFields(
                received_on=date(2026, 3, 2), channel="phone", topic="advice", handled_by_id=office.maria.id
            ),
        )
    with transaction():
        accounts.disable_staff(office.actor(office.manager), staff_id=office.maria.id)
    assert current_session().get_one(Inquiry, inquiry.id).handled_by_id is None


def test_removing_the_one_who_is_responsible_without_a_successor_is_refused(office: Office) -> None:
    (row,) = office.employers(1)
    office.manager.roles = [role for role in office.manager.roles if role.name != Role.MANAGER.value]
    office.world.save(office.manager)
    with pytest.raises(DomainError, match="no manager who could be responsible"):
        _hand_over_one(office, row, None)
    with pytest.raises(DomainError, match="no manager who could be responsible"):
        office.hand_over([row], by=office.maria, assignments=[Assignment(row.id, None)])
    assert owners() == [office.maria.id]


def test_the_unit_is_responsible_only_where_somebody_chose_it_and_its_manager_knows(
    office: Office, client: FlaskClient, sign_in: Browser
) -> None:
    (row,) = office.employers(1)
    task_id = office.task(row, office.maria)
    sign_in(client, "maria@example.org")
    address = f"/relationships/{row.public_id}/hand-over"
    assert client.post(address, data={"version": "1", "owner_id": "", "deputy_id": ""}).status_code == 422
    current_session().rollback()
    assert owners() == [office.maria.id]
    data = {"version": "1", "owner_id": "0", "deputy_id": "", "note": "Ask for Eva"}
    assert client.post(address, data=data).status_code == 303
    current_session().rollback()
    assert owners() == [None]
    told = current_session().scalars(select(Task).where(Task.kind == WITHOUT_OWNER)).one()
    assert told.owner_id == office.manager.id
    assert current_session().get_one(Task, task_id).owner_id is None
    page = client.get(f"/employers/{row.employer.public_id}").text
    assert "The unit is responsible until somebody takes over" in page
    assert "Ask for Eva" in page


def test_a_deputy_who_was_named_since_stays_when_a_handover_is_taken_back(office: Office) -> None:
    (row,) = office.employers(1)
    done = office.hand_over([row])
    row.deputy_id = office.sara.id
    office.world.save(row)
    with transaction():
        services.undo_handover(office.actor(office.manager), handover_id=done.id)
    assert (row.owner_id, row.deputy_id) == (office.maria.id, office.sara.id)


def test_long_notes_are_refused_in_words_and_nothing_typed_is_lost(
    office: Office, client: FlaskClient, sign_in: Browser
) -> None:
    rows = office.employers(2)
    sign_in(client, "maria@example.org")
    note = "x" * 2001
    data = {
        "to_all": str(office.johan.id), "note": "All is well", "telling": "not", "step": "do",
        f"note-{rows[0].public_id}": note, f"note-{rows[1].public_id}": "Ask for Eva",
    }  # fmt: skip
    answer = client.post(f"/handover/{office.maria.public_id}", data=data)
    assert answer.status_code == 422
    assert note in answer.text
    assert "Ask for Eva" in answer.text
    assert "Write 2000 characters at most." in answer.text
    assert owners() == [office.maria.id] * 2


def test_what_has_changed_since_somebody_looked_is_looked_at_once_more(
    office: Office, client: FlaskClient, sign_in: Browser
) -> None:
    office.employers(2)
    sign_in(client, "maria@example.org")
    address = f"/handover/{office.maria.public_id}"
    data = {"to_all": str(office.johan.id), "note": "All is well", "telling": "not"}
    seen = _seen(client.post(address, data=data | {"step": "look"}).text)
    office.employers(1)
    answer = client.post(address, data=data | {"step": "do", "seen": seen})
    assert answer.status_code == 422
    assert "The list has changed" in answer.text
    current_session().rollback()
    assert owners() == [office.maria.id] * 3
    assert client.post(address, data=data | {"step": "do", "seen": _seen(answer.text)}).status_code == 303


def test_what_the_service_refuses_is_said_on_the_form_with_everything_typed(
    office: Office, client: FlaskClient, sign_in: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = office.employers(1)
    sign_in(client, "maria@example.org")

    def refuses(*_given: object) -> None:
        raise DomainError("Somebody has changed who is responsible meanwhile.")

    monkeypatch.setattr(services, "hand_over_many", refuses)
    data = {"to_all": str(office.johan.id), "telling": "not", "step": "do", f"note-{row.public_id}": "Ask for Eva"}
    answer = client.post(f"/handover/{office.maria.public_id}", data=data)
    assert answer.status_code == 422
    assert "Ask for Eva" in answer.text
    assert "changed who is responsible meanwhile" in answer.text


def _seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found is not None
    return found.group(1)


def _hand_over_one(office: Office, row: EmployerRelationship, owner_id: int | None) -> None:
    with transaction():
        services.hand_over_relationship(
            office.actor(office.maria), relationship_id=row.id, version=None, owner_id=owner_id
        )


def _agreement(office: Office, employer_id: int) -> Agreement:
    with transaction():
        ensure_shipped(office.actor(office.maria))
    template = current_session().scalars(
        select(DocumentTemplate).where(DocumentTemplate.key == "agreement.intention")
    ).one()  # fmt: skip
    given = AgreementFields(
        template_id=template.id, language="sv", starts_on=date(2026, 1, 1), ends_on=None, review_on=date(2026, 12, 1),
        contact_id=None, owner_id=office.maria.id, deputy_id=office.sara.id,
    )  # fmt: skip
    with transaction():
        return write_agreement(office.actor(office.maria), employer_id=employer_id, unit_id=office.unit_id, given=given)


def test_one_employer_can_be_told_by_mail_and_gets_back_what_was_handed_over(
    office: Office, client: FlaskClient, sign_in: Browser
) -> None:
    row, silent = *office.employers(1), *office.employers(1, do_not_contact=True)
    task_id = office.task(row, office.maria)
    sign_in(client, "maria@example.org")
    data = {"version": "1", "owner_id": str(office.johan.id), "deputy_id": "", "note": "Ask for Eva", "tell": "y"}
    for each in (row, silent):
        assert client.post(f"/relationships/{each.public_id}/hand-over", data=data).status_code == 303
    assert "Not told: do not contact" in client.get("/today").text
    current_session().rollback()
    done = current_session().scalars(select(Handover).order_by(Handover.id)).all()
    message = current_session().scalars(select(OutboxMessage)).one()
    assert message.purpose_ref == done[0].items[0].public_id
    with transaction():
        services.undo_handover(office.actor(office.manager), handover_id=done[0].id)
    assert owners() == [office.maria.id, office.johan.id]
    assert current_session().get_one(Task, task_id).owner_id == office.maria.id
