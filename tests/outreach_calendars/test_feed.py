"""Private calendars: what stands in them, how they are written, who may read them."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Staff
from crm.actors import Role
from crm.agreements.models import Agreement, AgreementStatus
from crm.db import current_session, transaction
from crm.documents.models import DocumentTemplate, DocumentVersion
from crm.documents.services.texts import ensure_shipped
from outreach.calendars.models import CalendarFeed
from outreach.calendars.services import make_feed, revoke_feed
from outreach.events.models import OutreachEvent
from outreach.lists.models import CallEntry, CallList, EntryState
from outreach.scripts.models import CallScript
from outreach.visits.fields import VisitFields
from outreach.visits.models import Visit
from outreach.visits.services.booking import book_visit, cancel_visit, change_visit
from tests.world import World

NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
TODAY = date(2026, 11, 18)
LONG = "Smörgåsbröd; råg, havre & \\korn\\ " * 5


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.travelling(NOON):
        yield


class Desk:
    """Somebody with a visit, a promised call, an event and an agreement that ends."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.unit = world.unit("Osby", time_zone="Europe/Stockholm")
        self.staff = world.staff(unit=self.unit, name="Maria Lindqvist")
        self.staff_id, self.email = self.staff.id, self.staff.email
        self.actor = world.actor(self.staff)
        self.manager = world.actor(world.staff(Role.MANAGER, unit=self.unit))
        self.employer = world.employer("Nordlys Bageri AB", address="Storgatan 1", postcode="283 31", city="Osby")
        self.employer_id = self.employer.id
        world.participant(unit=self.unit, first_name="Hemlig", last_name="Deltagare")

    def visit(self, on: date = TODAY, at: time = time(14), **values: object) -> Visit:
        given = VisitFields(on=on, at=at, **values)  # type: ignore[arg-type]  # the fields of a visit
        with transaction():
            return book_visit(self.actor, employer_id=self.employer_id, given=given)

    def fill(self) -> None:
        now = clock.now()
        script = self.world.save(CallScript(key="autumn", titles={"en": "Autumn"}, folded="autumn", created_at=now))
        calls = CallList(unit_id=self.unit.id, name="Autumn", script_id=script.id, created_at=now)
        self.world.save(calls)
        self.world.save(
            CallEntry(
                list_id=calls.id, employer_id=self.employer_id, position=1, state=EntryState.CALLBACK,
                callback_at=now + timedelta(hours=3), callback_for_id=self.staff_id, added_at=now,
            )
        )  # fmt: skip
        self.world.save(
            OutreachEvent(
                unit_id=self.unit.id, owner_id=self.staff_id, kind="breakfast", title="Breakfast",
                zone="Europe/Stockholm", starts_at=now + timedelta(days=3), ends_at=now + timedelta(days=3, hours=2),
                place="Library", language="sv", created_at=now,
            )
        )  # fmt: skip
        with transaction():
            ensure_shipped(self.actor)
        version = (
            current_session()
            .scalars(
                select(DocumentVersion).join(DocumentTemplate).where(DocumentTemplate.key == "agreement.intention")
            )
            .first()
        )
        assert version is not None
        self.world.save(
            Agreement(
                employer_id=self.employer_id, unit_id=self.unit.id, type="intention", status=AgreementStatus.ACTIVE,
                language="sv", text_version_id=version.id, owner_id=self.staff_id, starts_on=date(2025, 12, 1),
                ends_on=date(2026, 12, 1), review_on=date(2026, 6, 1), created_at=now,
            )
        )  # fmt: skip

    def token(self) -> str:
        with transaction():
            return make_feed(self.actor)


@pytest.fixture
def desk(app: Flask, world: World) -> Iterator[Desk]:
    with app.app_context():
        yield Desk(world)


def read(app: Flask, token: str) -> Calendar:
    answer = app.test_client().get(f"/calendars/{token}.ics")
    assert answer.status_code == 200
    return Calendar.from_ical(answer.data)


def summaries(calendar: Calendar) -> list[str]:
    return [str(each["summary"]) for each in calendar.walk("VEVENT")]


def test_visits_callbacks_events_and_agreements_stand_in_it(app: Flask, desk: Desk) -> None:
    desk.visit()
    desk.fill()
    found = read(app, desk.token())
    assert summaries(found) == [
        "Visit: Nordlys Bageri AB",
        "Call back: Nordlys Bageri AB",
        "Breakfast",
        "Intention agreement ends: Nordlys Bageri AB",
    ]
    visit, call, _event, agreement = found.walk("VEVENT")
    assert visit["dtstart"].dt == datetime(2026, 11, 18, 13, 0, tzinfo=UTC)
    assert visit["dtend"].dt == datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
    assert str(visit["location"]) == "Storgatan 1, 283 31 Osby"
    assert call["dtstart"].dt == datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
    assert (agreement["dtstart"].dt, agreement["dtend"].dt) == (date(2026, 12, 1), date(2026, 12, 2))


