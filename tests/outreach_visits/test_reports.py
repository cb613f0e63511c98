"""What telephones send: exactly once, kept where it cannot be saved, refused from a device that was cut off."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm import clock
from crm.accounts.models import AuditEntry, Staff
from crm.db import current_session, transaction
from crm.employers.models import Contact
from crm.errors import DomainError, EditConflict, NotVisible
from outreach.visits.fields import VisitFields
from outreach.visits.models import ReportState, Visit, VisitReport, VisitState
from outreach.visits.services.booking import cancel_visit, change_visit
from outreach.visits.services.devices import add_device, cut_off_device, device_of_token, note_cleared
from outreach.visits.services.logging import log_visit
from outreach.visits.services.reports import (
    REPLACE,
    SECOND,
    CutOff,
    discard_report,
    receive_report,
    settle_report,
    take_back_report,
)
from outreach.visits.tidying import tidy
from tests.outreach_visits.conftest import NOON, TODAY, Place, logged, sent


def contacts() -> list[Contact]:
    return list(current_session().scalars(select(Contact).where(Contact.archived_at.is_(None)).order_by(Contact.id)))


def kept(place: Place, visit: Visit, **values: object) -> VisitReport:
    with transaction():
        return receive_report(place.coordinator, visit_id=visit.id, sent=sent(visit, "b" * 36, **values))


def test_the_same_key_is_one_contact_however_often_it_arrives(place: Place) -> None:
    visit = place.visit()
    found = set()
    for _time in range(3):
        with transaction():
            report = receive_report(place.coordinator, visit_id=visit.id, sent=sent(visit, version=1))
            found.add((report.id, report.state))
    assert found == {(report.id, ReportState.SAVED)}
    assert len(contacts()) == 1
    assert report.fields == {}, "what became a contact is kept once"


def test_somebody_elses_key_is_nobodys_business(place: Place) -> None:
    visit = place.visit()
    with transaction():
        receive_report(place.coordinator, visit_id=visit.id, sent=sent(visit))
    with pytest.raises(NotVisible), transaction():
        receive_report(place.colleague, visit_id=visit.id, sent=sent(visit))


def test_both_versions_of_a_visit_that_was_logged_meanwhile_are_kept(place: Place) -> None:
    visit = place.visit()
    with transaction():
        log_visit(place.colleague, visit_id=visit.id, logged=logged("c" * 36, outcome="declined"))
    report = kept(place, visit, version=1)
    assert (report.state, report.reason) == (ReportState.KEPT, "logged")
    assert report.fields["note"] == ["What was said"]
    with transaction():
        settle_report(place.coordinator, report_id=report.id, version=1, how=SECOND, logged=logged("b" * 36))
    assert [each.outcome for each in contacts()] == ["declined", "interested"]
    assert visit.contact_id == contacts()[0].id, "the visit keeps the one that came first"


def test_only_who_wrote_what_is_there_may_put_something_in_its_place(place: Place) -> None:
    visit = place.visit()
    with transaction():
        log_visit(place.colleague, visit_id=visit.id, logged=logged("c" * 36, outcome="declined"))
    report = kept(place, visit, version=1)
    with pytest.raises(DomainError), transaction():
        settle_report(place.coordinator, report_id=report.id, version=1, how=REPLACE, logged=logged("b" * 36))
    assert [each.outcome for each in contacts()] == ["declined"]


def test_ones_own_second_version_can_take_the_place_of_the_first(place: Place) -> None:
    visit = place.visit()
    with transaction():
        log_visit(place.coordinator, visit_id=visit.id, logged=logged("c" * 36, outcome="declined"))
    report = kept(place, visit, version=1)
    with transaction():
        settle_report(place.coordinator, report_id=report.id, version=1, how=REPLACE, logged=logged("b" * 36))
    assert [each.outcome for each in contacts()] == ["interested"]


def test_a_visit_cancelled_meanwhile_is_asked_about(place: Place) -> None:
    visit = place.visit()
    with transaction():
        cancel_visit(place.colleague, visit_id=visit.id, version=1, because=None)
    report = kept(place, visit, version=1)
    assert report.reason == "cancelled"
    with transaction():
        settle_report(place.coordinator, report_id=report.id, version=1, how="log", logged=logged("b" * 36))
    assert visit.state is VisitState.DONE


def test_a_visit_moved_to_another_day_meanwhile_is_asked_about(place: Place) -> None:
    visit = place.visit()
    with transaction():
        change_visit(
            place.colleague,
            visit_id=visit.id,
            version=1,
            given=VisitFields(on=TODAY + timedelta(days=1), at=time(9)),
        )
    assert kept(place, visit, version=1).reason == "moved"


def test_a_note_that_has_to_be_looked_at_is_kept_and_not_saved(place: Place) -> None:
    visit = place.visit()
    report = kept(place, visit, looks_private=True)
    assert (report.reason, contacts()) == ("note", [])


def test_what_cannot_be_saved_is_kept_with_everything_that_was_typed(place: Place) -> None:
    visit = place.visit()
    report = kept(place, visit, on_date=TODAY + timedelta(days=1))
    assert (report.reason, report.fields["outcome"]) == ("refused", ["interested"])
    assert contacts() == []


def test_what_was_discarded_comes_back_as_it_was(place: Place) -> None:
    visit = place.visit()
    report = kept(place, visit, looks_private=True)
    with transaction():
        discard_report(place.coordinator, report_id=report.id)
    assert report.state is ReportState.DISCARDED
    with transaction():
        take_back_report(place.coordinator, report_id=report.id)
    assert (report.state, report.fields["note"]) == (ReportState.KEPT, ["What was said"])


def test_a_report_settled_in_two_windows_meets_the_difference(place: Place) -> None:
    visit = place.visit()
    report = kept(place, visit, looks_private=True)
    with pytest.raises(EditConflict), transaction():
        settle_report(place.coordinator, report_id=report.id, version=7, how="log", logged=logged("b" * 36))


def test_what_a_colleague_wrote_and_did_not_save_is_not_mine_to_read(place: Place) -> None:
    visit = place.visit()
    report = kept(place, visit, looks_private=True)
    with pytest.raises(NotVisible), transaction():
        discard_report(place.manager, report_id=report.id)


def test_what_a_device_sends_that_was_cut_off_is_refused(place: Place) -> None:
    visit = place.visit()
    with transaction():
        device, token = add_device(place.coordinator, label="Android, Chrome")
    before = current_session().get_one(Staff, place.coordinator.staff_id).fs_uniquifier
    with transaction():
        cut_off_device(place.administrator, device_id=device.id)
    assert current_session().get_one(Staff, place.coordinator.staff_id).fs_uniquifier != before, "signed out everywhere"
    from_it = sent(visit)
    object.__setattr__(from_it, "device", device.public_id)
    with pytest.raises(CutOff), transaction():
        receive_report(place.coordinator, visit_id=visit.id, sent=from_it)
    assert contacts() == []
    found = device_of_token(token)
    assert found is not None
    assert found.cut_off_by_id == place.administrator.staff_id


def test_managers_and_strangers_do_not_cut_off_other_peoples_devices(place: Place) -> None:
    with transaction():
        device, _token = add_device(place.coordinator, label="iPhone, Safari")
    for who in (place.manager, place.stranger):
        with pytest.raises(NotVisible), transaction():
            cut_off_device(who, device_id=device.id)


def test_the_same_report_from_two_connections_at_once_is_one_contact(app: Flask, place: Place) -> None:
    visit = place.visit()
    visit_id, report, together = visit.id, sent(visit), Barrier(4)

    def arrive(_number: int) -> str:
        with app.app_context():
            together.wait(timeout=30)
            with transaction():
                return receive_report(place.coordinator, visit_id=visit_id, sent=report).public_id

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(arrive, range(4)))) == 1
    # What this session has read before is a picture of that moment.
    current_session().rollback()
    assert current_session().scalar(select(func.count()).select_from(Contact)) == 1


def test_what_was_discarded_a_week_ago_is_deleted_for_good(place: Place) -> None:
    visit = place.visit()
    report = kept(place, visit, looks_private=True)
    with transaction():
        discard_report(place.coordinator, report_id=report.id)
    report_id = report.id
    assert tidy() == "0 emptied, 0 devices forgotten"
    with clock.travelling(NOON + timedelta(days=8)):
        assert tidy() == "1 emptied, 0 devices forgotten"
        assert tidy() == "0 emptied, 0 devices forgotten"
        with pytest.raises(DomainError), transaction():
            take_back_report(place.coordinator, report_id=report_id)


def test_what_nobody_looks_at_is_deleted_after_three_months_and_that_is_written_down(place: Place) -> None:
    """Also of somebody who has left. What was typed about it is gone; that something came stays."""
    report_id = kept(place, place.visit(), looks_private=True).id
    with clock.travelling(NOON + timedelta(days=89)):
        assert tidy() == "0 emptied, 0 devices forgotten"
    with clock.travelling(NOON + timedelta(days=91)):
        assert tidy() == "1 emptied, 0 devices forgotten"
        assert tidy() == "0 emptied, 0 devices forgotten"
    report = current_session().get_one(VisitReport, report_id)
    assert (report.state, report.fields, report.reason) == (ReportState.DISCARDED, {}, None)
    written = current_session().scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first()
    assert written == "visit_report_given_up"


def test_a_device_that_has_kept_nothing_for_a_month_is_forgotten(place: Place) -> None:
    with transaction():
        device, token = add_device(place.coordinator, label="Android, Chrome")
    device_id = device.id
    with transaction():
        note_cleared(device_id)
    with clock.travelling(NOON + timedelta(days=31)):
        assert tidy() == "0 emptied, 1 devices forgotten"
    assert device_of_token(token) is None
