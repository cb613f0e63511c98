"""Finding employers, contact persons and participants, on both databases."""

import phonenumbers
import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from crm import clock
from crm.actors import Actor, Role
from crm.db import current_session, savepoint, transaction
from crm.employers import services
from crm.employers.fields import ContactFields, EmployerFields, PersonFields, WorkplaceFields
from crm.employers.list_queries import EmployerFilter, employer_page
from crm.events import ParticipantChanged, emit
from crm.search.folding import number_forms, search_terms
from crm.search.keeping import rebuild_further
from crm.search.matching import matches, of_kind
from crm.search.queries import find
from crm.search.services import index_participant, rebuild
from crm.search.tables import document, ensure
from tests.world import World


@pytest.fixture
def actor(searchable: Flask, world: World) -> Actor:
    return world.actor(world.staff(Role.COORDINATOR))


def employer(actor: Actor, name: str, **values: str) -> int:
    with transaction():
        fields = EmployerFields(name=name, **values)
        return services.add_employer(actor, fields=fields, confirmed={"similar_name"}).id


def names(actor: Actor, text: str) -> list[str]:
    found = find(actor, text)
    rows = [*found.employers, *found.persons]
    return [row.name for row in rows] + [row.full_name for row in found.participants]


def test_an_employer_is_found_by_parts_of_its_name_and_place(actor: Actor) -> None:
    employer(actor, "Nordlys Bageri AB", municipality="Umeå")
    employer(actor, "Vindelns Trä AB", municipality="Vindeln")
    for text in ["nordlys", "NORDLYS bag", "ageri", "no", "bageri nordlys", "umea", "Umeå"]:
        assert names(actor, text) == ["Nordlys Bageri AB"], text


def test_an_organisation_number_is_found_with_and_without_its_dash(actor: Actor) -> None:
    employer(actor, "Nordlys", org_number="559999-0016")
    for text in ["559999-0016", "5599990016", "559999 0016", "599990016"]:
        assert names(actor, text) == ["Nordlys"], text


def test_a_telephone_number_is_found_however_it_is_written(actor: Actor) -> None:
    with transaction():
        there = services.add_employer(actor, fields=EmployerFields(name="Nordlys"))
        services.add_contact_person(actor, employer_id=there.id, fields=PersonFields("Eva Sjöström", "070-123 45 67"))
    for text in ["070-123 45 67", "0701234567", "+46 70 123 45 67", "0046701234567", "+46 (0)70-123 45 67", "1234567"]:
        assert names(actor, text) == ["Eva Sjöström"], text


def test_accents_and_nordic_letters_do_not_count(actor: Actor) -> None:
    employer(actor, "Sören Østergård & Søn")
    for text in ["ostergard", "østergård", "OSTERGÅRD", "soren"]:
        assert names(actor, text) == ["Sören Østergård & Søn"], text


def test_a_typing_error_is_forgiven_when_nothing_is_found_as_written(actor: Actor) -> None:
    employer(actor, "Nordlys Bageri")
    employer(actor, "Vindelns Trä")
    for text in ["nordlis", "nordlyss", "norldys"]:
        found = find(actor, text)
        assert found.similar
        assert [row.name for row in found.employers] == ["Nordlys Bageri"], text


def test_what_people_type_is_never_taken_for_a_query_language(actor: Actor) -> None:
    employer(actor, "Vindelns Trä")
    for text in ['"', "'", "%", "_", "*", 'a" OR "b', "AND", "NEAR(", "nordlys*", "\\", "()", "- -", "ﷺ"]:
        assert names(actor, text) == [], text


def test_a_change_is_found_at_once_and_so_is_the_old_name(actor: Actor) -> None:
    number = employer(actor, "Nordlys Bageri")
    with transaction():
        services.change_employer(actor, employer_id=number, version=1, fields=EmployerFields(name="Polar Konditori"))
        services.add_workplace(actor, employer_id=number, fields=WorkplaceFields("Terminalen"))
    assert names(actor, "nordlys") == ["Polar Konditori"]
    assert names(actor, "polar") == names(actor, "terminalen") == ["Polar Konditori"]


