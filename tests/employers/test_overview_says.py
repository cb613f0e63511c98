"""What the first lines of an employer's page say: the next step, the last contact, who is responsible."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Unit
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.fields import ContactFields
from crm.employers.models import Employer
from crm.tasks.models import Task
from crm.tasks.services import add_task
from tests.employers.conftest import Desk
from tests.employers.test_pages import add, contact_data
from tests.world import World


def test_the_next_step_is_what_was_promised_to_the_employer_on_its_page_and_on_the_board(
    app: Flask, desk: Desk, world: World
) -> None:
    public_id = add(app, desk)
    desk.client.post(f"/employers/{public_id}/contacts", data=contact_data(outcome="place_offered"))
    with app.app_context():
        promise = current_session().scalars(select(Task)).one()
        unit = current_session().get_one(Unit, desk.unit_id)
        with transaction():
            promise.due_on, promise.title = clock.today() - timedelta(days=2), {"": "Send the letter"}
            add_task(
                desk.actor, title={"": "Check in with Ali"}, due_on=clock.today() - timedelta(days=9),
                unit_id=unit.id, owner_id=desk.staff_id, employer_id=promise.employer_id,
                participant_id=world.participant(unit).id,
            )  # fmt: skip
    page = desk.client.get(f"/employers/{public_id}").text
    head = page[: page.index('class="split"')]
    assert "Send the letter" in head
    assert "Check in with Ali" not in head
    assert "Overdue" in head
    for said in (
        "One promise is overdue",
        "One task about a participant is overdue",
        "One task about a participant</a>",
    ):
        assert said in head
    assert page.index("Check in with Ali") > page.index('id="participant-tasks"')
    board = desk.client.get("/pipeline").text
    assert "Send the letter" in board
    assert "Check in with Ali" not in board


def test_the_head_says_what_came_of_one_s_own_last_contact_and_who_of_others_is_responsible(
    app: Flask, desk: Desk, world: World
) -> None:
    public_id = add(app, desk)
    with app.app_context():
        stranger = world.actor(world.staff(unit=world.unit("Jobbhuset"), name="Eirik Fjellheim"))
        employer_id = current_session().scalars(select(Employer.id)).one()
        with transaction():
            fields = ContactFields("phone", clock.today() - timedelta(days=1), "place_offered")
            services.log_contact(stranger, employer_id=employer_id, fields=fields)
    page = desk.client.get(f"/employers/{public_id}").text
    head = page[: page.index('class="split"')]
    assert '<a class="ds-link" href="#guard">Eirik Fjellheim, Jobbhuset</a>' in head
    assert "Place offered" not in head
    sent = desk.client.post(f"/employers/{public_id}/contacts", data=contact_data(outcome="place_offered"))
    assert sent.status_code == 303
    page = desk.client.get(f"/employers/{public_id}").text
    assert ", Visit at employer, Place offered, Maria Lindqvist" in page[: page.index('class="split"')]
