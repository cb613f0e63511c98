"""A caller's desk: scripts, a list, employers, and short ways through a call."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.documents.models import DocumentKind, DocumentVersion
from crm.documents.services.texts import add_template, save_text
from crm.employers.list_queries import EmployerFilter
from crm.employers.models import Contact, ContactPerson, Employer
from crm.tasks.models import Task
from outreach.calling.models import Call
from outreach.calling.services.closing import close_call
from outreach.calling.services.drafts import Draft, answer_step
from outreach.calling.services.outcome import Closed, Closing
from outreach.calling.services.starting import call_employer, call_next
from outreach.lists.building import build_list
from outreach.lists.fields import ListFields
from outreach.scripts.models import CallScript, CallScriptVersion, VersionState
from outreach.scripts.shipped import shipped_text
from tests.world import World

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@dataclass
class Desk:
    """Plain ids, because rows do not outlive their context."""

    world: World
    unit_id: int
    script_id: int
    list_id: int
    list_public_id: str
    employer_id: int
    employer: str
    person_id: int
    sheet_id: int
    template_id: int
    caller: Actor
    colleague: Actor
    manager: Actor
    stranger: Actor
    emails: dict[str, str] = field(default_factory=dict)

    def begin(self, script_id: int | None = None, *, person: bool = True) -> int:
        """A call outside of any list; its id."""
        with transaction():
            return call_employer(
                self.caller, employer_id=self.employer_id, script_id=script_id or self.script_id,
                person_id=self.person_id if person else None,
            ).id  # fmt: skip

    def next(self, actor: Actor | None = None) -> int:
        """The next one of the list; the id of its call."""
        with transaction():
            call = call_next(actor or self.caller, list_id=self.list_id)
            assert call is not None
            return call.id

    def call(self, call_id: int) -> Call:
        current_session().expire_all()
        return current_session().get_one(Call, call_id)

    def answer(self, call_id: int, key: str, note: str = "", **fields: str) -> None:
        call = self.call(call_id)
        draft = Draft(call.version_id, note or call.note, fields, call.walk["here"]["node"], base=call.draft_number)
        current_session().rollback()
        with transaction():
            answer_step(self.caller, call_id=call_id, draft=draft, key=key)

    def walk(self, call_id: int, *answers: str | tuple[str, dict[str, str]]) -> None:
        """Several answers; one with fields is a pair."""
        for each in answers:
            key, fields = (each, {}) if isinstance(each, str) else each
            self.answer(call_id, key, **fields)

    def close(self, call_id: int, outcome: str | None = None, **values: Any) -> Closed:
        """Close with what the script says, and whatever else is given."""
        with transaction():
            return close_call(self.caller, call_id=call_id, closing=Closing(outcome, **values))

    def script(self, key: str, text: str) -> int:
        """Another published script; its id."""
        now = clock.now()
        script = self.world.save(CallScript(key=key, titles={"en": key}, folded=key, created_at=now))
        self.version(script.id, 1, text)
        return int(script.id)

    def version(self, script_id: int, number: int, text: str) -> int:
        now = clock.now()
        version = CallScriptVersion(
            script_id=script_id, number=number, text=text, state=VersionState.PUBLISHED, created_at=now,
            changed_at=now, published_at=now,
        )  # fmt: skip
        return int(self.world.save(version).id)

    def new_sheet_version(self) -> int:
        """Somebody writes the sheet anew; the number of its newest version."""
        with transaction():
            return save_text(
                self.manager, template_id=self.template_id, language="sv", title="Om oss", body="Ny text."
            ).id


def count(model: type[Any], *where: Any) -> int:
    session = current_session()
    found = session.scalar(select(func.count()).select_from(model).where(*where)) or 0
    session.rollback()
    return found


def contacts() -> list[Contact]:
    current_session().rollback()
    return list(current_session().scalars(select(Contact).order_by(Contact.id)))


def make_desk(world: World) -> Desk:
    """Two coordinators and a manager of Osby, somebody in Kil; one employer on the list, with a person there."""
    unit = world.unit("Osby", modules=["calls", "visits"], language="sv")
    caller, colleague = world.staff(unit=unit, name="Maria Lindqvist"), world.staff(unit=unit, name="Ali Hassan")
    manager = world.staff(Role.MANAGER, unit=unit, name="Karin Berg")
    stranger = world.staff(unit=world.unit("Kil", modules=["calls"]), name="Per Strand")
    people = {"caller": caller, "colleague": colleague, "manager": manager, "stranger": stranger}
    actors = {name: world.actor(each) for name, each in people.items()}
    employer = world.employer("Nordlys Bageri AB", phone="+46850000001", source="Näringslivskontoret")
    person = world.contact_person(employer, "Eva Sjöström", email="eva@example.net", phone="+46850000002")
    sheet = _sheet(actors["manager"])
    now = clock.now()
    script = world.save(
        CallScript(key="employer_first_call", titles={"en": "The first call"}, folded="first", created_at=now)
    )
    desk = Desk(
        world=world, unit_id=unit.id, script_id=script.id, list_id=0, list_public_id="", employer_id=employer.id,
        employer=employer.public_id, person_id=person.id, sheet_id=sheet.id, template_id=sheet.template_id,
        emails={name: each.email for name, each in people.items()}, **actors,
    )  # fmt: skip
    desk.version(script.id, 1, shipped_text("employer_first_call"))
    _list(desk)
    return desk


def _sheet(manager: Actor) -> DocumentVersion:
    with transaction():
        template = add_template(
            manager, kind=DocumentKind.INFORMATION, language="sv", title="Om oss", body="Så arbetar vi."
        )
        version = template.newest
        current_session().flush()
        return version


def _list(desk: Desk) -> None:
    callers = frozenset({desk.caller.staff_id or 0, desk.colleague.staff_id or 0})
    with transaction():
        made = build_list(
            desk.manager, unit_id=desk.unit_id,
            given=ListFields(name="Autumn", script_id=desk.script_id, caller_ids=callers),
            filters=EmployerFilter(), view_query="",
        )  # fmt: skip
        desk.list_id, desk.list_public_id = made.id, made.public_id


def person_of(desk: Desk) -> ContactPerson:
    current_session().expire_all()
    return current_session().get_one(ContactPerson, desk.person_id)


def employer_of(desk: Desk) -> Employer:
    current_session().expire_all()
    return current_session().get_one(Employer, desk.employer_id)


def tasks() -> list[Task]:
    """Every task there is, in the order in which they came."""
    current_session().rollback()
    return list(current_session().scalars(trusted(select(Task).order_by(Task.id), because="a test reads all")))
