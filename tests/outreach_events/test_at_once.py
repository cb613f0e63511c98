"""The last place, wanted by several at the same moment; the same answer and the same tick sent twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm.db import current_session, db, transaction
from crm.employers.models import Contact
from outreach.events.models import Answer
from outreach.events.services.attendance import note_came
from tests.conftest import make_app, make_settings
from tests.outreach_events.conftest import AT_THE_DOOR, make_breakfast
from tests.simultaneous import at_once
from tests.world import World


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def app_there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """Everything on a database that several threads may use."""
    values = {"DATABASE_URL": request.getfixturevalue("postgres_url")} if request.param == "postgres" else {}
    app = make_app(make_settings(tmp_path, **values))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_the_last_place_is_given_once(app_there: Flask) -> None:
    with app_there.app_context():
        place = make_breakfast(World())
        event = place.event(capacity=1)
        rows = place.guests(event, 3)
        for row in rows:
            current_session().expunge(row)
    found = at_once(app_there, *(lambda row=row: place.says(row, True).answer for row in rows))  # type: ignore[misc]
    assert sorted(found) == [Answer.QUEUED, Answer.QUEUED, Answer.YES]


def test_two_who_tick_the_same_employer_write_one_contact(app_there: Flask, november: object) -> None:
    with app_there.app_context():
        place = make_breakfast(World())
        event = place.event()
        employer = place.employer("Fri AB")
        place.person(employer, "Bo Boss")
        ids = [row.id for row in place.invite(event, employer, everybody=True)]
    november(AT_THE_DOOR)  # type: ignore[operator]

    def tick(row_id: int) -> int:
        with transaction():
            return note_came(place.coordinator, invitation_id=row_id, people=1).id

    at_once(app_there, *(lambda row_id=row_id: tick(row_id) for row_id in ids))  # type: ignore[misc]
    with app_there.app_context():
        assert current_session().scalar(select(func.count(Contact.id))) == 1
