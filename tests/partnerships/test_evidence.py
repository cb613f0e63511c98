"""The rows behind the figures: on the page, on paper and as a file, and what is never shown of them."""

import io
from collections.abc import Callable
from datetime import date

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm.actors import Role
from crm.db import current_session, transaction
from crm.employers.models import Employer
from crm.partnerships.counting import status_of
from crm.partnerships.fields import EvidenceFields
from crm.partnerships.list_queries import commitments_between, late_and_at_risk
from crm.partnerships.models import Commitment, Partnership
from crm.partnerships.queries import counted
from crm.partnerships.services.commitments import add_evidence
from crm.partnerships.services.partnerships import end_partnership
from crm.partnerships.shown import cells, rows_shown
from tests.partnerships.conftest import NOON, YEAR, Place

Browser = Callable[[str], FlaskClient]
TODAY = NOON.date()


def _protected(place: Place, starts_on: date) -> None:
    unit = place.world.session.get(type(place.world.unit()), place.unit_id)
    person = place.world.participant(unit, last_name="Skyddad", protected=True)
    enrolment = place.world.enrolment(person, place.world.programme(unit))
    employer = place.world.session.get_one(Employer, place.employer_id)
    place.world.placement(enrolment, employer, kind="se_praktik", starts_on=starts_on)


def test_placements_of_protected_persons_and_other_units_are_counted_and_never_shown(place: Place) -> None:
    unit = place.world.session.get_one(type(place.world.unit()), place.unit_id)
    manager = place.world.actor(place.world.staff(Role.MANAGER, unit=unit))
    places = place.commitment(place.partnership(), "places", 3)
    place.placement("se_praktik", date(2026, 2, 1))
    _protected(place, date(2026, 3, 3))
    row = counted([places], on=TODAY)[places.id]
    shown = rows_shown(manager, [row])[places.id]
    assert (row.count, len(shown.rows), shown.places_unseen) == (2, 1, 1)
    assert "2026-03-03" not in str(shown)
    lines = cells([row], {places.id: shown}, {"places": "Placements"})
    assert [line[6] for line in lines] == ["1", "1"]


def test_contacts_of_units_below_are_shown_to_who_stands_above_alone(place: Place) -> None:
    event = place.commitment(place.partnership(), "event", 2)
    below = place.world.unit(parent_id=place.unit_id)
    place.contact("event", date(2026, 2, 2))
    place.contact("event", date(2026, 3, 2), unit_id=below.id)
    row = counted([event], on=TODAY)[event.id]
    own = rows_shown(place.coordinator, [row])[event.id]
    assert row.count == len(own.rows) + own.contacts_unseen == 2


def test_nothing_is_expected_after_a_partnership_has_ended(place: Place) -> None:
    partnership = place.partnership()
    places = place.commitment(partnership, "places", 2)
    place.placement("se_praktik", date(2026, 2, 1))
    place.placement("se_praktik", date(2026, 5, 1))
    with transaction():
        end_partnership(place.coordinator, partnership_id=partnership.id, on_date=date(2026, 3, 31))
    row = counted([places], on=TODAY)[places.id]
    assert (row.count, row.status) == (1, "partly")
    report = commitments_between(place.coordinator, *YEAR, on=TODAY)
    assert late_and_at_risk(report.rows) == ([], [])
    assert status_of(places, 0, on=date(2026, 3, 31)) != "not_delivered"


def test_one_partnership_on_paper_and_as_a_file(browser: Browser, outside: Place, core_app: Flask) -> None:
    with core_app.app_context():
        partnership = outside.partnership()
        places = outside.commitment(partnership, "places", 2, text="=Two places")
        mentors = outside.commitment(partnership, "mentoring", 4)
        outside.placement("se_praktik", date(2026, 3, 1))
        contact = outside.contact("visit", date(2026, 4, 1))
        with transaction():
            proof = EvidenceFields(date(2026, 5, 1), "Two began", 2, "https://example.org/list", contact.id)
            add_evidence(outside.coordinator, commitment_id=mentors.id, given=proof)
        _protected(outside, date(2026, 3, 3))
        address, mentor = f"/partnerships/{partnership.public_id}", f"/commitments/{mentors.public_id}"
        first = f"/commitments/{places.public_id}"
    client = browser("coordinator")
    paper = client.get(f"{address}/print").text
    for text in ("=Two places", "2 of 2", "Two began (2)", "https://example.org/list"):
        assert text in paper, text
    assert "Skyddad" not in paper
    text = client.get(f"{address}/evidence.csv").get_data(as_text=True)
    assert "'=Two places;Placements;Placements that you do not see;;;;1;" in text
    assert "Two began;2026-05-01;;;2;https://example.org/list" in text
    assert client.get(f"{address}/evidence.xlsx").data.startswith(b"PK")
    assert "The contact where it was seen" in client.get(mentor).text
    assert "One more placement" in client.get(first).text
    assert browser("stranger").get(f"{address}/print").status_code == 404


def test_a_file_is_kept_with_a_commitment(browser: Browser, outside: Place, core_app: Flask) -> None:
    with core_app.app_context():
        outside.commitment(outside.partnership(), "mentoring", 2)
        address = f"/commitments/{current_session().scalars(select(Commitment.public_id)).one()}"
    client = browser("coordinator")
    sent = client.post(f"{address}/attachments", data={"file": (io.BytesIO(b"%PDF-1.4 letter"), "letter.pdf")})
    assert sent.status_code == 303
    page = client.get(address).text
    assert "letter.pdf" in page
    download = page.split('href="/attachments/')[1].split('"')[0]
    assert client.get(f"/attachments/{download}").data == b"%PDF-1.4 letter"
    assert browser("stranger").get(f"/attachments/{download}").status_code == 404


def test_an_evaluator_has_a_way_to_the_figures_in_the_menu(browser: Browser, outside: Place, core_app: Flask) -> None:
    page = browser("evaluator").get("/partnerships/report").text
    assert 'href="/partnerships/report" aria-current="page"' in page
    staff = browser("coordinator").get("/partnerships/report").text
    assert 'href="/partnerships" aria-current="page"' in staff
    assert 'href="/partnerships/report" aria-current' not in staff
    with core_app.app_context():
        assert current_session().scalars(select(Partnership)).all() == []
