"""A person's own data: giving it out, erasing it."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from crm.accounts.models import AuditEntry
from crm.db import Base, current_session, transaction
from crm.errors import NotAllowed
from crm.extension_points import PersonData
from crm.history.models import HistoryLine
from crm.hookspecs import hookimpl
from crm.participants.models import Participant
from crm.participants.services.consents import record_consent
from crm.participants.services.erasure import erase_person, export_person
from crm.participants.services.exits import exit_enrolment
from crm.registry import current_registry
from crm.search.tables import document
from tests.participants.conftest import Here


class _Plugin:
    """A plugin that keeps something about people."""

    def __init__(self) -> None:
        self.erased: list[int] = []

    @hookimpl
    def brobygg_export_person(self, participant_id: int) -> list[PersonData]:
        return [PersonData(title="Answers", rows=[{"on": date(2026, 1, 1), "text": "Good"}])]

    @hookimpl
    def brobygg_erase_person(self, participant_id: int) -> None:
        self.erased.append(participant_id)


@pytest.fixture
def plugin(here: Here) -> _Plugin:
    plugin = _Plugin()
    manager = current_registry().plugins
    assert manager is not None
    manager.register(plugin, name="keeping")
    return plugin


def _live(here: Here) -> None:
    with transaction():
        record_consent(here.coordinator, participant_id=here.person_id, kind="surveys", given=True, source="staff")
        exit_enrolment(here.coordinator, enrolment_id=here.enrolment_id, exit_on=date(2026, 3, 1), reason="moved")


def test_a_person_gets_everything_that_is_kept(here: Here, plugin: _Plugin) -> None:
    _live(here)
    with transaction():
        data = export_person(here.manager, participant_id=here.person_id)
    text = json.dumps(data)
    tables = data["tables"]
    assert isinstance(tables, dict)
    assert set(tables) == {"enrolment", "enrolment_exit", "consent"}
    assert "person" in text
    assert data["modules"] == [{"title": "Answers", "rows": [{"on": "2026-01-01", "text": "Good"}]}]
    assert "Participation ended" in text


def test_only_managers_give_out_and_erase(here: Here) -> None:
    with pytest.raises(NotAllowed), transaction():
        export_person(here.coordinator, participant_id=here.person_id)
    with pytest.raises(NotAllowed), transaction():
        erase_person(here.coordinator, participant_id=here.person_id)


def test_erasing_leaves_nothing_but_ids_in_the_audit_log(here: Here, plugin: _Plugin) -> None:
    _live(here)
    with transaction():
        erase_person(here.manager, participant_id=here.person_id)
    session = current_session()
    assert plugin.erased == [here.person_id]
    for name in ("participant", "enrolment", "enrolment_exit", "consent", "history_link", "history_line"):
        count = session.scalar(select(func.count()).select_from(Base.metadata.tables[name]))
        assert count == 0, name
    assert session.execute(select(document).where(document.c.kind == "participant")).all() == []
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "participant_erased")).one()
    assert (entry.subject_id, entry.details) == (here.person_id, {})


def test_a_plugin_that_cannot_erase_stops_the_erasing(here: Here) -> None:
    class Broken:
        @hookimpl
        def brobygg_erase_person(self, participant_id: int) -> None:
            raise ValueError("broken")

    manager = current_registry().plugins
    assert manager is not None
    manager.register(Broken(), name="broken")
    with pytest.raises(ValueError, match="broken"), transaction():
        erase_person(here.manager, participant_id=here.person_id)
    assert current_session().scalar(select(func.count()).select_from(Participant)) == 1


def test_every_table_with_a_key_to_a_person_cascades(here: Here) -> None:
    keys = [
        (table.name, key.parent.name, key.ondelete)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "participant"
    ]
    assert keys
    # That somebody was among those of an inquiry stays as a count without a name.
    counted = ("inquiry_person", "participant_id", "SET NULL")
    assert [each for each in keys if each[2] != "CASCADE"] == [counted]


def test_the_page_asks_for_the_name_before_it_erases(browser: Callable[[str], FlaskClient], there: Here) -> None:
    client = browser("manager")
    address = f"/participants/{there.person}/erase"
    assert client.post(address, data={"full_name": "Eva Ek"}).status_code == 422
    assert client.get(f"/participants/{there.person}/data.json").get_json()["participant"]["last_name"] == "Öberg"
    assert client.post(address, data={"full_name": "åsa öberg"}).status_code == 303
    assert client.get(f"/participants/{there.person}").status_code == 404


def test_lines_about_somebody_else_too_are_kept(here: Here) -> None:
    _live(here)
    lines = current_session().scalars(select(HistoryLine)).all()
    assert lines
    employer = Base.metadata.tables["employer"]
    link = Base.metadata.tables["history_link"]
    with transaction() as session:
        row = {"name": "X", "sort_name": "x", "created_at": lines[0].at, "public_id": "x", "country": "SE",
               "org_number_unchecked": False, "kind": "company", "advertising_block": False,
               "do_not_contact": False, "version_id": 1}  # fmt: skip
        employer_id = session.execute(employer.insert().values(**row).returning(employer.c.id)).scalar_one()
        session.execute(link.insert().values(line_id=lines[0].id, at=lines[0].at, employer_id=employer_id))
    with transaction():
        erase_person(here.manager, participant_id=here.person_id)
    assert len(current_session().scalars(select(HistoryLine)).all()) == 1
