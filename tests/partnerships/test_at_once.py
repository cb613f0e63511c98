"""Two people begin a partnership with one employer at the same moment."""

from flask import Flask
from sqlalchemy import func, select

from crm.actors import Actor
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.partnerships.fields import PartnershipFields
from crm.partnerships.models import Partnership
from crm.partnerships.services.partnerships import begin_partnership
from tests.partnerships.conftest import YEAR, make_place
from tests.simultaneous import app_there, at_once
from tests.world import World

__all__ = ["app_there"]
GIVEN = PartnershipFields(name="Together", starts_on=YEAR[0], ends_on=YEAR[1])


def test_of_two_who_begin_at_once_the_second_is_told_and_a_double_click_begins_one(app_there: Flask) -> None:
    with app_there.app_context():
        place = make_place(World())

    def begin(actor: Actor, key: str) -> int | str | None:
        try:
            with transaction():
                return begin_partnership(
                    actor, employer_id=place.employer_id, unit_id=actor.unit_id or 0, given=GIVEN, submission_key=key
                ).id
        except DomainError as error:
            return error.field

    ours = place.coordinator
    found = at_once(
        app_there,
        lambda: begin(ours, "ours"),
        lambda: begin(ours, "ours"),
        lambda: begin(place.stranger, "theirs"),
    )
    assert set(found) == {1, "beside_others"}
    assert found[0] == found[1], "the same form, sent twice"
    with app_there.app_context():
        assert current_session().scalar(select(func.count(Partnership.id))) == 1
