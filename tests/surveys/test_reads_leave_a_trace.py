"""Whoever sees a participant's name has left a line in the audit log, whatever the page is about."""

from datetime import date

import pytest
from sqlalchemy import select

from crm import clock
from crm.accounts.models import AuditEntry
from crm.db import current_session, transaction
from crm.search.services import index_participant
from crm.tasks.services import add_task
from tests.surveys.scene import SYSTEM, Office

NAME = "Synliga"
PAGES = (
    "/today",
    "/tasks",
    f"/search?q={NAME}",
    "/messages",
    "/messages/{message}",
    "/mailbox",
    "/mailbox/{item}",
    "/participants/{person}",
    "/surveys/overdue",
)


def somebody_who_left(office: Office) -> tuple[int, dict[str, str]]:
    """Somebody with a message, a late survey and a task: their number, and what stands in addresses."""
    with office.inside() as scene:
        person = scene.person(last_name=NAME, email=f"{NAME.lower()}@example.net")
        scene.leave(person)
        scene.leave(person, on=date(2026, 9, 1), programme=scene.world.programme(scene.unit))
        scene.work()
        with transaction():
            index_participant(person.id)
            add_task(
                SYSTEM,
                title={"": "Ring"},
                due_on=clock.today(),
                unit_id=scene.unit.id,
                owner_id=scene.manager.id,
                participant_id=person.id,
            )
        [message], [item] = scene.outbox(), scene.mailbox()
        return person.id, {"person": person.public_id, "message": message.public_id, "item": item.public_id}


def seen(office: Office, person_id: int) -> bool:
    """Whether the manager left a line about the person."""
    with office.inside() as scene:
        lines = current_session().scalars(select(AuditEntry).where(AuditEntry.staff_id == scene.manager.id))
        reads = [line for line in lines if line.subject_type == "participant"]
        return any(person_id in (line.subject_id, *line.details.get("participant_ids", ())) for line in reads)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_names_a_participant_leaves_a_trace(office: Office, page: str) -> None:
    person_id, ids = somebody_who_left(office)
    client = office.signed_in(office.manager)
    assert not seen(office, person_id)
    answer = client.get(page.format(**ids))
    assert NAME.lower() in answer.text.lower()
    assert seen(office, person_id)


@pytest.mark.parametrize("page", ["/follow-up", "/employers", "/settings", "/surveys/plans"])
def test_a_page_that_names_nobody_leaves_none(office: Office, page: str) -> None:
    person_id, _ids = somebody_who_left(office)
    answer = office.signed_in(office.manager).get(page)
    assert NAME not in answer.text
    assert not seen(office, person_id)
