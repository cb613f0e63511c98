"""Participants, enrolments and exits out of a file."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm.db import current_session, transaction
from crm.events import EnrolmentExited, EnrolmentStarted, Event
from crm.extension_points import Feature, Subscription
from crm.imports.report import ImportReport
from crm.imports.services import import_participants
from crm.participants.models import Enrolment, EnrolmentExit, EnrolmentHandler, Participant
from crm.participants.services.protection import protect
from crm.registry import EXTENSION
from tests.imports.conftest import Office, csv_of, xlsx_of

LIST = csv_of(
    "Förnamn;Efternamn;E-post;Mobil;Födelseår;Kön;Språk;Referens;Startdatum;Avslutsdatum;Avslutsorsak;Samordnare",
    "Åsa;Öberg;asa@example.org;070-174 06 05;1980;kvinna;svenska;A1;2025-01-10;2025-06-30;Ordinarie arbete;"
    "Maria Lindqvist",
    "Omar;Haddad;;0701740606;1990;man;arabiska;A2;2026-02-01;;;",
)


def _read(office: Office, content: bytes, *, dry_run: bool = False) -> ImportReport:
    return import_participants(office.manager, source=content, dry_run=dry_run, defaults=office.defaults)


def _counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.duplicates, report.error_count


def _people() -> list[Participant]:
    current_session().rollback()
    return list(current_session().scalars(select(Participant).order_by(Participant.id)))


def _how_many(model: type[object]) -> int:
    return current_session().scalar(select(func.count()).select_from(model)) or 0


def test_a_list_becomes_people_enrolments_and_exits(office: Office) -> None:
    assert _counts(_read(office, LIST)) == (2, 0, 0, 0, 0)
    asa, omar = _people()
    assert (asa.phone, asa.birth_year, asa.sex, asa.language) == ("+46701740605", 1980, "woman", "sv")
    assert (omar.language, omar.email) == ("ar", None)
    [ended] = asa.enrolments[0].exits
    assert (ended.exit_on, ended.reason) == (date(2025, 6, 30), "work_ordinary")
    assert asa.enrolments[0].coordinator_id == office.coordinator.staff_id
    assert omar.enrolments[0].exited_on is None


def test_the_same_file_read_again_changes_nothing(office: Office) -> None:
    _read(office, LIST)
    before = [_how_many(model) for model in (Participant, Enrolment, EnrolmentExit, EnrolmentHandler)]
    assert _counts(_read(office, LIST)) == (0, 0, 2, 0, 0)
    assert [_how_many(model) for model in (Participant, Enrolment, EnrolmentExit, EnrolmentHandler)] == before


def test_a_check_says_what_the_reading_would_do_and_writes_nothing(office: Office) -> None:
    checked = _read(office, LIST, dry_run=True)
    assert _how_many(Participant) == 0
    assert checked.as_json() == _read(office, LIST).as_json()


def test_old_exits_are_told_so_that_what_is_overdue_is_planned(office: Office, core: Flask) -> None:
    heard: list[Event] = []
    keys = (EnrolmentStarted.key, EnrolmentExited.key)
    listeners = [Subscription(key, heard.append) for key in keys]
    core.extensions[EXTENSION].add(Feature("listening", subscriptions=listeners))
    _read(office, LIST)
    assert [event.key for event in heard] == [EnrolmentStarted.key, EnrolmentExited.key, EnrolmentStarted.key]


def test_wrong_rows_are_reported_by_line_and_column_and_good_ones_kept(office: Office) -> None:
    report = _read(
        office,
        csv_of(
            "Name;E-mail;Phone;Year of birth;Start date;Exit date;Exit reason;Programme;Unit;Coordinator",
            "Eva Ek;nonsense;;;;;;;;",
            "Eva Ek;;12;;;;;;;",
            "Eva Ek;;;19850101-1234;;;;;;",
            "Eva Ek;;;;2026-02-30;;;;;",
            "Eva Ek;;;;2026-02-01;2026-01-01;;;;",
            "Eva Ek;;;;2026-02-01;2026-03-01;fired;;;",
            "Eva Ek;;;;2026-02-01;;;NO SUCH;;",
            "Eva Ek;;;;;;;;Nowhere;",
            "Eva Ek;;;;2026-02-01;;;;;Nobody",
            "Eva Ek;;;;;2026-03-01;;;;",
            "Eva;;;;;;;;;",
            "Bo Ek;bo@example.org;;1985;2026-02-01;;;;;",
        ),
    )
    found = [(error.line, error.column) for error in report.errors]
    assert found == [
        (2, "E-mail"),
        (3, "Phone"),
        (4, "Year of birth"),
        (5, "Start date"),
        (6, "Exit date"),
        (7, "Exit reason"),
        (8, "Programme"),
        (9, "Unit"),
        (10, "Coordinator"),
        (11, "Start date"),
        (12, "Name"),
    ]
    assert report.errors[0].value == "nonsense"
    assert all(error.message for error in report.errors)
    assert [person.full_name for person in _people()] == ["Bo Ek"]


def test_a_row_that_fails_at_its_exit_leaves_nothing_of_itself(office: Office) -> None:
    _read(office, csv_of("Name;Start date;Exit date", "Eva Ek;2026-02-01;2026-01-01"))
    assert (_how_many(Participant), _how_many(Enrolment)) == (0, 0)


def test_what_the_file_does_not_say_stays(office: Office) -> None:
    _read(office, LIST)
    report = _read(office, csv_of("Reference;First name;Last name;Phone", "A1;Åsa;Öberg-Ek;"))
    assert _counts(report) == (0, 1, 0, 0, 0)
    asa = _people()[0]
    assert (asa.last_name, asa.phone, asa.email) == ("Öberg-Ek", "+46701740605", "asa@example.org")


def test_people_without_a_reference_are_known_by_name_and_year(office: Office) -> None:
    rows = csv_of("Name;Year of birth;Start date", "Eva Ek;1985;2026-02-01", "Eva Ek;1986;2026-02-01")
    assert _counts(_read(office, rows)) == (2, 0, 0, 0, 0)
    assert _counts(_read(office, rows)) == (0, 0, 2, 0, 0)


def test_people_without_a_year_are_known_by_name_and_start_or_address(office: Office) -> None:
    rows = csv_of("Name;E-mail;Start date", "Eva Ek;;2026-02-01", "Bo By;bo@example.org;", "Li Xu;;")
    assert _counts(_read(office, rows)) == (3, 0, 0, 0, 0)
    assert _counts(_read(office, rows)) == (0, 0, 3, 0, 0)


def test_rows_that_say_the_same_are_counted_as_duplicates(office: Office) -> None:
    rows = csv_of("Name;Year of birth;Start date", "Eva Ek;1985;2026-02-01", "EVA EK;1985;2026-02-01")
    assert _counts(_read(office, rows)) == (1, 0, 0, 1, 0)


def test_a_row_whose_first_try_was_wrong_is_taken_the_second_time(office: Office) -> None:
    rows = csv_of("Reference;Name;Phone", "A1;Eva Ek;12", "A1;Eva Ek;070-174 06 05")
    for dry_run in (True, False):
        assert _counts(_read(office, rows, dry_run=dry_run)) == (1, 0, 0, 0, 1)


def test_somebody_who_came_back_is_one_person_with_two_enrolments(office: Office) -> None:
    rows = csv_of(
        "Reference;Name;Start date;Exit date;Exit reason",
        "A1;Eva Ek;2024-01-01;2024-06-01;moved",
        "A1;Eva Ek;2025-01-01;2025-06-01;studies",
    )
    assert _counts(_read(office, rows, dry_run=True)) == (1, 1, 0, 0, 0)
    assert _counts(_read(office, rows)) == (1, 1, 0, 0, 0)
    [eva] = _people()
    assert [each.exited_on for each in eva.enrolments] == [date(2024, 6, 1), date(2025, 6, 1)]


def test_an_exit_that_was_corrected_in_the_list_is_corrected_here(office: Office) -> None:
    head = "Reference;Name;Start date;Exit date;Exit reason"
    _read(office, csv_of(head, "A1;Eva Ek;2025-01-01;2025-06-01;moved"))
    assert _counts(_read(office, csv_of(head, "A1;Eva Ek;2025-01-01;2025-06-02;studies"))) == (0, 1, 0, 0, 0)
    ended = current_session().scalars(select(EnrolmentExit)).one()
    assert (ended.exit_on, ended.reason, ended.number) == (date(2025, 6, 2), "studies", 1)


def test_an_exit_without_a_reason_is_not_stated(office: Office) -> None:
    _read(office, csv_of("Name;Start;Exit", "Eva Ek;2025-01-01;2025-06-01"))
    assert current_session().scalars(select(EnrolmentExit.reason)).one() == "unknown"


def test_a_workbook_does_what_a_text_file_does(office: Office) -> None:
    rows = [
        ["Fornavn", "Etternavn", "Mobil", "Fødselsår", "Startdato"],
        ["Kari", "Nordmann", 701740605, 1985, date(2026, 2, 1)],
    ]
    assert _counts(_read(office, xlsx_of(rows))) == (1, 0, 0, 0, 0)
    [kari] = _people()
    assert (kari.phone, kari.birth_year) == ("+46701740605", 1985)


def test_a_protected_person_is_seen_by_whoever_reads_the_file_and_the_coordinator(office: Office) -> None:
    head = "Name;Year of birth;Start date;Coordinator;Protected"
    _read(office, csv_of(head, "Eva Ek;1985;2026-02-01;Maria Lindqvist;ja"))
    [eva] = _people()
    named = {each.staff_id for each in eva.named_staff}
    assert eva.protected
    assert named == {office.manager.staff_id, office.coordinator.staff_id}


def test_somebody_whom_the_reader_does_not_see_is_neither_changed_nor_added_twice(office: Office) -> None:
    rows = csv_of("Reference;Name;Phone", "A1;Eva Ek;070-174 06 05")
    _read(office, rows)
    with transaction():
        protect(office.manager, participant_id=_people()[0].id, named_staff_ids=[])
    other = csv_of("Reference;Name;Phone", "A1;Eva Ek;070-174 06 99")
    report = import_participants(office.coordinator, source=other, defaults=office.defaults)
    assert _counts(report) == (0, 0, 1, 0, 0)
    assert [person.phone for person in _people()] == ["+46701740605"]


def test_a_cell_that_is_too_long_is_wrong(office: Office) -> None:
    report = _read(office, csv_of("Name;Phone", "Eva Ek;" + "1" * 10_001))
    assert [(error.line, error.column, len(error.value)) for error in report.errors] == [(2, "Phone", 80)]


def test_progress_is_told_until_the_end(office: Office) -> None:
    told: list[tuple[int, int]] = []
    rows = csv_of("Name;Year of birth", *(f"Eva Ek{number};1985" for number in range(60)))
    import_participants(
        office.manager,
        source=rows,
        defaults=office.defaults,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(50, 60), (60, 60)]


@pytest.mark.parametrize("name", ["Öberg, Åsa", "Åsa Öberg", " Åsa   Öberg "])
def test_one_column_may_hold_the_whole_name(office: Office, name: str) -> None:
    _read(office, csv_of("Namn;Telefon", f'"{name}";'))
    assert [(person.first_name, person.last_name) for person in _people()] == [("Åsa", "Öberg")]


def test_plain_headings_and_everyday_words_are_understood(office: Office) -> None:
    """People write "Slut" and "Jobb" in their lists, not our headings and labels."""
    content = csv_of(
        "Förnamn;Efternamn;Start;Slut;Orsak",
        "Åsa;Öberg;2025-01-10;2025-06-30;Jobb",
        "Jørn;Bråten;2025-01-10;2025-06-30;utbildning",
        "Søren;Kjær;2025-01-10;2025-06-30;arbejde",
    )
    report = _read(office, content)
    assert (_counts(report), report.ignored_columns) == ((3, 0, 0, 0, 0), [])
    reasons = current_session().scalars(select(EnrolmentExit.reason).order_by(EnrolmentExit.id))
    assert list(reasons) == ["work_ordinary", "studies", "work_ordinary"]


def test_a_word_that_is_no_alternative_is_answered_with_the_alternatives(office: Office) -> None:
    content = csv_of("Förnamn;Efternamn;Start;Slut;Orsak", "Åsa;Öberg;2025-01-10;2025-06-30;Månen")
    [error] = _read(office, content).errors
    assert (error.line, error.column, error.value) == (2, "Orsak", "Månen")
    assert "Ordinary work, Work with subsidy" in error.message
