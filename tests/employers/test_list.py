"""The list of employers: ready-made lists, filters in the address, and what the work of other units does not tell."""

import html
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Unit
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.list_queries import EmployerFilter, employer_ids, employer_page, rows_for_file
from crm.employers.models import Employer, EmployerKind
from crm.tasks.services import add_task
from tests.employers.conftest import Desk, counted
from tests.world import World


def names(page: str) -> list[str]:
    """The employers of the page's table, in their order."""
    table = page[page.index("<tbody>") : page.index("</tbody>")] if "<tbody>" in page else ""
    return [html.unescape(each) for each in re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', table)]


def shown(desk: Desk, query: str) -> list[str]:
    return names(desk.client.get(f"/employers?{query}").text)


@dataclass
class Two:
    """Two units with an employer each, one that both work with, and one that nobody works with."""

    here: Desk
    there: Actor


@pytest.fixture
def two(app: Flask, desk: Desk, world: World) -> Two:
    with app.test_request_context():
        umea = current_session().get_one(Unit, desk.unit_id)
        lulea = world.unit("Luleå")
        colleague = world.staff(Role.COORDINATOR, unit=lulea, name="Nils Nyman")
        long_ago = clock.now() - timedelta(days=91)
        ours, theirs, both = (world.employer(name) for name in ("Ours AB", "Theirs AB", "Both AB"))
        world.employer("Nobody AB")
        me = current_session().get_one(type(colleague), desk.staff_id)
        world.relationship(ours, umea, me, stage="contact", last_contact_at=long_ago, prior_experience="good")
        world.relationship(both, umea, None, stage="new", preferred_information="general", last_contact_at=clock.now())
        world.relationship(
            both, lulea, colleague, stage="agreement", prior_experience="bad", preferred_information="none",
            last_contact_at=long_ago, note="They were angry",
        )  # fmt: skip
        world.relationship(
            theirs, lulea, colleague, stage="agreement", prior_experience="bad", last_contact_at=long_ago
        )
        return Two(desk, world.actor(colleague))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("owner=all", ["Both AB", "Nobody AB", "Ours AB", "Theirs AB"]),
        ("owner=mine", ["Ours AB"]),
        ("owner=unit", ["Both AB", "Ours AB"]),
        ("owner=none", ["Both AB"]),
        ("owner=unit&show=quiet", ["Ours AB"]),
        ("show=quiet", ["Ours AB"]),
        ("stage=agreement", []),
        ("stage=contact", ["Ours AB"]),
        ("experience=bad", []),
        ("experience=good", ["Ours AB"]),
        ("information=general", ["Both AB"]),
        ("information=none", []),
    ],
)
def test_a_filter_asks_of_ones_own_unit_and_nothing_of_others_shows_through(
    two: Two, query: str, expected: list[str]
) -> None:
    assert shown(two.here, query) == expected


def test_the_page_and_the_file_tell_nothing_of_another_units_relationship(two: Two) -> None:
    from crm.employers.columns import COLUMNS

    query = "owner=all&" + "&".join(f"c={key}" for key in COLUMNS)
    pages = [two.here.client.get(f"/employers?{query}"), two.here.client.get(f"/employers/export.csv?{query}")]
    for answer in pages:
        text = answer.data.decode("utf-8-sig")
        assert "Theirs AB" in text
        for secret in ("Nils Nyman", "They were angry", "Agreement", "Bad"):
            assert secret not in text.split("<tbody>")[-1].split("</tbody>")[0].split("\r\n", 1)[-1]


def test_a_manager_above_sees_both_units_and_each_employer_once(app: Flask, two: Two, world: World) -> None:
    with app.test_request_context():
        above = world.actor(world.staff(Role.MANAGER))
        units = frozenset({*above.unit_ids, two.here.unit_id, *two.there.unit_ids})
        above = type(above)(**{**vars(above), "unit_ids": units})
        page = employer_page(above, EmployerFilter(owner="unit"), page=1)
        assert [each.name for each in page.items] == ["Both AB", "Ours AB", "Theirs AB"]
        found = employer_ids(above, EmployerFilter(experience="bad"), limit=10)
        assert len(found) == len(set(found))


def test_an_evaluator_has_no_list(app: Flask, two: Two, world: World) -> None:
    with app.test_request_context():
        evaluator = world.actor(world.staff(Role.EVALUATOR))
        assert not employer_page(evaluator, EmployerFilter(), page=1).items
        assert list(rows_for_file(evaluator, EmployerFilter())) == []


