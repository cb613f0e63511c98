"""A block against advertising: who is not offered to be called, what opens the way again, and where the block shows."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.agreements.models import Agreement, AgreementStatus
from crm.db import current_session, transaction
from crm.documents.models import DocumentTemplate, DocumentVersion
from crm.documents.services.texts import ensure_shipped
from crm.employers.approach import closed_to
from crm.employers.models import Employer
from crm.employers.services.bulk import BulkWish, plan_bulk
from crm.inquiries.models import Inquiry, InquiryState
from crm.search.services import rebuild
from crm.tasks.queries import open_tasks_of_employer
from crm.tasks.services import add_task
from tests.employers.conftest import Desk, counted
from tests.world import World

REASON = "approach them only with a reason that holds"
TAG = "No advertising"
CALL = 'href="tel:+46907770001"'
Opens = Callable[[World, Desk, Employer], object]


def _blocked(world: World, desk: Desk, name: str = "Ringblad AB", **values: object) -> Employer:
    """An employer of the coordinator's with a block against advertising, a number, and a task to call them."""
    given = {"advertising_block": True, "phone": "+46907770001", "email": "office@ringblad.example"} | values
    employer = world.employer(name, **given)
    session = current_session()
    world.relationship(employer, session.get_one(Unit, desk.unit_id), session.get_one(Staff, desk.staff_id))
    with transaction():
        add_task(
            desk.actor, title={"": "Promised to call"}, due_on=clock.today(), unit_id=desk.unit_id,
            owner_id=desk.staff_id, employer_id=employer.id,
        )  # fmt: skip
    return employer


def _placement(world: World, desk: Desk, employer: Employer, **person: object) -> None:
    unit = current_session().get_one(Unit, desk.unit_id)
    staff = current_session().get_one(Staff, desk.staff_id)
    enrolment = world.enrolment(world.participant(unit, **person), world.programme(unit), staff)
    world.placement(enrolment, employer)


def _agreement(world: World, desk: Desk, employer: Employer, status: AgreementStatus = AgreementStatus.ACTIVE) -> None:
    with transaction():
        ensure_shipped(desk.actor)
    version = current_session().scalars(
        select(DocumentVersion).join(DocumentTemplate).where(DocumentTemplate.key == "agreement.intention").limit(1)
    ).one()  # fmt: skip
    world.save(
        Agreement(
            employer_id=employer.id, unit_id=desk.unit_id, type="intention", status=status, language="sv",
            text_version_id=version.id, starts_on=date(2026, 1, 1), review_on=date(2026, 6, 1), created_at=clock.now(),
        )
    )  # fmt: skip


def _inquiry(world: World, desk: Desk, employer: Employer, state: InquiryState = InquiryState.RECEIVED) -> None:
    closed = clock.now() if state is InquiryState.CLOSED else None
    world.save(
        Inquiry(
            unit_id=desk.unit_id, employer_id=employer.id, received_on=date(2026, 6, 1), received_at=clock.now(),
            source="unknown", channel="phone", topic="advice", answer_within=3, answer_due_on=date(2026, 6, 4),
            created_at=clock.now(), state=state, closed_at=closed,
        )
    )  # fmt: skip


def _may_call(desk: Desk, employer: Employer) -> bool:
    """What the pages and the lists of tasks say; they never say different things."""
    by_page = not closed_to(desk.actor, [employer])
    by_task = open_tasks_of_employer(desk.actor, employer.id)[0].phone is not None
    assert by_page is by_task
    return by_page


@pytest.mark.parametrize("opens", [_placement, _agreement, _inquiry])
def test_an_agreement_a_placement_or_an_inquiry_of_the_unit_opens_the_way(
    app: Flask, desk: Desk, world: World, opens: Opens
) -> None:
    with app.app_context():
        employer = _blocked(world, desk)
        assert not _may_call(desk, employer)
        opens(world, desk, employer)
        assert _may_call(desk, employer)
        stranger = world.actor(world.staff(unit=world.unit("Vännäs")))
        assert closed_to(stranger, [employer]), "what one unit has opens nothing for another"
        employer.do_not_contact = True
        current_session().commit()
        assert not _may_call(desk, employer), "who wants no contact gets none"


