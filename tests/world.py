"""Factories: make rows the short way. Tests of services use the services for what they test."""

import itertools
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm import clock
from crm.accounts.models import Staff, StaffRole, Unit
from crm.actors import Actor, ActorKind, Role
from crm.db import current_session, new_public_id
from crm.employers.models import ContactPerson, Employer, EmployerRelationship, Position
from crm.participants.models import Enrolment, EnrolmentStage, Participant
from crm.placements.models import Placement
from crm.programmes.models import Programme

PASSWORD = "correct horse battery"


class World:
    """Makes and commits rows with sensible values; every argument can be said."""

    def __init__(self) -> None:
        self._count = itertools.count(1)
        self._hash: str | None = None

    @property
    def session(self) -> Session:
        return current_session()

    def save(self, row: Any) -> Any:
        self.session.add(row)
        self.session.commit()
        return row

    def unit(self, name: str | None = None, **values: Any) -> Unit:
        number = next(self._count)
        values.setdefault("modules", [])
        values.setdefault("phone", "+46101234567")
        return self.save(Unit(name=name or f"Unit {number}", **values))

    def role(self, role: Role) -> StaffRole:
        found = self.session.scalar(select(StaffRole).where(StaffRole.name == role.value))
        return found or self.save(StaffRole(name=role.value))

    def staff(self, *roles: Role, unit: Unit | None = None, **values: Any) -> Staff:
        from flask_security.utils import hash_password

        number = next(self._count)
        self._hash = self._hash or hash_password(PASSWORD)
        values.setdefault("name", f"Staff {number}")
        values.setdefault("email", f"staff{number}@example.org")
        return self.save(
            Staff(
                unit_id=(unit or self.unit()).id,
                password=self._hash,
                fs_uniquifier=new_public_id(),
                confirmed_at=clock.now(),
                roles=[self.role(role) for role in roles or (Role.COORDINATOR,)],
                **values,
            )
        )

    def actor(self, staff: Staff) -> Actor:
        units = {staff.unit_id}
        while True:
            below = set(self.session.scalars(select(Unit.id).where(Unit.parent_id.in_(units)))) - units
            if not below:
                break
            units |= below
        return Actor(
            kind=ActorKind.STAFF,
            label=staff.name,
            staff_id=staff.id,
            unit_id=staff.unit_id,
            unit_ids=frozenset(units),
            roles=staff.role_names,
            language=staff.language,
        )

    def programme(self, unit: Unit | None = None, **values: Any) -> Programme:
        number = next(self._count)
        values.setdefault("starts_on", date(2026, 1, 1))
        return self.save(
            Programme(code=f"P{number}", name=f"Programme {number}", unit_id=(unit or self.unit()).id, **values)
        )

    def participant(self, unit: Unit | None = None, **values: Any) -> Participant:
        number = next(self._count)
        first = values.pop("first_name", "Åsa")
        last = values.pop("last_name", f"Öberg{number}")
        values.setdefault("email", f"person{number}@example.net")
        values.setdefault("phone", f"+4670{number:07d}")
        return self.save(
            Participant(
                first_name=first,
                last_name=last,
                sort_name=f"{last} {first}".casefold(),
                unit_id=(unit or self.unit()).id,
                created_at=clock.now(),
                **values,
            )
        )

    def enrolment(
        self, participant: Participant, programme: Programme, coordinator: Staff | None = None, **values: Any
    ) -> Enrolment:
        values.setdefault("starts_on", date(2026, 2, 1))
        return self.save(
            Enrolment(
                participant_id=participant.id,
                programme_id=programme.id,
                unit_id=participant.unit_id,
                coordinator_id=coordinator.id if coordinator else None,
                stage=values.pop("stage", EnrolmentStage.MAPPING),
                stage_since=values["starts_on"],
                created_at=clock.now(),
                **values,
            )
        )

    def employer(self, name: str | None = None, **values: Any) -> Employer:
        number = next(self._count)
        name = name or f"Employer {number} AB"
        return self.save(Employer(name=name, sort_name=name.casefold(), created_at=clock.now(), **values))

    def contact_person(self, employer: Employer, name: str = "Eva Sjöström", **values: Any) -> ContactPerson:
        person = ContactPerson(name=name, sort_name=name.casefold(), created_at=clock.now(), **values)
        person.positions.append(Position(employer_id=employer.id, title="Manager"))
        return self.save(person)

    def relationship(
        self, employer: Employer, unit: Unit, owner: Staff | None = None, **values: Any
    ) -> EmployerRelationship:
        return self.save(
            EmployerRelationship(
                employer_id=employer.id,
                unit_id=unit.id,
                owner_id=owner.id if owner else None,
                stage_since=clock.now(),
                created_at=clock.now(),
                **values,
            )
        )

    def placement(self, enrolment: Enrolment, employer: Employer, **values: Any) -> Placement:
        values.setdefault("starts_on", date(2026, 3, 1))
        values.setdefault("kind", "other")
        return self.save(
            Placement(
                participant_id=enrolment.participant_id,
                enrolment_id=enrolment.id,
                employer_id=employer.id,
                unit_id=enrolment.unit_id,
                created_at=clock.now(),
                **values,
            )
        )
