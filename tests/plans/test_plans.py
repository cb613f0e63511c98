"""Profiles and matching, individual plans and competence cards: created, revised, printed, shown with consent."""

import pytest
from sqlalchemy import select

from crm.accounts.models import Unit
from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict, NotVisible
from crm.participants.models import Participant
from crm.participants.services.protection import protect
from crm.placements.around_models import SharingEntry
from crm.placements.around_services import consent_to_share
from crm.plans.matching import employers_that_may_fit, reasons_for
from crm.plans.models import PaperKind, ParticipantProfile, PlanPaper
from crm.plans.queries import papers_of, profile_of
from crm.plans.services import ProfileFields, save_paper, save_profile, show_card_to_employer
from tests.participants.conftest import Here
from tests.placements.test_course import start
from tests.world import World

WANTS = ProfileFields(wishes=("Bakery", " ", "Bakery"), skills=("Forklift truck",), training_needs=("Food hygiene",))


def profile(here: Here, given: ProfileFields = WANTS, version: int | None = None) -> ParticipantProfile:
    with transaction():
        return save_profile(here.coordinator, participant_id=here.person_id, given=given, version=version)


def revise(
    here: Here, kind: PaperKind = PaperKind.COMPETENCE_CARD, based_on: int | None = None, **answers: str
) -> PlanPaper:
    with transaction():
        return save_paper(
            here.coordinator, participant_id=here.person_id, kind=kind, answers=answers, based_on=based_on
        )


def test_a_profile_keeps_each_line_once_and_the_training_that_is_still_needed(here: Here) -> None:
    row = profile(here)
    assert (row.wishes, row.skills, row.training_needs) == (["Bakery"], ["Forklift truck"], ["Food hygiene"])
    with pytest.raises(EditConflict):
        profile(here, version=0)
    with pytest.raises(DomainError) as refused:
        profile(here, ProfileFields(cv_url="javascript:alert(1)"))
    assert refused.value.field == "cv_url"
    with pytest.raises(DomainError):
        profile(here, ProfileFields(skills=("x" * 101,)))
    assert profile_of(here.person_id) is row


def test_a_match_says_whether_it_was_a_wish_or_a_skill_and_what_it_meets(here: Here) -> None:
    row = profile(here)
    found = reasons_for(row, ["Nordlys Bakery AB", "Warehouse with forklifts"])
    assert [(each.kind, each.line, each.meets) for each in found] == [
        ("wish", "Bakery", "Nordlys Bakery AB"),
        ("skill", "Forklift truck", "Warehouse with forklifts"),
    ]


def test_employers_of_the_unit_that_fit_come_with_the_reasons_and_others_do_not(here: Here, world: World) -> None:
    row = profile(here)
    person = current_session().get_one(Participant, here.person_id)
    unit = current_session().get_one(Unit, here.unit_id)
    both = world.employer("Forklift AB", industry_text="Bakery")
    one = world.employer("Brödboden", industry_text="Bakery and café")
    away = world.employer("Bakery that wants no contact", do_not_contact=True)
    other = world.employer("Law firm")
    for employer in (both, one, away, other):
        world.relationship(employer, unit)
    world.employer("Bakery of another unit")
    found = employers_that_may_fit(here.coordinator, person, row)
    assert [(each.employer, len(each.reasons)) for each in found] == [(both, 2), (one, 1)]
    assert {reason.kind for reason in found[0].reasons} == {"wish", "skill"}


@pytest.mark.parametrize("kind", list(PaperKind))
def test_a_paper_is_created_and_revised_and_its_versions_stay(here: Here, kind: PaperKind) -> None:
    key = "goal" if kind is PaperKind.INDIVIDUAL_PLAN else "experience"
    first = revise(here, kind, based_on=0, **{key: "Two summers"})
    assert revise(here, kind, based_on=0, **{key: "Two summers"}) is first
    second = revise(here, kind, based_on=1, **{key: "Three summers", "unknown": "x"})
    assert (first.number, second.number, first.answers, second.answers) == (
        1, 2, {key: "Two summers"}, {key: "Three summers"},
    )  # fmt: skip
    with pytest.raises(EditConflict):
        revise(here, kind, based_on=1, **{key: "Four summers"})
    with pytest.raises(DomainError):
        revise(here, kind)
    assert [each.number for each in papers_of(here.person_id, kind)] == [2, 1]


def test_a_competence_card_goes_to_an_employer_with_consent_alone(here: Here, world: World) -> None:
    card, plan = revise(here, experience="A shop"), revise(here, PaperKind.INDIVIDUAL_PLAN, goal="A job")
    placement = start(here, world)

    def show(paper: PlanPaper) -> None:
        with transaction():
            show_card_to_employer(here.coordinator, paper_id=paper.id, placement_id=placement.id, told="Eva")

    with pytest.raises(DomainError, match="Skills"):
        show(card)
    assert current_session().scalars(select(SharingEntry)).all() == []
    with transaction():
        consent_to_share(here.coordinator, placement_id=placement.id, items=["skills"])
    with pytest.raises(DomainError, match="not shown to employers"):
        show(plan)
    show(card)
    assert current_session().scalars(select(SharingEntry)).one().told == "Eva"


def test_papers_are_seen_with_their_participant(here: Here, world: World) -> None:
    card = revise(here, experience="A shop")
    with transaction():
        protect(here.coordinator, participant_id=here.person_id, named_staff_ids={here.coordinator.staff_id or 0})
    with pytest.raises(NotVisible), transaction():
        save_paper(
            here.colleague, participant_id=here.person_id, kind=card.kind, answers={"experience": "x"}, based_on=None
        )


def test_an_employer_is_not_matched_by_short_words(here: Here) -> None:
    row = profile(here, ProfileFields(wishes=("A job in IT",)))
    assert reasons_for(row, ["IT and jam", None]) == ()
