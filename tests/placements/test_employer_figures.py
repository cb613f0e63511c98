"""What an employer's page says of placements: posts, retention, ends; adapted posts over time."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.accounts.models import Unit
from crm.db import transaction
from crm.errors import DomainError
from crm.placements.around_services import count_adapted_posts
from crm.placements.queries import employer_figures
from tests.participants.conftest import Here
from tests.placements.test_course import start
from tests.world import World

Browser = Callable[[str], FlaskClient]


def test_fifty_per_cent_is_half_a_post_and_nothing_outside_one_to_a_hundred_is_taken(here: Here, world: World) -> None:
    placement = start(here, world, fte_percent=50)
    assert employer_figures(placement.employer_id).fte == 0.5
    start(here, world, employer_id=placement.employer_id, fte_percent=100)
    assert employer_figures(placement.employer_id).fte == 1.5
    for wrong in (0, -1, 101):
        with pytest.raises(DomainError) as refused:
            start(here, world, fte_percent=wrong)
        assert refused.value.field == "fte_percent"


def test_one_of_three_is_a_third_and_the_page_lists_ends_without_reasons_of_the_person(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    with core_app.app_context():
        employer = world.employer("Nordlys Bageri AB")
        page_id, unit = employer.public_id, world.session.get_one(Unit, there.unit_id)
        programme = world.programme(unit)
        for reason in (None, "health", "employer_withdrew"):
            enrolment = world.enrolment(world.participant(unit), programme)
            world.placement(enrolment, employer, end_reason=reason, status="ended_early" if reason else "active")
    page = browser("manager").get(f"/employers/{page_id}").get_data(as_text=True)
    assert "Still there or hired: 1 of 3 (33" in page
    assert page.count(">Ended<") == 2
    assert "Health" not in page


def test_adapted_posts_from_two_or_three_to_seven_are_four_to_five_more(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    with core_app.app_context():
        employer = world.employer("Osby kommun")
        page_id = employer.public_id
        for day, least, most in ((date(2010, 1, 1), 2, 3), (date(2013, 1, 1), 7, None)):
            with transaction():
                count_adapted_posts(there.coordinator, employer_id=employer.id, as_of=day, least=least, most=most)
    page = browser("coordinator").get(f"/employers/{page_id}/adapted-posts").get_data(as_text=True)
    assert "2–3" in page
    assert "+4 … +5" in page