def test_it_is_written_as_the_standard_says(app: Flask, desk: Desk) -> None:
    desk.employer.name = LONG[:190]
    current_session().commit()
    desk.visit()
    body = app.test_client().get(f"/calendars/{desk.token()}.ics").data
    assert body.endswith(b"END:VCALENDAR\r\n")
    lines = body.split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line for line in lines), "CRLF and nothing else ends a line"
    assert max(map(len, lines)) <= 75, "RFC 5545, 3.1: octets without the end of line"
    assert any(line.startswith(b" ") for line in lines)
    text = body.replace(b"\r\n ", b"").decode()
    assert "SUMMARY:Visit: Smörgåsbröd\\; råg\\, havre & \\\\korn\\\\" in text
    for name in ("VERSION:2.0", "PRODID:", "BEGIN:VEVENT", "UID:visit-", "DTSTAMP:20261118T110000Z", "SEQUENCE:0"):
        assert name in text
    assert "DTSTART:20261118T130000Z" in text
    assert "TZID" not in text, "every instant stands in UTC"
    (event,) = Calendar.from_ical(body).walk("VEVENT")
    assert str(event["summary"]) == f"Visit: {LONG[:190]}"


@pytest.mark.parametrize(
    ("day", "utc"),
    [(date(2027, 3, 26), 9), (date(2027, 3, 29), 8), (date(2027, 10, 29), 8), (date(2027, 11, 1), 9)],
)
def test_ten_oclock_is_ten_oclock_in_summer_and_in_winter(app: Flask, desk: Desk, day: date, utc: int) -> None:
    desk.visit(day, time(10))
    (event,) = read(app, desk.token()).walk("VEVENT")
    assert event["dtstart"].dt == datetime(day.year, day.month, day.day, utc, 0, tzinfo=UTC)


def test_a_change_keeps_the_uid_and_counts_the_sequence(app: Flask, desk: Desk) -> None:
    visit, token = desk.visit(), desk.token()
    (before,) = read(app, token).walk("VEVENT")
    with clock.travelling(NOON + timedelta(hours=1)):
        with transaction():
            change_visit(
                desk.actor, visit_id=visit.id, version=1, given=VisitFields(on=TODAY + timedelta(days=1), at=time(9))
            )
        (moved,) = read(app, token).walk("VEVENT")
        with transaction():
            cancel_visit(desk.actor, visit_id=visit.id, version=2, because=None)
        (gone,) = read(app, token).walk("VEVENT")
    assert before["uid"] == moved["uid"] == gone["uid"]
    assert [each["sequence"] for each in (before, moved, gone)] == [0, 1, 2]
    assert moved["dtstamp"].dt > before["dtstamp"].dt
    assert [str(each["status"]) for each in (before, moved, gone)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_a_program_that_asks_again_hears_that_nothing_has_changed(app: Flask, desk: Desk) -> None:
    visit, address = desk.visit(), f"/calendars/{desk.token()}.ics"
    first = app.test_client().get(address)
    assert first.content_type == "text/calendar; charset=utf-8"
    same = {"If-None-Match": first.headers["ETag"]}
    with clock.travelling(NOON + timedelta(minutes=20)):
        again = app.test_client().get(address, headers=same)
        assert (again.status_code, again.data) == (304, b"")
        with transaction():
            cancel_visit(desk.actor, visit_id=visit.id, version=1, because=None)
        assert app.test_client().get(address, headers=same).status_code == 200


def test_no_participant_is_named_in_it(app: Flask, desk: Desk) -> None:
    desk.visit(about="With Hemlig Deltagare")
    desk.fill()
    body = app.test_client().get(f"/calendars/{desk.token()}.ics").data
    assert b"Hemlig" not in body
    assert b"Deltagare" not in body


def test_a_colleagues_visits_are_not_in_it(app: Flask, desk: Desk) -> None:
    desk.visit()
    with transaction():
        token = make_feed(desk.manager)
    assert summaries(read(app, token)) == []


def test_an_address_that_was_taken_away_or_replaced_shows_nothing(app: Flask, desk: Desk) -> None:
    first = desk.token()
    second = desk.token()
    assert app.test_client().get(f"/calendars/{first}.ics").status_code == 404
    assert app.test_client().get(f"/calendars/{second}.ics").status_code == 200
    with transaction():
        assert revoke_feed(desk.actor)
    assert app.test_client().get(f"/calendars/{second}.ics").status_code == 404


def test_who_has_left_has_no_calendar(app: Flask, desk: Desk) -> None:
    token = desk.token()
    current_session().get_one(Staff, desk.staff_id).active = False
    current_session().commit()
    assert app.test_client().get(f"/calendars/{token}.ics").status_code == 404


def test_the_token_itself_is_kept_nowhere(app: Flask, desk: Desk) -> None:
    token = desk.token()
    feed = current_session().scalars(select(CalendarFeed)).one()
    assert token not in {feed.token_hash, feed.public_id}
    assert len(feed.token_hash) == 64


def test_who_asks_too_often_waits(app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    address, client = f"/calendars/{desk.token()}.ics", app.test_client()
    codes = [client.get(address).status_code for _time in range(61)]
    assert codes == [200] * 60 + [429]
    guesses = [client.get(f"/calendars/{'x' * 43}.ics").status_code for _time in range(31)]
    assert guesses == [404] * 30 + [429]


def test_the_address_is_shown_once(app: Flask, world: World, sign_in: Callable[[FlaskClient, str], None]) -> None:
    with app.app_context():
        email = Desk(world).email
    client = app.test_client()
    sign_in(client, email)
    assert "You have no address yet." in client.get("/settings/calendar").text
    page = client.post("/settings/calendar").text
    address = page[page.index("http://localhost/calendars/") :].partition('"')[0]
    assert client.get(address.removeprefix("http://localhost")).status_code == 200
    assert address not in client.get("/settings/calendar").text
    assert "My calendar" in client.get("/settings").text
    client.post("/settings/calendar/revoke")
    assert client.get(address.removeprefix("http://localhost")).status_code == 404
