"""One row of every kind that a parameter of a route can name: a new kind of row is added here."""

import re
import secrets
from datetime import date
from functools import cache
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.app import create_app
from crm.attachments.models import Attachment
from crm.attachments.store import store
from crm.employers.handover_models import Handover, HandoverItem
from crm.employers.merge_models import EmployerMerge, PersonMerge
from crm.employers.models import Contact, Employer, Workplace
from crm.employers.view_models import BulkAction, SavedView
from crm.imports.models import ImportMapping, ImportRun, RunState
from crm.imports.report import ImportReport
from crm.participants.models import Enrolment, EnrolmentExit, Participant
from crm.placements.around_models import PlacementAlert
from crm.placements.step_models import CheckIn
from crm.tasks.models import Task
from tests.conftest import make_settings
from tests.contracts.agreement_objects import agreement_objects
from tests.contracts.call_objects import call_objects
from tests.contracts.event_objects import event_objects
from tests.contracts.inquiry_objects import inquiry_objects
from tests.contracts.list_objects import list_objects
from tests.contracts.matching_objects import matching_objects
from tests.contracts.partnership_objects import card_objects, partnership_objects
from tests.contracts.plan_objects import plan_objects
from tests.contracts.plugin_objects import messaging_objects, survey_objects
from tests.contracts.script_objects import script_objects
from tests.contracts.visit_objects import visit_objects
from tests.world import World


@cache
def map_app() -> Flask:
    """An application for its map of routes. Made once: it takes a third of a second."""
    return create_app(make_settings(Path("unused")))


def kinds_of(rule: Rule) -> dict[str, str]:
    """What each parameter of a route names: by its own name, or for ``public_id`` by the word before it."""
    kinds: dict[str, str] = {}
    before = ""
    for word in rule.rule.split("/"):
        for name in re.findall(r"<(?:[^:<>]*:)?([^<>]+)>", word):
            kinds[name] = before if name == "public_id" else name
        before = word
    return kinds


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
    objects |= plan_objects(world, unit, staff, employer, participant, note=note)
    objects |= script_objects(world, unit, note=note)
    objects |= list_objects(world, unit, staff, employer, note=note)
    objects |= call_objects(world, unit, staff, note=note)
    objects |= event_objects(world, unit, staff, employer, note=note)
    objects |= matching_objects(world, unit, staff, participant, note=note)
    objects |= visit_objects(world, unit, staff, employer, note=note)
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
        outcome="interested",
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
    store().put(file.file_key, b"%PDF-")
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
