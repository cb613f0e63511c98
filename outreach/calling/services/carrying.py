"""Carrying out what a call has come to, effect by effect, each through the service of whoever owns it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import locked
from crm.actors import Actor
from crm.db import current_session
from crm.employers.fields import EmployerFields, NextStep, PersonFields
from crm.employers.models import ContactPerson, Employer, EmployerRelationship, Stage
from crm.employers.rules import CHECK_DIGIT, SIMILAR_NAME
from crm.employers.services import (
    change_contact_person,
    change_employer,
    change_stage,
    set_do_not_contact,
    set_preferences,
)
from crm.employers.services.employers import values_of
from crm.employers.services.preferences import preferences_of
from crm.employers.services.relationships import StageAnswers, find_relationship
from crm.employers.stage_queries import stages_of
from crm.employers.stages import STAGES, is_stage, meaning_of
from crm.employers.ways import BAD, UNHAPPY
from crm.errors import DomainError
from crm.languages import in_all_languages
from crm.tasks.services import add_task
from outreach.calling.models import Call, Referral
from outreach.calling.services.outcome import EMPLOYER, NO_MAIL, Closing
from outreach.calling.services.plans import Planned
from outreach.materials.services import Sending, send_material
from outreach.scripts.effects import (
    BookVisit,
    ChangeStage,
    Effect,
    Field,
    MakeReferral,
    SendMaterial,
    SetDoNotCall,
    SetDoNotContact,
)
from outreach.visits.fields import VisitFields
from outreach.visits.services.booking import book_visit

STEP, REPAIR, REFERRAL = "outreach.step", "outreach.repair", "outreach.referral"
"""Kinds of tasks that a call leaves besides the next step of its contact."""


@dataclass(frozen=True)
class Saving:
    """A call while it is being closed, and who was spoken to."""

    actor: Actor
    call: Call
    unit: Unit
    closing: Closing
    fields: Mapping[Field, str]
    contact_id: int | None
    person_id: int | None


def keep_experience(saving: Saving, plans: Sequence[Planned]) -> None:
    """What they want and how it went before, with the relationship; and the task to put right what went wrong."""
    relationship = _relationship(saving)
    wishes = _asked(saving)
    repaired = False
    if relationship is not None and wishes:
        before = relationship.prior_experience
        wanted = replace(preferences_of(relationship), **wishes)
        if wanted.prior_experience == BAD and not wanted.prior_experience_reason:
            raise DomainError(_("Say what went wrong, so that it can be repaired."), field="experience_reason")
        set_preferences(saving.actor, relationship_id=relationship.id, version=None, wanted=wanted)
        # A bad experience that is new brings its own task with it.
        repaired = wanted.prior_experience == BAD and before != BAD
    if not repaired and any(each.is_repair for each in plans):
        _plan_repair(saving, next(each for each in plans if each.is_repair))


def add_steps(saving: Saving, steps: Sequence[NextStep]) -> None:
    """Tasks for the next steps beyond the first one, which is the contact's own."""
    for number, step in enumerate(steps):
        title = {"": step.text} if step.text else in_all_languages(lambda: _("Follow up"))
        add_task(
            saving.actor, kind=STEP, source_ref=f"{saving.call.public_id}:{number}", title=title, due_on=step.due_on,
            unit_id=saving.call.unit_id, owner_id=saving.actor.staff_id, employer_id=saving.call.employer_id,
            contact_person_id=saving.person_id,
        )  # fmt: skip


def book_visits(saving: Saving, plans: Sequence[Planned]) -> None:
    """A visit whose day and time were agreed stands in the calendar. Raises DomainError."""
    for each in plans:
        if isinstance(each.effect, BookVisit) and each.at is not None:
            book_visit(
                saving.actor,
                employer_id=saving.call.employer_id,
                given=VisitFields(
                    on=each.on, at=each.at, person_id=saving.person_id, basis=saving.closing.basis,
                    submission_key=saving.call.submission_key,
                ),
            )  # fmt: skip


