"""A coordinator leaves: her employers go to others in one go, and nobody is without somebody responsible."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm import clock
from crm.accounts import services as accounts
from crm.accounts.models import Staff
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.handover_mail import letter_of
from crm.employers.handover_models import Handover, Telling
from crm.employers.models import EmployerRelationship
from crm.employers.services.handovers import Assignment, HandoverWish
from crm.employers.services.responsible import WITHOUT_OWNER
from crm.errors import DomainError, NotAllowed
from crm.history.models import HistoryLine
from crm.messaging.models import MailboxItem, MessageState, OutboxMessage
from crm.messaging.outbox import send_due
from crm.tasks.models import Task, TaskState
from crm.tasks.services import add_task
from tests.world import World


@dataclass
class Office:
    """One unit with somebody who leaves, two colleagues and a manager."""

    app: Flask
    world: World
    unit_id: int
    maria: Staff
    johan: Staff
    sara: Staff
    manager: Staff

    def actor(self, staff: Staff) -> Actor:
        return self.world.actor(staff)

    def employers(self, number: int, **values: object) -> list[EmployerRelationship]:
        made = []
        for count in range(number):
            town = ("Umeå", "Vännäs", "Lycksele")[count % 3]
            employer = self.world.employer(municipality=town, email=f"info{count}@example.net", **values)
            made.append(self.world.relationship(employer, self.maria.unit, self.maria))
        return made

    def task(self, row: EmployerRelationship, owner: Staff) -> int:
        with transaction():
            return add_task(
                self.actor(owner), title={"": "Call"}, due_on=date(2026, 12, 1), unit_id=self.unit_id,
                owner_id=owner.id, employer_id=row.employer_id,
            ).id  # fmt: skip

    def hand_over(self, rows: list[EmployerRelationship], by: Staff | None = None, **wish: object) -> Handover:
        wish = {"note": "They like to be called before ten."} | wish
        split = [Assignment(row.id, (self.johan, self.sara)[place % 2].id) for place, row in enumerate(rows)]
        split = wish.pop("assignments", split)
        with transaction():
            return services.hand_over_many(
                self.actor(by or self.manager),
                HandoverWish(from_id=self.maria.id, assignments=split, **wish),
            )


@pytest.fixture
def office(app: Flask, world: World) -> Office:
    with app.app_context():
        unit = world.unit("Umeå")
        names = {"maria": "Maria Lindqvist", "johan": "Johan Ek", "sara": "Sara Holm"}
        people = {key: world.staff(unit=unit, name=name, email=f"{key}@example.org") for key, name in names.items()}
        manager = world.staff(Role.MANAGER, Role.ADMINISTRATOR, unit=unit, name="Chef", email="chef@example.org")
        world.staff(Role.ADMINISTRATOR, unit=unit)
        yield Office(app, world, unit.id, manager=manager, **people)


def _noon_of_a_working_day() -> datetime:
    """Wednesday of next week: after everything that was planned, and outside quiet hours."""
    now = clock.now()
    return now.replace(hour=11) + timedelta(days=7 + (2 - now.weekday()) % 7)


def owners() -> list[int | None]:
    return list(current_session().scalars(select(EmployerRelationship.owner_id).order_by(EmployerRelationship.id)))


def test_a_hundred_and_forty_employers_go_in_one_transaction_with_lines_and_tasks(office: Office) -> None:
    rows = office.employers(140)
    task_id = office.task(rows[0], office.maria)
    done = office.hand_over(rows)
    assert owners() == [(office.johan, office.sara)[place % 2].id for place in range(140)]
    assert len(done.items) == 140
    lines = current_session().scalars(select(HistoryLine).where(HistoryLine.kind == "relationship")).all()
    assert len(lines) == 140
    assert {line.detail[""] for line in lines if line.detail} == {"They like to be called before ten."}
    assert current_session().get_one(Task, task_id).owner_id == office.johan.id
    received = current_session().scalars(select(Task).where(Task.kind == "employers.handed_over")).all()
    assert [task.title["en"] for task in received] == [
        "Maria Lindqvist handed over 70 employers to you: read the notes"
    ] * 2


def test_without_a_note_nothing_is_handed_over(office: Office) -> None:
    rows = office.employers(2)
    with pytest.raises(DomainError, match="what your colleagues must know"):
        office.hand_over(rows, note=None)
    assert owners() == [office.maria.id] * 2
    split = [Assignment(row.id, office.johan.id, f"About {row.id}") for row in rows]
    assert [item.note for item in office.hand_over(rows, note=None, assignments=split).items] == [
        f"About {row.id}" for row in rows
    ]


def test_what_goes_to_the_unit_is_the_managers_task(office: Office) -> None:
    rows = office.employers(3)
    office.hand_over(rows, assignments=[Assignment(row.id, None) for row in rows])
    task = current_session().scalars(select(Task).where(Task.kind == WITHOUT_OWNER)).one()
    assert task.owner_id == office.manager.id
    assert task.title["en"] == "3 employers have nobody responsible"


def test_only_the_person_or_a_manager_hands_over_and_only_to_people_of_the_unit(office: Office) -> None:
    rows = office.employers(1)
    with pytest.raises(NotAllowed):
        office.hand_over(rows, by=office.johan)
    stranger = office.world.staff(unit=office.world.unit("Vännäs"))
    with pytest.raises(DomainError, match="works in this unit"):
        office.hand_over(rows, assignments=[Assignment(rows[0].id, stranger.id)])
    office.hand_over(rows, by=office.maria)
    assert owners() == [office.johan.id]


def test_an_employer_that_changed_hands_meanwhile_stops_the_whole_handover(office: Office) -> None:
    rows = office.employers(3)
    rows[1].owner_id = office.sara.id
    office.world.save(rows[1])
    with pytest.raises(DomainError, match="meanwhile"):
        office.hand_over(rows)
    assert owners() == [office.maria.id, office.sara.id, office.maria.id]


def test_undoing_gives_back_what_nobody_changed_since(office: Office) -> None:
    rows = office.employers(4)
    task_id = office.task(rows[0], office.maria)
    done = office.hand_over(rows)
    rows[3].owner_id = office.manager.id
    office.world.save(rows[3])
    for _again in range(2):
        with transaction():
            services.undo_handover(office.actor(office.manager), handover_id=done.id)
    assert owners() == [office.maria.id] * 3 + [office.manager.id]
    assert current_session().get_one(Task, task_id).owner_id == office.maria.id
    left = select(func.count()).select_from(Task).where(
        Task.kind == "employers.handed_over", Task.state == TaskState.OPEN
    )  # fmt: skip
    assert current_session().scalar(left) == 0


def test_employers_are_told_by_mail_unless_they_want_no_contact(office: Office) -> None:
    rows = office.employers(2) + office.employers(1, do_not_contact=True)
    silent = office.world.relationship(office.world.employer(), office.maria.unit, office.maria)
    person = office.world.contact_person(rows[0].employer, "Eva Berg", email="eva@example.net")
    office.world.contact_person(rows[1].employer, "Nils Nej", email="nils@example.net", do_not_mail=True)
    done = office.hand_over([*rows, silent], telling=Telling.MAIL)
    assert [item.not_told for item in done.items] == [None, None, "do_not_contact", "no_address"]
    with clock.travelling(_noon_of_a_working_day()):
        send_due()
    mails = current_session().scalars(select(MailboxItem).order_by(MailboxItem.to)).all()
    assert [mail.to for mail in mails] == [person.email, "info1@example.net"]
    assert "Johan Ek" in mails[0].text
    assert "Maria Lindqvist" in mails[0].text


def test_who_says_no_after_the_handover_gets_no_mail(office: Office) -> None:
    rows = office.employers(1)
    office.hand_over(rows, telling=Telling.MAIL)
    rows[0].employer.do_not_contact = True
    office.world.save(rows[0].employer)
    with clock.travelling(_noon_of_a_working_day()):
        send_due()
    message = current_session().scalars(select(OutboxMessage)).one()
    assert (message.state, message.reason) == (MessageState.CANCELLED, "do_not_contact")


def test_a_disabled_account_leaves_nobody_alone(office: Office) -> None:
    rows = office.employers(3)
    rows[0].deputy_id = office.sara.id
    office.world.save(rows[0])
    task_id = office.task(rows[1], office.maria)
    with transaction():
        accounts.disable_staff(office.actor(office.manager), staff_id=office.maria.id)
    assert owners() == [office.sara.id, None, None]
    assert current_session().get_one(Task, task_id).owner_id is None
    task = current_session().scalars(select(Task).where(Task.kind == WITHOUT_OWNER)).one()
    assert (task.owner_id, task.title["en"]) == (office.manager.id, "2 employers have nobody responsible")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    choices=st.lists(st.sampled_from(["johan", "sara", "unit", "stays"]), min_size=1, max_size=6), undo=st.booleans()
)
def test_however_they_are_split_somebody_is_responsible_and_undoing_brings_all_back(
    office: Office, choices: list[str], undo: bool
) -> None:
    rows = office.employers(len(choices))
    targets = {"johan": office.johan.id, "sara": office.sara.id, "unit": None}
    split = [Assignment(row.id, targets[each]) for row, each in zip(rows, choices, strict=True) if each != "stays"]
    if not split:
        return
    done = office.hand_over(rows, assignments=split, submission_key=secrets.token_urlsafe(8))
    now = [row.owner_id for row in rows]
    assert now == [office.maria.id if each == "stays" else targets[each] for each in choices]
    if undo:
        with transaction():
            services.undo_handover(office.actor(office.manager), handover_id=done.id)
        assert [row.owner_id for row in rows] == [office.maria.id] * len(rows)


def test_the_pages_lead_from_the_list_over_a_look_to_the_handover_and_its_undo(
    office: Office, client: FlaskClient, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    rows = office.employers(6)
    keys = [row.public_id for row in rows]
    maria, johan, sara = office.maria.public_id, str(office.johan.id), str(office.sara.id)
    sign_in(client, "chef@example.org")
    assert "Maria Lindqvist" in client.get("/handovers").text
    page = client.get(f"/handover/{maria}").text
    assert page.count('name="town-') == 3
    chosen = {"to_all": johan, "town-Lycksele": sara, f"to-{keys[0]}": "stays", f"note-{keys[1]}": "Ask for Eva",
              "note": "All is well", "telling": "not", "submission_key": "k1"}  # fmt: skip
    look = client.post(f"/handover/{maria}", data=chosen | {"step": "look"})
    assert look.status_code == 200
    assert "Ask for Eva" in look.text
    assert owners() == [office.maria.id] * 6
    assert "(required)" in page.split('for="note"')[1].split("</label>")[0]
    by_letter = client.post(f"/handover/{maria}", data=chosen | {"telling": "letter", "step": "look"}).text
    assert "The letter has no address" in by_letter
    assert client.post(f"/handover/{maria}", data=chosen | {"note": "", "step": "look"}).status_code == 422
    answer = client.post(f"/handover/{maria}", data=chosen | {"step": "do"})
    assert answer.status_code == 303
    current_session().rollback()
    assert owners() == [int(each) for each in (office.maria.id, johan, sara, johan, johan, sara)]
    result = client.get(answer.location).text
    assert "5 employers are handed over." in result
    assert "Undo" in result
    assert client.post(f"{answer.location}/undo", follow_redirects=True).status_code == 200
    current_session().rollback()
    assert owners() == [office.maria.id] * 6


def test_a_note_about_somebodys_health_is_pointed_out_before_anything_is_handed_over(
    office: Office, client: FlaskClient, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    office.employers(1)
    sign_in(client, "maria@example.org")
    data = {"to_all": str(office.johan.id), "note": "Hon är sjukskriven", "telling": "not", "step": "do"}
    answer = client.post(f"/handover/{office.maria.public_id}", data=data)
    assert answer.status_code == 422
    assert "save_anyway" in answer.text
    assert client.post(f"/handover/{office.maria.public_id}", data=data | {"save_anyway": "1"}).status_code == 303


def test_a_letter_writes_the_number_as_people_there_write_it(office: Office) -> None:
    done = office.hand_over(office.employers(1))
    assert letter_of(done.items[0], None, None).phone == "010-123 45 67"


# The engine leaves the file of its colour profile to the collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_letters_are_made_for_those_who_may_be_contacted(
    office: Office, client: FlaskClient, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    done = office.hand_over(office.employers(2), telling=Telling.LETTER)
    sign_in(client, "chef@example.org")
    answer = client.get(f"/handovers/{done.public_id}/letters.pdf")
    assert answer.status_code == 200
    assert answer.data[:5] == b"%PDF-"


@pytest.mark.parametrize(("who", "may"), [("chef", True), ("it", False)])
def test_the_page_of_a_member_of_staff_leads_to_handing_over_their_employers(
    office: Office, client: FlaskClient, sign_in: Callable[[FlaskClient, str], None], who: str, may: bool
) -> None:
    """An administrator who leads the unit is led there; one who only manages accounts reads who can do it."""
    office.employers(3)
    maria = office.maria.public_id
    office.world.staff(Role.ADMINISTRATOR, unit=office.maria.unit, email="it@example.org")
    sign_in(client, f"{who}@example.org")
    page = client.get(f"/settings/staff/{maria}").text
    assert "Responsible for 3 employers." in page
    assert (f'href="/handover/{maria}"' in page, "ask a manager of the unit" in page) == (may, not may)


def test_employers_without_a_municipality_are_called_so(
    office: Office, client: FlaskClient, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    office.employers(2)
    for _number in range(2):
        office.world.relationship(office.world.employer(), office.maria.unit, office.maria)
    sign_in(client, "chef@example.org")
    page = client.get(f"/handover/{office.maria.public_id}").text
    assert "All without a municipality to" in page
    assert "All in No" not in page