def test_the_archived_are_not_found(actor: Actor) -> None:
    number = employer(actor, "Nordlys Bageri")
    with transaction():
        services.archive_employer(actor, employer_id=number)
    assert names(actor, "nordlys") == []


def test_a_participant_is_found_only_by_those_who_see_them(actor: Actor, world: World) -> None:
    unit = world.unit()
    mine = world.staff(Role.COORDINATOR, unit=unit)
    person = world.participant(unit, first_name="Zeynep", last_name="Özdemir")
    world.enrolment(person, world.programme(unit), coordinator=mine)
    with transaction():
        emit(ParticipantChanged(participant_id=person.id, fields=("first_name",)))
    assert names(world.actor(mine), "ozdemir") == ["Zeynep Özdemir"]
    assert names(actor, "ozdemir") == []


def test_a_protected_participant_is_never_indexed(actor: Actor, world: World) -> None:
    person = world.participant(last_name="Hemlig")
    with transaction():
        index_participant(person.id)
    assert _documents() == 1
    person.protected = True
    world.save(person)
    with transaction():
        index_participant(person.id)
    assert _documents() == 0
    assert rebuild() == 0


def test_rebuilding_writes_what_is_missing_and_may_be_repeated(actor: Actor, world: World) -> None:
    world.contact_person(world.employer("Nordlys Bageri"), "Eva Sjöström")
    assert names(actor, "nordlys") == []
    assert rebuild() == rebuild() == 2
    assert names(actor, "nordlys") == ["Nordlys Bageri", "Eva Sjöström"]
    ensure(current_session().connection())


def test_the_list_of_employers_uses_the_index_for_a_text(searchable: Flask, actor: Actor) -> None:
    for number in range(3):
        employer(actor, f"Nordlys {number}")
    employer(actor, "Vindelns Trä")
    with searchable.test_request_context("/employers"):
        page = employer_page(actor, EmployerFilter(text="ordly", sort="-name"), page=1)
    assert [row.name for row in page.items] == ["Nordlys 2", "Nordlys 1", "Nordlys 0"]
    assert (page.total, page.is_more) == (3, False)


