"""Talks and press: what is counted, and the pages."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.actors import Actor
from crm.cooperation.fields import AppearanceFields
from crm.cooperation.models import Appearance
from crm.cooperation.queries import AppearanceFilter, Appearances, appearances
from crm.cooperation.services import appearances as services
from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict, NotVisible
from tests.world import World

YEAR = AppearanceFilter(date(2026, 1, 1), date(2026, 12, 31))
TALK = AppearanceFields(kind="talk", on_date=date(2026, 3, 1), title="How we work")


@pytest.fixture(autouse=True)
def june() -> Iterator[None]:
    with clock.travelling(datetime(2026, 6, 30, 10, tzinfo=UTC)):
        yield


@pytest.fixture
def actor(core_app: Flask, world: World) -> Iterator[Actor]:
    with core_app.app_context():
        yield world.actor(world.staff(unit=world.unit("Osby", modules=["talks"])))


def _add(actor: Actor, **values: object) -> Appearance:
    assert actor.unit_id is not None
    with transaction():
        given = replace(TALK, **values)  # type: ignore[arg-type]
        return services.add_appearance(actor, unit_id=actor.unit_id, given=given)


def _found(actor: Actor, filters: AppearanceFilter = YEAR) -> Appearances:
    return appearances(actor, filters)


def test_three_municipalities_asked_for_a_talk(actor: Actor) -> None:
    """A real project: local press twice, talks for three municipalities that asked, a seminar, a final conference."""
    for paper in ("Norra Skåne", "Allt om Osby"):
        _add(actor, kind="press", title=paper, municipality="Osby")
    for place, reach in (("Östra Göinge", 25), ("Älmhult", 30), ("SÖLVESBORGS", None), ("Östra Göinge kommun", 10)):
        _add(actor, municipality=place, reach=reach, by_request=True)
    for title in ("Seminar", "Final conference"):
        _add(actor, kind="conference", title=title, reach=60)
    found = _found(actor)
    assert found.by_kind == {"talk": 4, "press": 2, "conference": 2}
    assert len(found.asked_for) == 3
    assert len(found.municipalities) == 4
    assert (found.reached, found.unknown_reach) == (185, 3)
    assert {each.municipality_code for each in found.rows if each.municipality == "Östra Göinge"} == {"1256"}


def test_the_period_the_kind_and_the_unit_choose(actor: Actor, world: World) -> None:
    kept = _add(actor)
    _add(actor, on_date=date(2025, 12, 31))
    _add(actor, kind="press")
    assert [each.id for each in _found(actor, replace(YEAR, kind="talk")).rows] == [kept.id]
    assert _found(actor, replace(YEAR, unit_id=-1)).rows == []
    assert _found(world.actor(world.staff())).rows == []


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"kind": "song"}, "kind"),
        ({"title": " "}, "title"),
        ({"on_date": date(2026, 7, 1)}, "on_date"),
        ({"reach": -1}, "reach"),
        ({"link": "javascript:alert(1)"}, "link"),
    ],
)
def test_what_breaks_a_rule_is_named_by_its_field(actor: Actor, values: dict[str, object], wrong: str) -> None:
    with pytest.raises(DomainError) as refused:
        _add(actor, **values)
    assert refused.value.field == wrong


def test_the_same_form_twice_is_one_and_an_old_page_is_a_conflict(actor: Actor, world: World) -> None:
    assert actor.unit_id is not None
    for _again in range(2):
        with transaction():
            services.add_appearance(actor, unit_id=actor.unit_id, given=TALK, submission_key="key")
    row = current_session().scalars(select(Appearance)).one()
    with transaction():
        services.change_appearance(actor, appearance_id=row.id, version=1, given=replace(TALK, title="New"))
    with pytest.raises(EditConflict), transaction():
        services.change_appearance(actor, appearance_id=row.id, version=1, given=TALK)
    with pytest.raises(NotVisible), transaction():
        services.remove_appearance(world.actor(world.staff()), appearance_id=row.id)
    with transaction():
        services.remove_appearance(actor, appearance_id=row.id)
    assert _found(actor).rows == []
    with transaction():
        services.restore_appearance(actor, appearance_id=row.id)
    assert _found(actor).rows == [row]


def test_the_pages_write_down_correct_and_give_a_file(
    core_app: Flask, world: World, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    with core_app.app_context():
        unit = world.unit("Osby", modules=["talks"])
        email, unit_id, off = world.staff(unit=unit).email, unit.id, world.staff().email
    client = core_app.test_client()
    sign_in(client, email)
    assert "Nothing written down this year" in client.get("/talks").text
    assert '<option value="Osby">' in client.get("/talks/new").text
    form = {"kind": "talk", "on_date": "2026-03-01", "title": "=How we work", "municipality": "Älmhult",
            "reach": "30", "by_request": "y", "unit_id": str(unit_id), "submission_key": "abc"}  # fmt: skip
    assert client.post("/talks/new", data={**form, "title": ""}).status_code == 422
    assert client.post("/talks/new", data=form).status_code == 303
    page = client.get("/talks").text
    assert "They asked" in page
    assert "Älmhult" in page
    link = page.split('href="/talks/')[2].split('"')[0]
    assert "'=How we work" in client.get("/talks/export.csv").get_data(as_text=True)
    assert client.get("/talks/export.xlsx").data.startswith(b"PK")
    assert "Nothing fits" in client.get("/talks?kind=press").text
    assert client.get(f"/talks/{link}").status_code == 200
    changed = {**form, "title": "Changed", "version": "1"}
    assert client.post(f"/talks/{link}", data=changed).status_code == 303
    assert client.post(f"/talks/{link}", data=changed).status_code == 422
    assert client.post(f"/talks/{link}/remove").status_code == 303
    assert client.post(f"/talks/{link}/restore").status_code == 303
    assert "Changed" in client.get("/talks").text
    elsewhere = core_app.test_client()
    sign_in(elsewhere, off)
    assert elsewhere.get("/talks").status_code == 404
