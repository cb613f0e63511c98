"""Who is still with the same employer, and which agreements are used: counted from rows, on the days where it turns."""

from datetime import date, timedelta

import pytest
from flask import Flask

from crm import clock
from crm.accounts.models import Unit
from crm.agreements.models import Agreement, AgreementStatus
from crm.db import current_session
from crm.employers.models import Employer
from crm.measures.formulas import Share
from crm.participants.models import Enrolment, EnrolmentExit
from tests.measures.conftest import TODAY, found
from tests.measures.test_rows_add_up import _text
from tests.participants.conftest import Here
from tests.world import World

EXIT = date(2025, 6, 1)
"""90 days later is 30 August, 182 days later 30 November; the second quarter after it is October to December 2025, the
fourth April to June 2026."""
ALL = {"since": "2025-01-01", "until": "2026-11-22"}
Jobs = list[tuple[str, date, date | None]]
AT_FIRST = date(2025, 5, 1)


def _exited(here: Here, world: World, on: date = EXIT) -> Enrolment:
    unit = current_session().get_one(Unit, here.unit_id)
    enrolment = world.enrolment(world.participant(unit), world.programme(unit), starts_on=date(2025, 1, 1))
    world.save(
        EnrolmentExit(
            enrolment_id=enrolment.id, number=1, exit_on=on, reason="work_ordinary", recorded_at=clock.now()
        )
    )  # fmt: skip
    return enrolment


def _worked(here: Here, world: World, at: dict[str, Employer], jobs: Jobs, kind: str = "ordinary_work") -> None:
    enrolment = _exited(here, world)
    for employer, since, until in jobs:
        world.placement(enrolment, at[employer], kind=kind, starts_on=since, ends_on=until)


def test_who_is_with_the_same_employer_after_90_days_after_six_months_and_in_the_fourth_quarter(
    core: Flask, here: Here, world: World
) -> None:
    """Nine people: 4 of 6 after 90 days, 2 of 6 after 182 days, 3 of 5 from the second to the fourth quarter."""
    at = {name: world.employer(name) for name in ("One", "Other")}
    people: list[Jobs] = [
        [("One", AT_FIRST, None)],  # There at every time.
        [("One", AT_FIRST, date(2025, 8, 30))],  # Until the 90th day.
        [("One", AT_FIRST, date(2025, 8, 29))],  # Until the day before it.
        [("One", date(2025, 6, 15), date(2025, 11, 30))],  # From the last day of two weeks until the 182nd day.
        [("One", AT_FIRST, date(2025, 11, 29))],  # Until the day before it.
        [("One", AT_FIRST, date(2025, 8, 1)), ("Other", date(2025, 8, 2), None)],  # Elsewhere since August.
        [("One", date(2025, 6, 16), None)],  # Begun too late to be employed at the exit.
    ]
    for jobs in people:
        _worked(here, world, at, jobs)
    _worked(here, world, at, [("One", AT_FIRST, None)], kind="se_praktik")
    late = _exited(here, world, date(2026, 11, 1))
    world.placement(late, at["One"], kind="ordinary_work", starts_on=date(2026, 10, 1))
    seen = found(here.manager, **ALL)
    assert (seen.retention_90, seen.retention_6, seen.retention_q) == (Share(4, 6), Share(2, 6), Share(3, 5))


def test_half_a_year_is_over_on_the_182nd_day(core: Flask, here: Here, world: World) -> None:
    """Five left 182 days ago and five 181 days ago; all of them are still there."""
    at = world.employer()
    for number in range(10):
        day = TODAY - timedelta(days=182 - number % 2)
        world.placement(_exited(here, world, day), at, kind="ordinary_work", starts_on=day)
    seen = found(here.manager, **ALL)
    assert (seen.retention_90, seen.retention_6, seen.retention_q) == (Share(10, 10), Share(5, 5), None)


@pytest.mark.parametrize(("people", "shown"), [(4, None), (5, Share(5, 5))])
def test_a_share_is_told_of_five_people_and_not_of_four(
    core: Flask, here: Here, world: World, people: int, shown: Share | None
) -> None:
    at = {"One": world.employer()}
    for _each in range(people):
        _worked(here, world, at, [("One", AT_FIRST, None)])
    seen = found(here.manager, **ALL)
    assert [seen.retention_90, seen.retention_6, seen.retention_q] == [shown] * 3


def test_the_next_exit_counts_when_the_first_was_taken_back(core: Flask, here: Here, world: World) -> None:
    """One of five came back and left again in autumn: the half year runs from then, and is not over."""
    at = {"One": world.employer()}
    for _each in range(5):
        _worked(here, world, at, [("One", AT_FIRST, None)])
    first = current_session().query(EnrolmentExit).order_by(EnrolmentExit.id).limit(1).one()
    first.reopened_at = clock.now()
    world.save(
        EnrolmentExit(enrolment_id=first.enrolment_id, number=2, exit_on=date(2026, 6, 1), reason="work_ordinary",
                      recorded_at=clock.now())
    )  # fmt: skip
    seen = found(here.manager, **ALL)
    assert (seen.retention_90, seen.retention_6) == (Share(5, 5), None)


def test_an_agreement_is_used_by_whoever_was_there_365_days_ago_and_not_by_who_left_the_day_before(
    core: Flask, here: Here, world: World
) -> None:
    """The end of the report is 22 November 2026. A placement that begins on that day is in it, one of the day after is
    not; neither is one that has only been planned."""
    unit, version = current_session().get_one(Unit, here.unit_id), _text(world)
    enrolment = world.enrolment(world.participant(unit), world.programme(unit))
    long_ago, last = date(2025, 1, 1), TODAY - timedelta(days=365)
    placements = {
        "Until day 365": {"starts_on": long_ago, "ends_on": last},
        "Until day 366": {"starts_on": long_ago, "ends_on": last - timedelta(days=1)},
        "From the last day": {"starts_on": TODAY},
        "From the day after": {"starts_on": TODAY + timedelta(days=1)},
        "Planned": {"starts_on": TODAY, "status": "planned"},
    }
    for name, values in placements.items():
        employer = world.employer(name)
        world.placement(enrolment, employer, **values)
        world.save(
            Agreement(
                employer_id=employer.id, unit_id=here.unit_id, type="intention", status=AgreementStatus.ACTIVE,
                language="sv", text_version_id=version.id, starts_on=long_ago, ends_on=date(2030, 1, 1),
                review_on=date(2029, 6, 1), created_at=clock.now(),
            )
        )  # fmt: skip
    assert last == date(2025, 11, 22)
    assert found(here.manager, **ALL).promises.agreements == Share(2, 5)
