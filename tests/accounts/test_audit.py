"""The audit log: who sees what of it, filters, and the file."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from crm import clock
from crm.accounts.audit import record
from crm.accounts.audit_queries import AuditFilters, action_label, actions_seen, audit_entries, audit_lines
from crm.accounts.services import StaffFields
from crm.accounts.unit_services import UnitFields
from crm.actors import Actor
from crm.db import current_session, db, transaction
from crm.employers.fields import EmployerFields
from crm.participants.fields import ParticipantFields
from crm.registry import EXTENSION, Registry
from crm.tasks.models import Task
from tests.accounts.conftest import Organisation, actions, enter
from tests.world import World


@pytest.fixture
def entries(core_app: Flask, organisation: Organisation) -> None:
    with core_app.app_context(), transaction():
        for who, where in (
            (organisation.coordinator, organisation.north),
            (organisation.stranger, organisation.south),
            (organisation.administrator, None),
        ):
            record(
                who.actor,
                "participant_read",
                subject_type="participant",
                subject_id=7,
                unit_id=where.id if where else None,
                details={"fields": ["phone", "email"]},
            )


def seen(actor: Actor, **filters: object) -> int:
    statement = audit_entries(actor, AuditFilters(**filters))  # type: ignore[arg-type]
    return len(current_session().scalars(statement).all())


def test_administrators_see_all_of_it_managers_their_units_others_nothing(
    core_app: Flask, entries: None, organisation: Organisation
) -> None:
    with core_app.app_context():
        assert seen(organisation.administrator.actor) == 3
        assert seen(organisation.manager.actor) == 1
        assert seen(organisation.coordinator.actor) == 0


def test_it_is_filtered_by_who_what_and_when(core_app: Flask, entries: None, organisation: Organisation) -> None:
    actor = organisation.administrator.actor
    today = clock.today()
    with core_app.app_context():
        assert seen(actor, staff_id=organisation.stranger.id) == 1
        assert seen(actor, action="signed_in") == 0
        assert seen(actor, since=today, until=today) == 3
        assert seen(actor, until=today - timedelta(days=1)) == 0
        assert actions_seen(actor) == [("participant_read", "Participant read")]


def test_a_day_is_a_civil_day_of_the_unit(core_app: Flask, organisation: Organisation) -> None:
    with core_app.app_context():
        late_in_stockholm = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
        with clock.travelling(late_in_stockholm), transaction():
            record(organisation.administrator.actor, "signed_in", subject_type="staff")
        assert seen(organisation.administrator.actor, since=date(2026, 7, 1)) == 1
        assert seen(organisation.administrator.actor, until=date(2026, 6, 30)) == 0


def test_the_page_shows_names_and_the_file_the_same_lines(
    core_app: Flask, browser: FlaskClient, entries: None, organisation: Organisation
) -> None:
    enter(browser, organisation.manager)
    page = browser.get("/settings/audit?action=participant_read")
    assert page.text.count("<tr><td") == 1
    assert organisation.coordinator.actor.label in page.text
    answer = browser.get("/settings/audit.csv?action=participant_read")
    assert answer.mimetype == "text/csv"
    heading, line = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";")
    assert heading == ["at", "who", "what", "about", "details"]
    assert line[1:] == [
        organisation.coordinator.actor.label,
        "Participant read",
        "Participant 7",
        "Fields: Phone, E-mail",
    ]
    with core_app.app_context():
        assert actions()[-1] == "audit_exported"


@pytest.mark.parametrize("query", ["who=x", "who=99999999999999999999", "since=2026-13-45", "action=nix", "page=9"])
def test_odd_addresses_do_not_break_it(query: str, browser: FlaskClient, organisation: Organisation) -> None:
    enter(browser, organisation.administrator)
    assert browser.get(f"/settings/audit?{query}").status_code == 200


@pytest.fixture
def odd_line(core_app: Flask, organisation: Organisation) -> str:
    """A line that a plugin wrote which is no longer installed."""
    with core_app.app_context(), transaction():
        record(organisation.administrator.actor, "lottery.drawn", subject_type="lottery_ticket", subject_id=3)
    return "lottery.drawn"


def test_a_plugin_that_is_gone_leaves_lines_that_read_as_their_keys(
    core_app: Flask, browser: FlaskClient, organisation: Organisation, odd_line: str
) -> None:
    enter(browser, organisation.administrator)
    page = browser.get(f"/settings/audit?action={odd_line}").text
    assert page.count("<tr><td") == 1
    assert '<td>lottery.drawn</td><td>lottery_ticket <span class="sub">3</span></td>' in page


def test_the_filter_lists_words(core_app: Flask, browser: FlaskClient, organisation: Organisation) -> None:
    enter(browser, organisation.administrator)
    page = browser.get("/settings/audit").text
    assert '<option value="signed_in">Signed in</option>' in page
    assert "<td>Signed in</td>" in page
    with core_app.app_context():
        assert ("signed_in", "Signed in") in actions_seen(organisation.administrator.actor)
        assert action_label("enrolment_exited") == "Exit recorded"


def test_details_are_read_as_words_and_rows_by_their_names(
    core_app: Flask, browser: FlaskClient, organisation: Organisation, world: World
) -> None:
    """An employer is everybody's and is named; a participant, whom no administrator sees, stays a number."""
    with core_app.app_context(), transaction():
        employer, other = world.employer("Bygg AB"), world.employer("Bygg i Umeå")
        person = world.participant(organisation.north, last_name="Öberg")
        about = {"subject_type": "employer", "subject_id": employer.id}
        actor = organisation.administrator.actor
        record(actor, "employer.changed", details={"fields": ["org_number", "a_new_one"]}, **about)
        record(actor, "employer.merged", details={"other": other.id}, **about)
        details = {"deputy_id": actor.staff_id}
        record(actor, "deputy_changed", subject_type="participant", subject_id=person.id, details=details)
        number, merged, who, secret = employer.id, other.id, actor.staff_id, person.id
        href = f"/employers/{employer.public_id}"
    enter(browser, organisation.administrator)
    page = browser.get("/settings/audit").text
    assert f'<a class="ds-link" href="{href}">Bygg AB</a> <span class="sub">Employer {number}</span>' in page
    assert "Fields: Organisation number, a new one" in page
    assert f"The other one: Bygg i Umeå ({merged})" in page
    assert f"Deputy: {organisation.administrator.actor.label} ({who})" in page
    assert f'<td>Participant <span class="sub">{secret}</span></td>' in page
    assert "Öberg" not in page


