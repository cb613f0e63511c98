"""Story 1 on the pages: look up, take over, see who knows it, and start one's own relationship, not a duplicate."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.employers.models import Employer, EmployerRelationship, RegisterStatus, Workplace
from crm.employers.register_models import RegisterRecord
from plugins.register_dk import simulator as danish
from plugins.register_no.simulator import BANKRUPT, GONE, HIDDEN, PARENT, WORKPLACES
from tests.registers.conftest import Control, Desk

DeskOf = Callable[[str, str], Desk]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, page
    return found[1]


def filled(page: str) -> dict[str, str]:
    """What the form of a page would send, but for tick boxes."""
    form = page[page.index('class="fg"') :]
    values = dict(re.findall(r'<input[^>]* name="([\w]+)"[^>]* value="([^"]*)"', form))
    country = re.search(r'<option[^>]*selected[^>]* value="(\w\w)"|<option[^>]* value="(\w\w)"[^>]*selected', form)
    assert country is not None
    return {name: value for name, value in values.items() if name not in ("units", "y", "advertising_block")} | {
        "country": country[1] or country[2],
        "kind": "company",
    }


def employers() -> list[Employer]:
    return list(current_session().scalars(trusted(select(Employer), because="a test")))


def relationships() -> list[EmployerRelationship]:
    return list(current_session().scalars(trusted(select(EmployerRelationship), because="a test")))


def test_two_units_enter_the_same_number_and_there_is_one_employer_with_two_owners(app: Flask, desk_of: DeskOf) -> None:
    bodo, tromso = desk_of("Bodo", "NO"), desk_of("Tromso", "NO")
    data = {"name": "Fjordbakst", "country": "NO", "kind": "company", "org_number": "999 000 908"}
    assert bodo.client.post("/employers/new", data=data).status_code == 303
    answer = tromso.client.post("/employers/new", data=data | {"name": "Bakeriet", "org_number": "999000908"})
    assert answer.status_code == 422
    assert "Start working with them in my unit" in answer.text
    action = re.search(r'action="(/employers/[\w-]+/take)"', answer.text)
    assert action is not None
    assert tromso.client.post(action[1]).status_code == 303
    with app.app_context():
        assert len(employers()) == 1
        assert {each.owner_id for each in relationships()} == {bodo.staff_id, tromso.staff_id}
    page = tromso.client.get("/employers?q=fjordbakst").text
    assert "Fjordbakst" in page


def test_two_units_that_save_the_same_number_in_the_same_moment_have_one_employer(
    app: Flask, desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm.employers.services import employers as services

    bodo, tromso = desk_of("Bodo", "NO"), desk_of("Tromso", "NO")
    data = {"name": "Fjordbakst", "country": "NO", "kind": "company", "org_number": "999000908"}
    assert bodo.client.post("/employers/new", data=data).status_code == 303
    check, asked = services.check_number_is_free, []

    def too_early(country: str, compact: str, *, but: int | None) -> None:
        asked.append(compact)
        if len(asked) > 1:
            check(country, compact, but=but)

    monkeypatch.setattr(services, "check_number_is_free", too_early)
    answer = tromso.client.post("/employers/new", data=data | {"name": "Bakeriet"})
    assert answer.status_code == 422
    assert "Start working with them in my unit" in answer.text
    with app.app_context():
        assert len(employers()) == 1


def test_a_company_is_looked_up_by_name_taken_over_and_saved_with_two_workplaces(app: Flask, desk_of: DeskOf) -> None:
    desk = desk_of("Bodo", "NO")
    page = desk.client.get("/employers/new?find=fjordbakst&country=NO").text
    assert "In the register" in page
    link = re.search(r'href="(/employers/new\?take=999000908[^"]*)"', page)
    assert link is not None
    form = desk.client.get(link[1].replace("&amp;", "&")).text
    assert "Taken over from Enhetsregisteret" in form
    data: dict[str, object] = dict(filled(form))
    data |= {"units": [WORKPLACES[0], WORKPLACES[2]], "phone": "+47 75 50 00 99"}
    answer = desk.client.post("/employers/new", data=data)
    assert answer.status_code == 303, answer.text
    with app.app_context():
        (employer,) = employers()
        assert (employer.name, employer.org_number) == ("FJORDBAKST BAKERI AS", PARENT)
        assert (employer.industry_scheme, employer.industry_code) == ("SN2007", "10.710")
        assert employer.industry_retrieved_on is not None
        assert (employer.legal_form, employer.municipality_code) == ("Aksjeselskap", "1804")
        assert employer.phone == "+4775500099"
        places = current_session().scalars(trusted(select(Workplace), because="a test")).all()
        assert {place.unit_number for place in places} == {WORKPLACES[0], WORKPLACES[2]}
        record = current_session().scalars(select(RegisterRecord)).one()
        assert record.values["phone"] == "+4775500010"
    page = desk.client.get(f"{answer.location}/details").text
    assert "From Enhetsregisteret" in page
    assert "10.710 (SN2007" in page


def test_who_is_here_already_is_shown_before_the_register_and_a_unit_starts_its_own_relationship(
    app: Flask, desk_of: DeskOf
) -> None:
    bodo, tromso = desk_of("Bodo", "NO"), desk_of("Tromso", "NO")
    form = bodo.client.get(f"/employers/new?take={PARENT}&country=NO").text
    bodo.client.post("/employers/new", data=filled(form))
    page = tromso.client.get("/employers/new?find=999000908&country=NO").text
    assert "Here already" in page
    assert "Bodo: Coordinator of Bodo" in page
    action = re.search(r'action="(/employers/[\w-]+/take)"', page)
    assert action is not None
    tromso.client.post(action[1])
    with app.app_context():
        assert len(employers()) == 1
        assert len(relationships()) == 2
    again = tromso.client.get(f"/employers/new?take={PARENT}&country=NO")
    assert again.status_code == 303


def test_while_typing_only_those_who_are_here_are_told_and_the_register_is_not_asked(
    desk_of: DeskOf, norway: Control
) -> None:
    desk = desk_of("Bodo", "NO")
    desk.client.post("/employers/new", data={"name": "Fjordbakst Bakeri AS", "country": "NO", "kind": "company"})
    before = len(norway.asked())
    assert "Fjordbakst Bakeri AS" in desk.client.get("/employers/known?find=fjordbakst+bakri&country=NO").text
    assert "Fjordbakst" not in desk.client.get("/employers/known?find=noe+annet&country=NO").text
    assert len(norway.asked()) == before


def test_a_workplaces_number_leads_to_its_company_with_the_workplace_ticked(desk_of: DeskOf) -> None:
    desk = desk_of("Bodo", "NO")
    page = desk.client.get(f"/employers/new?find={WORKPLACES[1]}&country=NO").text
    link = re.search(r'href="(/employers/new\?take=[^"]*)"', page)
    assert link is not None
    form = desk.client.get(link[1].replace("&amp;", "&")).text
    assert 'value="FJORDBAKST BAKERI AS"' in form
    assert re.search(rf'value="{WORKPLACES[1]}" checked', form)


def test_a_workplace_of_an_employer_that_is_here_is_added_to_it(app: Flask, desk_of: DeskOf) -> None:
    desk = desk_of("Bodo", "NO")
    form = desk.client.get(f"/employers/new?take={PARENT}&country=NO").text
    address = desk.client.post("/employers/new", data=filled(form)).location
    page = desk.client.get(f"/employers/new?find={WORKPLACES[0]}&country=NO").text
    assert "Add this workplace to FJORDBAKST BAKERI AS" in page
    units = desk.client.get(f"{address}/workplaces/register").text
    data = {"sealed": hidden(units, "sealed"), "units": [WORKPLACES[0]]}
    for _twice in range(2):
        assert desk.client.post(f"{address}/workplaces/register", data=data).status_code == 303
    with app.app_context():
        assert len(current_session().scalars(trusted(select(Workplace), because="a test")).all()) == 1


def test_a_number_of_another_country_is_asked_there(desk_of: DeskOf) -> None:
    desk = desk_of("Umea", "SE")
    assert "FJORDBAKST" in desk.client.get("/employers/new?find=999+000+908&country=SE").text


def test_a_wrong_form_is_refused_and_a_wrong_digit_is_a_warning(desk_of: DeskOf) -> None:
    desk = desk_of("Umea", "SE")
    assert "has ten digits" in desk.client.get("/employers/new?find=55999900&country=SE").text.replace("99900016", "")
    assert "last digit does not fit" in desk.client.get("/employers/new?find=559999-0017&country=SE").text


def test_a_personal_number_is_neither_asked_for_nor_kept(desk_of: DeskOf, sweden: Control) -> None:
    desk = desk_of("Umea", "SE")
    page = desk.client.get("/employers/new?find=811218-9876&country=SE").text
    assert "personal data" in page
    assert sweden.asked() == []


def test_a_register_without_a_search_by_name_says_so(desk_of: DeskOf) -> None:
    page = desk_of("Umea", "SE").client.get("/employers/new?find=Bageri&country=SE").text
    assert "by their number alone" in page


def test_a_register_that_does_not_answer_leaves_the_form_to_fill_in(desk_of: DeskOf, norway: Control) -> None:
    desk = desk_of("Bodo", "NO")
    norway.fault("slow", seconds=1.2)
    page = desk.client.get(f"/employers/new?find={PARENT}&country=NO")
    assert page.status_code == 200
    assert "did not answer in time" in page.text
    assert 'name="org_number"' in page.text


def test_a_hidden_head_count_stays_empty_and_an_advertising_block_is_pointed_out(desk_of: DeskOf) -> None:
    desk = desk_of("Bodo", "NO")
    form = desk.client.get(f"/employers/new?take={HIDDEN}&country=NO").text
    assert "does not tell how many" in form
    assert not re.search(r'name="employee_count"[^>]* value="\d', form)
    form = desk.client.get(f"/employers/new?take={danish.PROTECTED}&country=DK").text
    assert "advertising block" in form
    assert "Holms Brødhus ApS" in form


def test_bankrupt_and_removed_companies_say_so(desk_of: DeskOf) -> None:
    desk = desk_of("Bodo", "NO")
    assert "not active: bankrupt" in desk.client.get(f"/employers/new?take={BANKRUPT}&country=NO").text
    gone = desk.client.get(f"/employers/new?find={GONE}&country=NO").text
    assert "Closed" in gone
    assert re.search(rf"take={GONE}[^>]*>999 000 932</a>", gone), "a link to what has no name needs words too"


def test_comparing_shows_differences_and_keeps_what_staff_changed(app: Flask, desk_of: DeskOf, norway: Control) -> None:
    desk = desk_of("Bodo", "NO")
    form = desk.client.get(f"/employers/new?take={PARENT}&country=NO").text
    address = desk.client.post("/employers/new", data=filled(form) | {"website": "https://mine.example"}).location
    norway.change(PARENT, navn="FJORDBAKST AS", hjemmeside="www.ny.example", antallAnsatte=40)
    page = desk.client.get(f"{address}/register").text
    assert "written by hand" in page
    assert re.search(r'value="name" checked', page)
    assert re.search(r'value="website"(?! checked)', page)
    with app.app_context():
        assert employers()[0].name == "FJORDBAKST BAKERI AS"
    data = {"sealed": hidden(page, "sealed"), "version": hidden(page, "version"), "take": ["name", "employee_count"]}
    assert desk.client.post(f"{address}/register", data=data).status_code == 303
    with app.app_context():
        (employer,) = employers()
        assert (employer.name, employer.employee_count) == ("FJORDBAKST AS", 40)
        assert employer.website == "https://mine.example"
        assert employer.former_names == ["FJORDBAKST BAKERI AS"]
    assert "FJORDBAKST BAKERI AS" in desk.client.get(f"{address}/details").text
    assert "New name in the register" in desk.client.get(address).text


def test_saving_what_somebody_else_changed_meanwhile_is_refused(desk_of: DeskOf, norway: Control, app: Flask) -> None:
    desk = desk_of("Bodo", "NO")
    form = desk.client.get(f"/employers/new?take={PARENT}&country=NO").text
    address = desk.client.post("/employers/new", data=filled(form)).location
    norway.change(PARENT, navn="FJORDBAKST AS")
    page = desk.client.get(f"{address}/register").text
    edit = desk.client.get(f"{address}/edit").text
    assert desk.client.post(f"{address}/edit", data=filled(edit) | {"city": "Fauske"}).status_code == 303
    data = {"sealed": hidden(page, "sealed"), "version": hidden(page, "version"), "take": ["name"]}
    answer = desk.client.post(f"{address}/register", data=data, follow_redirects=True)
    assert "Somebody else saved this" in answer.text
    with app.app_context():
        assert employers()[0].name == "FJORDBAKST BAKERI AS"


def test_a_sealed_answer_of_another_company_is_not_taken(desk_of: DeskOf, app: Flask) -> None:
    desk = desk_of("Bodo", "NO")
    form = desk.client.get(f"/employers/new?take={PARENT}&country=NO").text
    address = desk.client.post("/employers/new", data=filled(form)).location
    foreign = hidden(desk.client.get(f"/employers/new?take={BANKRUPT}&country=NO").text, "sealed")
    for sealed in (foreign, foreign[:-3], "", "nonsense"):
        desk.client.post(f"{address}/register", data={"sealed": sealed, "version": "1", "take": ["name"]})
    with app.app_context():
        assert employers()[0].register_status is RegisterStatus.ACTIVE


def test_codes_of_two_lists_are_not_compared(desk_of: DeskOf, app: Flask, no: object) -> None:
    desk = desk_of("Bodo", "NO")
    form = desk.client.get(f"/employers/new?take={PARENT}&country=NO").text
    address = desk.client.post("/employers/new", data=filled(form)).location
    no._scheme = "SN2025"  # type: ignore[attr-defined]
    page = desk.client.get(f"{address}/register").text
    assert "Another list of codes" in page


def test_a_chapter_stands_on_the_page_of_its_organisation(app: Flask, desk_of: DeskOf) -> None:
    desk = desk_of("Bodo", "NO")
    data = {"country": "NO", "kind": "non_profit"}
    national = desk.client.post("/employers/new", data=data | {"name": "LEVE"}).location
    chapter = desk.client.post("/employers/new", data=data | {"name": "LEVE Nordland", "parent": "leve"}).location
    assert "LEVE Nordland" in desk.client.get(f"{national}/details").text
    assert "Part of" in desk.client.get(f"{chapter}/details").text
    edit = desk.client.get(f"{national}/edit").text
    answer = desk.client.post(f"{national}/edit", data=filled(edit) | {"kind": "non_profit", "parent": "LEVE Nordland"})
    assert answer.status_code == 422
    assert "cannot be a part of itself" in answer.text


def test_an_employer_is_found_under_a_former_name(desk_of: DeskOf) -> None:
    desk = desk_of("Bodo", "DK")
    form = desk.client.get(f"/employers/new?take={danish.PROTECTED}&country=DK").text
    assert desk.client.post("/employers/new", data=filled(form)).status_code == 303
    assert "Aarhus Brødhus ApS" in desk.client.get("/employers?q=Holms+Brødhus").text
    known = desk.client.get("/employers/known?find=Holms+Brødhus&country=DK").text
    assert "Here already" in known
    assert "Found by: " in known
    assert "The register is asked when you choose" in known
