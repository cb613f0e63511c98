"""Wherever a note about an employer is typed: pointed out while typing and before saving, and always a way out."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.db import current_session
from crm.documents.models import DocumentTemplate
from crm.employers.models import EmployerRelationship
from crm.note_guard.fields import Guarded
from tests.agreements.conftest import Table, jump, lay
from tests.note_guard.free_texts import BY_ITS_ROUTE, NEEDS_NONE, free_texts
from tests.world import World

__all__ = ["jump"]
NUMBER = "811218-9876"
TEXT = f"Ask for the person with {NUMBER}, who is sjukskriven."


@dataclass(frozen=True)
class Place:
    """A form with a note: where it stands and where it is sent, in which field the text is, and what else it needs."""

    page: str
    address: str
    field: str
    values: dict[str, str]


def _places() -> dict[str, Place]:
    return _of_everybody() | _of_modules()


def _of_everybody() -> dict[str, Place]:
    day = clock.today().isoformat()
    contact = {"channel": "visit", "on_date": day, "outcome": "interested", "next_when": "none", "submission_key": "k"}
    inquiry = {
        "action": "save",
        "received_on": day,
        "source": "employer_inbound",
        "answer_within": "2",
        "channel": "phone",
        "topic": "other",
    }
    return {
        "a contact": Place("/employers/{employer}", "/employers/{employer}/contacts", "note", contact),
        "what was promised": Place(
            "/employers/{employer}", "/employers/{employer}/contacts", "next_text", {**contact, "next_when": "week"}
        ),
        "a task": Place("/tasks/new", "/tasks/new", "note", {"title": "Call them", "due_on": day, "owner": "me"}),
        "the name of a task": Place("/tasks/new", "/tasks/new", "title", {"due_on": day, "owner": "me"}),
        "an inquiry": Place("/inquiries/new", "/inquiries/new", "note", inquiry),
        "a walk-in": Place("/inquiries/walk-in", "/inquiries/walk-in", "note", {"topic": "other", "source": "self"}),
        "a warning": Place(
            "/employers/{employer}/details", "/employers/{employer}/warning", "text", {"until": "2027-01-01"}
        ),
        "a block": Place("/employers/{employer}/details", "/employers/{employer}/block", "reason", {}),
        "the state of an employer": Place(
            "/employers/{employer}/status", "/employers/{employer}/status", "source",
            {"version": "1", "status": "closed", "since": day},
        ),
        "good to know": Place(
            "/relationships/{relationship}/wishes", "/relationships/{relationship}/wishes", "note",
            {"version": "1", "prior_experience": "unknown"},
        ),
        "a handover": Place(
            "/relationships/{relationship}/hand-over", "/relationships/{relationship}/hand-over", "note",
            {"owner_id": "{deputy}", "version": "1"},
        ),
        "a handover of many": Place(
            "/handover/{maria}", "/handover/{maria}", "note", {"step": "do", "to_all": "{deputy}", "telling": "not"},
        ),
    }  # fmt: skip


def _of_modules() -> dict[str, Place]:
    day = clock.today().isoformat()
    talk = {"kind": "talk", "title": "Work", "on_date": day, "unit_id": "{unit}"}
    group = {"name": "Steering", "kind": "steering", "unit_id": "{unit}"}
    return {
        "an interview": Place(
            "/employers/{employer}/interviews/new", "/employers/{employer}/interviews/new", "note",
            {"on_date": day, "prior_experience": "good"},
        ),
        "a stage": Place(
            "/relationships/{relationship}/stage?stage=resting", "/relationships/{relationship}/stage", "reason",
            {"stage": "resting", "version": "1", "asked": "resting"},
        ),
        "a partnership": Place(
            "/employers/{employer}/partnerships/new", "/employers/{employer}/partnerships/new", "note",
            {"name": "Together", "unit_id": "{unit}", "starts_on": day},
        ),
        "a testimonial": Place(
            "/employers/{employer}/testimonials/new", "/employers/{employer}/testimonials/new", "text",
            {"said_by": "The owner", "said_on": day},
        ),
        "a talk": Place("/talks/new", "/talks/new", "note", talk),
        "what a talk was about": Place("/talks/new", "/talks/new", "title", talk),
        "a group": Place("/groups/new", "/groups/new", "note", group),
        "an agreement": Place(
            "/employers/{employer}/agreements/new?template={template}&language=sv",
            "/employers/{employer}/agreements/new?template={template}&language=sv",
            "purpose", {"starts_on": day, "review_on": day},
        ),
    }  # fmt: skip


@pytest.fixture
def app(core_app: Flask) -> Flask:
    return core_app


@pytest.fixture
def names(app: Flask, world: World) -> dict[str, str]:
    with app.app_context():
        table: Table = lay(world)
        current_session().get_one(Unit, table.unit_id).modules = ["partnerships", "talks", "groups", "interviews"]
        current_session().commit()
        template = current_session().query(DocumentTemplate).filter_by(key="agreement.intention").one()
        relationship = current_session().query(EmployerRelationship).one()
        return {
            "employer": table.employer,
            "relationship": relationship.public_id,
            "deputy": str(table.deputy_id),
            "unit": str(table.unit_id),
            "maria": current_session().get_one(Staff, table.owner_id).public_id,
            "template": template.public_id,
        }


@pytest.fixture
def maria(app: Flask, names: dict[str, str], sign_in: Callable[[FlaskClient, str], None]) -> FlaskClient:
    browser = app.test_client()
    sign_in(browser, "maria@example.org")
    return browser


@pytest.mark.parametrize("where", _places())
def test_a_note_is_pointed_out_kept_and_saved_all_the_same_when_it_is_right(
    maria: FlaskClient, names: dict[str, str], where: str
) -> None:
    place = _places()[where]
    address = place.address.format(**names)
    values = {name: value.format(**names) for name, value in place.values.items() if name != place.field}
    asked = maria.post(address, data={**values, place.field: TEXT})
    assert asked.status_code == 422, asked.status_code
    assert f"<strong>{NUMBER}</strong>" in asked.text
    assert "Save anyway" in asked.text
    assert TEXT in asked.text.replace("&#39;", "'")
    saved = maria.post(address, data={**values, place.field: TEXT, "save_anyway": "1"})
    wrong = saved.text.split("ds-error-summary")[-1][:600]
    assert saved.status_code == 303, wrong


@pytest.mark.parametrize("where", _places())
def test_a_note_is_looked_at_while_it_is_typed(maria: FlaskClient, names: dict[str, str], where: str) -> None:
    place = _places()[where]
    page = maria.get(place.page.format(**names)).text
    checked = [part.split('"')[0] for part in page.split('hx-post="/note-check?')[1:]]
    assert any(f"field={place.field}" in each.replace("&amp;", "&").split("&") for each in checked), checked


def test_what_is_typed_is_answered_at_once_and_kept_nowhere(maria: FlaskClient) -> None:
    answer = maria.post("/note-check?field=note", data={"note": TEXT}, headers={"HX-Request": "true"})
    assert f"<strong>{NUMBER}</strong>" in answer.text
    assert "<html" not in answer.text
    assert "Nothing to point out" in maria.post("/note-check", data={"note": "A good talk"}).text


def test_no_field_of_free_text_is_forgotten(app: Flask) -> None:
    """A new form cannot be added without its guard, or without a reason why it needs none."""
    named = NEEDS_NONE.keys() | BY_ITS_ROUTE.keys()
    forgotten = {key for key, kind in free_texts() if not issubclass(kind, Guarded)} - named
    assert not forgotten


def test_what_is_said_about_fields_is_true(app: Flask) -> None:
    """Nothing is excused that is not there, or that looks after itself by now."""
    plain = {key for key, kind in free_texts() if not issubclass(kind, Guarded)}
    assert NEEDS_NONE.keys() | BY_ITS_ROUTE.keys() <= plain
    assert set(BY_ITS_ROUTE.values()) <= _places().keys()
