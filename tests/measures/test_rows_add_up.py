"""Behind every figure are its rows, and they add up to it. The figures here were worked out by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.accounts.models import Unit
from crm.actors import Actor
from crm.agreements.models import Agreement, AgreementStatus
from crm.db import current_session, transaction
from crm.documents.models import DocumentKind, DocumentTemplate, DocumentVersion
from crm.employers.models import Employer, StageChange
from crm.inquiries.models import Inquiry
from crm.measures import services
from crm.measures.formulas import Share
from crm.measures.routes import MAKERS
from crm.measures.rows import PER_PAGE, Rows, Wanted, rows_of
from crm.measures.services import WorkplaceFields
from crm.participants.models import Enrolment
from crm.partnerships.models import Commitment, CommitmentEvidence, Partnership
from crm.reports.filters import read_filters
from tests.measures.conftest import TODAY, contact, found
from tests.participants.conftest import Here
from tests.world import World

MONDAY = date(2026, 11, 9)
LAST_YEAR = {"since": "2025-11-23", "until": "2026-11-22"}


ALL = Wanted()


def rows(app: Flask, actor: Actor, measure: str, wanted: Wanted = ALL, **address: str) -> Rows:
    with app.test_request_context():
        made = rows_of(MAKERS, measure, read_filters(actor, address or LAST_YEAR), wanted)
    assert made is not None
    return made


def everywhere(here: Here, *units: Unit) -> Actor:
    return replace(here.manager, unit_ids=here.manager.unit_ids | {unit.id for unit in units})


def test_contacts_per_coordinator_and_week(core: Flask, here: Here, world: World) -> None:
    """Nine visits in two whole weeks by one coordinator: 4.5 a week. The call, the attempt and the day of the week that
    is not over yet are in none of the rows."""
    days = [MONDAY + timedelta(days=number % 5 + 7 * (number % 2)) for number in range(9)]
    for day in days:
        contact(world, here, day)
    contact(world, here, MONDAY, channel="phone")
    contact(world, here, MONDAY, outcome="no_answer")
    contact(world, here, date(2026, 11, 23))
    address = {"since": "2026-11-09", "until": "2026-11-23"}
    figures = found(here.manager, **address).figures
    assert (figures.weeks.contacts, figures.weeks.pairs, figures.weeks.mean) == (9, 2, 4.5)
    assert rows(core, here.manager, "contacts", **address).total == figures.weeks.contacts
    assert rows(core, here.manager, "in_person", **address).total == figures.in_person == 10
    assert rows(core, here.manager, "visits", **address).total == figures.visits == 10
    assert rows(core, here.manager, "purposes", **address).total == figures.contacts == 11


def test_every_row_can_be_reached(core: Flask, here: Here, world: World) -> None:
    employer_id = world.employer().id
    for number in range(PER_PAGE + 3):
        contact(world, here, MONDAY - timedelta(days=number % 90), employer_id=employer_id)
    first, last = (rows(core, here.manager, "visits", Wanted(page=page)) for page in (1, 2))
    assert (first.total, len(first.rows), len(last.rows)) == (PER_PAGE + 3, PER_PAGE, 3)


def test_the_quality_of_contacts(core: Flask, here: Here, world: World) -> None:
    """Levels 5, 4, 2 and 2 are 13 points in 4 contacts: 3.25. Contacts without a level are in neither."""
    for level in (5, 4, 2, 2, None):
        contact(world, here, MONDAY, quality_level=level)
    assert found(here.manager).figures.quality == Share(13, 4) == rows(core, here.manager, "quality").sum
    assert found(here.manager).figures.quality_mean == 3.25


def test_one_ask_in_four_contacts_is_a_quarter(core: Flask, here: Here, world: World) -> None:
    """A contact whose purpose was not stated is in neither."""
    for purpose in ("request_place", "needs", "relationship", "thanks", None):
        contact(world, here, MONDAY, purpose=purpose)
    assert found(here.manager).asks == Share(1, 4) == rows(core, here.manager, "asks").sum
    assert found(here.manager).asks.value == 0.25
    assert rows(core, here.manager, "purposes", Wanted(purpose="")).total == 1


def test_who_changes_the_unit_counts_in_each_where_they_worked(core: Flask, here: Here, world: World) -> None:
    """Maria met two employers for Umeå in the first week and three for Luleå in the second. Each unit has one of her
    weeks; together they are two, and in Umeå she has somebody who seeks work in both."""
    lulea = world.unit("Luleå")
    for day in (MONDAY, MONDAY):
        contact(world, here, day)
    for number in range(3):
        contact(world, here, MONDAY + timedelta(days=7 + number), unit_id=lulea.id)
    both = found(everywhere(here, lulea), since="2026-11-09", until="2026-11-22")
    by_unit = {unit.name: figures for unit, figures, _places in both.by_unit}
    assert (both.figures.weeks.contacts, both.figures.weeks.pairs, both.figures.weeks.mean) == (5, 2, 2.5)
    assert (by_unit["Umeå"].weeks.contacts, by_unit["Umeå"].weeks.pairs) == (2, 2)
    assert (by_unit["Luleå"].weeks.contacts, by_unit["Luleå"].weeks.pairs) == (3, 1)


def test_a_week_with_people_in_two_units_is_a_week_of_both(core: Flask, here: Here, world: World) -> None:
    lulea = world.unit("Luleå")
    coordinator = current_session().get_one(type(world.staff()), here.coordinator.staff_id)
    world.enrolment(world.participant(lulea), world.programme(lulea), coordinator, starts_on=date(2026, 1, 1))
    both = found(everywhere(here, lulea), since="2026-11-09", until="2026-11-15")
    assert both.figures.weeks.pairs == 1
    assert [figures.weeks.pairs for unit, figures, _places in both.by_unit if unit.name in ("Umeå", "Luleå")] == [1, 1]


def test_rows_of_a_coordinator_are_those_of_units_where_staff_agreed(core: Flask, here: Here, world: World) -> None:
    """She has worked in a unit where nothing was agreed: those visits are in neither her figures nor her rows."""
    lulea = world.unit("Luleå")
    manager = everywhere(here, lulea)
    contact(world, here, MONDAY)
    contact(world, here, MONDAY, unit_id=lulea.id)
    with transaction():
        current_session().get_one(Unit, here.unit_id).coordinator_figures_agreed = "On"
        services.record_staff_agreement(here.manager, unit_id=here.unit_id, agreed_on=TODAY, agreed_with="All")
    (maria,) = [each for each in found(manager).coordinators if each.name == "Maria Lindqvist"]
    assert (maria.figures.in_person, dict(maria.visits)) == (1, {date(2026, 11, 1): 1})
    own = Wanted(staff_id=maria.staff_id, unit_ids=frozenset({here.unit_id}))
    assert rows(core, manager, "in_person", own).total == 1


def test_workplaces_that_cooperate(core: Flask, here: Here, world: World) -> None:
    """Three of Osby's 60 workplaces, one of them with two placements: 5 %. One more is where nothing was entered."""
    enrolment = _enrolment(here, world)
    osby = [world.employer(f"Osby {number}", municipality_code="1273") for number in range(3)]
    for employer in (*osby, osby[0], world.employer("Far away", municipality_code="2580")):
        world.placement(enrolment, employer, starts_on=date(2026, 5, 1))
    world.placement(enrolment, world.employer(municipality_code="1273"), starts_on=date(2026, 5, 1), cancelled=True)
    with transaction():
        services.set_workplaces(here.manager, fields=WorkplaceFields("1273", "Osby", 2025, 60))
    seen, behind = found(here.manager).penetration, rows(core, here.manager, "cooperation")
    assert (seen.share, seen.share.value, seen.unknown) == (Share(3, 60), 0.05, 1)
    assert (behind.sum, behind.total) == (Share(3, 60), 4)
    assert [row.cells[2] for row in behind.rows] == ["2", "1", "1", "1"]
    assert seen.everywhere == behind.total == found(here.manager).by_unit[0][2], "one rule in all three places"
    assert [str(each) for each in behind.columns] == ["Employer", "Municipality", "Placements", "Is counted"]
    assert [row.cells[1] for row in behind.rows] == ["Osby (SE 1273)"] * 3 + ["Luleå (SE 2580)"]