def move_stage(saving: Saving, effects: Sequence[Effect]) -> None:
    """The stage that the script says, unless the caller has said that it stays. Raises DomainError (``keep_stage``)."""
    wanted = next((each.stage for each in effects if isinstance(each, ChangeStage)), None)
    relationship = _relationship(saving)
    if wanted is None or saving.closing.keep_stage or relationship is None:
        return
    stages = stages_of(relationship.unit_id)
    if stages.get(wanted) is None and wanted not in STAGES:
        if not is_stage(wanted):
            raise DomainError(_("There is no stage “%(found)s” in use.", found=wanted), field="keep_stage")
        wanted = stages.place_of(wanted).code
    reason = saving.fields.get(Field.DECLINE_REASON) if meaning_of(wanted) is Stage.RESTING else None
    try:
        change_stage(
            saving.actor, relationship_id=relationship.id, stage=wanted,
            answers=StageAnswers(reason=reason[:300] if reason else None),
        )  # fmt: skip
    except DomainError as error:
        raise DomainError(error.message, field="keep_stage") from error


def send_sheet(saving: Saving, effects: Sequence[Effect]) -> None:
    """The mail with the sheet that was promised, and its version with the contact. Raises DomainError."""
    chosen = saving.closing.material
    if not any(isinstance(each, SendMaterial) for each in effects) or chosen.receiver == NO_MAIL:
        return
    if chosen.sheet_id is None:
        raise DomainError(_("Choose one of the information sheets."), field="sheet")
    if not chosen.receiver:
        raise DomainError(_("Choose who gets it, or say that nothing is sent by mail."), field="receiver")
    person_id = _receiver(saving)
    _write_address(saving, person_id)
    send_material(
        saving.actor,
        Sending(
            version_id=chosen.sheet_id, language=chosen.language or saving.call.language,
            employer_id=saving.call.employer_id, unit_id=saving.call.unit_id, person_id=person_id,
            contact_id=saving.contact_id, submission_key=saving.call.submission_key,
        ),
        on=clock.today(saving.unit.time_zone),
    )  # fmt: skip


def keep_referral(saving: Saving, effects: Sequence[Effect]) -> None:
    """Whom they named, with a task to find it. Raises DomainError where nobody has written down whom."""
    effect = next((each for each in effects if isinstance(each, MakeReferral)), None)
    if effect is None:
        return
    named = (effect.company or saving.closing.referral or "").strip()
    if not named:
        raise DomainError(_("Write down which employer they named."), field="referral")
    call, session = saving.call, current_session()
    referral = Referral(
        call_id=call.id, from_employer_id=call.employer_id, from_person_id=saving.person_id, named=named,
        may_mention=effect.may_mention, unit_id=call.unit_id, staff_id=saving.actor.staff_id, created_at=clock.now(),
    )  # fmt: skip
    session.add(referral)
    # The task is named by the referral.
    session.flush()
    _plan_search(saving, referral)


def keep_refusal(saving: Saving, effects: Sequence[Effect]) -> None:
    """Who wants no calls is not called again: the person, or the employer where it is nobody's own wish."""
    wants_none = any(isinstance(each, SetDoNotContact) for each in effects)
    if wants_none:
        _block_employer(saving)
    if not any(isinstance(each, SetDoNotCall) for each in effects):
        return
    who = saving.closing.refuser or (str(saving.person_id) if saving.person_id else "")
    if who == EMPLOYER:
        _block_employer(saving)
    elif who.isascii() and who.isdigit():
        _block_person(saving, int(who))
    elif not wants_none:
        raise DomainError(_("Say who does not want to be called."), field="refuser")


def _relationship(saving: Saving) -> EmployerRelationship | None:
    return find_relationship(saving.actor, saving.call.employer_id, saving.call.unit_id)


