"""Around placements: the act-now list, consent to share, chains, figures at the employer, merging."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Unit
from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict, NotAllowed, NotVisible
from crm.events import EmployerClosed, emit
from crm.placements.around_models import PlacementAlert, SharingEntry
from crm.placements.around_services import (
    caseworker_of,
    consent_to_share,
    count_adapted_posts,
    deal_with_alert,
    note_sharing,
    reopen_alert,
    save_caseworker,
    save_occupation,
)
from crm.placements.at_employer import placements_at
from crm.placements.chains import Link, chain_of, figures_of, untypical_by_sex
from crm.placements.merging import merge_step
from crm.placements.queries import adapted_posts_at, employer_figures, may_be_told, open_alerts
from crm.placements.rollup import placements_below
from crm.placements.stage_rules import stage_requirements
from tests.participants.conftest import Here
from tests.placements.test_course import START, end, start
from tests.world import World

MAY = datetime(2026, 5, 4, 8, tzinfo=UTC)


def close(employer_id: int, status: str = "bankrupt") -> None:
    with transaction():
        emit(EmployerClosed(employer_id=employer_id, status=status, since=date(2026, 5, 1)))


def test_a_bankruptcy_ends_the_placement_and_puts_the_person_on_the_act_now_list(here: Here, world: World) -> None:
    with clock.travelling(MAY):
        placement = start(here, world)
        gone = start(here, world, employer_id=placement.employer_id, starts_on=date(2026, 1, 1))
        end(here, gone, on=date(2026, 2, 1))
        for _again in range(2):
            close(placement.employer_id)
    assert (placement.end_reason, placement.ends_on) == ("employer_closed", date(2026, 5, 1))
    assert gone.end_reason == "completed"
    alert = open_alerts(here.coordinator)[0]
    assert [each.placement for each in open_alerts(here.coordinator)] == [placement]
    assert open_alerts(here.colleague) == []
    with pytest.raises(NotVisible), transaction():
        deal_with_alert(here.colleague, alert_id=alert.id)
    with transaction():
        deal_with_alert(here.coordinator, alert_id=alert.id)
    assert open_alerts(here.coordinator) == []
    close(placement.employer_id)
    assert open_alerts(here.coordinator) == []
    with transaction():
        reopen_alert(here.coordinator, alert_id=alert.id)
    assert open_alerts(here.coordinator) == [alert]


def test_while_an_employer_is_being_wound_up_the_end_is_only_proposed(here: Here, world: World) -> None:
    placement = start(here, world)
    close(placement.employer_id, "winding_up")
    assert (placement.end_reason, placement.end_proposed) == (None, True)
    assert current_session().scalars(select(PlacementAlert.kind)).all() == ["employer_winding_up"]
    end(here, placement)
    assert not placement.end_proposed


def test_nothing_is_shared_without_consent_and_each_sharing_is_logged(here: Here, world: World) -> None:
    placement = start(here, world)
    assert may_be_told(here.person_id, placement.employer_id) == frozenset()
    with pytest.raises(DomainError, match="Earlier placements"):
        _share(here, placement.id, ["earlier_placements"])
    assert current_session().scalars(select(SharingEntry)).all() == []
    with transaction():
        consent_to_share(here.coordinator, placement_id=placement.id, items=["earlier_placements", "skills"])
    for _again in range(2):
        _share(here, placement.id, ["earlier_placements"], key="k")
    logged = current_session().scalars(select(SharingEntry)).one()
    assert (logged.items, logged.told) == (["earlier_placements"], "Eva Holm")
    elsewhere = start(here, world)
    with pytest.raises(DomainError):
        _share(here, elsewhere.id, ["skills"])
    with transaction():
        consent_to_share(here.coordinator, placement_id=placement.id, items=[])
    with pytest.raises(DomainError):
        _share(here, placement.id, ["skills"])


def _share(here: Here, placement_id: int, items: list[str], key: str | None = None) -> None:
    with transaction():
        note_sharing(here.coordinator, placement_id=placement_id, items=items, told="Eva Holm", submission_key=key)


def test_health_is_nothing_that_one_can_agree_to_share(here: Here, world: World) -> None:
    placement = start(here, world)
    with pytest.raises(DomainError), transaction():
        consent_to_share(here.coordinator, placement_id=placement.id, items=["health"])


def test_placements_of_one_person_at_one_employer_are_a_chain(here: Here, world: World) -> None:
    employer_id = world.employer().id
    days = [date(2026, 1, 1), date(2026, 4, 1), date(2026, 8, 1)]
    kinds = ["se_work_training", "se_new_start", "ordinary_work"]
    rows = [
        start(here, world, employer_id=employer_id, kind=kind, starts_on=day)
        for kind, day in zip(kinds, days, strict=True)
    ]
    assert [row.previous_id for row in rows] == [None, rows[0].id, rows[1].id]
    assert chain_of(here.coordinator, rows[2]) == rows
    assert start(here, world).previous_id is None


def test_of_eight_placements_and_six_jobs_the_report_says_how_many_came_from_a_placement() -> None:
    links = [Link(person, 1, "se_work_training", date(2026, 1, 1)) for person in range(1, 9)]
    links += [Link(person, 1, "se_new_start", date(2026, 3, 1)) for person in (1, 2)]
    links += [Link(person, 1, "ordinary_work", date(2026, 6, 1)) for person in (1, 3, 4, 5)]
    links += [Link(person, 2, "ordinary_work", date(2026, 6, 1)) for person in (9, 10)]
    found = figures_of(links)
    assert (found.chains, found.jobs, found.jobs_from_placement, found.with_subsidy) == (10, 6, 4, 2)
    assert [(each.count, each.base) for each in found.conversions] == [(2, 8), (1, 2), (4, 8)]


def test_somebody_who_was_hired_came_to_a_job_also_without_a_second_placement() -> None:
    found = figures_of([Link(1, 1, "se_praktik", date(2026, 1, 1), "hired")])
    assert (found.jobs, found.jobs_from_placement) == (1, 1)


def test_of_ten_women_three_in_a_trade_of_men_are_thirty_per_cent(here: Here, world: World) -> None:
    with transaction():
        trade = save_occupation(here.manager, name="Electrician", share_women=4, source="Official statistics")
        office = save_occupation(here.manager, name="Assistant", share_women=55)
        ids = [trade.id] * 3 + [office.id] * 7
    with pytest.raises(NotAllowed), transaction():
        save_occupation(here.coordinator, name="Baker")
    programme = world.programme(here_unit(world, here))
    for occupation_id in ids:
        person = world.participant(here_unit(world, here), sex="woman")
        world.placement(world.enrolment(person, programme), world.employer(), occupation_id=occupation_id)
    found = untypical_by_sex([here.unit_id], date(2026, 1, 1), date(2026, 12, 31))
    assert found == {"woman": (3, 10), "man": (0, 0)}


def here_unit(world: World, here: Here) -> Unit:
    return world.session.get_one(Unit, here.unit_id)


def test_one_of_three_who_is_still_there_is_a_retention_of_a_third(here: Here, world: World) -> None:
    employer = world.employer()
    unit = here_unit(world, here)
    programme = world.programme(unit)
    for reason in (None, "health", "attendance"):
        enrolment = world.enrolment(world.participant(unit), programme)
        world.placement(enrolment, employer, end_reason=reason, status="ended_early" if reason else "active")
    found = employer_figures(employer.id)
    assert (found.retained, found.persons, found.share_is_shown) == (1, 3, True)


def test_a_placement_at_a_chapter_counts_at_the_organisation_above(here: Here, world: World) -> None:
    leve = world.employer("LEVE")
    chapter = world.employer("LEVE Nordland", parent_id=leve.id)
    start(here, world, employer_id=chapter.id, fte_percent=50)
    assert [(part.name, part.total) for part in placements_below(leve.id)] == [("LEVE Nordland", 1)]
    own = employer_figures(chapter.id)
    assert (own.running, own.fte) == (1, 0.5)


def test_a_protected_person_is_on_no_employers_page_even_for_those_who_are_named(here: Here, world: World) -> None:
    from crm.participants.services.protection import protect

    placement = start(here, world)
    with transaction():
        protect(here.coordinator, participant_id=here.person_id, named_staff_ids={here.coordinator.staff_id or 0})
    at = placements_at(here.coordinator, placement.employer_id)
    assert (list(at.seen), at.others) == ([], 1)


def test_the_caseworker_of_a_participant_is_kept_and_taken_away(here: Here) -> None:
    def save(name: str, version: int) -> None:
        with transaction():
            save_caseworker(
                here.coordinator, participant_id=here.person_id, name=name, organisation="NAV", phone="070-174 06 05",
                email=None, version=version,
            )  # fmt: skip

    save("Kari", 0)
    found = caseworker_of(here.person_id)
    assert found is not None
    assert (found.name, found.phone) == ("Kari", "+46701740605")
    with pytest.raises(EditConflict):
        save("Ola", 0)
    save("", 1)
    assert caseworker_of(here.person_id) is None


def test_adapted_posts_are_figures_over_time(here: Here, world: World) -> None:
    employer_id = world.employer().id
    for day, least, most in ((date(2010, 1, 1), 2, 3), (date(2013, 1, 1), 6, None), (date(2013, 1, 1), 7, None)):
        with transaction():
            count_adapted_posts(here.coordinator, employer_id=employer_id, as_of=day, least=least, most=most)
    assert [(row.least, row.most) for row in adapted_posts_at(employer_id)] == [(2, 3), (7, 7)]
    with pytest.raises(DomainError), transaction():
        count_adapted_posts(here.coordinator, employer_id=employer_id, as_of=START, least=3, most=2)


def test_placements_follow_when_two_employers_are_one_and_come_back(here: Here, world: World) -> None:
    kept, gone = world.employer(), world.employer()
    placement = start(here, world, employer_id=gone.id)
    earlier = start(here, world, employer_id=kept.id, starts_on=date(2026, 1, 5))
    step = merge_step()
    with transaction():
        memory = step.merge(here.coordinator, kept.id, gone.id)
    assert (placement.employer_id, placement.previous_id) == (kept.id, earlier.id)
    with transaction():
        step.undo(here.coordinator, kept.id, gone.id, memory)
    assert (placement.employer_id, placement.previous_id) == (gone.id, None)


def test_the_stage_of_a_running_placement_asks_for_one(here: Here, world: World) -> None:
    employer = world.employer()
    relationship = world.relationship(employer, here_unit(world, here))
    check = stage_requirements()[0].check
    assert len(check(relationship.id)) == 1
    start(here, world, employer_id=employer.id)
    assert check(relationship.id) == ()
