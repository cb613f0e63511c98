"""The sample employers: people, relationships in every stage, and half a year of contacts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.fields import (
    ContactFields,
    EmployerFields,
    NextStep,
    PersonFields,
    PositionFields,
    Preferences,
    WorkplaceFields,
)
from crm.employers.models import Employer, EmployerKind, EmployerRelationship, Stage
from crm.employers.rules import SIMILAR_NAME
from crm.employers.services.contacts import log_contact
from crm.employers.services.employers import add_employer
from crm.employers.services.persons import add_contact_person
from crm.employers.services.preferences import set_preferences
from crm.employers.services.relationships import change_stage, take_relationship
from crm.employers.services.workplaces import add_workplace
from crm.samples.days import go_to_work, on_days
from crm.samples.names import (
    NORWEGIAN_EMPLOYERS,
    SWEDISH_EMPLOYERS,
    Name,
    People,
    email,
    norwegian_numbers,
    office_phone,
    swedish_numbers,
)
from crm.samples.organisation import Organisation

ADDED_AGO = 200
CONTACTS = 118
_PUBLIC = ("kommun", "Barnehage", "Sykehjem", "Äldreboende")
_INDUSTRIES = {
    "SE": ("Handel", "Vård och omsorg", "Bygg", "Tillverkning", "Restaurang", "Transport", "Städning"),
    "NO": ("Handel", "Helse og omsorg", "Bygg", "Industri", "Servering", "Transport", "Renhold"),
}
_STAGES = (Stage.NEW, Stage.CONTACT, Stage.AGREEMENT, Stage.PLACEMENT_RUNNING, Stage.RESTING)
_CONVERSATIONS = (
    ("visit", "interested", "needs"),
    ("phone", "callback_requested", "request_place"),
    ("visit", "place_offered", "request_place"),
    ("phone", "no_answer", "relationship"),
    ("email", "material_sent", "information"),
    ("visit", "agreement_discussed", "agreement"),
    ("phone", "visit_booked", "relationship"),
    ("phone", "not_now", "request_place"),
    ("visit", "agreement_signed", "agreement"),
    ("phone", "interested", "follow_up"),
)
_NOTES = {
    "SE": {
        0: "De behöver folk till sommaren och vill träffa två personer.",
        2: "En plats för arbetsträning från nästa månad.",
        5: "Gick igenom vad vi förväntar oss av varandra.",
        7: "Ring igen i vår, då anställer de.",
        9: "Det går bra på arbetsplatsen, handledaren är nöjd.",
    },
    "NO": {
        0: "De trenger folk til sommeren og vil møte to personer.",
        2: "En plass til arbeidstrening fra neste måned.",
        5: "Gikk gjennom hva vi forventer av hverandre.",
        7: "Ring igjen til våren, da ansetter de.",
        9: "Det går bra på arbeidsplassen, fadderen er fornøyd.",
    },
}
_STEPS = {
    "SE": ("Ring tillbaka", "Boka besök", "Skicka underlag", "Fråga hur det går", "Ring igen", "Avtala möte"),
    "NO": ("Ring tilbake", "Book besøk", "Send materiell", "Spør hvordan det går", "Ring igjen", "Avtal møte"),
}
_STEP_DAYS = (-9, -3, -1, 0, 0, 0, 0, 1, 1, 2, 3, 5, 7, 10)


@dataclass(frozen=True)
class _Known:
    """An employer as one unit knows it."""

    employer_id: int
    person_id: int
    actor: Actor
    stage: Stage
    country: str


def fill_employers(organisation: Organisation, people: People) -> None:
    """Add 25 employers, one of them known to both units. Runs inside ``transaction()``."""
    random = Random(11)
    with on_days() as go:
        go(ADDED_AGO)
        units = (organisation.swedish, organisation.norwegian)
        known = [each for unit in units for each in _of_unit(organisation, unit, people)]
        both_know = replace(
            known[0], actor=organisation.actor(organisation.norwegian), stage=Stage.CONTACT, country="NO"
        )
        known.append(both_know)
        for each in known:
            take_relationship(
                each.actor, employer_id=each.employer_id, unit_id=each.actor.unit_id or 0, owner_id=each.actor.staff_id
            )
        _talk(known, go, random)
        go(20)
        for place, each in enumerate(known):
            _set_stage(each)
            _note_wishes(each, ("general", "case_based", None)[place % 3])


def employers_with_places() -> list[int]:
    """The employers that take people, by id: those with a placement running."""
    statement = select(EmployerRelationship.employer_id).where(
        EmployerRelationship.stage == Stage.PLACEMENT_RUNNING.value
    )
    return sorted(current_session().scalars(statement))


def _of_unit(organisation: Organisation, unit: Unit, people: People) -> Iterator[_Known]:
    actor = organisation.actor(unit)
    names = SWEDISH_EMPLOYERS if unit.country == "SE" else NORWEGIAN_EMPLOYERS
    numbers = swedish_numbers() if unit.country == "SE" else norwegian_numbers()
    for place, (name, number) in enumerate(zip(names, numbers, strict=False)):
        employer = _add(actor, unit, place, name, number)
        person, title = people.contact()
        contact = add_contact_person(
            actor,
            employer_id=employer.id,
            fields=_person(person, place, unit.country),
            position=PositionFields(title=title, decides=place % 2 == 0),
        )
        yield _Known(employer.id, contact.id, actor, _STAGES[place % len(_STAGES)], unit.country)


def _add(actor: Actor, unit: Unit, place: int, name: str, number: str) -> Employer:
    public = any(word in name for word in _PUBLIC)
    town = unit.name.split()[-1]
    fields = EmployerFields(
        name=name,
        country=unit.country,
        org_number=number,
        kind=EmployerKind.PUBLIC if public else EmployerKind.COMPANY,
        industry_text=_INDUSTRIES[unit.country][place % len(_INDUSTRIES[unit.country])],
        municipality=town,
        city=town,
        address=f"Storgatan {place + 1}" if unit.country == "SE" else f"Storgata {place + 1}",
        phone=office_phone(10 + place + (40 if unit.country == "NO" else 0)),
        employee_count=4 + 7 * place,
    )
    employer = add_employer(actor, fields=fields, confirmed={SIMILAR_NAME})
    if place % 6 == 0:
        add_workplace(actor, employer_id=employer.id, fields=WorkplaceFields(name=f"{town} centrum", city=town))
    return employer


def _person(name: Name, place: int, country: str) -> PersonFields:
    phone = office_phone(20 + place + (40 if country == "NO" else 0))
    told = clock.today() + timedelta(days=1)
    return PersonFields(name=name.full, phone=phone, email=email(name, 5000 + place), told_on=told, country=country)


def _talk(known: list[_Known], go: Callable[[int], date], random: Random) -> None:
    """Contacts from half a year ago until this week; the newest have a next step, some of them late or for today."""
    days = sorted((random.randint(0, ADDED_AGO - 10) for _contact in range(CONTACTS - 14)), reverse=True)
    spoken = [each for each in known if each.stage is not Stage.NEW]
    today = go(0)
    for number, days_ago in enumerate(days):
        _log(random.choice(spoken), number, go_to_work(go, days_ago), None, random)
    for number, step in enumerate(_STEP_DAYS):
        ago = max(1 - step, 0) + 2 if step < 0 else number % 4
        day = go_to_work(go, ago)
        due_on = today + timedelta(days=step)
        each = spoken[number % len(spoken)]
        steps = _STEPS[each.country]
        _log(each, number, day, NextStep(due_on, steps[number % len(steps)]), random)
    for each in known:
        if each.stage is Stage.NEW:
            fields = ContactFields("phone", go_to_work(go, random.randint(2, 9)), "no_answer", purpose="relationship")
            log_contact(each.actor, employer_id=each.employer_id, fields=fields)


def _log(each: _Known, number: int, day: date, step: NextStep | None, random: Random) -> None:
    conversation = number % len(_CONVERSATIONS)
    channel, outcome, purpose = _CONVERSATIONS[conversation]
    is_visit = channel == "visit"
    fields = ContactFields(
        channel=channel,
        on_date=day,
        outcome=outcome,
        purpose=purpose,
        note=_NOTES[each.country].get(conversation),
        travel_minutes=random.choice((20, 30, 45)) if is_visit else None,
        quality_level=random.randint(2, 5) if is_visit else None,
        person_ids=frozenset() if outcome == "no_answer" else frozenset({each.person_id}),
    )
    log_contact(each.actor, employer_id=each.employer_id, fields=fields, next_step=step)


def _note_wishes(each: _Known, information: str | None) -> None:
    """What they want of us, as it was asked; one has had a mixed experience."""
    statement = visible(EmployerRelationship, each.actor).where(
        EmployerRelationship.employer_id == each.employer_id, EmployerRelationship.unit_id == each.actor.unit_id
    )
    row = current_session().scalars(statement).one()
    mixed = each.stage is Stage.RESTING
    wanted = Preferences(information, "mixed" if mixed else "good", "not_reached" if mixed else None)
    set_preferences(each.actor, relationship_id=row.id, version=None, wanted=wanted)


def _set_stage(each: _Known) -> None:
    statement = visible(EmployerRelationship, each.actor).where(
        EmployerRelationship.employer_id == each.employer_id,
        EmployerRelationship.unit_id == each.actor.unit_id,
    )
    relationship = current_session().scalars(statement).one()
    change_stage(each.actor, relationship_id=relationship.id, stage=each.stage.value)
