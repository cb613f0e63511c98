"""A call is closed: one save writes everything, or nothing."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from crm.db import current_session, transaction
from crm.documents.models import SheetGiven
from crm.employers.fields import NextStep
from crm.employers.models import Contact, ContactPerson, EmployerRelationship
from crm.employers.services import set_do_not_contact
from crm.employers.stage_queries import Missing
from crm.errors import DomainError
from crm.messaging.models import OutboxMessage
from crm.tasks.models import Task
from outreach.calling.models import Referral
from outreach.calling.services.outcome import EMPLOYER, NO_MAIL, SPOKEN, MaterialChoice, NewPerson
from outreach.lists.models import CallEntry, EntryState
from outreach.materials.models import MaterialMail
from tests.outreach_calling.desk import TODAY, Desk, contacts, count, employer_of, person_of, tasks

AGREED = "2026-11-26T10:00"
INTERESTED = ("go", "yes", "next", ("next", {"needs_text": "Two in the bakery"}), "good", "next")
SENDS = (*INTERESTED, "maybe", ("agreed", {"date_time": AGREED, "preferred_information": "general"}), "no", "done")
SIGNS = """
key: signs
version: 1
start: ask
required_on_close: [outcome, next_step]
nodes:
  ask: {kind: ask, text: {en: Shall we sign}, answers: [{key: done, label: {en: Done}, goto: bye}]}
  bye: {kind: end, outcome: agreement_signed, stage: agreement, text: {en: Bye}}
