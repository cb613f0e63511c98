"""Who sees what, over every route: no role reads or changes what belongs to another unit.

The routes come from the application's own map, so a new one is tested from its first day. A parameter that this test
cannot fill fails it: add an object of a foreign unit for it to ``branch_objects``.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from crm.accounts.models import Staff
from crm.accounts.permissions import is_public
from crm.actors import Role
from crm.db import current_session, db
from crm.errors import UnscopedQuery
from crm.participants.models import Participant
from crm.registry import current_registry
from tests.conftest import make_app, make_settings
from tests.contracts.branch_objects import branch_objects, kinds_of, map_app
from tests.contracts.matching_objects import MATCHING_KINDS
from tests.world import PASSWORD, World

Test = TypeVar("Test", bound=Callable[..., None])

# Parameters that name no row: a kind of file, a goal of a questionnaire.
PLAIN = {"kind": "csv", "key": "any_goal", "language": "sv", "action": "done", "file_name": "agreement.pdf"}

# What belongs to one unit: rows of another unit answer as if they were not there.
CLOSED = {
    "partnerships",
    "commitments",
    "evidence",
    "reviews",
    "testimonials",
    "talks",
    "groups",
    "members",
    "meetings",
    "absences",
    "coverage",
    "partners",
    "milestones",
    "goals",
    "handovers",
    "attachments",
    "participants",
    "enrolments",
    "exits",
    "placements",
    "plan-papers",
    "interviews",
    "agreements",
    "check-ins",
    "act-now",
    "relationships",
    "contacts",
    "inquiries",
    "inquiry-persons",
    "tasks",
    "imports",
    "messages",
    "mailbox",
    "due",
    "interview",
    "staff_public_id",
    "unit_public_id",
    "views",
    "bulk",
    "call-scripts",
    "events",
    "invitations",
    "batch",
} | MATCHING_KINDS

# Pages about persons or single employers; an evaluator sees figures only.
PERSON_BLUEPRINTS = {"pipeline", "participants", "placements", "employers", "inquiries", "search", "imports"}
PERSON_BLUEPRINTS |= {"agreements", "documents", "plans", "interviews"}

FOREIGN = "Främmandeson"
PROTECTED = "Skyddsdotter"
OWN = "Egenberg"
COLLEAGUE = "Kollegasson"
"""Of the own unit, but somebody else's participant."""
REFUSED = {403, 404}


@dataclass(frozen=True)
class House:
    """The application with two branches, a browser for each role in the northern one, and ids for parameters."""

    app: Flask
    browsers: dict[Role, FlaskClient]
    foreign: dict[str, str]
    own: dict[str, str]
    secrets: tuple[str, ...]

    def address(self, rule: Rule, objects: dict[str, str]) -> str:
        values = {name: PLAIN.get(kind) or objects[kind] for name, kind in kinds_of(rule).items()}
        with self.app.test_request_context():
            found = self.app.url_map.bind("localhost").build(rule.endpoint, values)
        return str(found)


def guarded_rules(app: Flask) -> Iterator[Rule]:
    """Every route that needs a sign-in."""
    with app.app_context():
        yield from (rule for rule in app.url_map.iter_rules() if not is_public(rule.endpoint))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "rule" not in metafunc.fixturenames:
        return
    rules = [rule for rule in guarded_rules(map_app()) if metafunc.function.method in (rule.methods or ())]
    metafunc.parametrize("rule", rules, ids=lambda rule: f"{rule.endpoint}:{rule.rule}")


def for_method(method: str) -> Callable[[Test], Test]:
    """Say which routes a test is for."""

    def mark(function: Test) -> Test:
        function.method = method  # type: ignore[attr-defined]  # read when the tests are made
        return function

    return mark


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = make_app(make_settings(tmp_path_factory.mktemp("house")))
    world = World()
    with app.app_context():
        top = world.unit("Top")
        north = world.unit("North", parent_id=top.id)
        south = world.unit("South", parent_id=top.id)
        people = {role: world.staff(role, unit=north).email for role in Role}
        coordinator = db.session.query(Staff).filter_by(email=people[Role.COORDINATOR]).one()
        stranger = world.staff(Role.COORDINATOR, unit=south, name="Stranger")
        own = branch_objects(world, north, coordinator, OWN)
        foreign = branch_objects(world, south, stranger, FOREIGN)
        programme = world.programme(unit=north)
        protected = world.participant(unit=north, last_name=PROTECTED, email="skyddad@example.net", protected=True)
        world.enrolment(protected, programme, stranger)
        colleague = world.staff(Role.COORDINATOR, unit=north, name="Colleague")
        world.enrolment(world.participant(unit=north, last_name=COLLEAGUE), programme, colleague)
    browsers = {role: signed_in(app, email) for role, email in people.items()}
    secrets = (FOREIGN, "fr-note", PROTECTED, "skyddad@example.net")
    yield House(app, browsers, foreign, own, secrets)
    with app.app_context():
        db.engine.dispose()


