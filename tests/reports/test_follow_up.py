"""Figures of the core: periods, persons and starts, and the files. They hold with no plugin enabled."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.actors import Actor, ActorKind, Role
from crm.employers.models import Contact
from crm.measures.contact_queries import contact_days
from crm.participants.models import Enrolment, EnrolmentExit
from crm.reports.few import hidden_rows
from crm.reports.filters import read_filters, twelve_months_before
from crm.reports.flow import employer_figures, flow
from crm.reports.outcomes import exit_reasons, result_at_exit
from tests.world import World

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _exit(world: World, enrolment: Enrolment, day: date, reason: str) -> None:
    enrolment.exited_on = day
    number = len(enrolment.exits) + 1
    world.save(
        EnrolmentExit(enrolment_id=enrolment.id, number=number, exit_on=day, reason=reason, recorded_at=clock.now())
    )


def _actor(world: World) -> Actor:
    unit = world.unit()
    staff = world.staff(Role.MANAGER, unit=unit)
    programme = world.programme(unit, starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    for count, reason in enumerate(["work_ordinary", "studies", "job_seeking"]):
        person = world.participant(unit, sex="woman" if count else "man")
        _exit(world, world.enrolment(person, programme, starts_on=date(2026, 1, 1)), date(2026, 3, 1), reason)
    again = world.participant(unit, sex="man")
    _exit(world, world.enrolment(again, programme, starts_on=date(2026, 1, 1)), date(2026, 3, 1), "moved")
    _exit(world, world.enrolment(again, programme, starts_on=date(2026, 4, 1)), date(2026, 6, 1), "self_employed")
    return world.actor(staff)


@pytest.mark.parametrize(
    ("day", "first"),
    [(date(2026, 11, 22), date(2025, 11, 22)), (date(2028, 2, 29), date(2027, 3, 1))],
)
def test_twelve_months_reach_back_to_the_same_day_of_the_year_before(day: date, first: date) -> None:
    assert twelve_months_before(day) == first


def test_the_result_names_persons_and_starts(core_app: Flask, world: World) -> None:
    with core_app.app_context(), clock.travelling(NOW):
        filters = read_filters(_actor(world), {})
        result = result_at_exit(filters)
        assert (result.persons.count, result.persons.base) == (3, 4)
        assert (result.starts.count, result.starts.base) == (3, 5)
        assert dict(exit_reasons(filters))["moved"] == 1
        counted = flow(filters)
        assert (counted.starts, counted.persons, counted.re_entries) == (5, 4, 1)
        assert {row.sex: (row.persons, row.starts) for row in counted.by_sex} == {"man": (2, 3), "woman": (2, 2)}


def test_another_units_rows_are_not_counted(core_app: Flask, world: World) -> None:
    with core_app.app_context(), clock.travelling(NOW):
        _actor(world)
        stranger = world.actor(world.staff(Role.MANAGER))
        assert result_at_exit(read_filters(stranger, {})).starts.base == 0


def test_attempts_stand_beside_the_contacts_and_removed_ones_nowhere(core_app: Flask, world: World) -> None:
    """Three contacts in all, of which one attempt: so many the page says, and the measures count two."""
    with core_app.app_context(), clock.travelling(NOW):
        unit = world.unit()
        manager = world.actor(world.staff(Role.MANAGER, unit=unit))
        given = {"unit_id": unit.id, "channel": "visit", "on_date": NOW.date(), "created_at": NOW}
        for outcome, archived_at in (("interested", None), ("no", None), ("no_answer", None), ("interested", NOW)):
            employer_id = world.employer().id
            world.save(Contact(employer_id=employer_id, outcome=outcome, archived_at=archived_at, **given))
        filters = read_filters(manager, {})
        found = employer_figures(filters)
        assert (found.contacts, found.attempts, found.visits, found.employers_met) == (3, 1, 2, 2)
        assert found.contacts - found.attempts == sum(day.contacts for day in contact_days(filters))


def test_a_programme_brings_its_own_period(core_app: Flask, world: World) -> None:
    with core_app.app_context(), clock.travelling(NOW):
        unit = world.unit()
        programme = world.programme(unit, starts_on=date(2023, 1, 1), ends_on=date(2024, 12, 31))
        actor = world.actor(world.staff(Role.MANAGER, unit=unit))
        filters = read_filters(actor, {"programme": programme.public_id})
        assert (filters.since, filters.until) == (date(2023, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize("values", [{"since": "yesterday"}, {"since": "2026-05-01", "until": "2026-01-01"}])
def test_dates_that_make_no_sense_are_said(core_app: Flask, world: World, values: dict[str, str]) -> None:
    with core_app.app_context():
        assert read_filters(world.actor(world.staff(Role.MANAGER)), values).problem == "dates"


@pytest.mark.parametrize("role", list(Role))
def test_every_role_sees_the_page_and_its_files(
    core_app: Flask, world: World, sign_in: Callable[[FlaskClient, str], None], role: Role
) -> None:
    with core_app.app_context():
        email = world.staff(role).email
    client = core_app.test_client()
    sign_in(client, email)
    page = client.get("/follow-up?since=nonsense")
    assert page.status_code == 200
    assert "could not be read" in page.get_data(as_text=True)
    assert client.get("/follow-up/print").status_code == 200
    pdf = client.get("/follow-up.pdf")
    assert (pdf.status_code, pdf.data[:5]) == (200, b"%PDF-")


def test_who_reads_figures_alone_is_not_told_of_few_and_not_by_the_sum_either() -> None:
    evaluator, manager = (
        Actor(ActorKind.STAFF, "somebody", roles=frozenset({role})) for role in (Role.EVALUATOR, Role.MANAGER)
    )
    assert hidden_rows(evaluator, [40, 12, 3, 0]) == {1, 2}
    assert hidden_rows(evaluator, [40, 4, 3]) == {1, 2}
    assert hidden_rows(evaluator, [40, 12, 0]) == hidden_rows(manager, [40, 12, 3]) == frozenset()