def test_overdue_steps_of_another_unit_do_not_show(app: Flask, two: Two) -> None:
    late = clock.today() - timedelta(days=2)
    with app.test_request_context():
        ids = {each.name: each.id for each in current_session().query(Employer)}
        for actor, unit, name in ((two.here.actor, two.here.unit_id, "Ours AB"), (two.there, None, "Theirs AB")):
            with transaction():
                add_task(
                    actor, title={"": "x"}, due_on=late, unit_id=unit or next(iter(two.there.unit_ids)),
                    owner_id=actor.staff_id, employer_id=ids[name],
                )  # fmt: skip
    assert shown(two.here, "show=overdue") == ["Ours AB"]


def test_who_wants_no_contact_is_not_among_those_to_be_contacted_again(app: Flask, two: Two) -> None:
    with app.test_request_context(), transaction():
        ours = current_session().query(Employer).filter_by(name="Ours AB").one().id
        services.set_do_not_contact(two.here.actor, employer_id=ours, blocked=True, reason="They said so")
    assert shown(two.here, "owner=unit&show=quiet") == []
    assert shown(two.here, "show=blocked") == ["Ours AB"]


def test_the_ready_made_lists_are_there_and_the_one_that_is_open_is_marked(two: Two) -> None:
    page = two.here.client.get("/employers?owner=unit&show=quiet&q=&stage=").text
    lists = page[page.index('class="lists"') : page.index("</nav>", page.index('class="lists"'))]
    wanted = ("All employers", "Mine", "My unit", "Not contacted for 90 days", "Overdue", "Friendly but stuck")
    assert [name for name in wanted if name in html.unescape(lists)] == list(wanted)
    assert re.findall(r'aria-current="true">([^<]*)<', lists) == ["Not contacted for 90 days"]


def test_a_filter_that_is_set_is_named_and_taken_off_with_one_press(two: Two) -> None:
    page = two.here.client.get("/employers?owner=mine&stage=contact&municipality=&sort=-name&c=phone&page=1").text
    chips = {
        html.unescape(value): html.unescape(href)
        for href, value in re.findall(r'<li><a href="([^"]*)">[^<]*<strong>([^<]*)</strong>', page)
    }
    assert chips == {
        "Mine": "/employers?stage=contact&sort=-name&c=phone",
        "In contact": "/employers?owner=mine&sort=-name&c=phone",
    }


def test_a_value_that_no_filter_has_filters_nothing_and_breaks_nothing(two: Two) -> None:
    for query in ("kind=x", "owner=x", "show=x", "information=x", "sort=x", "c=x", "page=0", "page=99"):
        assert len(shown(two.here, query)) == 4, query


def test_five_hundred_employers_are_paged_in_a_handful_of_queries(app: Flask, two: Two, world: World) -> None:
    with app.test_request_context():
        session = current_session()
        session.add_all(
            Employer(name=f"E {n:03} AB", sort_name=f"e {n:03} ab", created_at=clock.now()) for n in range(500)
        )
        session.commit()
    client: FlaskClient = two.here.client
    client.get("/employers?owner=all")
    with counted(app) as statements:
        page = client.get("/employers?owner=all&page=3")
    assert "51 to 75 of 504" in page.text
    assert len(names(page.text)) == 25
    assert len(statements) <= 8, statements


def test_a_training_office_is_added_and_found_by_its_kind(app: Flask, desk: Desk) -> None:
    """It trains apprentices for several companies; it is none of them, and no authority either."""
    for name, kind in (("Opplæringskontoret i Salten", "training_office"), ("Bygg AS", "company")):
        given = {"name": name, "country": "NO", "kind": kind}
        assert desk.client.post("/employers/new", data=given).status_code == 303
    with app.app_context():
        office = current_session().scalars(select(Employer).where(Employer.name.startswith("Oppl"))).one()
        assert office.kind is EmployerKind.TRAINING_OFFICE
        address = f"/employers/{office.public_id}"
    assert shown(desk, "owner=all&kind=training_office") == ["Opplæringskontoret i Salten"]
    assert shown(desk, "owner=all&kind=company") == ["Bygg AS"]
    assert "Training office" in desk.client.get(f"{address}/details").text
    file = desk.client.get("/employers/export.csv?owner=all&kind=training_office&show=active").text
    assert "Opplæringskontoret i Salten" in file
    assert "Bygg AS" not in file
