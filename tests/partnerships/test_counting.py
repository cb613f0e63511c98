"""What was promised against what was delivered, counted from rows."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm import clock
from crm.actors import Role
from crm.db import transaction
from crm.partnerships.counting import OPEN, overlapping, status_of
from crm.partnerships.fields import EvidenceFields
from crm.partnerships.list_queries import PartnershipFilter, commitments_between, late_and_at_risk, partnership_page
from crm.partnerships.models import Commitment
from crm.partnerships.queries import counted
from crm.partnerships.services.commitments import add_evidence, cancel_commitment, remove_evidence, restore_evidence
from tests.partnerships.conftest import NOON, YEAR, Place

TODAY = NOON.date()


def _count(commitment: Commitment, on: date = TODAY) -> tuple[int, str]:
    row = counted([commitment], on=on)[commitment.id]
    return row.count, row.status


def test_five_commitments_show_promised_against_delivered(place: Place) -> None:
    """Story 5: placements, hires, visits, an event and a mentor, each counted from its own rows."""
    partnership = place.partnership()
    places = place.commitment(partnership, "places", 2)
    hires = place.commitment(partnership, "hires", 2)
    visits = place.commitment(partnership, "job_shadowing", 3)
    event = place.commitment(partnership, "event", 1)
    mentors = place.commitment(partnership, "mentoring", 4)
    place.placement("se_praktik", date(2026, 2, 1))
    place.placement("se_work_training", date(2026, 3, 1))
    place.placement("ordinary_work", date(2026, 4, 1))
    place.contact("visit", date(2026, 2, 2), participant_present=True)
    place.contact("visit", date(2026, 3, 2), purpose="csr")
    place.contact("visit", date(2026, 3, 3), purpose="needs")
    place.contact("event", date(2026, 5, 5))
    with transaction():
        given = EvidenceFields(
            on_date=date(2026, 5, 1), text="Two mentors began", quantity=2, link="https://example.org"
        )
        add_evidence(place.coordinator, commitment_id=mentors.id, given=given)
    assert _count(places) == (2, "delivered")
    assert _count(hires) == (1, "on_track")
    assert _count(visits) == (2, "on_track")
    assert _count(event) == (1, "delivered")
    assert _count(mentors) == (2, "on_track")
    report = commitments_between(place.coordinator, *YEAR, on=TODAY)
    assert (report.total.commitments, report.total.promised, report.total.delivered) == (5, 12, 8)
    assert (report.total.share, report.total.fulfilled) == (8 / 12, 2)
    assert report.by_unit["Osby"]["places"].share == 1.0


def test_what_does_not_belong_to_the_promise_is_not_counted(place: Place) -> None:
    partnership = place.partnership()
    places = place.commitment(partnership, "places", 5)
    other_unit = place.world.unit()
    place.placement("se_praktik", date(2025, 12, 31))
    place.placement("se_praktik", date(2026, 7, 1))
    place.placement("se_praktik", date(2026, 3, 1), status="planned")
    place.placement("ordinary_work", date(2026, 3, 1))
    place.placement("se_praktik", date(2026, 3, 1), employer=place.world.employer())
    place.placement("se_praktik", date(2026, 3, 1), unit=other_unit)
    assert _count(places)[0] == 0
    place.placement("se_praktik", date(2026, 6, 30))
    assert _count(places)[0] == 1


def test_units_below_the_employer_and_below_the_unit_count(place: Place) -> None:
    places = place.commitment(place.partnership(), "places", 5)
    daughter = place.world.employer(parent_id=place.employer_id)
    shop = place.world.employer(parent_id=daughter.id)
    below = place.world.unit(parent_id=place.unit_id)
    place.placement("se_praktik", date(2026, 3, 1), employer=shop)
    place.placement("se_praktik", date(2026, 3, 1), unit=below)
    assert _count(places)[0] == 2


def test_somebody_who_is_hired_after_practice_is_one_hire(place: Place) -> None:
    hires = place.commitment(place.partnership(), "hires", 3)
    practice = place.placement("se_praktik", date(2026, 1, 7), ends_on=date(2026, 3, 1), end_reason="hired")
    assert _count(hires)[0] == 1
    place.world.placement(practice.enrolment, practice.employer, kind="ordinary_work", starts_on=date(2026, 3, 2))
    assert _count(hires)[0] == 1


def test_only_the_chosen_kinds_of_placement_count(place: Place) -> None:
    chosen = place.commitment(place.partnership(), "places", 3, placement_kinds=("no_summer_job",))
    place.placement("se_praktik", date(2026, 2, 1))
    place.placement("no_summer_job", date(2026, 6, 15))
    assert _count(chosen)[0] == 1


def test_removed_evidence_and_removed_visits_count_no_more(place: Place) -> None:
    partnership = place.partnership()
    training = place.commitment(partnership, "training", 2)
    visits = place.commitment(partnership, "job_shadowing", 2)
    place.contact("visit", date(2026, 2, 2), purpose="csr", archived_at=clock.now())
    place.contact("visit", date(2026, 2, 2), purpose="csr", outcome="no_answer")
    with transaction():
        evidence_id = add_evidence(
            place.coordinator, commitment_id=training.id, given=EvidenceFields(date(2026, 2, 1), "A course", 2)
        ).id
    assert _count(training) == (2, "delivered")
    with transaction():
        remove_evidence(place.coordinator, evidence_id=evidence_id)
    assert (_count(training)[0], _count(visits)[0]) == (0, 0)
    with transaction():
        restore_evidence(place.coordinator, evidence_id=evidence_id)
    assert _count(training)[0] == 2


def test_late_and_at_risk_are_listed_and_cancelled_is_not(place: Place) -> None:
    partnership = place.partnership()
    late = place.commitment(partnership, "places", 2, ends_on=date(2026, 5, 31))
    place.placement("se_praktik", date(2026, 2, 1))
    missing = place.commitment(partnership, "event", 1, ends_on=date(2026, 3, 31))
    risky = place.commitment(partnership, "mentoring", 4, ends_on=date(2026, 11, 30))
    gone = place.commitment(partnership, "training", 9)
    with transaction():
        cancel_commitment(place.coordinator, commitment_id=gone.id, because="The course is no more")
    report = commitments_between(place.coordinator, *YEAR, on=TODAY)
    overdue, at_risk = late_and_at_risk(report.rows)
    assert [(each.commitment.id, each.status) for each in overdue] == [
        (missing.id, "not_delivered"),
        (late.id, "partly"),
    ]
    assert [each.commitment.id for each in at_risk] == [risky.id]
    assert (report.total.commitments, report.total.promised) == (3, 7)
    found = partnership_page(place.coordinator, PartnershipFilter(show="overdue"), on=TODAY, page=1)
    assert [line.partnership.id for line in found.items] == [partnership.id]
    assert partnership_page(place.stranger, PartnershipFilter(show="overdue"), on=TODAY, page=1).items == []


def test_what_comes_beyond_a_promise_makes_up_for_no_other(place: Place) -> None:
    partnership = place.partnership()
    place.commitment(partnership, "places", 1)
    place.commitment(partnership, "event", 1)
    for day in (1, 2, 3):
        place.placement("se_praktik", date(2026, 2, day))
    total = commitments_between(place.coordinator, *YEAR, on=TODAY).total
    assert (total.delivered, total.kept, total.promised, total.share) == (3, 1, 2, 0.5)


def test_all_four_companies_of_the_reference_group_gave_places(place: Place) -> None:
    """ICA, Drivabolagen, Nissma and Auto-Kemi are in the group, and all take people: 4 of 4."""
    names = ("Drivabolagen", "Nissma Montering", "Auto-Kemi")
    ids = [place.employer_id, *(place.world.employer(name).id for name in names)]
    for employer_id in ids:
        place.employer_id = employer_id
        place.commitment(place.partnership(), "places", 1)
        place.placement("se_work_training", date(2026, 2, 1))
    report = commitments_between(place.coordinator, *YEAR, on=TODAY)
    assert (report.employers_with_places, report.employers) == (4, 4)


def test_commitments_that_count_the_same_rows_are_pointed_out(place: Place) -> None:
    partnership = place.partnership()
    one = place.commitment(partnership, "places", 1)
    two = place.commitment(partnership, "places", 1, starts_on=date(2026, 12, 1))
    place.commitment(partnership, "places", 1, starts_on=date(2027, 1, 1), ends_on=date(2027, 2, 1))
    place.commitment(partnership, "mentoring", 1)
    assert overlapping(partnership.commitments) == {one.id, two.id}


def test_an_evaluator_gets_sums_and_no_rows(place: Place) -> None:
    place.commitment(place.partnership(), "places", 2)
    unit = place.world.session.get_one(type(place.world.unit()), place.unit_id)
    evaluator = place.world.actor(place.world.staff(Role.EVALUATOR, unit=unit))
    report = commitments_between(evaluator, *YEAR, on=TODAY, aggregate=True)
    assert (report.total.promised, list(report.rows)) == (2, [])


@pytest.mark.parametrize("on", [date(2026, 6, 30), date(2027, 1, 1)])
def test_the_day_is_the_last_one_that_counts(place: Place, on: date) -> None:
    places = place.commitment(place.partnership(), "places", 1)
    place.placement("se_praktik", on)
    assert _count(places, on)[0] == (1 if on.year == 2026 else 0)


@settings(max_examples=300, deadline=None)
@given(
    quantity=st.integers(1, 50),
    count=st.integers(0, 60),
    length=st.integers(0, 900),
    day=st.integers(-400, 1400),
    at_risk=st.booleans(),
    cancelled=st.booleans(),
)
def test_a_commitment_is_always_in_exactly_one_state(
    quantity: int, count: int, length: int, day: int, at_risk: bool, cancelled: bool
) -> None:
    begin = YEAR[0]
    commitment = Commitment(
        quantity=quantity, starts_on=begin, ends_on=begin + timedelta(days=length), at_risk=at_risk,
        cancelled_on=begin if cancelled else None,
    )  # fmt: skip
    status = status_of(commitment, count, on=begin + timedelta(days=day))
    assert (status == "cancelled") is cancelled
    if cancelled:
        return
    assert (status == "delivered") is (count >= quantity)
    if day > length:
        assert status not in OPEN
        assert (status == "partly") is (0 < count < quantity)
    elif status != "delivered":
        assert status in OPEN
        assert (status == "planned") is (day < 0)
        # More delivered never makes it worse.
        assert status_of(commitment, quantity, on=begin + timedelta(days=day)) == "delivered"
