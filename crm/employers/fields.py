"""What services of this feature are given, as plain values."""

from dataclasses import dataclass, field
from datetime import date

from crm.employers.models import EmployerKind


@dataclass(frozen=True)
class EmployerFields:
    """Everything that is typed about an employer. Only the name is required."""

    name: str
    country: str = "SE"
    org_number: str | None = None
    kind: EmployerKind = EmployerKind.COMPANY
    industry_text: str | None = None
    industry_scheme: str | None = None
    industry_code: str | None = None
    industry_retrieved_on: date | None = None
    legal_form: str | None = None
    parent_id: int | None = None
    municipality: str | None = None
    municipality_code: str | None = None
    address: str | None = None
    postcode: str | None = None
    city: str | None = None
    phone: str | None = None
    email: str | None = None
    website: str | None = None
    employee_count: int | None = None
    source: str | None = None
    advertising_block: bool = False


@dataclass(frozen=True)
class PersonFields:
    """A contact person, whatever employer they work for."""

    name: str
    phone: str | None = None
    email: str | None = None
    do_not_call: bool = False
    do_not_mail: bool = False
    preferred_way: str | None = None
    told_on: date | None = None
    country: str = "SE"
    """Where a number without a country code belongs."""


@dataclass(frozen=True)
class PositionFields:
    """What a contact person is at one employer."""

    title: str | None = None
    decides: bool = False
    workplace_id: int | None = None


@dataclass(frozen=True)
class WorkplaceFields:
    """A workplace unit under an employer."""

    name: str
    unit_number: str | None = None
    address: str | None = None
    postcode: str | None = None
    city: str | None = None
    municipality_code: str | None = None
    phone: str | None = None
    retrieved_on: date | None = None


@dataclass(frozen=True)
class Preferences:
    """What an employer wants of us, and how it went so far; keys of crm.employers.ways and a picklist."""

    preferred_information: str | None = None
    prior_experience: str = "unknown"
    prior_experience_reason: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class ContactFields:
    """A contact with an employer: kind (``channel``), day and outcome are all that is required."""

    channel: str
    on_date: date
    outcome: str
    purpose: str | None = None
    note: str | None = None
    travel_minutes: int | None = None
    quality_level: int | None = None
    met_decision_maker: bool | None = None
    participant_present: bool = False
    basis: str | None = None
    """Why an employer with an advertising block was approached: crm.employers.ways.BASES."""
    workplace_id: int | None = None
    person_ids: frozenset[int] = field(default_factory=frozenset)
    submission_key: str | None = None


@dataclass(frozen=True)
class NextStep:
    """What was promised, and by when. Without a text the task says to follow up."""

    due_on: date
    text: str | None = None
