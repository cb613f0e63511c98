"""Nobody finds what they may not see, whatever they type; and what is found is marked."""

import re

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm import clock
from crm.actors import Actor, Role
from crm.db import transaction
from crm.employers import services
from crm.employers.fields import ContactFields, EmployerFields, PersonFields, WorkplaceFields
from crm.search.keeping import rebuild_further
from crm.search.marking import marked
from crm.search.queries import SHOWN, Results, find
from crm.search.services import rebuild
from tests.world import World

WORDS = ["nordlys", "hemlig", "zeynep", "ozdemir", "070", "1234567", "packning", "umea", "bageri", "lager", "556703"]


@pytest.fixture
def two_units(searchable: Flask, world: World) -> tuple[Actor, Actor, dict[str, int]]:
    """Two units that know the same employers, each with people and notes of its own; one person is protected."""
    mine, other = world.unit(), world.unit()
    ours, theirs = (world.actor(world.staff(Role.COORDINATOR, unit=unit)) for unit in (mine, other))
    secrets: dict[str, int] = {}
    with transaction():
        for name in ("Nordlys Bageri", "Umeå Lager"):
            there = services.add_employer(ours, fields=EmployerFields(name=name, municipality="Umeå"))
            services.add_workplace(ours, employer_id=there.id, fields=WorkplaceFields(f"{name} Norr"))
            services.add_contact_person(ours, employer_id=there.id, fields=PersonFields("Eva Ek", "070-123 45 67"))
            note = ContactFields("visit", clock.today(), "interested", note="Hemlig packning i Umeå")
            contact = services.log_contact(theirs, employer_id=there.id, unit_id=other.id, fields=note)
            secrets.setdefault("note", contact.id)
    person = world.participant(other, first_name="Zeynep", last_name="Özdemir")
    guarded = world.participant(mine, first_name="Zeynep", last_name="Hemlig")
    guarded.protected = True
    world.save(guarded)
    secrets |= {"person": person.id, "guarded": guarded.id}
    rebuild()
    rebuild_further()
    return ours, theirs, secrets


def _found(results: Results) -> set[tuple[str, int]]:
    found = {("participant", each.id) for each in results.participants}
    return found | {(group.kind, row.id) for group in results.groups for row in group.rows}


def test_notes_people_and_protected_people_of_others_are_not_found_by_any_text(
    two_units: tuple[Actor, Actor, dict[str, int]],
) -> None:
    ours, theirs, secrets = two_units
    assert ("contact_note", secrets["note"]) in _found(find(theirs, "packning"))
    pieces = st.one_of(st.sampled_from(WORDS), st.text(max_size=6))

    @given(words=st.lists(pieces, min_size=1, max_size=3), cut=st.integers(1, 8))
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def nothing_leaks(words: list[str], cut: int) -> None:
        for text in (" ".join(words), words[0][:cut], words[-1][1:]):
            results = find(ours, text)
            people = {("participant", secrets["person"]), ("participant", secrets["guarded"])}
            assert not _found(results) & {("contact_note", secrets["note"]), *people}
            assert ("participant", secrets["guarded"]) not in _found(find(theirs, text))

    nothing_leaks()


def test_a_kind_of_which_there_are_very_many_is_read_page_by_page(searchable: Flask, world: World) -> None:
    actor = world.actor(world.staff(Role.COORDINATOR))
    for number in range(45):
        world.employer(f"Nordlys {number:02}")
    rebuild()
    pages = [find(actor, "nordlys", kind="employer", page=page).employers for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [SHOWN, SHOWN, 5, 0]
    assert [row.name for page in pages for row in page] == [f"Nordlys {number:02}" for number in range(45)]


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("Åkeri Östergård", "ostergard", "Åkeri [Östergård]"),
        ("Nordlys Bageri AB", "bageri nord", "[Nord]lys [Bageri] AB"),
        ("070-123 45 67", "+46 70 123", "070-123 45 67"),
        ("070-123 45 67", "0701234567", "[070-123 45 67]"),
        ("556703-7485", "5567037485", "[556703-7485]"),
        ("Bageriet vid ån", "bagerier", "[Bageri]et vid ån"),
        ("Umeå · Kvarn 12", "å", "Umeå · Kvarn 12"),
        ("Ale AB", "a", "[A]le [A]B"),
        ("<b> Ek & Co</b>", "ek", "&lt;b&gt; [Ek] &amp; Co&lt;/b&gt;"),
        ("Søn ß æ", "son ss ae", "[Søn] [ß] [æ]"),
        ("", "x", ""),
        ("%_'\"", "%", "[%]_&#39;&#34;"),
    ],
)
def test_what_was_found_is_marked_as_it_is_written(text: str, query: str, shown: str) -> None:
    assert re.sub("<mark>", "[", re.sub("</mark>", "]", str(marked(text, query)))) == shown


@given(text=st.text(max_size=40), query=st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_marking_changes_nothing_of_a_text(text: str, query: str) -> None:
    assert re.sub("</?mark>", "", str(marked(text, query))) == str(marked(text, ""))