def signed_in(app: Flask, email: str) -> FlaskClient:
    browser = app.test_client()
    assert browser.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 302
    return browser


def text_of(answer: Any) -> str:
    """Everything readable in an answer; a spreadsheet is a ZIP archive of texts."""
    data: bytes = answer.data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = b"".join(archive.read(name) for name in archive.namelist())
    return data.decode("utf-8", "replace")


@for_method("GET")
def test_every_parameter_of_a_page_can_be_filled(rule: Rule, house: House) -> None:
    unknown = set(kinds_of(rule).values()) - set(house.foreign) - set(PLAIN)
    assert not unknown, f"add an object of a foreign unit for {unknown}"


@for_method("POST")
def test_every_parameter_of_an_action_can_be_filled(rule: Rule, house: House) -> None:
    unknown = set(kinds_of(rule).values()) - set(house.foreign) - set(PLAIN)
    assert not unknown, f"add an object of a foreign unit for {unknown}"


@for_method("GET")
def test_no_page_opens_without_sign_in(rule: Rule, house: House) -> None:
    answer = house.app.test_client().get(house.address(rule, house.own))
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")


@for_method("POST")
def test_no_action_is_taken_without_sign_in(rule: Rule, house: House) -> None:
    assert house.app.test_client().post(house.address(rule, house.own)).status_code == 401


@for_method("GET")
def test_no_page_shows_a_foreign_or_protected_participant(rule: Rule, house: House) -> None:
    closed = CLOSED & set(kinds_of(rule).values())
    for role, browser in house.browsers.items():
        answer = browser.get(house.address(rule, house.foreign))
        shown = [secret for secret in house.secrets if secret in text_of(answer)]
        assert not shown, f"{role} is shown {shown}"
        if closed:
            assert answer.status_code in REFUSED, f"{role} opens a page of another unit"


@for_method("GET")
def test_a_coordinator_sees_no_participant_of_a_colleague(rule: Rule, house: House) -> None:
    answer = house.browsers[Role.COORDINATOR].get(house.address(rule, house.own))
    assert COLLEAGUE not in text_of(answer)


@for_method("POST")
def test_no_action_changes_what_belongs_to_another_unit(rule: Rule, house: House) -> None:
    if not CLOSED & set(kinds_of(rule).values()):
        pytest.skip("names nothing that belongs to one unit")
    for role, browser in house.browsers.items():
        answer = browser.post(house.address(rule, house.foreign))
        assert answer.status_code in REFUSED, f"{role} gets {answer.status_code}"


@for_method("GET")
def test_an_evaluator_sees_no_person_at_all(rule: Rule, house: House) -> None:
    answer = house.browsers[Role.EVALUATOR].get(house.address(rule, house.own))
    for person in (OWN, FOREIGN, PROTECTED, "Sjöström", "eg-note"):
        assert person not in text_of(answer)
    if rule.endpoint.partition(".")[0] in PERSON_BLUEPRINTS:
        assert answer.status_code in REFUSED


@for_method("POST")
def test_an_evaluator_changes_nothing_about_persons(rule: Rule, house: House) -> None:
    if rule.endpoint.partition(".")[0] not in PERSON_BLUEPRINTS:
        pytest.skip("not about persons")
    answer = house.browsers[Role.EVALUATOR].post(house.address(rule, house.own))
    assert answer.status_code in REFUSED


def test_the_test_would_see_a_participant_who_is_shown(house: House) -> None:
    """Their own participant opens for who may see them: what is refused above is refused for its unit."""
    address = f"/participants/{house.own['participants']}"
    for role in (Role.COORDINATOR, Role.MANAGER):
        answer = house.browsers[role].get(address)
        assert answer.status_code == 200
        assert OWN in answer.text
    assert house.browsers[Role.ADMINISTRATOR].get(address).status_code in REFUSED
    assert COLLEAGUE in house.browsers[Role.MANAGER].get("/participants").text


def test_every_guarded_table_refuses_a_read_without_a_scope(house: House) -> None:
    with house.app.test_request_context("/sign-in"):
        house.app.preprocess_request()
        models = current_registry().scopes
        assert Participant in models
        for model in models:
            with pytest.raises(UnscopedQuery):
                current_session().scalars(select(model))
