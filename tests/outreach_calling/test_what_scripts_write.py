"""Over scripts that nobody has thought of: what a script says that it writes is what closing the call writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm.db import current_session, transaction
from crm.employers.models import Contact, ContactPerson, Employer, EmployerRelationship
from crm.messaging.models import OutboxMessage
from crm.tasks.models import Task
from outreach.calling.models import Call, Referral
from outreach.calling.services.drafts import walk_of
from outreach.calling.services.outcome import MaterialChoice
from outreach.calling.services.starting import call_employer
from outreach.materials.models import MaterialMail
from outreach.scripts.definition import Answer, Creation, Node, NodeKind, Script, Writes
from outreach.scripts.effects import (
    AddTask,
    BookVisit,
    ChangeStage,
    Effect,
    Field,
    MakeReferral,
    SendMaterial,
    SetDoNotCall,
    SetDoNotContact,
    TaskKind,
)
from outreach.scripts.results import Result, result
from outreach.scripts.writing import write_script
from outreach.visits.models import Visit
from tests.outreach_calling.desk import Desk, count

OUTCOMES = ("interested", "visit_booked", "material_sent", "not_now", "declined", "callback_requested", "no_answer")
STAGES = ("contact", "agreement", "resting")
NOTED: dict[Field, Sequence[str]] = {
    Field.DATE_TIME: ("2026-12-01T10:00", "2026-12-02T13:30"),
    Field.PRIOR_EXPERIENCE: ("none", "good", "mixed", "bad"),
    Field.PREFERRED_INFORMATION: ("case_based", "general", "none"),
    Field.NEEDS_TEXT: ("Two in the bakery",),
    Field.DECLINE_REASON: ("No time",),
    Field.REFERRAL_COMPANY: ("Plåt & Co",),
    Field.REFERRAL_MAY_MENTION: ("yes", "no"),
}


@dataclass(frozen=True)
class Told:
    """A script, and what is answered and noted at each of its steps."""

    script: Script
    answers: tuple[tuple[str, dict[str, str]], ...]


def writes() -> st.SearchStrategy[Writes]:
    return st.builds(
        Writes,
        outcome=st.none() | st.sampled_from(OUTCOMES),
        creates=st.lists(st.sampled_from(Creation), unique=True, max_size=3).map(tuple),
        stage=st.none() | st.sampled_from(STAGES),
        do_not_call=st.sampled_from((False, False, False, True)),
        do_not_contact=st.sampled_from((False, False, False, False, True)),
    )


@st.composite
def told(draw: st.DrawFn) -> Told:
    """A way of some steps to an end, and beside it answers that are not given."""
    names = [f"s{number}" for number in range(draw(st.integers(1, 4)))]
    nodes, answers = [], []
    for name, after in zip(names, [*names[1:], "bye"], strict=True):
        log = tuple(draw(st.lists(st.sampled_from(list(NOTED)), unique=True, max_size=3)))
        taken = Answer("yes", {"en": "Yes"}, after, draw(writes()))
        other = Answer("other", {"en": "Other"}, "bye", draw(writes()))
        nodes.append(Node(name, NodeKind.ASK, {"en": "Well"}, (taken, other), log, draw(writes())))
        noted = {each.value: draw(st.sampled_from(NOTED[each])) for each in log if draw(st.booleans())}
        answers.append((draw(st.sampled_from(("yes", "yes", "other"))), noted))
    end = Node("bye", NodeKind.END, {"en": "Bye"}, writes=draw(writes()))
    script = Script("made", 1, names[0], (*nodes, end), {"en": "Made"}, ("outcome", "next_step"))
    return Told(script, tuple(answers))


def has(found: Result, kind: type[Effect]) -> bool:
    return any(isinstance(each, kind) for each in found.effects)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=told())
def test_what_the_script_says_it_writes_is_what_is_written_and_twice_is_once(desk: Desk, told: Told) -> None:
    employer, person = _employer(desk)
    call_id = _walked(desk, told, employer, person)
    with_result = result(walk_of(desk.call(call_id)))
    current_session().rollback()
    outcome = with_result.outcome or "interested"
    for _each in range(2):
        desk.close(
            call_id, outcome, nothing_planned=not with_result.plans_ahead, person_id=person, referral="Another AB",
            experience_reason="no_show", material=MaterialChoice(desk.sheet_id, "sv", str(person)),
        )  # fmt: skip
    _check(desk, call_id, with_result, outcome, employer=employer, person=person)


def _employer(desk: Desk) -> tuple[int, int]:
    employer = desk.world.employer(phone="+46850000009")
    return employer.id, desk.world.contact_person(employer, email="bo@example.net").id


def _walked(desk: Desk, told: Told, employer: int, person: int) -> int:
    text = write_script(told.script).replace("key: made", f"key: made{employer}")
    script_id = desk.script(f"made{employer}", text)
    with transaction():
        call_id = call_employer(desk.caller, employer_id=employer, script_id=script_id, person_id=person).id
    for answer in told.answers:
        if desk.call(call_id).walk["here"]["node"] == "bye":
            break
        desk.walk(call_id, answer)
    current_session().rollback()
    return call_id


def _check(desk: Desk, call_id: int, found: Result, outcome: str, *, employer: int, person: int) -> None:
    session = current_session()
    session.expire_all()
    call = session.get_one(Call, call_id)
    contact = session.scalars(select(Contact).where(Contact.employer_id == employer)).one()
    assert (contact.id, contact.outcome) == (call.contact_id, outcome)
    assert session.get_one(ContactPerson, person).do_not_call == has(found, SetDoNotCall)
    assert session.get_one(Employer, employer).do_not_contact == has(found, SetDoNotContact)
    mails = session.scalars(select(MaterialMail.public_id).where(MaterialMail.employer_id == employer)).all()
    assert len(mails) == has(found, SendMaterial)
    assert count(OutboxMessage, OutboxMessage.purpose_ref.in_(mails)) == len(mails)
    _check_relationship(employer, found)
    _check_plans(employer, found)
    _check_words(contact, employer, found)


def _check_relationship(employer: int, found: Result) -> None:
    row = current_session().scalars(
        select(EmployerRelationship).where(EmployerRelationship.employer_id == employer)
    ).one()  # fmt: skip
    stage = next((each.stage for each in found.effects if isinstance(each, ChangeStage)), None)
    assert row.stage == (stage or ("new" if found.outcome == "no_answer" else "contact"))
    assert row.prior_experience == found.fields.get(Field.PRIOR_EXPERIENCE, "unknown")
    assert row.preferred_information == found.fields.get(Field.PREFERRED_INFORMATION)


def _check_plans(employer: int, found: Result) -> None:
    """Every task and visit once, at the time that was agreed; a bad experience brings its own task."""
    tasks = current_session().scalars(select(Task).where(Task.employer_id == employer)).all()
    kinds = sorted(task.kind for task in tasks)
    booked = [each for each in found.effects if isinstance(each, BookVisit) and each.at is not None]
    steps = [each for each in found.effects if _is_step(each)]
    repairs = AddTask(TaskKind.REPAIR) in found.effects or found.fields.get(Field.PRIOR_EXPERIENCE) == "bad"
    # Who asks to be called back gets a task, also where the script plans none.
    asked = found.outcome == "callback_requested" and not steps
    expected = len(booked) + len(steps) + repairs + has(found, MakeReferral) + asked
    assert len(tasks) == expected, (kinds, found.effects)
    days = {each.at.date() for each in steps if isinstance(each, AddTask | BookVisit) and each.at}
    assert days <= {task.due_on for task in tasks}
    visits = current_session().scalars(select(Visit).where(Visit.employer_id == employer)).all()
    assert len(visits) == len(booked)
    zone = ZoneInfo("Europe/Stockholm")
    assert [visit.at.astimezone(zone).replace(tzinfo=None) for visit in visits] == [each.at for each in booked]


def _is_step(effect: Effect) -> bool:
    if isinstance(effect, AddTask):
        return effect.task is not TaskKind.REPAIR
    return isinstance(effect, BookVisit) and effect.at is None


def _check_words(contact: Contact, employer: int, found: Result) -> None:
    for name in (Field.NEEDS_TEXT, Field.DECLINE_REASON):
        assert (found.fields.get(name) or "") in (contact.note or "")
    referrals = current_session().scalars(select(Referral).where(Referral.from_employer_id == employer)).all()
    named = [each for each in found.effects if isinstance(each, MakeReferral)]
    assert [(row.named, row.may_mention) for row in referrals] == [
        (each.company or "Another AB", each.may_mention) for each in named
    ]
