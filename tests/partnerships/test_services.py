"""Partnerships, their reviews and testimonials."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict, NotVisible
from crm.extension_points import MergeStep
from crm.history.models import HistoryLine
from crm.partnerships import queries
from crm.partnerships.fields import CommitmentFields, EvidenceFields, PartnershipFields, TestimonialFields
from crm.partnerships.merging import merge_partnerships
from crm.partnerships.models import Partnership
from crm.partnerships.queries import partnerships_at
from crm.partnerships.running import running_at
from crm.partnerships.services import commitments, partnerships, voices
from crm.tasks.models import Task, TaskState
from tests.partnerships.conftest import YEAR, Place

GIVEN = PartnershipFields(name="Together", starts_on=YEAR[0], ends_on=YEAR[1])
SAID = TestimonialFields(
    said_by="The owner", said_on=date(2026, 6, 1), text="We could pay a regular fee to recruit from the unit."
)


def _tasks() -> list[tuple[date, TaskState]]:
    rows = current_session().scalars(select(Task).where(Task.kind == "partnership_review").order_by(Task.due_on))
    return [(task.due_on, task.state) for task in rows]


def test_the_same_form_sent_twice_begins_one_partnership(place: Place) -> None:
    for _again in range(2):
        with transaction():
            partnerships.begin_partnership(
                place.coordinator, employer_id=place.employer_id, unit_id=place.unit_id, given=GIVEN,
                submission_key="key-1",
            )  # fmt: skip
    assert len(current_session().scalars(select(Partnership)).all()) == 1


def test_a_task_comes_two_weeks_before_each_review_and_goes_with_the_partnership(place: Place) -> None:
    with transaction():
        made = partnerships.begin_partnership(
            place.coordinator, employer_id=place.employer_id, unit_id=place.unit_id,
            given=replace(GIVEN, owner_id=place.coordinator.staff_id), review_on=date(2026, 9, 15),
        )  # fmt: skip
        partnerships.add_review(place.coordinator, partnership_id=made.id, on_date=date(2026, 7, 3))
        partnerships.add_review(place.coordinator, partnership_id=made.id, on_date=date(2026, 7, 3))
    assert _tasks() == [(date(2026, 6, 30), TaskState.OPEN), (date(2026, 9, 1), TaskState.OPEN)]
    first = made.reviews[0].id
    with transaction():
        partnerships.complete_review(place.coordinator, review_id=first)
    assert _tasks()[0][1] is TaskState.CANCELLED
    with transaction():
        partnerships.end_partnership(place.coordinator, partnership_id=made.id, on_date=date(2026, 6, 30))
    assert {state for _day, state in _tasks()} == {TaskState.CANCELLED}
    with transaction():
        partnerships.resume_partnership(place.coordinator, partnership_id=made.id)
    assert made.ended_on is None
    assert _tasks() == [(date(2026, 6, 30), TaskState.CANCELLED), (date(2026, 9, 1), TaskState.OPEN)]
    with transaction():
        partnerships.complete_review(place.coordinator, review_id=first, done=False)
    assert {state for _day, state in _tasks()} == {TaskState.OPEN}


def test_everything_leaves_a_line_in_the_employers_history(place: Place) -> None:
    made = place.partnership()
    place.commitment(made, "places", 2)
    with transaction():
        voices.add_testimonial(place.coordinator, employer_id=place.employer_id, unit_id=place.unit_id, given=SAID)
    lines = current_session().scalars(select(HistoryLine).order_by(HistoryLine.id)).all()
    assert [line.summary["en"] for line in lines] == ["CSR partnership begun", "Commitment added", "Testimonial"]
    assert {line.unit_id for line in lines} == {place.unit_id}


def test_another_unit_sees_that_there_is_one_and_nothing_of_it(place: Place) -> None:
    made = place.partnership()
    assert partnerships_at(place.stranger, place.employer_id) == []
    [told] = running_at(place.stranger, place.employer_id)
    assert (told.unit, told.name, told.public_id, told.commitments) == ("Osby", None, None, 0)
    assert [each.name for each in running_at(place.coordinator, place.employer_id)] == ["Together"]
    with pytest.raises(NotVisible), transaction():
        partnerships.end_partnership(place.stranger, partnership_id=made.id, on_date=date(2026, 6, 1))


def test_saving_from_an_old_page_is_a_conflict(place: Place) -> None:
    made = place.partnership()
    with transaction():
        partnerships.change_partnership(
            place.coordinator, partnership_id=made.id, version=1, given=replace(GIVEN, name="New")
        )
    with pytest.raises(EditConflict) as conflict, transaction():
        partnerships.change_partnership(place.coordinator, partnership_id=made.id, version=1, given=GIVEN)
    assert conflict.value.current["name"] == "New"


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"kind": "logo"}, "kind"),
        ({"text": " "}, "text"),
        ({"quantity": 0}, "quantity"),
        ({"ends_on": date(2025, 1, 1)}, "ends_on"),
        ({"starts_on": date(2025, 1, 1)}, "starts_on"),
        ({"placement_kinds": ("nothing",)}, "placement_kinds"),
        ({"frameworks": ("certified",)}, "frameworks"),
    ],
)
def test_what_breaks_a_rule_is_named_by_its_field(place: Place, values: dict[str, object], wrong: str) -> None:
    made = place.partnership()
    given = CommitmentFields(kind="places", text="Two places", quantity=2, starts_on=YEAR[0], ends_on=YEAR[1])
    with pytest.raises(DomainError) as refused, transaction():
        commitments.add_commitment(
            place.coordinator,
            partnership_id=made.id,
            given=replace(given, **values),  # type: ignore[arg-type]
        )
    assert refused.value.field == wrong


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"text": ""}, "text"),
        ({"quantity": 0}, "quantity"),
        ({"on_date": date(2027, 1, 1)}, "on_date"),
        ({"on_date": date(2026, 7, 1)}, "on_date"),
        ({"link": "javascript://alert"}, "link"),
        ({"contact_id": 999}, "contact_id"),
    ],
)
def test_evidence_is_checked(place: Place, values: dict[str, object], wrong: str) -> None:
    commitment = place.commitment(place.partnership(), "mentoring", 1)
    given = EvidenceFields(on_date=date(2026, 6, 1), text="A mentor")
    with pytest.raises(DomainError) as refused, transaction():
        commitments.add_evidence(
            place.coordinator,
            commitment_id=commitment.id,
            given=replace(given, **values),  # type: ignore[arg-type]
        )
    assert refused.value.field == wrong


def test_a_testimonial_is_published_only_with_consent(place: Place) -> None:
    """It is stored with its consent."""

    def save(given: TestimonialFields) -> Any:
        with transaction():
            return voices.add_testimonial(
                place.coordinator, employer_id=place.employer_id, unit_id=place.unit_id, given=given
            )

    with pytest.raises(DomainError) as refused:
        save(replace(SAID, may_publish=True))
    assert refused.value.field == "consent_on"
    kept = save(replace(SAID, may_publish=True, consent_on=date(2026, 6, 2)))
    assert (kept.may_publish, kept.consent_on) == (True, date(2026, 6, 2))
    with transaction():
        voices.remove_testimonial(place.coordinator, testimonial_id=kept.id)
    assert queries.testimonials_at(place.coordinator, place.employer_id) == []
    with transaction():
        voices.restore_testimonial(place.coordinator, testimonial_id=kept.id)
    assert queries.testimonials_at(place.coordinator, place.employer_id) == [kept]
    assert queries.testimonials_at(place.stranger, place.employer_id) == []


def test_partnerships_follow_a_merge_and_come_back(place: Place) -> None:
    step: MergeStep = merge_partnerships
    made = place.partnership()
    kept = place.world.employer()
    with transaction():
        memory = step.merge(place.coordinator, kept.id, place.employer_id)
    current_session().expire_all()
    assert made.employer_id == kept.id
    with transaction():
        step.undo(place.coordinator, kept.id, place.employer_id, memory)
    current_session().expire_all()
    assert made.employer_id == place.employer_id


def test_beginning_beside_a_partnership_that_runs_is_done_on_purpose(place: Place) -> None:
    first = place.partnership()
    asked = {"employer_id": place.employer_id, "unit_id": place.stranger.unit_id or 0, "given": GIVEN}
    with pytest.raises(DomainError) as refused, transaction():
        partnerships.begin_partnership(place.stranger, **asked)
    assert refused.value.field == "beside_others"
    with transaction():
        partnerships.begin_partnership(place.stranger, **asked, beside_others=True, submission_key="key-2")
        partnerships.begin_partnership(place.stranger, **asked, submission_key="key-2")
    told = running_at(place.stranger, place.employer_id)
    assert [(each.unit, each.name) for each in told] == [("Kil", "Together"), ("Osby", None)]
    with transaction():
        partnerships.end_partnership(place.coordinator, partnership_id=first.id, on_date=date(2026, 6, 30))
        partnerships.end_partnership(place.stranger, partnership_id=first.id + 1, on_date=date(2026, 6, 30))
    with transaction():
        assert partnerships.begin_partnership(place.stranger, **asked).id, "what has ended stands in nobody's way"
