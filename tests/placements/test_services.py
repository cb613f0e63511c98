"""Starting, correcting and ending placements; where somebody works at the exit."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.db import current_session, transaction
from crm.employers.models import Employer
from crm.errors import DomainError, EditConflict, NotVisible
from crm.history.models import HistoryLine, HistoryLink
from crm.placements.at_employer import placements_at
from crm.placements.models import Placement
from crm.placements.panels import state_of
from crm.placements.queries import current_employer_for_exit, employers_like, placements_of
from crm.placements.services import PlacementFields, change_placement, end_placement, start_placement
from crm.search.services import index_employer
from tests.participants.conftest import Here
from tests.world import World


def _start(here: Here, employer: Employer, **values: object) -> Placement:
    given = PlacementFields(**{"employer_id": employer.id, "kind": "other", "starts_on": date(2026, 3, 1), **values})  # type: ignore[arg-type]
    with transaction():
        return start_placement(here.coordinator, participant_id=here.person_id, given=given)


def test_a_placement_belongs_to_the_open_enrolment(here: Here, world: World) -> None:
    placement = _start(here, world.employer(), fte_percent=50, may_tell_employer=True)
    assert (placement.enrolment_id, placement.unit_id) == (here.enrolment_id, here.unit_id)
    assert (placement.fte_percent, placement.may_tell_employer) == (50, True)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "slavery"}, "kind"),
        ({"ends_on": date(2026, 2, 1)}, "ends_on"),
        ({"fte_percent": 0}, "fte_percent"),
        ({"fte_percent": 101}, "fte_percent"),
        ({"employer_id": 999}, "employer"),
        ({"workplace_id": 999}, "workplace_id"),
    ],
)
def test_what_breaks_a_rule_is_named_by_its_field(
    here: Here, world: World, values: dict[str, object], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        _start(here, world.employer(), **values)
    assert refused.value.field == field


def test_why_a_placement_ended_stands_with_the_participant_and_never_with_the_employer(
    here: Here, world: World
) -> None:
    employer = world.employer("Nordlys Bageri AB")
    placement = _start(here, employer)
    with transaction():
        end_placement(here.coordinator, placement_id=placement.id, ends_on=date(2026, 4, 1), reason="health")
    assert placement.status == "ended_early"
    statement = select(HistoryLine, HistoryLink.employer_id).join(HistoryLink).order_by(HistoryLine.id)
    for line, employer_id in current_session().execute(statement):
        text = f"{line.summary} {line.detail}"
        assert "Åsa" not in text
        if employer_id is not None:
            assert "Health" not in text
        elif line.kind == "placement_ended":
            assert line.detail["en"] == "Health"


def test_the_end_can_be_corrected_and_is_never_before_the_start(here: Here, world: World) -> None:
    placement = _start(here, world.employer())
    with pytest.raises(DomainError), transaction():
        end_placement(here.coordinator, placement_id=placement.id, ends_on=date(2026, 2, 1), reason="hired")
    for reason in ("health", "hired"):
        with transaction():
            end_placement(here.coordinator, placement_id=placement.id, ends_on=date(2026, 4, 1), reason=reason)
    assert (placement.status, placement.end_reason) == ("completed", "hired")
    lines = current_session().scalars(select(HistoryLine).where(HistoryLine.kind == "placement_ended")).all()
    assert len(lines) == 2


def test_a_placement_saved_from_an_old_page_is_a_conflict(here: Here, world: World) -> None:
    employer = world.employer()
    placement = _start(here, employer)
    given = PlacementFields(employer_id=employer.id, kind="ordinary_work", starts_on=date(2026, 3, 2))
    with transaction():
        change_placement(here.coordinator, placement_id=placement.id, version=1, given=given)
    with pytest.raises(EditConflict), transaction():
        change_placement(here.coordinator, placement_id=placement.id, version=1, given=given)


def test_a_placement_is_seen_with_its_participant_and_counted_otherwise(here: Here, world: World) -> None:
    employer = world.employer()
    placement = _start(here, employer)
    assert placements_of(here.coordinator, here.person_id) == [placement]
    own, others = placements_at(here.coordinator, employer.id), placements_at(here.colleague, employer.id)
    assert ([(each.id, each.who) for each in own.seen], own.others) == (
        [(placement.id, placement.participant.full_name)],
        0,
    )
    assert (list(others.seen), others.others) == ([], 1)
    with pytest.raises(NotVisible), transaction():
        end_placement(here.colleague, placement_id=placement.id, ends_on=date(2026, 4, 1), reason="health")


@pytest.mark.parametrize(
    ("ends_on", "reason", "on", "expected"),
    [
        (None, None, date(2026, 6, 1), True),
        (None, None, date(2026, 2, 1), False),
        (date(2026, 6, 1), "completed", date(2026, 6, 1), True),
        (date(2026, 6, 1), "completed", date(2026, 6, 2), False),
        (date(2026, 6, 1), "hired", date(2026, 6, 30), True),
        (date(2026, 6, 1), "hired", date(2026, 8, 1), False),
    ],
)
def test_the_employer_at_the_exit_is_where_somebody_works_or_was_just_hired(
    here: Here, world: World, ends_on: date | None, reason: str | None, on: date, expected: bool
) -> None:
    placement = _start(here, world.employer())
    if ends_on is not None and reason is not None:
        with transaction():
            end_placement(here.coordinator, placement_id=placement.id, ends_on=ends_on, reason=reason)
    found = current_employer_for_exit(here.enrolment_id, on)
    assert (found is not None) is expected


def test_of_two_placements_the_later_is_the_employer_at_the_exit(here: Here, world: World) -> None:
    _start(here, world.employer("First AB"))
    _start(here, world.employer("Second AB"), starts_on=date(2026, 5, 1))
    found = current_employer_for_exit(here.enrolment_id, date(2026, 6, 1))
    assert found is not None
    assert found.employer.name == "Second AB"


def test_employers_are_found_by_parts_of_their_name_and_not_when_archived(here: Here, world: World) -> None:
    found = world.employer("Nordlys Bageri AB")
    old = world.employer("Nordlys Gamla AB", archived_at=found.created_at)
    for employer in (found, old):
        with transaction():
            index_employer(employer.id)
    assert employers_like(here.coordinator, "bageri nord") == [found]
    assert employers_like(here.coordinator, "  ") == []


def test_a_placement_is_planned_active_or_ended_by_its_days(here: Here, world: World) -> None:
    placement = _start(here, world.employer(), ends_on=date(2026, 5, 1))
    days = [date(2026, 2, 1), date(2026, 3, 1), date(2026, 5, 1), date(2026, 5, 2)]
    assert [state_of(placement, day) for day in days] == ["planned", "active", "active", "ended"]
