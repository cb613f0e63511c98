"""On PostgreSQL a line and its one link are a single statement, and come out as they do everywhere."""

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session, transaction
from crm.history.models import HistoryLine
from crm.history.services import Subject, write_line
from tests.world import World

pytestmark = pytest.mark.postgres


def test_a_line_is_written_once_with_its_link_and_changed_afterwards(postgres_app: Flask) -> None:
    world = World()
    unit = world.unit()
    person, employer = world.participant(unit), world.employer()
    unit_id, person_id, employer_id = unit.id, person.id, employer.id

    def write(text: str, *subjects: Subject) -> HistoryLine:
        with transaction():
            write_line(
                system_actor("test"),
                kind="test.kind",
                source_ref="row:1",
                at=clock.now(),
                summary={"en": text},
                unit_id=unit_id,
                subjects=subjects,
            )
        return current_session().scalars(trusted(select(HistoryLine), because="a test")).one()

    line = write("first", Subject(participant_id=person_id))
    assert (line.summary, line.detail, line.author_label, line.unit_id) == ({"en": "first"}, None, "", unit_id)
    assert [(link.participant_id, link.employer_id, link.at) for link in line.links] == [(person_id, None, line.at)]
    line = write("second", Subject(participant_id=person_id), Subject(employer_id=employer_id))
    assert line.summary == {"en": "second"}
    assert {(link.participant_id, link.employer_id) for link in line.links} == {(person_id, None), (None, employer_id)}
    line = write("third", Subject(participant_id=person_id))
    assert (line.summary, len(line.links)) == ({"en": "third"}, 2)
