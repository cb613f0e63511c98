"""Who sees what, over every route: no role reads or changes what belongs to another unit.

The routes come from the application's own map, so a new one is tested from its first day. A parameter that this test
cannot fill fails it: add an object of a foreign unit for it to ``foreign_objects``.
"""

import io
import re
import secrets
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.accounts.permissions import is_public
from crm.actors import Role
from crm.app import create_app
from crm.attachments.models import Attachment
from crm.db import current_session, db
from crm.employers.handover_models import Handover, HandoverItem
from crm.employers.merge_models import EmployerMerge, PersonMerge
from crm.employers.models import Contact, Employer, Workplace
from crm.employers.view_models import BulkAction, SavedView
from crm.errors import UnscopedQuery
from crm.imports.models import ImportMapping, ImportRun, RunState
from crm.imports.report import ImportReport
from crm.participants.models import Enrolment, EnrolmentExit, Participant
from crm.placements.around_models import PlacementAlert
from crm.placements.step_models import CheckIn
from crm.registry import current_registry
from crm.tasks.models import Task
from tests.conftest import make_app, make_settings
from tests.contracts.agreement_objects import agreement_objects
from tests.contracts.inquiry_objects import inquiry_objects
from tests.contracts.partnership_objects import card_objects, partnership_objects
from tests.contracts.plugin_objects import messaging_objects, survey_objects
from tests.world import PASSWORD, World

Test = TypeVar("Test", bound=Callable[..., None])

# Parameters that name no row: a kind of file, a goal of a questionnaire.
PLAIN = {"kind": "csv", "key": "any_goal", "language": "sv", "action": "done"}

# What belongs to one unit: rows of another unit answer as if they were not there.
CLOSED = {
    "partnerships",
    "commitments",
    "evidence",
    "reviews",
    "testimonials",
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
}

# Pages about persons or single employers; an evaluator sees figures only.
PERSON_BLUEPRINTS = {"pipeline", "participants", "placements", "employers", "inquiries", "search", "imports"}
PERSON_BLUEPRINTS |= {"agreements", "documents"}

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


def kinds_of(rule: Rule) -> dict[str, str]:
    """What each parameter of a route names: by its own name, or for ``public_id`` by the word before it."""
    kinds: dict[str, str] = {}
    before = ""
    for word in rule.rule.split("/"):
        for name in re.findall(r"<(?:[^:<>]*:)?([^<>]+)>", word):
            kinds[name] = before if name == "public_id" else name
        before = word
    return kinds


def guarded_rules(app: Flask) -> Iterator[Rule]:
    """Every route that needs a sign-in."""
    with app.app_context():
        yield from (rule for rule in app.url_map.iter_rules() if not is_public(rule.endpoint))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "rule" not in metafunc.fixturenames:
        return
    app = create_app(make_settings(Path("unused")))
    rules = [rule for rule in guarded_rules(app) if metafunc.function.method in (rule.methods or ())]
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


def branch_objects(world: World, unit: Unit, staff: Staff, name: str) -> dict[str, str]:
    """One row of every kind that a parameter can name, all of one unit and one person called ``name``."""
    employer = world.employer()
    objects = {
        "employers": employer.public_id,
        "staff_public_id": staff.public_id,
        "unit_public_id": unit.public_id,
    }
    participant = world.participant(unit=unit, last_name=name, email=f"{name[:2].lower()}@example.net")
    note = f"{name[:2].lower()}-note"
    objects |= programme_objects(world, participant, staff, employer, note=note)
    objects |= employer_objects(world, unit, staff, employer, note=note)
    objects |= agreement_objects(world, unit, staff, employer, note=note)
    objects |= partnership_objects(world, unit, staff, employer, note=note)
    objects |= inquiry_objects(world, unit, staff, employer, participant, note=note)
    rows = {
        "tasks": Task(
            title={"": f"{note} {name}"},
            due_on=date(2026, 6, 1),
            unit_id=unit.id,
            owner_id=staff.id,
            participant_id=participant.id,
            created_at=clock.now(),
        ),
        "imports": ImportRun(
            kind="participants",
            filename=f"{note}.csv",
            unit_id=unit.id,
            state=RunState.CHECKING,
            rows_total=1,
            report=ImportReport().as_json(),
            created_by_id=staff.id,
            created_at=clock.now(),
        ),
    }
    columns = ImportMapping(
        kind="employers", name=f"List {staff.id}", headings=["namn"], fields={"name": "namn"}, created_at=clock.now()
    )
    rows["mappings"] = columns
    return objects | {kind: world.save(row).public_id for kind, row in rows.items()}