"""


def to(desk: Desk, receiver: str | None = None, **values: str) -> MaterialChoice:
    return MaterialChoice(desk.sheet_id, "sv", receiver or str(desk.person_id), **values)


def test_interested_leaves_one_mail_one_task_at_the_agreed_time_and_the_version_with_the_contact(desk: Desk) -> None:
    call_id = desk.next()
    desk.walk(call_id, *SENDS)
    closed = desk.close(call_id, person_id=desk.person_id, note="Friendly.", material=to(desk))
    (contact,) = contacts()
    assert (contact.id, contact.channel, contact.outcome, contact.on_date) == (
        closed.contact_id, "phone", "material_sent", TODAY,
    )  # fmt: skip
    assert contact.note == "Friendly.\nWhat they need: Two in the bakery"
    assert [met.person_id for met in contact.met] == [desk.person_id]
    (task,) = tasks()
    assert (task.kind, task.due_on, task.title[""]) == (
        "employer.next_step",
        date(2026, 11, 26),
        "Call them back at 10:00",
    )
    (message,) = current_session().scalars(select(OutboxMessage))
    (mail,) = current_session().scalars(select(MaterialMail))
    assert (message.purpose, message.purpose_ref, message.state.value) == (
        "outreach_material",
        mail.public_id,
        "planned",
    )
    (given,) = current_session().scalars(select(SheetGiven))
    assert (given.contact_id, given.version_id) == (contact.id, desk.sheet_id)
    relationship = current_session().scalars(select(EmployerRelationship)).one()
    assert (relationship.prior_experience, relationship.preferred_information) == ("good", "general")
    assert relationship.stage == "contact"
    entry = current_session().scalars(select(CallEntry)).one()
    assert (entry.state, entry.contact_id, entry.outcome) == (EntryState.CALLBACK, contact.id, "material_sent")
    assert entry.callback_at == datetime.fromisoformat("2026-11-26T09:00:00+00:00")
    assert entry.callback_for_id == desk.caller.staff_id


def test_what_was_typed_is_gone_from_a_closed_call_and_its_way_stays(desk: Desk) -> None:
    call_id = desk.begin()
    desk.walk(call_id, *SENDS)
    desk.close(call_id, note="Friendly.", material=to(desk))
    call = desk.call(call_id)
    assert (call.note, call.fields, call.outcome) == ("", {}, "material_sent")
    assert "bakery" not in str(call.walk)
    assert [step["answer"] for step in call.walk["steps"]][:3] == ["go", "yes", "next"]


def test_without_outcome_and_next_step_a_call_is_not_closed(desk: Desk) -> None:
    call_id = desk.begin()
    desk.walk(call_id, *INTERESTED)
    with pytest.raises(DomainError, match="Outcome, Next step") as error:
        desk.close(call_id)
    assert error.value.field == "outcome"
    with pytest.raises(DomainError, match="Next step") as error:
        desk.close(call_id, "interested")
    assert error.value.field == "next_when"
    assert contacts() == []
    desk.close(call_id, "interested", next_step=NextStep(date(2026, 12, 1), "Send the plan"))
    assert tasks()[0].title[""] == "Send the plan"


def test_a_call_that_broke_off_is_closed_with_what_there_is(desk: Desk) -> None:
    call_id = desk.begin()
    desk.close(call_id, "no_answer", nothing_planned=True)
    assert contacts()[0].outcome == "no_answer"
    assert tasks() == []


def test_closing_twice_writes_once(desk: Desk) -> None:
    call_id = desk.next()
    desk.walk(call_id, *SENDS)
    first = desk.close(call_id, material=to(desk))
    again = desk.close(call_id, material=to(desk))
    assert again.was_closed
    assert (again.contact_id, again.public_id) == (first.contact_id, first.public_id)
    assert (count(Contact), count(Task), count(OutboxMessage), count(SheetGiven)) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    "place",
    [
        "outreach.calling.services.closing.log_contact",
        "outreach.calling.services.carrying.set_preferences",
        "outreach.calling.services.carrying.send_material",
        "outreach.calling.services.closing.finish_entry",
        "outreach.calling.services.closing.record",
    ],
)
def test_a_crash_in_the_middle_writes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    call_id = desk.next()
    desk.walk(call_id, *SENDS)

    def dies(*_arguments: object, **_values: object) -> None:
        raise RuntimeError("the server dies")

    with monkeypatch.context() as broken:
        broken.setattr(place, dies)
        with pytest.raises(RuntimeError):
            desk.close(call_id, material=to(desk))
    assert (count(Contact), count(Task), count(OutboxMessage), count(SheetGiven)) == (0, 0, 0, 0)
    assert desk.call(call_id).ended_at is None
    assert current_session().scalars(select(CallEntry)).one().state is EntryState.TAKEN
    desk.close(call_id, material=to(desk))
    assert (count(Contact), count(Task), count(OutboxMessage)) == (1, 1, 1)


def test_a_version_that_is_published_during_the_call_does_not_change_it(desk: Desk) -> None:
    call_id = desk.begin()
    desk.walk(call_id, "go")
    before = desk.call(call_id).script_version_id
    text = "key: employer_first_call\nversion: 2\nstart: only\nnodes:\n  only: {kind: end, text: {en: Bye}}\n"
    newer = desk.version(desk.script_id, 2, text)
    desk.walk(call_id, *SENDS[1:])
    desk.close(call_id, material=to(desk))
    assert desk.call(call_id).script_version_id == before != newer
    other = desk.begin()
    assert desk.call(other).script_version_id == newer


def test_the_sheet_that_goes_is_the_version_that_was_chosen_and_the_contact_keeps_it(desk: Desk) -> None:
    call_id = desk.begin()
    desk.walk(call_id, *SENDS)
    newer = desk.new_sheet_version()
    desk.close(call_id, material=to(desk))
    given = current_session().scalars(select(SheetGiven)).one()
    assert given.version_id == desk.sheet_id != newer


# ---- effects that cannot be carried out: a clear error, and a way out


def test_a_block_that_was_set_during_the_call_asks_for_a_reason(desk: Desk) -> None:
    call_id = desk.next()
    desk.walk(call_id, *SENDS)
    with transaction():
        set_do_not_contact(desk.manager, employer_id=desk.employer_id, blocked=True, reason="Asked for it")
    with pytest.raises(DomainError) as error:
        desk.close(call_id, material=to(desk))
    assert error.value.field == "basis"
    with pytest.raises(DomainError, match="no contact") as error:
        desk.close(call_id, material=to(desk), basis="own_inquiry")
    assert error.value.field == "receiver"
    assert contacts() == []
    desk.close(call_id, material=to(desk, NO_MAIL), basis="own_inquiry")
    assert contacts()[0].basis == "own_inquiry"


def test_a_blocked_employer_that_was_not_called_leaves_no_contact(desk: Desk) -> None:
    call_id = desk.next()
    with transaction():
        set_do_not_contact(desk.manager, employer_id=desk.employer_id, blocked=True, reason="Asked for it")
    desk.walk(call_id, "blocked")
    desk.close(call_id, nothing_planned=True)
    assert contacts() == []
    entry = current_session().scalars(select(CallEntry)).one()
    assert (entry.state, entry.outcome) == (EntryState.DONE, "not_called")


def test_without_an_address_the_mail_is_asked_for_and_an_address_given_on_the_telephone_is_kept(desk: Desk) -> None:
    person_of(desk).email = None
    current_session().commit()
    call_id = desk.begin()
    desk.walk(call_id, *SENDS)
    with pytest.raises(DomainError, match="no e-mail address") as error:
        desk.close(call_id, material=to(desk))
    assert error.value.field == "receiver"
    with pytest.raises(DomainError) as error:
        desk.close(call_id, material=to(desk, email="nobody"))
    assert error.value.field == "receiver_email"
    desk.close(call_id, person_id=desk.person_id, material=to(desk, SPOKEN, email="eva@bageri.example"))
    assert person_of(desk).email == "eva@bageri.example"
    assert count(OutboxMessage) == 1


def test_an_address_of_the_employer_or_of_somebody_new_is_kept_too(desk: Desk) -> None:
    call_id = desk.begin()
    desk.walk(call_id, *SENDS)
    desk.close(call_id, material=to(desk, EMPLOYER, email="info@bageri.example"))
    assert employer_of(desk).email == "info@bageri.example"
    call_id = desk.begin()
    desk.walk(call_id, *SENDS)
    desk.close(call_id, new_person=NewPerson("Bo Ek", None, "bo@bageri.example"), material=to(desk, SPOKEN))
    bo = current_session().scalars(select(ContactPerson).where(ContactPerson.name == "Bo Ek")).one()
    newest = current_session().scalars(select(MaterialMail).order_by(MaterialMail.id.desc())).first()
    assert newest is not None
    assert newest.person_id == bo.id


def test_the_stage_that_the_script_says_is_entered(desk: Desk) -> None:
    call_id = desk.begin(desk.script("signs", SIGNS))
    desk.walk(call_id, "done")
    desk.close(call_id, nothing_planned=True)
    row = current_session().scalars(select(EmployerRelationship)).one()
    assert row.stage == "agreement"


def test_a_stage_that_is_blocked_names_what_is_missing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "crm.employers.services.relationships.missing_for", lambda *_: [Missing("An agreement in force", blocks=True)]
    )
    call_id = desk.begin(desk.script("signs", SIGNS))
    desk.walk(call_id, "done")
    with pytest.raises(DomainError, match="An agreement in force") as error:
        desk.close(call_id, nothing_planned=True)
    assert error.value.field == "keep_stage"
    desk.close(call_id, nothing_planned=True, keep_stage=True)
    assert contacts()[0].outcome == "agreement_signed"


def test_a_bad_experience_needs_its_reason_and_brings_one_task(desk: Desk) -> None:
    call_id = desk.begin()
    desk.walk(call_id, "go", "yes", "next", "next", "bad", "not_now", "no", "done")
    with pytest.raises(DomainError, match="what went wrong") as error:
        desk.close(call_id)
    assert error.value.field == "experience_reason"
    desk.close(call_id, experience_reason="no_show")
    assert [task.kind for task in tasks()] == ["employer.repair"]
    desk.world.session.rollback()
    call_id = desk.begin()
    desk.walk(call_id, "go", "yes", "next", "next", "mixed", "not_now", "no", "done")
    desk.close(call_id)
    assert [task.kind for task in tasks()] == ["employer.repair", "outreach.repair"]


def test_whoever_asks_not_to_be_called_is_not_called_again(desk: Desk) -> None:
    call_id = desk.next()
    desk.walk(call_id, "go", "never")
    desk.close(call_id, nothing_planned=True, person_id=desk.person_id)
    assert person_of(desk).do_not_call
    assert not employer_of(desk).do_not_contact
    entry = current_session().scalars(select(CallEntry)).one()
    assert entry.state is EntryState.DONE


def test_a_refusal_without_a_person_is_asked_for_and_may_be_the_employers(desk: Desk) -> None:
    call_id = desk.begin(person=False)
    desk.walk(call_id, "go", "never")
    with pytest.raises(DomainError) as error:
        desk.close(call_id, nothing_planned=True)
    assert error.value.field == "refuser"
    assert contacts() == []
    desk.close(call_id, nothing_planned=True, refuser=EMPLOYER)
    assert employer_of(desk).do_not_contact


def test_a_refusal_that_the_caller_chooses_counts_as_one_and_takes_back_what_was_agreed(desk: Desk) -> None:
    call_id = desk.begin()
    desk.walk(call_id, *SENDS)
    desk.close(call_id, "do_not_contact", refuser=str(desk.person_id), material=to(desk))
    assert person_of(desk).do_not_call
    assert (count(Task), count(OutboxMessage)) == (0, 0)


def test_whom_they_named_is_kept_with_who_named_it_and_a_task_to_find_it(desk: Desk) -> None:
    call_id = desk.begin()
    desk.walk(
        call_id, *INTERESTED, "yes", ("done", {"date_time": AGREED}),
        ("yes", {"referral_company": "Plåt & Co, 0850000003", "referral_may_mention": "yes"}), "done",
    )  # fmt: skip
    desk.close(call_id, person_id=desk.person_id)
    referral = current_session().scalars(select(Referral)).one()
    assert (referral.named, referral.may_mention) == ("Plåt & Co, 0850000003", True)
    assert (referral.from_employer_id, referral.from_person_id) == (desk.employer_id, desk.person_id)
    assert [task.kind for task in tasks()] == ["employer.next_step", "outreach.referral"]
    assert tasks()[0].title[""] == "Visit them at 10:00"
