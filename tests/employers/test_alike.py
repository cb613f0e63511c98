"""Looking an employer up: names that are nearly the same are pointed out, and the best come first."""

import pytest
from flask import Flask
from markupsafe import escape

from crm.db import transaction
from crm.employers import services
from crm.employers.fields import EmployerFields
from crm.employers.registers.finding import how_many_fit, how_well_it_fits, known_employers
from crm.employers.registers.typed import Typed
from crm.employers.rules import bare_name, similar_employer
from tests.employers.conftest import Desk

NEW = {"country": "SE", "kind": "company"}


def add(desk: Desk, name: str) -> None:
    with transaction():
        fields = EmployerFields(name=name, country="SE", kind="company")
        services.add_employer(desk.actor, fields=fields, confirmed={"similar_name"})


@pytest.mark.parametrize(
    ("here", "typed"),
    [
        ("Berg & Dal AB", "Berg och Dal"),
        ("Berg og Dal AS", "Berg & Dal"),
        ("Berg+Dal", "Berg and Dal Ltd"),
        ("Berg ja Dal Oy", "Berg&Dal"),
        ("AB Nordlys Bygg", "Nordlys Bygg"),
        ("Nordlys Bygg", "A/S Nordlys Bygg"),
        ("Nordlys Bygg ApS", "Nordlys Bygg A/S"),
        ("Oy Nordlys Bygg Ab", "Nordlys Bygg AB (publ)"),
        ("Åkes Bygg & Måleri", "Åkes bygg och måleri AB"),
        ("H&M", "H & M AB"),
        ("Café Lindblom AB", "cafe lindblom ab"),
        ("Kafé Ørsted", "Kafe Orsted Anpartsselskab"),
        ("Kvarnby Bageri AB", "Kvarnby Bageri Aktiebolag"),
        ("Aktiebolaget Kvarnby Bageri", "Kvarnby bageri aksjeselskap"),
        ("Kivi Aktieselskab", "Osakeyhtiö Kivi"),
    ],
)
def test_a_name_that_is_the_same_but_for_its_form_or_its_and_is_pointed_out(
    app: Flask, desk: Desk, here: str, typed: str
) -> None:
    with app.app_context():
        add(desk, here)
        assert bare_name(here) == bare_name(typed)
        found = similar_employer(typed)
        assert found is not None
        assert found.name == here
    hint = desk.client.get("/employers/known", query_string={"find": typed, "country": "SE"}).text
    assert escape(here) in hint
    answer = desk.client.post("/employers/new", data=NEW | {"name": typed})
    assert answer.status_code == 422
    assert "Is this another employer?" in answer.text
    assert desk.client.post("/employers/new", data=NEW | {"name": typed, "confirm_similar": "y"}).status_code == 303


def test_another_name_is_not_pointed_out(app: Flask, desk: Desk) -> None:
    with app.app_context():
        add(desk, "Berg & Dal AB")
        assert similar_employer("Berg & Hav AB") is None


def test_the_nearest_names_come_first_and_one_is_told_how_many_there_are(app: Flask, desk: Desk) -> None:
    with app.app_context():
        for name in (
            "Anders Bygg",
            "Nybygget",
            "Byggtjänst",
            "Bygg i Umeå",
            "Ombyggarna",
            "Karl Byggare",
            "Zebra bygg",
        ):
            add(desk, name)
        typed = Typed("SE", name="bygg")
        known = known_employers(desk.actor, typed)
        names = [each.employer.name for each in known]
        assert names[:4] == ["Bygg i Umeå", "Byggtjänst", "Anders Bygg", "Karl Byggare"]
        fit = how_many_fit(desk.actor, typed, known)
        assert fit > len(known)
    for address in ("/employers/new?find=bygg&country=SE", "/employers/known?find=bygg&country=SE"):
        assert f"{fit} employers here fit" in desk.client.get(address).text
    assert "employers here fit" not in desk.client.get("/employers/new?find=zebra&country=SE").text


def test_what_a_register_has_is_ordered_in_the_same_way() -> None:
    names = ["Nybygget", "Anders Bygg", "Bygg i Umeå", "Umeå AB"]
    assert sorted(names, key=lambda name: how_well_it_fits(name, "bygg")) == [
        "Bygg i Umeå", "Anders Bygg", "Nybygget", "Umeå AB",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "  ", "ab"])
def test_too_little_to_look_for_is_said(desk: Desk, text: str) -> None:
    page = desk.client.get("/employers/new", query_string={"find": text, "country": "SE"}).text
    assert "three letters of the name at least" in page


def test_nothing_is_said_before_one_has_looked(desk: Desk) -> None:
    assert "three letters of the name at least" not in desk.client.get("/employers/new").text