def programme_objects(
    world: World, participant: Participant, staff: Staff, employer: Employer, *, note: str
) -> dict[str, str]:
    programme = world.programme(unit=world.session.get_one(Unit, participant.unit_id))
    enrolment = world.enrolment(participant, programme, staff, exited_on=date(2026, 5, 1))
    left = EnrolmentExit(
        enrolment_id=enrolment.id,
        number=1,
        exit_on=date(2026, 5, 1),
        reason="studies",
        note=note,
        recorded_at=clock.now(),
    )
    world.save(left)
    objects = messaging_objects(world, participant, note=note) | survey_objects(world, enrolment, left)
    objects |= card_objects(world, programme)
    return objects | {
        "participants": participant.public_id,
        "programmes": programme.public_id,
        "enrolments": enrolment.public_id,
        "exits": left.public_id,
        **placement_objects(world, enrolment, employer),
    }


def placement_objects(world: World, enrolment: Enrolment, employer: Employer) -> dict[str, str]:
    placement = world.placement(enrolment, employer)
    check_in = world.save(CheckIn(placement_id=placement.id, week=4, due_on=date(2026, 3, 30)))
    alert = PlacementAlert(
        placement_id=placement.id, kind="employer_bankrupt", since=date(2026, 4, 1), raised_at=clock.now()
    )
    return {
        "placements": placement.public_id,
        "check-ins": check_in.public_id,
        "act-now": world.save(alert).public_id,
    }


def employer_objects(world: World, unit: Unit, staff: Staff, employer: Employer, *, note: str) -> dict[str, str]:
    person = world.contact_person(employer)
    contact = Contact(
        employer_id=employer.id,
        unit_id=unit.id,
        staff_id=staff.id,
        channel="visit",
        on_date=date(2026, 4, 1),
        outcome="positive",
        note=note,
        created_at=clock.now(),
    )
    relationship = world.relationship(employer, unit, staff, note=note)
    logged = world.save(contact)
    merges = merge_objects(world, employer)
    handover = Handover(unit_id=unit.id, from_id=staff.id, by_id=staff.id, created_at=clock.now())
    handover.items.append(HandoverItem(relationship_id=relationship.id, to_id=None, note=note, task_ids=[]))
    file = Attachment(
        owner_kind="contact", owner_ref=logged.public_id, unit_id=unit.id, filename=f"{note}.pdf", size=5,
        media_type="application/pdf", sha256="0" * 64, file_key=secrets.token_hex(16), created_at=clock.now(),
    )  # fmt: skip
    return merges | {
        "handovers": world.save(handover).public_id,
        "attachments": world.save(file).public_id,
        "people": person.public_id,
        "person_id": person.public_id,
        "workplace_id": world.save(Workplace(employer_id=employer.id, name="Warehouse")).public_id,
        "relationships": relationship.public_id,
        "contacts": logged.public_id,
        **view_objects(world, unit, staff, note=note),
    }


def view_objects(world: World, unit: Unit, staff: Staff, *, note: str) -> dict[str, str]:
    now = clock.now()
    view = SavedView(staff_id=staff.id, unit_id=unit.id, name=note, query="owner=mine", created_at=now)
    done = BulkAction(staff_id=staff.id, kind="owner", memory=[], done_at=now)
    return {"views": world.save(view).public_id, "bulk": world.save(done).public_id}


def merge_objects(world: World, employer: Employer) -> dict[str, str]:
    """Two entries that were made one, of employers and of contact persons; these are everybody's."""
    other, people = world.employer(), [world.contact_person(employer, f"Person {number}") for number in range(2)]
    empty = {"before": {}, "gone": {"org_number": None}, "gone_archived_at": None, "taken": {}, "moved": {}}
    values = {"memory": empty | {"steps": {}, "relationships": []}, "created_at": clock.now()}
    rows = {
        "merges": EmployerMerge(kept_id=employer.id, gone_id=other.id, **values),
        "person-merges": PersonMerge(kept_id=people[0].id, gone_id=people[1].id, **values),
    }
    return {kind: world.save(row).public_id for kind, row in rows.items()}


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