def _asked(saving: Saving) -> dict[str, Any]:
    """What of the relationship's preferences this call has asked for."""
    experience = saving.fields.get(Field.PRIOR_EXPERIENCE)
    information = saving.fields.get(Field.PREFERRED_INFORMATION)
    found: dict[str, Any] = {"preferred_information": information} if information else {}
    if experience and experience != "unknown":
        reason = saving.fields.get(Field.BAD_EXPERIENCE_REASON) or saving.closing.experience_reason
        found |= {"prior_experience": experience}
        found |= {"prior_experience_reason": reason} if reason or experience not in UNHAPPY else {}
    return found


def _plan_repair(saving: Saving, plan: Planned) -> None:
    name = saving.call.employer.name
    relationship = _relationship(saving)
    add_task(
        saving.actor, kind=REPAIR, source_ref=saving.call.public_id,
        title=in_all_languages(lambda: _("Repair the bad experience of %(name)s", name=name)), due_on=plan.on,
        unit_id=saving.call.unit_id, employer_id=saving.call.employer_id,
        owner_id=(relationship.owner_id if relationship else None) or saving.actor.staff_id,
    )  # fmt: skip


def _plan_search(saving: Saving, referral: Referral) -> None:
    name = saving.call.employer.name
    add_task(
        saving.actor, kind=REFERRAL, source_ref=referral.public_id,
        title=in_all_languages(lambda: _("Find the employer that %(name)s has named", name=name)),
        due_on=clock.today(saving.unit.time_zone), unit_id=saving.call.unit_id, owner_id=saving.actor.staff_id,
        employer_id=saving.call.employer_id, note=referral.named,
    )  # fmt: skip


def _receiver(saving: Saving) -> int | None:
    """Who gets the mail: a contact person, or None for the employer's own address."""
    receiver = saving.closing.material.receiver
    if receiver == EMPLOYER:
        return None
    if receiver.isascii() and receiver.isdigit():
        return int(receiver)
    if saving.person_id is None:
        raise DomainError(_("Write down whom you talked to: the address is theirs."), field="receiver")
    return saving.person_id


def _write_address(saving: Saving, person_id: int | None) -> None:
    """The address that they gave on the telephone, for who has none yet."""
    email = saving.closing.material.email
    if not email:
        return
    try:
        if person_id is not None:
            person = locked(ContactPerson, saving.actor, person_id)
            if person.email != email:
                _change_person(saving.actor, person, email=email)
        else:
            _set_employers_address(saving, email)
    except DomainError as error:
        raise DomainError(error.message, field="receiver_email") from error


def _set_employers_address(saving: Saving, email: str) -> None:
    employer = locked(Employer, saving.actor, saving.call.employer_id)
    values = {**values_of(employer), "email": email}
    change_employer(
        saving.actor, employer_id=employer.id, version=None, fields=EmployerFields(**values),  # type: ignore[arg-type]
        confirmed=(CHECK_DIGIT, SIMILAR_NAME),
    )  # fmt: skip


def _block_employer(saving: Saving) -> None:
    said = saving.fields.get(Field.DECLINE_REASON)
    reason = _("They said on the telephone that they want no contact.")
    set_do_not_contact(
        saving.actor, employer_id=saving.call.employer_id, blocked=True, reason=f"{reason} {said or ''}".strip()
    )


def _block_person(saving: Saving, person_id: int) -> None:
    person = locked(ContactPerson, saving.actor, person_id)
    if not any(each.employer_id == saving.call.employer_id for each in person.positions):
        raise DomainError(_("Choose somebody who works there."), field="refuser")
    if not person.do_not_call:
        _change_person(saving.actor, person, do_not_call=True)


def _change_person(actor: Actor, person: ContactPerson, **changes: object) -> None:
    fields = PersonFields(
        name=person.name, phone=person.phone, email=person.email, do_not_call=person.do_not_call,
        do_not_mail=person.do_not_mail, preferred_way=person.preferred_way, told_on=person.told_on,
    )  # fmt: skip
    change_contact_person(actor, person_id=person.id, version=None, fields=replace(fields, **changes))  # type: ignore[arg-type]
