"""The contact history: written once, read by those who may."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm.actors import Actor
from crm.db import current_session, transaction
from crm.employers.models import Employer
from crm.history.models import HistoryLine, HistoryLink
from crm.history.queries import kind_choices, lines_for
from crm.history.services import Subject, remove_line, write_line
from crm.web.paging import Page
from tests.world import World

AT = datetime(2026, 11, 18, 10, tzinfo=UTC)


@pytest.fixture
def actor(context: None, world: World) -> Actor:
    return world.actor(world.staff(name="Maria Lindqvist"))


@pytest.fixture
def employer(context: None, world: World) -> Employer:
    return world.employer()


def write(actor: Actor, employer: Employer, ref: str = "a", **values: object) -> None:
    given: dict[str, object] = {
        "kind": "contact",
        "source_ref": ref,
        "at": AT,
        "summary": {"en": "Visit", "sv": "Besök"},
        "detail": {"": "What was said"},
        "unit_id": actor.unit_id,
        "subjects": [Subject(employer_id=employer.id)],
    }
    with transaction():
        write_line(actor, **(given | values))  # type: ignore[arg-type]


def read(app: Flask, actor: Actor, **subject: object) -> Page:  # type: ignore[type-arg]
    with app.test_request_context("/"):
        return lines_for(actor, **subject)  # type: ignore[arg-type]


def test_writing_twice_makes_one_line_with_the_newer_text_and_every_subject(
    app: Flask, actor: Actor, employer: Employer, world: World
) -> None:
    write(actor, employer)
    person = world.contact_person(employer)
    both = [Subject(employer_id=employer.id), Subject(contact_person_id=person.id)]
    write(actor, employer, summary={"en": "Visit, met Eva"}, subjects=both, at=AT + timedelta(hours=1))
    assert current_session().scalar(select(func.count()).select_from(HistoryLine)) == 1
    links = current_session().scalars(select(HistoryLink)).all()
    assert len(links) == 2
    assert {link.at for link in links} == {AT + timedelta(hours=1)}
    assert read(app, actor, employer_id=employer.id).items[0].summary == "Visit, met Eva"
    assert read(app, actor, contact_person_id=person.id).total == 1


def test_a_line_is_read_in_the_readers_language_with_its_author(app: Flask, actor: Actor, employer: Employer) -> None:
    write(actor, employer)
    line = read(app, actor, employer_id=employer.id).items[0]
    assert (line.summary, line.detail) == ("Visit", "What was said")
    assert (line.author, line.reduced) == ("Maria Lindqvist", False)


def test_another_units_line_tells_only_date_kind_and_author(
    app: Flask, actor: Actor, employer: Employer, world: World
) -> None:
    write(actor, employer)
    line = read(app, world.actor(world.staff()), employer_id=employer.id).items[0]
    assert line.reduced
    assert "Visit" not in line.summary
    assert line.detail == ""
    assert line.href is None
    assert "Maria Lindqvist" in line.author


def test_a_line_about_a_participant_whom_one_does_not_see_is_reduced_on_the_employer(
    app: Flask, actor: Actor, employer: Employer, world: World
) -> None:
    hidden = world.participant(protected=True)
    write(actor, employer, subjects=[Subject(employer_id=employer.id), Subject(participant_id=hidden.id)])
    assert read(app, actor, employer_id=employer.id).items[0].reduced


def test_a_line_of_an_unknown_kind_still_reads_from_its_summary(app: Flask, actor: Actor, employer: Employer) -> None:
    write(actor, employer, kind="gone.plugin")
    line = read(app, actor, employer_id=employer.id).items[0]
    assert (line.kind_label, line.kind_color, line.summary) == ("", "neutral", "Visit")


def test_lines_come_newest_first_in_pages_and_by_kind(app: Flask, actor: Actor, employer: Employer) -> None:
    for number in range(5):
        write(actor, employer, f"r{number}", at=AT + timedelta(days=number), summary={"en": f"Line {number}"})
    write(actor, employer, "s", kind="stage")
    page = read(app, actor, employer_id=employer.id, kind="contact", page=2, per_page=2)
    assert [line.summary for line in page.items] == ["Line 2", "Line 1"]
    assert page.total == 5
    beyond = read(app, actor, employer_id=employer.id, kind="contact", page=9, per_page=2)
    assert beyond.page == 1


def test_kinds_that_are_called_the_same_are_one_choice_that_shows_them_all(
    app: Flask, actor: Actor, employer: Employer
) -> None:
    for kind in ("placement_started", "placement_ended", "placement_check_in", "stage"):
        write(actor, employer, kind, kind=kind)
    with app.test_request_context("/"):
        labels = [label for _key, label in kind_choices()]
        assert len(labels) == len(set(labels))
        assert ("placement_ended", "Placement") in kind_choices("placement_ended")
    for kind in ("placement_started", "placement_ended"):
        page = read(app, actor, employer_id=employer.id, kind=kind)
        assert (page.total, len(page.items), {line.kind_label for line in page.items}) == (3, 3, {"Placement"})


def test_a_removed_line_is_gone_with_its_links(app: Flask, actor: Actor, employer: Employer) -> None:
    write(actor, employer)
    with transaction():
        remove_line("contact", "a")
        remove_line("contact", "a")
    assert current_session().scalar(select(func.count()).select_from(HistoryLink)) == 0


def test_a_subject_is_exactly_one_thing() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        Subject()
    with pytest.raises(ValueError, match="exactly one"):
        Subject(employer_id=1, participant_id=2)