def test_what_is_over_or_not_agreed_yet_opens_nothing_and_neither_does_a_protected_person(
    app: Flask, desk: Desk, world: World
) -> None:
    with app.app_context():
        employer = _blocked(world, desk)
        _agreement(world, desk, employer, AgreementStatus.DRAFT)
        _agreement(world, desk, employer, AgreementStatus.EXPIRED)
        _inquiry(world, desk, employer, InquiryState.CLOSED)
        _placement(world, desk, employer, protected=True)
        assert not _may_call(desk, employer)


def _pages(desk: Desk, employer: str, person: str) -> dict[str, str]:
    addresses = {
        "overview": f"/employers/{employer}", "details": f"/employers/{employer}/details",
        "person": f"/people/{person}",
        "today": "/", "tasks": "/tasks", "search": "/search?q=Signe", "board": "/pipeline", "list": "/employers",
        "search for them": "/search?q=Ringblad",
    }  # fmt: skip
    return {name: desk.client.get(address).text for name, address in addresses.items()}


def test_every_place_shows_the_block_and_those_with_the_number_say_why_and_lead_to_the_reason(
    app: Flask, desk: Desk, world: World
) -> None:
    with app.app_context():
        employer = _blocked(world, desk)
        person = world.contact_person(employer, "Signe Samtal", phone="+46907770001").public_id
        employer_id, public_id = employer.id, employer.public_id
        rebuild()
    closed = _pages(desk, public_id, person)
    assert [name for name, page in closed.items() if TAG not in page] == []
    assert [name for name, page in closed.items() if CALL in page or "mailto:office" in page] == []
    for name in ("overview", "details", "person", "today", "search"):
        assert REASON in closed[name], name
        assert '#log"' in closed[name], name
    # The head of the page says what opens the number, and where a wrong block is taken away.
    assert "opens their number" in closed["overview"]
    assert f'href="/employers/{public_id}/edit#advertising_block"' in closed["overview"]
    for name in ("overview", "details", "person", "search"):
        assert "777 00 01" in closed[name], "the number itself is no secret"
    with app.app_context():
        _placement(world, desk, current_session().get_one(Employer, employer_id))
    opened = _pages(desk, public_id, person)
    assert [name for name, page in opened.items() if TAG not in page] == []
    for name in ("overview", "details", "person", "today", "tasks", "search"):
        assert CALL in opened[name], name


def test_a_task_for_many_leaves_them_out_and_says_why(app: Flask, desk: Desk, world: World) -> None:
    with app.app_context():
        rows = [_blocked(world, desk, name) for name in ("Ringblad AB", "Vindelns Trä")]
        rows.append(_blocked(world, desk, "Öppna AB", advertising_block=False))
        _placement(world, desk, rows[1])
        wish = BulkWish("task", title="Ask about the summer", due_on=clock.today())
        plan = plan_bulk(desk.actor, employer_ids=[row.id for row in rows], wish=wish)
        assert [row.name for row in plan.will] == ["Vindelns Trä", "Öppna AB"]
        assert [REASON in str(row.left_out) for row in plan.left_out] == [True]
        wish = BulkWish("stage", stage="contact")
        assert len(plan_bulk(desk.actor, employer_ids=[row.id for row in rows], wish=wish).will) == 3, "no contact"


def test_without_such_a_block_no_page_asks_the_database_more_than_before(app: Flask, desk: Desk, world: World) -> None:
    """What opens a block is asked only where there is one, with one question for all that a page shows."""
    with app.app_context():
        names = ("Ringblad AB", "Ringblad Norr AB")
        rows = [_blocked(world, desk, name, advertising_block=False) for name in names]
        for row in rows:
            world.contact_person(row, "Signe Samtal", phone="+46907770001")
        public_id = rows[0].public_id
        rebuild()
    addresses = (f"/employers/{public_id}", "/employers", "/pipeline", "/search?q=Signe", "/")
    usual = [_asked(app, desk, address) for address in addresses]
    with app.app_context():
        for row in current_session().scalars(select(Employer)):
            row.advertising_block = True
        current_session().commit()
    assert [_asked(app, desk, address) - before for address, before in zip(addresses, usual, strict=True)] == [
        1, 0, 0, 1, 0
    ]  # fmt: skip


def _asked(app: Flask, desk: Desk, address: str) -> int:
    desk.client.get(address)
    with counted(app) as statements:
        assert desk.client.get(address).status_code == 200
    return len(statements)