def test_the_same_code_in_two_countries_is_two_municipalities(core: Flask, here: Here, world: World) -> None:
    """1860 is Laxå in Sweden and Vestvågøy in Norway."""
    enrolment = _enrolment(here, world)
    for country in ("SE", "NO", "NO"):
        employer = world.employer(f"In {country}", municipality_code="1860", country=country)
        world.placement(enrolment, employer, starts_on=date(2026, 5, 1))
    with transaction():
        services.set_workplaces(here.manager, fields=WorkplaceFields("1860", "Laxå", 2025, 50))
    assert found(here.manager).penetration.share == Share(1, 50)
    assert found(here.manager).penetration.unknown == 2
    with transaction():
        services.set_workplaces(here.manager, fields=WorkplaceFields("1860", "Vestvågøy", 2025, 100, country="NO"))
    seen, behind = found(here.manager).penetration, rows(core, here.manager, "cooperation")
    assert (seen.share, seen.unknown) == (Share(3, 150), 0)
    assert (behind.sum, sorted(row.cells[1] for row in behind.rows)) == (
        Share(3, 150),
        ["Laxå (SE 1860)", "Vestvågøy (NO 1860)", "Vestvågøy (NO 1860)"],
    )


def test_employers_spoken_with_who_take_people_too(core: Flask, here: Here, world: World) -> None:
    """Four employers of the reference group were met, seven times, and all four are work-training sites; a fifth
    was called and nobody answered."""
    four = [world.employer(name) for name in ("ICA Supermarket", "Drivabolagen", "Nissma Montering", "Auto-Kemi")]
    for number in range(7):
        contact(world, here, MONDAY, employer_id=four[number % 4].id)
    contact(world, here, MONDAY, outcome="no_answer")
    assert found(here.manager).met == Share(0, 4)
    for employer in four:
        world.placement(_enrolment(here, world), employer, starts_on=date(2026, 5, 1))
    behind = rows(core, here.manager, "met")
    assert found(here.manager).met == Share(4, 4) == behind.sum
    assert [row.cells[1] for row in behind.rows] == ["2", "2", "2", "1"]


