"""The closed programme: 80 persons with 86 starts, all of whom have left. Written as rows, the same every time.

Its numbers are those of a published evaluation: 44 men and 36 women, 47 and 39 starts, and 37 persons who went to
work or studies, which is 46 % of 80 persons and 43 % of 86 starts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from crm.db import current_session, new_public_id
from crm.glossary import picklists
from crm.history.models import HistoryLine, HistoryLink
from crm.languages import in_all_languages
from crm.participants.fields import sort_name
from crm.participants.models import (
    Enrolment,
    EnrolmentExit,
    EnrolmentHandler,
    EnrolmentStage,
    Participant,
)
from crm.samples.names import People, email
from crm.samples.organisation import CLOSED_FROM, CLOSED_UNTIL, Organisation
from crm.samples.rows import insert_rows, noon_of
from crm.samples.texts import ended, started
from crm.settings import LANGUAGES

MEN, WOMEN, AGAIN_OF_EACH = 44, 36, 3
LAST_EXITS = {
    "work_ordinary": 15,
    "work_subsidised": 11,
    "self_employed": 2,
    "studies": 9,
    "job_seeking": 14,
    "other_measure": 8,
    "care_treatment": 6,
    "social_insurance": 6,
    "moved": 3,
    "own_request": 3,
    "no_show": 2,
    "not_ready": 1,
}
"""Exit reasons of the last exit of each person: 37 of 80 to work or studies."""
FIRST_EXITS = ("no_show", "no_show", "own_request", "own_request", "moved", "other_measure")
"""Exit reasons of those who came back later."""
_LONGEST_DAYS = 330


@dataclass(frozen=True)
class _Start:
    person: int
    starts_on: date
    exit_on: date
    reason: str


def fill_closed_programme(organisation: Organisation, people: People) -> None:
    """Write persons, starts, exits and their history lines. Runs inside ``transaction()``."""
    random = Random(2023)
    ids = _write_people(organisation, people, random)
    starts = _starts(random)
    enrolments = _write_enrolments(organisation, ids, starts)
    exits = _write_exits(organisation, enrolments, starts)
    _write_lines(organisation, [(ids[each.person], each) for each in starts], enrolments, exits)


def _write_people(organisation: Organisation, people: People, random: Random) -> list[int]:
    sexes = ["man"] * MEN + ["woman"] * WOMEN
    rows = []
    for number, sex in enumerate(sexes):
        name = people.name(sex)
        rows.append(
            {
                "public_id": new_public_id(),
                "version_id": 1,
                "first_name": name.first,
                "last_name": name.last,
                "sort_name": sort_name(name.first, name.last),
                "unit_id": organisation.swedish.id,
                "email": email(name, number),
                "birth_year": random.randint(1962, 2003),
                "sex": sex,
                "language": random.choices(["sv", "en", "ar", "so"], [7, 1, 1, 1])[0],
                "channels": ["email"],
                "needs_interpreter": False,
                "protected": False,
                "created_at": noon_of(CLOSED_FROM),
                "archived_at": noon_of(CLOSED_UNTIL + timedelta(days=120)),
            }
        )
    return insert_rows(Participant, rows)


def _starts(random: Random) -> list[_Start]:
    """The last start of everybody, and an earlier one of three men and three women."""
    reasons = [reason for reason, number in LAST_EXITS.items() for _one in range(number)]
    random.shuffle(reasons)
    again = [*range(AGAIN_OF_EACH), *range(MEN, MEN + AGAIN_OF_EACH)]
    first = [
        _start(person, CLOSED_FROM + timedelta(days=11 * number), 70 + 9 * number, reason)
        for number, (person, reason) in enumerate(zip(again, FIRST_EXITS, strict=True))
    ]
    last = []
    for person, reason in enumerate(reasons):
        earliest = 240 if person in again else 0
        begins = CLOSED_FROM + timedelta(days=random.randint(earliest, 400))
        last.append(_start(person, begins, random.randint(90, _LONGEST_DAYS), reason))
    return first + last


def _start(person: int, starts_on: date, days: int, reason: str) -> _Start:
    return _Start(person, starts_on, min(starts_on + timedelta(days=days), CLOSED_UNTIL), reason)


def _write_enrolments(organisation: Organisation, ids: Sequence[int], starts: Sequence[_Start]) -> list[int]:
    coordinator = organisation.coordinators[organisation.swedish.id]
    found = insert_rows(
        Enrolment,
        [
            {
                "public_id": new_public_id(),
                "version_id": 1,
                "participant_id": ids[each.person],
                "programme_id": organisation.closed.id,
                "unit_id": organisation.swedish.id,
                "coordinator_id": coordinator.id,
                "starts_on": each.starts_on,
                "stage": EnrolmentStage.EXITED,
                "stage_since": each.exit_on,
                "exited_on": each.exit_on,
                "created_at": noon_of(each.starts_on),
            }
            for each in starts
        ],
    )
    handlers = [
        {"enrolment_id": enrolment, "staff_id": coordinator.id, "since": each.starts_on, "until": each.exit_on}
        for enrolment, each in zip(found, starts, strict=True)
    ]
    current_session().execute(insert(EnrolmentHandler), handlers)
    return found


def _write_exits(organisation: Organisation, enrolments: Sequence[int], starts: Sequence[_Start]) -> list[int]:
    coordinator = organisation.coordinators[organisation.swedish.id]
    return insert_rows(
        EnrolmentExit,
        [
            {
                "public_id": new_public_id(),
                "enrolment_id": enrolment,
                "number": 1,
                "exit_on": each.exit_on,
                "reason": each.reason,
                "recorded_at": noon_of(each.exit_on),
                "recorded_by_id": coordinator.id,
                "stage_before": EnrolmentStage.WORK_TRAINING,
            }
            for enrolment, each in zip(enrolments, starts, strict=True)
        ],
    )


def _write_lines(
    organisation: Organisation,
    persons: Sequence[tuple[int, _Start]],
    enrolments: Sequence[int],
    exits: Sequence[int],
) -> None:
    began, left = in_all_languages(started), in_all_languages(ended)
    name = {"": organisation.closed.name}
    lines: list[tuple[int, dict[str, Any]]] = []
    for (person, each), enrolment, exit_id in zip(persons, enrolments, exits, strict=True):
        why = {language: picklists.label("exit_reason", each.reason, language) for language in LANGUAGES}
        start = (f"enrolment:{enrolment}", each.starts_on, began, name)
        end = (f"exit:{exit_id}", each.exit_on, left, why)
        for kind, (ref, day, summary, detail) in (("enrolment_started", start), ("enrolment_exit", end)):
            lines.append((person, _line(organisation, kind, ref, day) | {"summary": summary, "detail": detail}))
    ids = insert_rows(HistoryLine, [line for _person, line in lines])
    empty = dict.fromkeys(("employer_id", "workplace_id", "contact_person_id"))
    links = [
        {"line_id": line_id, "at": line["at"], "participant_id": person, **empty}
        for line_id, (person, line) in zip(ids, lines, strict=True)
    ]
    current_session().execute(insert(HistoryLink), links)


def _line(organisation: Organisation, kind: str, source_ref: str, day: date) -> dict[str, Any]:
    return {
        "kind": kind,
        "source_ref": source_ref,
        "at": noon_of(day),
        "unit_id": organisation.swedish.id,
        "author_id": organisation.coordinators[organisation.swedish.id].id,
        "author_label": "",
    }
