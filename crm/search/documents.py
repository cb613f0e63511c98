"""What the index keeps of each thing that can be found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from crm.folding import fold
from crm.participants.models import Participant
from crm.search.folding import number_forms

EMPLOYER, PERSON, PARTICIPANT = "employer", "person", "participant"
ARCHIVED_EMPLOYER = "archived_employer"
"""Kept apart, so that a count of employers in use needs nothing but the index."""


@dataclass(slots=True)
class Document:
    """One row of ``search_document``."""

    kind: str
    row_id: int
    unit_id: int | None
    title: str
    body: str

    def as_row(self) -> dict[str, object]:
        """The values by column."""
        return {
            "kind": self.kind, "row_id": self.row_id, "unit_id": self.unit_id, "title": self.title, "body": self.body,
        }  # fmt: skip


class EmployerWords(Protocol):
    """An employer, or a row of its columns."""

    id: Any
    name: Any
    org_number: Any
    country: Any
    city: Any
    municipality: Any
    email: Any
    industry_text: Any
    former_names: Any
    phone: Any
    archived_at: Any


class PersonWords(Protocol):
    """A contact person, or a row of its columns."""

    id: Any
    name: Any
    email: Any
    phone: Any


class WorkplaceWords(Protocol):
    """A workplace, or a row of its columns."""

    name: Any
    unit_number: Any
    city: Any
    phone: Any


def employer_document(employer: EmployerWords, workplaces: Iterable[WorkplaceWords]) -> Document:
    """An employer, found by its name, number, place, telephone and workplaces."""
    words: list[str | None] = [employer.name, employer.org_number, employer.city, employer.municipality]
    words += [employer.email, employer.industry_text, *number_forms(employer.phone), *(employer.former_names or ())]
    for place in workplaces:
        words += [place.name, place.unit_number, place.city, *number_forms(place.phone)]
    kind = EMPLOYER if employer.archived_at is None else ARCHIVED_EMPLOYER
    return _document(kind, employer.id, name=employer.name, words=words)


def person_document(person: PersonWords, jobs: Iterable[tuple[str | None, str]]) -> Document:
    """A contact person, found by name, telephone, e-mail, and titles and employers (``jobs``) of the day."""
    words = [person.name, person.email, *number_forms(person.phone)]
    words += [text for job in jobs for text in job]
    return _document(PERSON, person.id, name=person.name, words=words)


def participant_document(participant: Participant) -> Document:
    """A participant, found by name, telephone, e-mail and the number of the list they came from."""
    words = [participant.full_name, participant.email, participant.external_ref, *number_forms(participant.phone)]
    return _document(PARTICIPANT, participant.id, name=participant.full_name, words=words, unit_id=participant.unit_id)


def may_be_indexed(participant: Participant) -> bool:
    """Protected persons never stand in the index, and the archived are not looked for."""
    return not participant.protected and participant.archived_at is None


def _document(
    kind: str, row_id: int, *, name: str, words: Sequence[str | None], unit_id: int | None = None
) -> Document:
    return Document(kind=kind, row_id=row_id, unit_id=unit_id, title=fold(name), body=joined(words))


def joined(words: Iterable[str | None]) -> str:
    """Words as a document keeps them: folded, each once, each with a space before it."""
    folded = dict.fromkeys(fold(word) for word in words if word)
    return "".join(f" {word}" for word in folded)