def test_employers_who_came_back(core: Flask, here: Here, world: World) -> None:
    """Two of four had somebody in the three years before; one of four years ago does not count."""
    enrolment = _enrolment(here, world)
    old, older, oldest, new = (world.employer(name) for name in ("Old", "Older", "Oldest", "New"))
    for employer, day in ((old, date(2025, 10, 1)), (older, date(2022, 11, 23)), (oldest, date(2022, 11, 22))):
        world.placement(enrolment, employer, starts_on=day, ends_on=day)
    for employer in (old, older, oldest, new):
        world.placement(enrolment, employer, starts_on=date(2026, 5, 1))
    assert found(here.manager, **LAST_YEAR).repeat == Share(2, 4) == rows(core, here.manager, "repeat").sum


def test_conversion_and_time_in_stage(core: Flask, here: Here, world: World) -> None:
    """Four begun; three came into contact, one of them to an agreement: 75 % and 25 %, a third of the step before.

    They stood in "new" for 10, 20 and 30 days: 20 in the middle."""
    unit = current_session().get_one(Unit, here.unit_id)
    begun = datetime(2026, 6, 1, 9, tzinfo=UTC)
    for number, later in enumerate((("contact", "agreement"), ("contact",), ("resting", "contact"), ())):
        with clock.travelling(begun):
            row = world.relationship(world.employer(), unit)
        before, at = None, begun
        for stage in ("new", *later):
            world.save(StageChange(relationship_id=row.id, from_stage=before, to_stage=stage, at=at))
            before, at = stage, at + timedelta(days=10 * (number + 1))
    seen, stays = found(here.manager), rows(core, here.manager, "stays", Wanted(stage="new"))
    (cohort,) = seen.cohorts
    assert (cohort.begun, cohort.reached["contact"], cohort.reached["agreement"]) == (4, 3, 1)
    for stage, count in (("contact", 3), ("agreement", 1), ("placement_running", 0)):
        assert rows(core, here.manager, "conversion", Wanted(stage=stage)).sum == Share(count, 4)
    assert (seen.stays["new"].value, seen.stays["new"].base) == (20.0, 3)
    assert (stays.total, [row.cells[4] for row in stays.rows]) == (3, ["30.0", "20.0", "10.0"])


def test_agreements_in_use(core: Flask, here: Here, world: World) -> None:
    """Two agreements in force; one employer had somebody of the unit within twelve months, the other somebody of
    another unit. The one that has ended is in neither: 1 of 2."""
    elsewhere = world.unit("Elsewhere")
    version = _text(world)
    used, unused, over = (world.employer(name) for name in ("Used", "Unused", "Over"))
    for employer, status in ((used, AgreementStatus.ACTIVE), (unused, AgreementStatus.EXPIRING),
                             (over, AgreementStatus.EXPIRED)):  # fmt: skip
        world.save(
            Agreement(
                employer_id=employer.id, unit_id=here.unit_id, type="intention", status=status, language="sv",
                text_version_id=version.id, starts_on=date(2026, 1, 1), ends_on=date(2030, 1, 1),
                review_on=date(2029, 6, 1), created_at=clock.now(),
            )
        )  # fmt: skip
    world.placement(_enrolment(here, world), used, starts_on=date(2026, 5, 1))
    world.placement(
        world.enrolment(world.participant(elsewhere), world.programme(elsewhere)), unused, starts_on=date(2026, 5, 1)
    )
    assert found(here.manager).promises.agreements == Share(1, 2) == rows(core, here.manager, "agreements").sum


