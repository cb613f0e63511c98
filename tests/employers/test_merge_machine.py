"""Whatever is merged and undone, in whatever order: every number leads to one employer, and undoing brings all back."""

import itertools

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import delete, func, select

from crm import clock
from crm.actors import Role
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.fields import ContactFields
from crm.employers.merge_models import EmployerMerge
from crm.employers.models import Contact, Employer, EmployerRelationship, Position, Workplace
from crm.employers.registers.finding import known_employers
from crm.employers.registers.typed import Typed
from crm.history.models import HistoryLink
from tests.world import World

NUMBERS = ("5567037485", "5560125790", "5599990016", None)
PICK = st.integers(0, len(NUMBERS) - 1)
FIELDS = st.sets(st.sampled_from(["name", "org_number", "phone", "parent_id"]))
_COUNT = itertools.count(1)
_WORLD = World()
"""One for all runs, so that no two people get the same address."""


class Merging(RuleBasedStateMachine):
    """Four employers, known by two units, with contacts, workplaces and a part."""

    def __init__(self) -> None:
        super().__init__()
        self.world = _WORLD
        for employer in current_session().scalars(select(Employer)).all():
            current_session().delete(employer)
        current_session().execute(delete(EmployerMerge))
        current_session().commit()
        run = next(_COUNT)
        units = [self.world.unit(f"Unit {run} {each}") for each in ("north", "south")]
        desks = [self.world.actor(self.world.staff(Role.COORDINATOR, unit=unit)) for unit in units]
        self.manager = self.world.actor(self.world.staff(Role.MANAGER, unit=units[0]))
        self.ids = []
        for place, number in enumerate(NUMBERS):
            employer = self.world.employer(f"Employer {run} {place}", org_number=number, phone=f"+4690100000{place}")
            self.ids.append(employer.id)
            self.world.save(Workplace(employer_id=employer.id, name="Centrum" if place < 2 else f"Place {place}"))
            self.world.contact_person(employer, f"Eva {place}")
            with transaction():
                fields = ContactFields("visit", clock.today(), "interested")
                services.log_contact(desks[place % 2], employer_id=employer.id, fields=fields)
        part = current_session().get_one(Employer, self.ids[3])
        part.parent_id = self.ids[2]
        self.world.save(part)
        self.merges: list[int] = []
        self.start = snapshot()

    @rule(kept=PICK, gone=PICK, fields=FIELDS)
    def merge(self, kept: int, gone: int, fields: set[str]) -> None:
        """Any two that are still two."""
        rows = [current_session().get_one(Employer, self.ids[each]) for each in (kept, gone)]
        if kept == gone or any(row.merged_into_id for row in rows):
            return
        with transaction():
            made = services.merge_employers(
                self.manager, kept_id=rows[0].id, gone_id=rows[1].id, from_gone=sorted(fields), numbers_seen=True
            )
            self.merges.append(made.id)

    @precondition(lambda self: self.merges)
    @rule()
    def undo(self) -> None:
        """The newest merge is taken back."""
        with transaction():
            services.undo_employer_merge(self.manager, merge_id=self.merges.pop())

    @invariant()
    def every_number_leads_to_one_employer_in_use(self) -> None:
        for number in filter(None, NUMBERS):
            (known,) = known_employers(self.manager, Typed("SE", number=number))
            assert known.employer.archived_at is None
            assert known.employer.merged_into_id is None

    @invariant()
    def nothing_is_lost_and_nobody_stands_under_themselves(self) -> None:
        session = current_session()
        counted = [session.scalar(select(func.count()).select_from(each)) for each in (Contact, Workplace)]
        assert counted == [4, 4]
        about = select(func.count(HistoryLink.employer_id.distinct())).where(HistoryLink.employer_id.is_not(None))
        in_use = select(func.count()).select_from(Employer).where(Employer.merged_into_id.is_(None))
        assert session.scalar(about) == session.scalar(in_use)
        for row in current_session().scalars(select(Employer)):
            assert row.parent_id != row.id

    def teardown(self) -> None:
        while self.merges:
            self.undo()
        assert snapshot() == self.start
        current_session().rollback()


def snapshot() -> dict[str, list[tuple[object, ...]]]:
    """What belongs to whom, and what stands in the employers."""
    session = current_session()
    rows = {
        model.__tablename__: sorted(tuple(row) for row in session.execute(select(model.id, model.employer_id)))
        for model in (Contact, Position, Workplace, EmployerRelationship)
    }
    kept = (Employer.id, Employer.name, Employer.org_number, Employer.phone, Employer.parent_id, Employer.archived_at)
    rows["employer"] = [tuple(row) for row in session.execute(select(*kept).order_by(Employer.id))]
    return rows


@pytest.mark.timeout(300)
def test_merging_and_undoing_in_any_order_loses_nothing(app: Flask) -> None:
    with app.app_context():
        run_state_machine_as_test(
            Merging,
            settings=settings(
                max_examples=8, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