def test_a_text_that_very_many_have_is_counted_as_more(
    searchable: Flask, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("crm.employers.list_queries", "crm.search.employer_index"):
        monkeypatch.setattr(f"{module}.COUNTED", 2)
    for number in range(4):
        employer(actor, f"Nordlys {number}")
    with searchable.test_request_context("/employers"):
        page = employer_page(actor, EmployerFilter(text="nordlys"), page=1)
    assert [row.name for row in page.items] == [f"Nordlys {number}" for number in range(4)]
    assert (page.total, page.is_more) == (2, True)


def test_sqlite_looks_up_what_the_trigrams_found_and_does_not_read_every_document(actor: Actor) -> None:
    connection = current_session().connection()
    if connection.dialect.name != "sqlite":
        pytest.skip("PostgreSQL knows how many documents a text finds")
    found = matches(connection, "nordlys")
    assert found is not None
    statement = select(document.c.row_id).where(of_kind(connection, "employer", "nordlys"), found)
    asked = statement.compile(connection, compile_kwargs={"literal_binds": True})
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()
    assert any("search_document USING INTEGER PRIMARY KEY" in row[3] for row in plan), plan


def test_words_and_numbers_are_taken_apart() -> None:
    assert search_terms("Nordlys 070-123 45 67") == ["0701234567", "nordlys"]
    assert search_terms("Kvarn 12, Åsele") == ["kvarn", "12", "asele"]
    assert number_forms("+4790123456") == ["4790123456", "90123456"]
    assert number_forms(None) == []


def _documents() -> int:
    return current_session().scalar(select(func.count()).select_from(document)) or 0


def test_a_workplace_and_the_note_of_a_contact_are_found_by_those_who_see_them(searchable: Flask, world: World) -> None:
    unit, other = world.unit(), world.unit()
    mine, theirs = world.actor(world.staff(unit=unit)), world.actor(world.staff(unit=other))
    number = employer(mine, "Nordlys Bageri")
    with transaction():
        place = services.add_workplace(mine, employer_id=number, fields=WorkplaceFields("Terminalen", "12345678"))
        fields = ContactFields("visit", clock.today(), "interested", note="Söker någon till packningen")
        contact = services.log_contact(mine, employer_id=number, unit_id=unit.id, fields=fields)
        keys = (place.id, contact.id)
    assert further(mine, "terminal") == [("workplace", [keys[0]])]
    assert further(mine, "12345678") == [("workplace", [keys[0]])]
    assert further(mine, "packning") == [("contact_note", [keys[1]])]
    assert further(theirs, "packning") == []
    assert find(mine, "packning", kind="workplace").is_empty
    with searchable.test_request_context():
        (hit,) = find(mine, "packningen").groups[0].hits
        assert (hit.detail, "Nordlys Bageri" in str(hit.title)) == ("Söker någon till packningen", True)
    with transaction():
        services.archive_workplace(mine, workplace_id=keys[0])
    assert further(mine, "terminal") == []


def further(actor: Actor, text: str) -> list[tuple[str, list[int]]]:
    return [(group.kind, [row.id for row in group.rows]) for group in find(actor, text).groups]


def test_further_kinds_are_written_again_with_the_whole_index(actor: Actor, world: World) -> None:
    number = employer(actor, "Nordlys Bageri")
    with transaction():
        services.add_workplace(actor, employer_id=number, fields=WorkplaceFields("Terminalen"))
    current_session().execute(delete(document))
    current_session().commit()
    assert (rebuild(), rebuild_further(), rebuild_further()) == (1, 1, 1)
    assert [kind for kind, _ids in further(actor, "terminalen")] == ["workplace"]


def test_a_row_that_is_rolled_back_leaves_no_document(actor: Actor) -> None:
    number = employer(actor, "Nordlys Bageri")
    with transaction():
        try:
            with savepoint():
                services.add_workplace(actor, employer_id=number, fields=WorkplaceFields("Terminalen"))
                current_session().flush()
                raise RuntimeError
        except RuntimeError:
            services.add_workplace(actor, employer_id=number, fields=WorkplaceFields("Lagret"))
    assert further(actor, "terminalen") == []
    assert [kind for kind, _ids in further(actor, "lagret")] == ["workplace"]


def test_other_endings_of_a_word_are_tried_before_typing_errors(actor: Actor) -> None:
    employer(actor, "Nordlys Bageri")
    employer(actor, "Vindelns Trä")
    for text in ["bagerier", "bagerierna", "bageriets", "nordlysets bageri"]:
        found = find(actor, text)
        assert ([row.name for row in found.employers], found.similar) == (["Nordlys Bageri"], True), text


def test_a_number_is_found_as_registers_and_invoices_write_it(actor: Actor) -> None:
    employer(actor, "Nordlys", org_number="556703-7485")
    employer(actor, "Fjord", org_number="974760673", country="NO")
    for text in ["SE556703748501", "16556703-7485", "165567037485", "5567037485"]:
        assert names(actor, text) == ["Nordlys"], text
    for text in ["NO 974 760 673 MVA", "974760673MVA", "974 760 673"]:
        assert names(actor, text) == ["Fjord"], text


@pytest.mark.parametrize("number", ["+46701234567", "+4790123456", "+4524256790", "+358401234567", "+49301234567"])
def test_a_number_as_it_is_dialled_at_home_is_what_phonenumbers_says(number: str) -> None:
    parsed = phonenumbers.parse(number, None)
    at_home = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    assert number_forms(number) == [number[1:], "".join(filter(str.isdigit, at_home))]
