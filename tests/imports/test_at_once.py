"""Two imports of overlapping files at the same moment: no employer twice, no row lost, whichever way they came."""

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm.actors import Actor, system_actor
from crm.db import current_session, transaction
from crm.employers.models import ContactPerson, Employer, EmployerRelationship, Position
from crm.imports import runs
from crm.imports.lookups import Defaults
from crm.imports.models import ImportRun
from crm.imports.report import ImportReport
from crm.imports.services import import_employers, import_participants
from crm.participants.models import Participant
from tests.imports.conftest import Office, csv_of, make_office
from tests.simultaneous import app_there, at_once
from tests.world import World

__all__ = ["app_there"]

EACH, SHARED = 1200, 800
OURS, THEIRS = range(EACH), range(EACH - SHARED, 2 * EACH - SHARED)


@pytest.fixture
def office_there(app_there: Flask) -> Office:
    with app_there.app_context():
        return make_office(World())


def _list(numbers: range, person: str) -> bytes:
    return csv_of("Name;Town;Contact person", *(f"Ica {number};Umeå;{person} {number}" for number in numbers))


def _of_page(actor: Actor, content: bytes, defaults: Defaults) -> ImportReport:
    """What a page and the worker behind it do."""
    with transaction():
        run_id = runs.start_run(
            actor, kind="employers", filename="list.csv", content=content, defaults=defaults, language="en"
        ).id
    runs.work_on(run_id)
    with transaction():
        runs.confirm_run(actor, run_id=run_id)
    runs.work_on(run_id)
    return ImportReport.from_json(current_session().get_one(ImportRun, run_id).report)


def test_two_lists_of_employers_read_at_once_make_no_employer_twice_and_lose_no_row(
    app_there: Flask, office_there: Office
) -> None:
    defaults = office_there.defaults
    found = at_once(
        app_there,
        lambda: import_employers(system_actor("test"), source=_list(OURS, "Eva Ek"), defaults=defaults),
        lambda: _of_page(office_there.coordinator, _list(THEIRS, "Olle Alm"), defaults),
    )
    assert [(each.rows, each.errors) for each in found] == [(EACH, []), (EACH, [])]
    assert sum(each.created for each in found) == 2 * EACH - SHARED
    assert sum(each.updated for each in found) == SHARED, "the other list's contact person is added"
    with app_there.app_context():
        session = current_session()
        names = Counter(session.scalars(select(Employer.name)))
        assert (set(names), set(names.values())) == ({f"Ica {number}" for number in range(THEIRS.stop)}, {1})
        counts = [
            session.scalar(select(func.count()).select_from(table))
            for table in (EmployerRelationship, ContactPerson, Position)
        ]
        assert counts == [2 * EACH - SHARED, 2 * EACH, 2 * EACH]


def test_two_lists_with_numbers_whose_rows_come_in_opposite_orders_neither_fail_nor_wait_for_ever(
    app_there: Flask, office_there: Office
) -> None:
    numbers = [f"{digits}{_last(digits)}" for digits in range(556_000_000, 556_000_900)]
    lines = [f"Handel {number};{number}" for number in numbers]
    defaults = office_there.defaults
    one, other = csv_of("Name;Orgnr", *lines), csv_of("Name;Orgnr", *reversed(lines))
    found = at_once(
        app_there,
        *(
            lambda each=each: import_employers(system_actor("test"), source=each, defaults=defaults)
            for each in (one, other, one)
        ),
    )
    assert [(each.rows, each.errors) for each in found] == [(900, [])] * 3
    assert sum(each.created for each in found) == 900
    assert sum(each.unchanged for each in found) == 1800


def test_two_lists_of_participants_read_at_once_enter_nobody_twice(app_there: Flask, office_there: Office) -> None:
    people = csv_of("First name;Last name;Start", *(f"Åsa;Öberg {number};2026-03-01" for number in range(40)))
    found = at_once(
        app_there,
        *[lambda: import_participants(system_actor("test"), source=people, defaults=office_there.defaults)] * 2,
    )
    assert sorted((each.created, each.unchanged, each.error_count) for each in found) == [(0, 40, 0), (40, 0, 0)]
    with app_there.app_context():
        assert current_session().scalar(select(func.count(Participant.id))) == 40


def _last(digits: int) -> int:
    """The check digit of a Swedish number (Luhn)."""
    doubled = [int(each) * (2 if place % 2 == 0 else 1) for place, each in enumerate(str(digits))]
    return -sum(each // 10 + each % 10 for each in doubled) % 10
