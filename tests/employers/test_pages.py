"""The pages of employers, as a coordinator uses them."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.fields import ContactFields, EmployerFields, NextStep
from crm.employers.models import Contact, Employer, EmployerRelationship
from crm.tasks.models import Task
from tests.employers.conftest import Desk, counted
from tests.world import World


def add(app: Flask, desk: Desk, name: str = "Nordlys Bageri AB", **values: object) -> str:
    with app.app_context(), transaction():
        fields = EmployerFields(name=name, **values)
        return services.add_employer(desk.actor, fields=fields, confirmed={"similar_name"}).public_id


def contact_data(**values: object) -> dict[str, object]:
    data: dict[str, object] = {
        "channel": "visit",
        "on_date": clock.today().isoformat(),
        "outcome": "interested",
        "next_when": "week",
        "next_text": "Send the agreement",
        "submission_key": "key-1",
    }
    return data | values


def test_an_employer_is_added_with_nothing_but_a_name(app: Flask, desk: Desk) -> None:
    answer = desk.client.post("/employers/new", data={"name": "Nordlys Bageri AB", "country": "SE", "kind": "company"})
    assert answer.status_code == 303
    page = desk.client.get(answer.location)
    assert page.status_code == 200
    assert "Nordlys Bageri AB" in page.text
    with app.app_context():
        relationship = current_session().scalars(select(EmployerRelationship)).one()
        assert relationship.owner_id == desk.staff_id


def test_a_contact_is_logged_and_its_next_step_comes_back_on_the_today_page(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk)
    answer = desk.client.post(f"/employers/{public_id}/contacts", data=contact_data())
    assert answer.status_code == 303, answer.text
    page = desk.client.get(f"/employers/{public_id}").text
    assert "Send the agreement" in page
    assert "Outcome: Interested" in page
    today = desk.client.get("/").text
    assert "Send the agreement" in today
    assert "Next up" in today
    # Its button takes the task along, so that saving settles it and comes back here.
    with app.app_context():
        task = current_session().scalars(select(Task)).one().public_id
    assert f"/employers/{public_id}?task={task}&amp;next=/#log" in today


def test_a_task_that_comes_of_an_outcome_alone_is_said_with_its_day(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk)
    data = contact_data(outcome="callback_requested", next_when="none", next_text="")
    page = desk.client.post(f"/employers/{public_id}/contacts", data=data, follow_redirects=True).text
    with app.app_context():
        task = current_session().scalars(select(Task)).one()
        said = f"A task: {task.title['en']}, {task.due_on:%a} {task.due_on.day} {task.due_on:%b}."
    assert said in page
    away = desk.client.get(f"/employers/{public_id}/nothing")
    assert (away.status_code, f'href="/employers/{public_id}"' in away.text) == (404, True)


def test_the_same_form_sent_twice_makes_one_contact(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk)
    for _again in range(2):
        answer = desk.client.post(f"/employers/{public_id}/contacts", data=contact_data())
        assert answer.status_code == 303
    with app.app_context():
        assert len(current_session().scalars(select(Contact)).all()) == 1
        assert len(current_session().scalars(select(Task)).all()) == 1


def test_an_identity_number_in_a_note_is_pointed_out_once_and_nothing_is_lost(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk)
    data = contact_data(note="Spoke of 811218-9876 and the shifts.")
    answer = desk.client.post(f"/employers/{public_id}/contacts", data=data)
    assert answer.status_code == 422
    assert "Save anyway" in answer.text
    # Said at the head of the form too: there one lands, far above the note.
    head = re.search(r'/contacts#log".*?<fieldset', answer.text, re.DOTALL)
    assert head is not None
    assert 'href="#note">Look once more' in head.group()
    assert "Spoke of 811218-9876 and the shifts." in answer.text
    answer = desk.client.post(f"/employers/{public_id}/contacts", data=data | {"save_anyway": "1"})
    assert answer.status_code == 303


def test_a_contact_without_an_outcome_keeps_what_was_typed(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk)
    answer = desk.client.post(f"/employers/{public_id}/contacts", data=contact_data(outcome="", note="Kept text"))
    assert answer.status_code == 422
    assert "Kept text" in answer.text
    assert "Fill this in." in answer.text


def test_a_contact_is_removed_and_brought_back(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk)
    desk.client.post(f"/employers/{public_id}/contacts", data=contact_data())
    with app.app_context():
        contact = current_session().scalars(select(Contact)).one().public_id
    page = desk.client.post(f"/contacts/{contact}/remove", follow_redirects=True).text
    assert "Undo" in page
    assert "Outcome: Interested" not in page
    page = desk.client.post(f"/contacts/{contact}/restore", follow_redirects=True).text
    assert "Outcome: Interested" in page


def test_two_people_who_change_an_employer_meet_the_difference(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk, municipality="Umeå")
    form = {"name": "Nordlys Bageri AB", "country": "SE", "kind": "company", "version": "1"}
    first = desk.client.post(f"/employers/{public_id}/edit", data=form | {"municipality": "Vännäs"})
    assert first.status_code == 303
    second = desk.client.post(f"/employers/{public_id}/edit", data=form | {"municipality": "Lycksele"})
    assert second.status_code == 422
    assert "Vännäs" in second.text
    assert 'value="Lycksele"' in second.text
    third = desk.client.post(f"/employers/{public_id}/edit", data=form | {"municipality": "Lycksele", "version": "2"})
    assert third.status_code == 303


def test_a_wrong_check_digit_asks_and_a_personal_number_is_refused(desk: Desk) -> None:
    form = {"name": "Nordlys", "country": "SE", "kind": "company", "org_number": "556703-7486"}
    asked = desk.client.post("/employers/new", data=form)
    assert asked.status_code == 422
    assert "The number is right all the same" in asked.text
    refused = desk.client.post("/employers/new", data=form | {"org_number": "811218-9876"})
    assert refused.status_code == 422
    assert "sole traders" in refused.text
    assert desk.client.post("/employers/new", data=form | {"confirm_digit": "y"}).status_code == 303


def test_the_same_number_twice_leads_to_the_employer_that_is_there(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk, org_number="556703-7485")
    answer = desk.client.post(
        "/employers/new", data={"name": "Other", "country": "SE", "kind": "company", "org_number": "5567037485"}
    )
    assert answer.status_code == 422
    assert f"/employers/{public_id}" in answer.text


def test_a_name_like_another_asks_first(app: Flask, desk: Desk) -> None:
    add(app, desk)
    form = {"name": "Nordlys bageri", "country": "SE", "kind": "company"}
    assert "Is this another employer?" in desk.client.post("/employers/new", data=form).text
    assert desk.client.post("/employers/new", data=form | {"confirm_similar": "y"}).status_code == 303


def test_a_block_stands_on_top_and_offers_no_call(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk, phone="090-12 34 56")
    assert "tel:+4690123456" in desk.client.get(f"/employers/{public_id}").text
    answer = desk.client.post(
        f"/employers/{public_id}/block", data={"reason": "Asked us not to call"}, follow_redirects=True
    )
    assert "Asked us not to call" in answer.text
    assert "tel:+4690123456" not in answer.text
    assert desk.client.post(f"/employers/{public_id}/block", data={"reason": ""}).status_code == 422


def test_of_other_units_only_date_kind_and_owner_are_shown(app: Flask, desk: Desk, world: World) -> None:
    public_id = add(app, desk)
    with app.app_context():
        stranger = world.actor(world.staff(unit=world.unit("Vännäs"), name="Johan Ek"))
        employer_id = current_session().scalars(select(Employer.id)).one()
        with transaction():
            services.log_contact(
                stranger,
                employer_id=employer_id,
                fields=ContactFields("phone", clock.today(), "interested", note="A secret of theirs"),
                next_step=NextStep(clock.today() + timedelta(days=3), "Their promise"),
            )
    page = desk.client.get(f"/employers/{public_id}").text
    assert "Johan Ek" in page
    assert "Vännäs" in page
    assert "A secret of theirs" not in page
    assert "Their promise" not in page


def test_the_pages_stay_within_twelve_queries(app: Flask, desk: Desk, world: World) -> None:
    public_id = add(app, desk, municipality="Umeå")
    with app.app_context():
        employer = current_session().scalars(select(Employer)).one()
        for number in range(5):
            world.contact_person(employer, f"Person {number}", phone=f"+4670123456{number}")
        for number in range(30):
            add(app, desk, f"Employer {number}")
    for number in range(25):
        desk.client.post(f"/employers/{public_id}/contacts", data=contact_data(submission_key=f"k{number}"))
    for address in (
        f"/employers/{public_id}", "/employers", "/employers?q=nordlys&sort=-contact", "/", "/tasks?who=unit",
        "/search?q=nordlys",
    ):  # fmt: skip
        desk.client.get(address)
        with counted(app) as statements:
            assert desk.client.get(address).status_code == 200
        assert len(statements) <= 12, "\n".join([address, *(each.replace("\n", " ")[:1200] for each in statements)])


def test_a_hit_whose_name_lacks_the_word_says_what_it_was_found_by(app: Flask, desk: Desk) -> None:
    add(app, desk, "Byggnordlys AB")
    add(app, desk, "Sol AB", industry_text="Bygg och anläggning")
    page = desk.client.get("/search?q=bygg").text
    assert page.count("Found by:") == 1
    assert "Found by: <mark>Bygg</mark> och anläggning" in page.split(">Sol AB<")[1]


def test_an_evaluator_sees_no_employers(app: Flask, world: World, client, sign_in) -> None:  # type: ignore[no-untyped-def]
    from crm.actors import Role

    with app.app_context():
        world.staff(Role.EVALUATOR, email="eva@example.org")
    sign_in(client, "eva@example.org")
    for address in ("/employers", "/search?q=abc", "/tasks", "/employers/export.csv"):
        assert client.get(address).status_code == 403


def test_the_file_of_the_list_holds_no_formulas(app: Flask, desk: Desk) -> None:
    add(app, desk, '=HYPERLINK("x")', phone="+46 90 12 34 56")
    text = desk.client.get("/employers/export.csv?c=phone").data.decode("utf-8-sig")
    assert '"\'=HYPERLINK(""x"")"' in text
    assert "'+4690123456" in text
    book = desk.client.get("/employers/export.xlsx")
    assert book.data[:2] == b"PK"


def test_a_future_day_is_no_contact(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk)
    later = (date.today() + timedelta(days=400)).isoformat()
    answer = desk.client.post(f"/employers/{public_id}/contacts", data=contact_data(on_date=later))
    assert answer.status_code == 422
    assert "This day has not come yet" in answer.text


@pytest.mark.parametrize(
    ("noon", "label", "due_on"),
    [
        (datetime(2026, 11, 18, 11, tzinfo=UTC), "Tomorrow, Thu 19 Nov", date(2026, 11, 19)),
        (datetime(2026, 11, 20, 11, tzinfo=UTC), "Next working day, Mon 23 Nov", date(2026, 11, 23)),
        (datetime(2026, 11, 22, 11, tzinfo=UTC), "Tomorrow, Mon 23 Nov", date(2026, 11, 23)),
        # Epiphany is a holiday in Sweden; the day before it is a Tuesday.
        (datetime(2027, 1, 5, 11, tzinfo=UTC), "Next working day, Thu 7 Jan", date(2027, 1, 7)),
    ],
)
def test_tomorrow_is_the_next_working_day_and_the_form_says_which(
    app: Flask, desk: Desk, noon: datetime, label: str, due_on: date
) -> None:
    with clock.travelling(noon):
        public_id = add(app, desk)
        assert label in desk.client.get(f"/employers/{public_id}").text
        desk.client.post(f"/employers/{public_id}/contacts", data=contact_data(next_when="tomorrow"))
        with app.app_context():
            assert current_session().scalars(select(Task)).one().due_on == due_on


def test_in_a_week_is_a_working_day_too(app: Flask, desk: Desk) -> None:
    a_saturday = datetime(2026, 11, 21, 11, tzinfo=UTC)
    with clock.travelling(a_saturday):
        public_id = add(app, desk)
        desk.client.post(f"/employers/{public_id}/contacts", data=contact_data(next_when="week"))
        with app.app_context():
            assert current_session().scalars(select(Task)).one().due_on == date(2026, 11, 30)


def test_the_first_lines_of_the_history_are_shown_and_a_link_leads_to_the_rest(app: Flask, desk: Desk) -> None:
    public_id = add(app, desk)
    for number in range(12):
        data = contact_data(submission_key=f"key-{number}", next_when="none", next_text="")
        assert desk.client.post(f"/employers/{public_id}/contacts", data=data).status_code == 303
    page = desk.client.get(f"/employers/{public_id}")
    assert page.text.count('class="tl-t"') == 8
    assert f'href="/employers/{public_id}?lines=all#history"' in page.text
    whole = desk.client.get(f"/employers/{public_id}?lines=all")
    assert whole.text.count('class="tl-t"') > 8
    assert "?lines=all#history" not in whole.text


def test_a_refused_block_comes_back_with_its_fault_and_the_warning_beside_it_stays_empty(
    app: Flask, desk: Desk
) -> None:
    public_id = add(app, desk)
    answer = desk.client.post(f"/employers/{public_id}/block", data={"reason": ""})
    assert answer.status_code == 422
    assert 'id="reason-error"' in answer.text
    assert answer.text.count('name="until"') == 1
