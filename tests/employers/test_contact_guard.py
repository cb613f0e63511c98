"""What stands in the way before a contact: blocks, colleagues who called, bad experiences; what a contact may say."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.fields import ContactFields, Preferences
from crm.employers.models import Contact, ContactPerson, Employer, EmployerRelationship, Position
from crm.employers.reach_queries import may_be_called_in_numbers, wants_general_mail
from crm.tasks.models import Task, TaskState
from tests.employers.conftest import Desk
from tests.employers.test_pages import add, contact_data
from tests.world import World


def own(desk: Desk, public_id: str) -> EmployerRelationship:
    employer = current_session().scalars(select(Employer).where(Employer.public_id == public_id)).one()
    with transaction():
        return services.take_relationship(
            desk.actor, employer_id=employer.id, unit_id=desk.unit_id, owner_id=desk.staff_id
        )


def test_a_block_against_advertising_asks_for_a_reason_that_is_written_down(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk, advertising_block=True)
    assert 'name="basis"' in desk.client.get(f"/employers/{public_id}").text
    refused = desk.client.post(f"/employers/{public_id}/contacts", data=contact_data(note="Kept text"))
    assert refused.status_code == 422
    assert "what gave you the right" in refused.text
    assert "Kept text" in refused.text
    data = contact_data(basis="cooperation")
    assert desk.client.post(f"/employers/{public_id}/contacts", data=data).status_code == 303
    with app.app_context():
        assert current_session().scalars(select(Contact)).one().basis == "cooperation"
    assert "Why we approach them: We work together already" in desk.client.get(f"/employers/{public_id}").text


def test_who_wants_no_contact_is_not_approached_because_we_work_together(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk)
    desk.client.post(f"/employers/{public_id}/block", data={"reason": "Asked us"})
    for basis, status in (("cooperation", 422), ("", 422), ("own_inquiry", 303)):
        answer = desk.client.post(f"/employers/{public_id}/contacts", data=contact_data(basis=basis))
        assert answer.status_code == status, basis


def test_a_colleague_who_called_last_week_is_named_in_the_form(app: Flask, desk: Desk, world: World) -> None:
    public_id = add(app, desk)
    with app.app_context():
        stranger = world.actor(world.staff(unit=world.unit("Vännäs"), name="Johan Ek"))
        employer_id = current_session().scalars(select(Employer.id)).one()
        with transaction():
            fields = ContactFields("phone", clock.today() - timedelta(days=6), "interested", note="A secret")
            services.log_contact(stranger, employer_id=employer_id, fields=fields)
    page = desk.client.get(f"/employers/{public_id}").text
    assert "Johan Ek, Vännäs" in page
    assert "so that the employer hears one story" in page
    assert "A secret" not in page


def test_a_contact_from_a_task_is_filled_in_finishes_it_and_returns(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk)
    desk.client.post(f"/employers/{public_id}/contacts", data=contact_data())
    with app.app_context():
        task = current_session().scalars(select(Task)).one().public_id
    page = desk.client.get(f"/employers/{public_id}?task={task}&channel=phone&purpose=thanks&next=/tasks").text
    assert "Done with this: Send the agreement" in page
    assert 'value="/tasks"' in page
    data = contact_data(submission_key="key-2", next_when="none", next_text="", task=task, task_done="y")
    answer = desk.client.post(f"/employers/{public_id}/contacts", data=data | {"next_page": "/tasks"})
    assert answer.location.endswith("/tasks#main")
    outside = desk.client.post(
        f"/employers/{public_id}/contacts", data=contact_data(submission_key="key-3", next_page="//evil.example")
    )
    assert "evil" not in outside.location
    with app.app_context():
        done = current_session().scalars(select(Task).where(Task.public_id == task)).one()
        assert done.state is TaskState.DONE


def test_a_bad_experience_starts_a_repair_and_keeps_them_out_of_call_lists(app: Flask, desk: Desk) -> None:
    public_id, other = add(app, desk), add(app, desk, "Other AB")
    with app.app_context():
        row = own(desk, public_id)
        address, version = row.public_id, row.version_id
    data = {"version": str(version), "prior_experience": "bad", "preferred_information": "general"}
    refused = desk.client.post(f"/relationships/{address}/wishes", data=data)
    assert refused.status_code == 422
    assert "Say what went wrong" in refused.text
    data["prior_experience_reason"] = "not_reached"
    assert desk.client.post(f"/relationships/{address}/wishes", data=data).status_code == 303
    page = desk.client.get(f"/employers/{public_id}").text
    assert "They have had a bad experience: Nobody could be reached" in page
    with app.app_context():
        task = current_session().scalars(select(Task)).one()
        assert (task.kind, task.owner_id) == ("employer.repair", desk.staff_id)
        callable_ids = current_session().scalars(select(Employer.public_id).where(may_be_called_in_numbers())).all()
        assert callable_ids == [other]


def test_general_mail_goes_only_to_those_who_want_general_information(app: Flask, desk: Desk) -> None:
    wishes = {"general": add(app, desk, "A"), "case_based": add(app, desk, "B"), None: add(app, desk, "C")}
    with app.app_context():
        for wish, public_id in wishes.items():
            row = own(desk, public_id)
            with transaction():
                services.set_preferences(
                    desk.actor, relationship_id=row.id, version=None, wanted=Preferences(preferred_information=wish)
                )
        found = current_session().scalars(select(Employer.public_id).where(wants_general_mail([desk.unit_id]))).all()
        assert found == [wishes["general"]]


def test_overdue_promises_and_who_warned_stand_on_top(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk)
    desk.client.post(f"/employers/{public_id}/warning", data={"text": "Ask for Eva only"})
    desk.client.post(f"/employers/{public_id}/contacts", data=contact_data())
    with app.app_context():
        task = current_session().scalars(select(Task)).one()
        task.due_on = clock.today() - timedelta(days=2)
        current_session().commit()
    page = desk.client.get(f"/employers/{public_id}").text
    assert "One promise is overdue" in page
    assert "By Maria Lindqvist" in page


def test_a_warning_is_shown_through_its_last_day_and_gone_the_day_after(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk)
    last = clock.today() + timedelta(days=3)
    with app.app_context():
        own(desk, public_id)
    desk.client.post(f"/employers/{public_id}/warning", data={"text": "Ask for Eva only", "until": last.isoformat()})
    card = ">Warning</span>"
    for days, shown in ((3, True), (4, False)):
        with clock.travelling(clock.now() + timedelta(days=days)):
            assert (
                "Ask for Eva only" in desk.client.get(f"/employers/{public_id}").text.partition('id="log"')[0]
            ) is shown
            assert (card in desk.client.get("/pipeline").text) is shown
            assert (card in desk.client.get("/pipeline?view=table").text) is shown


def test_a_contact_person_works_at_two_employers_and_is_told_once(app: Flask, desk: Desk, world: World) -> None:
    first, second = add(app, desk, "First AB"), add(app, desk, "Second AB")
    with app.app_context():
        employer = current_session().scalars(select(Employer).where(Employer.public_id == first)).one()
        person = world.contact_person(employer).public_id
        own(desk, first)
    assert desk.client.post(f"/people/{person}/positions", data={"employer": "No such"}).status_code == 422
    assert desk.client.post(f"/people/{person}/positions", data={"employer": "second ab"}).status_code == 303
    assert "Eva" in desk.client.get(f"/employers/{second}").text
    with app.app_context():
        assert len(current_session().scalars(select(Position)).all()) == 2
    with clock.travelling(clock.now() + timedelta(days=40)):
        assert "Eva" in desk.client.get("/people/not-told").text
        desk.client.post(f"/people/{person}/told", data={"from": "list"})
        assert "Everybody has been told" in desk.client.get("/people/not-told").text
    with app.app_context():
        assert current_session().scalars(select(ContactPerson)).one().told_on is not None


def test_a_note_is_looked_at_while_it_is_typed_and_nothing_is_kept(app: Flask, desk: Desk) -> None:
    answer = desk.client.post(
        "/note-check?field=note&place=note-found", data={"note": "Hon är sjukskriven"}, headers={"HX-Request": "true"}
    )
    assert "sjukskriven" in answer.text
    assert 'name="save_anyway"' in answer.text
    quiet = desk.client.post("/note-check?field=note", data={"note": "All is well"}, headers={"HX-Request": "true"})
    assert "sjukskriven" not in quiet.text
    assert "save_anyway" not in quiet.text