def test_a_participant_is_a_link_and_no_name_to_the_manager(
    core_app: Flask, browser: FlaskClient, organisation: Organisation, world: World
) -> None:
    """Reading names of participants is itself written down: their page does that."""
    with core_app.app_context(), transaction():
        person = world.participant(organisation.north, last_name="Öberg")
        record(organisation.coordinator.actor, "participant_read", subject_type="participant", subject_id=person.id,
               unit_id=organisation.north.id)  # fmt: skip
        href = f"/participants/{person.public_id}"
    enter(browser, organisation.manager)
    page = browser.get("/settings/audit").text
    assert f'<a class="ds-link" href="{href}">Participant</a>' in page
    assert "Öberg" not in page


def test_one_thing_has_one_number_and_a_task_its_title_unless_it_is_about_somebody(
    core_app: Flask, organisation: Organisation, world: World
) -> None:
    with core_app.app_context(), transaction():
        employer, actor = world.employer("Bygg AB"), organisation.manager.actor
        relationship = world.relationship(employer, organisation.north)
        details = {
            "relationship_id": relationship.id,
            "from_staff_id": actor.staff_id,
            "unit_id": organisation.north.id,
        }
        record(actor, "relationship.handed_over", subject_type="employer", subject_id=employer.id, details=details,
               unit_id=organisation.north.id)  # fmt: skip
        person = world.participant(organisation.north, last_name="Öberg")
        for title, about in (("Call back", None), ("Call Öberg", person.id)):
            task = world.save(
                Task(title={"": title}, due_on=clock.today(), unit_id=organisation.north.id, participant_id=about,
                     owner_id=actor.staff_id, created_at=clock.now())
            )  # fmt: skip
            record(actor, "task_added", subject_type="task", subject_id=task.id, unit_id=organisation.north.id)
        entries = current_session().scalars(audit_entries(actor, AuditFilters())).all()
        about_somebody, plain, handed = audit_lines(actor, entries)
        assert [label for label, _value in handed.details] == ["From", "Unit"]
        assert handed.about == f"Employer Bygg AB ({employer.id})"
        assert plain.about.startswith("Task Call back (")
        assert "Öberg" not in about_somebody.about


def test_a_hundred_lines_ask_as_often_as_one(core_app: Flask, organisation: Organisation, world: World) -> None:
    actor, counts = organisation.administrator.actor, []
    with core_app.app_context():
        for rows in (1, 60):
            with transaction():
                for _row in range(rows):
                    record(actor, "employer.changed", subject_type="employer", subject_id=world.employer().id)
            entries = current_session().scalars(audit_entries(actor, AuditFilters())).all()
            with asked(db.engine) as statements:
                list(audit_lines(actor, entries))
            counts.append(len(statements))
    assert counts[0] == counts[1] <= 3


def test_everything_that_the_application_writes_down_has_a_name(core_app: Flask) -> None:
    """Every kind that a feature names is one of its subjects or of its details."""
    registry: Registry = core_app.extensions[EXTENSION]
    with core_app.test_request_context():
        for name in registry.audit_names.values():
            assert name.kind in registry.audit_subjects or f"{name.kind}_id" in registry.audit_fields, name.kind
            assert not name.endpoint or name.endpoint in core_app.view_functions, name.endpoint
        for form in (EmployerFields, ParticipantFields, StaffFields, UnitFields):
            assert form.__dataclass_fields__.keys() <= registry.audit_fields.keys(), form


@contextmanager
def asked(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    found: list[str] = []

    def note(*arguments: Any) -> None:
        found.append(arguments[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)