def test_commitments_delivered(core: Flask, here: Here, world: World) -> None:
    """Ten mentoring hours were promised and 12 given, five talks promised and one held: 13 of 15. What was called off
    is promised no longer, and what came of it counts in nothing."""
    employer = world.employer()
    partnership = world.save(
        Partnership(employer_id=employer.id, unit_id=here.unit_id, name="Tillsammans", starts_on=date(2026, 1, 1),
                    created_at=clock.now())
    )  # fmt: skip
    for promised, given, cancelled in ((10, 12, None), (5, 1, None), (40, 3, date(2026, 6, 1))):
        commitment = world.save(
            Commitment(
                partnership_id=partnership.id, kind="mentoring", text="Handledning", quantity=promised,
                starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), cancelled_on=cancelled, created_at=clock.now(),
            )
        )  # fmt: skip
        world.save(
            CommitmentEvidence(commitment_id=commitment.id, on_date=date(2026, 3, 1), quantity=given, text="Lista",
                               created_at=clock.now())
        )  # fmt: skip
    seen, behind = found(here.manager).promises.commitments, rows(core, here.manager, "commitments")
    assert seen == Share(13, 15) == behind.sum
    assert [row.cells[3:] for row in behind.rows] == [["10", "12"], ["5", "1"]]


def test_more_than_was_promised_is_more_than_all(core_app: Flask, there: Here, browser: Callable[[str], FlaskClient],
                                                 world: World) -> None:  # fmt: skip
    with core_app.app_context():
        partnership = world.save(
            Partnership(employer_id=world.employer().id, unit_id=there.unit_id, name="Mer", starts_on=TODAY,
                        created_at=clock.now())
        )  # fmt: skip
        commitment = world.save(
            Commitment(partnership_id=partnership.id, kind="mentoring", text="Timmar", quantity=10, starts_on=TODAY,
                       ends_on=TODAY, created_at=clock.now())
        )  # fmt: skip
        world.save(
            CommitmentEvidence(commitment_id=commitment.id, on_date=TODAY, quantity=12, text="Lista",
                               created_at=clock.now())
        )  # fmt: skip
    page = browser("manager").get("/measures").text
    assert "120\u00a0%" in page
    assert "12 of 10" in page


def test_the_stalled_of_a_unit_are_those_of_the_list_it_leads_to(core: Flask, here: Here, world: World) -> None:
    """The unit below has one that is stuck; it counts for the unit above, and for itself."""
    above = current_session().get_one(Unit, here.unit_id)
    below = world.unit("Below", parent_id=above.id)
    manager = everywhere(here, below)
    employer: Employer = world.employer()
    world.relationship(employer, below)
    row = world.relationship(employer, above)
    for each in (row, *current_session().query(type(row)).filter_by(unit_id=below.id)):
        each.stage_since = clock.now() - timedelta(days=60)
        world.save(each)
    contact(world, here, MONDAY, employer_id=employer.id, unit_id=below.id)
    for unit, count in ((above, 1), (below, 1)):
        assert found(manager, unit=unit.public_id).stalled == count
    assert found(here.manager).stalled == 0


def test_a_first_answer_counts_from_an_employer_s_inquiry_alone(core: Flask, here: Here, world: World) -> None:
    """2, 4 and 30 hours are 4 in the middle; nobody has answered the fourth, which is late."""
    received = datetime(2026, 11, 2, 9, tzinfo=UTC)
    for source, hours in (("employer_inbound", 2), ("employer_inbound", 4), ("employer_inbound", 30),
                          ("employer_inbound", None), ("self", 500)):  # fmt: skip
        world.save(
            Inquiry(
                unit_id=here.unit_id, received_on=received.date(), received_at=received, source=source, channel="phone",
                topic="advice", answer_within=3, answer_due_on=date(2026, 11, 5), created_at=received,
                answered_at=received + timedelta(hours=hours) if hours else None,
            )
        )  # fmt: skip
    response = found(here.manager).response
    assert (response.median_hours, response.answered, response.received, response.late) == (4.0, 3, 4, 1)


def _enrolment(here: Here, world: World) -> Enrolment:
    unit = current_session().get_one(Unit, here.unit_id)
    return world.enrolment(world.participant(unit), world.programme(unit))


def _text(world: World) -> DocumentVersion:
    version = DocumentVersion(
        number=1, titles={"sv": "Avsikt"}, bodies={"sv": "Mellan {employer} och {unit}."}, created_at=clock.now()
    )
    template = DocumentTemplate(
        key="own.measures", kind=DocumentKind.AGREEMENT, agreement_type="intention", created_at=clock.now()
    )
    template.versions.append(version)
    world.save(template)
    return version
