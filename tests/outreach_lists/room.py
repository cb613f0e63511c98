"""A unit with callers, a script, employers, and lists made of them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert

from crm import clock
from crm.actors import Actor, Role
from crm.db import current_session, new_public_id, transaction
from crm.employers.list_queries import EmployerFilter
from crm.employers.models import Contact, Employer
from outreach.lists.building import build_list
from outreach.lists.fields import ListFields
from outreach.lists.models import CallEntry, CallList
from outreach.scripts.models import CallScript, CallScriptVersion, VersionState
from outreach.scripts.shipped import shipped_text
from tests.world import World

NOON = datetime(2026, 6, 30, 10, 0, tzinfo=UTC)
TODAY = date(2026, 6, 30)


@dataclass
class Room:
    """Where the tests happen. Rows are made in an application context."""

    world: World
    unit_id: int
    script_id: int
    version_id: int
    caller: Actor
    colleague: Actor
    manager: Actor
    stranger: Actor
    emails: dict[str, str] = field(default_factory=dict)

    def employer(self, name: str | None = None, **values: Any) -> Employer:
        return self.world.employer(name, **{"phone": "+46850000001", "municipality": "Osby"} | values)

    def employers(self, number: int) -> None:
        """Many at once."""
        now = clock.now()
        rows = [
            {"public_id": new_public_id(), "name": f"Employer {each:05}", "sort_name": f"employer {each:05}",
             "phone": "+46850000001", "created_at": now}
            for each in range(number)
        ]  # fmt: skip
        current_session().execute(insert(Employer), rows)
        current_session().commit()

    def contact(self, employer: Employer, on_date: date, **values: Any) -> Contact:
        usual = {"channel": "phone", "outcome": "interested", "unit_id": self.unit_id, "created_at": clock.now()}
        contact = Contact(employer_id=employer.id, on_date=on_date, **usual | values)
        self.world.save(contact)
        return contact

    def fields(self, **values: Any) -> ListFields:
        both = frozenset({self.caller.staff_id or 0, self.colleague.staff_id or 0})
        usual: dict[str, Any] = {"name": "Summer jobs", "script_id": self.script_id, "caller_ids": both}
        return ListFields(**usual | values)

    def call_list(self, filters: EmployerFilter | None = None, **values: Any) -> CallList:
        with transaction():
            return build_list(
                self.manager,
                unit_id=self.unit_id,
                given=self.fields(**values),
                filters=filters or EmployerFilter(),
                view_query="",
            )

    def entries(self, call_list: CallList) -> list[CallEntry]:
        """In their order, as they stand in the database."""
        session = current_session()
        session.expire_all()
        found = session.query(CallEntry).filter_by(list_id=call_list.id).order_by(CallEntry.position)
        return list(found)


def make_room(world: World) -> Room:
    """Two coordinators and a manager of Osby who call, and somebody in Kil who does not."""
    unit = world.unit("Osby", modules=["calls"])
    caller, colleague = world.staff(unit=unit, name="Maria Lindqvist"), world.staff(unit=unit, name="Ali Hassan")
    manager = world.staff(Role.MANAGER, unit=unit, name="Karin Berg")
    stranger = world.staff(unit=world.unit("Kil", modules=["calls"]), name="Per Strand")
    people = {"caller": caller, "colleague": colleague, "manager": manager, "stranger": stranger}
    script, version = make_script(world)
    return Room(
        world=world,
        unit_id=unit.id,
        script_id=script.id,
        version_id=version.id,
        emails={name: each.email for name, each in people.items()},
        **{name: world.actor(each) for name, each in people.items()},
    )


def make_script(world: World) -> tuple[CallScript, CallScriptVersion]:
    """The first call, published."""
    now, title = clock.now(), {"en": "The first call"}
    script = world.save(CallScript(key="employer_first_call", titles=title, folded="the first call", created_at=now))
    version = CallScriptVersion(
        script_id=script.id, number=1, text=shipped_text("employer_first_call"), state=VersionState.PUBLISHED,
        created_at=now, changed_at=now, published_at=now,
    )  # fmt: skip
    return script, world.save(version)
