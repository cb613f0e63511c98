"""The page and the file of chains: how many placements became jobs, from step to step."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape

from flask import Flask
from flask.testing import FlaskClient

from crm.accounts.models import Unit
from tests.participants.conftest import Here
from tests.world import World

Browser = Callable[[str], FlaskClient]
PERIOD = "?since=2026-01-01&until=2026-12-31"


def _eight_placements_and_six_jobs(there: Here, world: World) -> None:
    """Eight begin in practice: two of them go on to wage subsidy, four to a job there; two others start with a job."""
    unit = world.session.get_one(Unit, there.unit_id)
    programme, here, elsewhere = world.programme(unit), world.employer(), world.employer()
    people = [world.enrolment(world.participant(unit), programme) for _number in range(10)]
    steps = {
        "se_work_training": (date(2026, 1, 5), people[:8], here),
        "se_new_start": (date(2026, 3, 2), people[:2], here),
        "ordinary_work": (date(2026, 6, 1), [people[0], *people[2:5]], here),
    }
    for kind, (starts_on, whose, employer) in steps.items():
        for enrolment in whose:
            world.placement(enrolment, employer, kind=kind, starts_on=starts_on)
    for enrolment in people[8:]:
        world.placement(enrolment, elsewhere, kind="ordinary_work", starts_on=date(2026, 6, 1))


def _text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_the_page_of_chains_says_how_many_of_eight_placements_became_one_of_six_jobs(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    with core_app.app_context():
        _eight_placements_and_six_jobs(there, world)
    client = browser("manager")
    page = _text(client.get(f"/placements/chains{PERIOD}").text)
    for said in (
        "Chains 10 16 placements",
        "Came to a job 6 4 of them through a placement",
        "Used wage subsidy 2 of 10 (20 %)",
        "practice wage subsidy 2 of 8 (25 %)",
        "wage subsidy job 1 of 2 (50 %)",
        "practice job 4 of 8 (50 %)",
    ):
        assert said in page, said
    file = client.get(f"/placements/chains/export{PERIOD}").get_data(as_text=True)
    lines = {tuple(line.split(";")[:3]) for line in file.splitlines()}
    assert lines >= {
        ("Came to a job", "6", "10"),
        ("Came to a job through a placement", "4", "8"),
        ("Used wage subsidy", "2", "10"),
        ("From practice to wage subsidy", "2", "8"),
        ("From wage subsidy to job", "1", "2"),
        ("From practice to job", "4", "8"),
    }
    # Chains that began in another year are not in it.
    assert "Chains 0" in _text(client.get("/placements/chains?since=2025-01-01&until=2025-12-31").text)
