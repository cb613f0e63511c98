"""Two participants choose the same mentor at the same moment, and a finger presses twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm.accounts.scopes import trusted
from crm.db import current_session, db, transaction
from crm.errors import DomainError
from outreach.matching.models import Match
from outreach.matching.promises import CommitmentDone
from outreach.matching.services.commitments import tick
from outreach.matching.services.offers import choose
from tests.conftest import make_app, make_settings
from tests.outreach_matching.conftest import Place, make_place
from tests.outreach_matching.test_services import _promise
from tests.simultaneous import at_once
from tests.world import World


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def everything_there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The product with its plugins on a database that several threads may use."""
    values = {"DATABASE_URL": request.getfixturevalue("postgres_url")} if request.param == "postgres" else {}
    app = make_app(make_settings(tmp_path, **values))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _count(model: type) -> int:
    statement = trusted(select(func.count()).select_from(model), because="a test")
    return current_session().scalar(statement) or 0


def _two_offers(place: Place) -> list[tuple[int, str]]:
    """The same two mentors, each with room for one, offered to two participants."""
    profiles = [place.profile("Eva"), place.profile("Grete")]
    offers = [place.offer(*profiles, participant_id=each) for each in (place.participant_id, place.person().id)]
    return [(offer.id, offer.candidates[0].public_id) for offer in offers]


def test_of_two_who_choose_the_same_mentor_one_is_told_that_there_is_no_room(everything_there: Flask) -> None:
    with everything_there.app_context():
        place = make_place(World())
        first, second = _two_offers(place)

    def pick(offer: tuple[int, str]) -> bool:
        try:
            with transaction():
                choose(place.coordinator, offer_id=offer[0], candidate=offer[1])
        except DomainError:
            return False
        return True

    found = at_once(everything_there, lambda: pick(first), lambda: pick(first), lambda: pick(second))
    assert found[0] == found[1], "the same press, twice"
    assert found[0] != found[2]
    with everything_there.app_context():
        assert _count(Match) == 1


def test_a_tick_pressed_twice_is_one(everything_there: Flask) -> None:
    with everything_there.app_context():
        place = make_place(World())
        promise_id = _promise(place, place.mentor().id).id

    def press() -> int:
        with transaction():
            return tick(place.coordinator, commitment_id=promise_id).id

    found = at_once(everything_there, press, press, press)
    assert len(set(found)) == 1
    with everything_there.app_context():
        assert _count(CommitmentDone) == 1
