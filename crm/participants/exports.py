"""The list of participants as a table of a file."""

from collections.abc import Sequence

from flask_babel import gettext as _

from crm.glossary import picklists
from crm.participants.listing import Row
from crm.participants.models import EnrolmentExit, Participant
from crm.participants.rules import PARTICIPANT_LANGUAGES
from crm.web.downloads import Cell, Sheet

MOST_ROWS = 50_000


def table_of(found: Sequence[Row], *, language: str) -> Sheet:
    """One line for each participant, with the code of the programme in every line."""
    return Sheet(_headings(), [_line(row, language) for row in found])


def _headings() -> list[str]:
    return [
        _("Last name"),
        _("First name"),
        _("Year of birth"),
        _("Sex"),
        _("E-mail"),
        _("Phone"),
        _("Language"),
        _("Reference"),
        _("Programme code"),
        _("Programme"),
        _("Coordinator"),
        _("Stage"),
        _("Start date"),
        _("Exit date"),
        _("Exit reason"),
    ]


def _line(row: Row, language: str) -> list[Cell]:
    return [*_person_cells(row.person), *_enrolment_cells(row, language)]


def _person_cells(person: Participant) -> list[Cell]:
    return [
        person.last_name,
        person.first_name,
        person.birth_year,
        person.sex,
        person.email,
        person.phone,
        PARTICIPANT_LANGUAGES.get(person.language, person.language),
        person.external_ref,
    ]


def _enrolment_cells(row: Row, language: str) -> list[Cell]:
    enrolment = row.enrolment
    if enrolment is None:
        return [None] * 7
    in_force = _exit_in_force(enrolment.exits)
    return [
        enrolment.programme.code,
        enrolment.programme.name,
        enrolment.coordinator.name if enrolment.coordinator else None,
        picklists.label("participant_stage", enrolment.stage.value, language),
        enrolment.starts_on,
        enrolment.exited_on,
        picklists.label("exit_reason", in_force.reason, language) if in_force else None,
    ]


def _exit_in_force(exits: Sequence[EnrolmentExit]) -> EnrolmentExit | None:
    return next((each for each in exits if each.reopened_at is None), None)
