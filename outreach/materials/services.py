"""Sending an information sheet: the mail is planned, and the version is kept with the employer and the contact."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.documents.models import DocumentVersion
from crm.documents.services.sheets import give_sheet, set_sheet_of_contact
from crm.employers.models import Employer
from crm.employers.queries import positions_at
from crm.errors import DomainError, NotAllowed
from crm.messaging.models import Channel
from crm.messaging.services import plan_message
from outreach.materials.models import MaterialMail
from outreach.materials.queries import PURPOSE


@dataclass(frozen=True)
class Sending:
    """What is to be sent: a version of a sheet, in a language, to a contact person or (None) the employer's address.

    ``contact_id``: the contact in which it was promised, which the caller has just written.
    """

    version_id: int
    language: str
    employer_id: int
    unit_id: int
    person_id: int | None = None
    contact_id: int | None = None
    submission_key: str | None = None


def send_material(actor: Actor, wanted: Sending, *, on: date) -> MaterialMail:
    """Mail a sheet, and note the version that was given. The mail stands in the outbox when this commits.

    The same ``submission_key`` sends one mail, however often it comes. Raises NotVisible, NotAllowed, and DomainError
    where they want no contact or no mail, have no address, or the sheet is not written in that language.
    """
    there = _sent_before(wanted.submission_key)
    if there is not None:
        return there
    if not actor.is_system and wanted.unit_id not in actor.unit_ids:
        raise NotAllowed(_("Choose one of your own units."))
    employer = locked(Employer, actor, wanted.employer_id)
    _check_receiver(actor, employer, wanted.person_id)
    _check_language(wanted)
    mail = MaterialMail(
        version_id=wanted.version_id, language=wanted.language, employer_id=employer.id, person_id=wanted.person_id,
        contact_id=wanted.contact_id, unit_id=wanted.unit_id, staff_id=actor.staff_id,
        submission_key=wanted.submission_key, created_at=clock.now(),
    )  # fmt: skip
    _keep_version(actor, wanted, on)
    session = current_session()
    session.add(mail)
    # The message is named by the mail, whose public id is made when it is written.
    session.flush()
    record(actor, "outreach_material.sent", subject_type="employer", subject_id=employer.id, unit_id=mail.unit_id)
    plan_message(
        actor, purpose=PURPOSE, purpose_ref=mail.public_id, channel=Channel.EMAIL, not_before=clock.now(),
        unit_id=mail.unit_id,
    )  # fmt: skip
    return mail


def _keep_version(actor: Actor, wanted: Sending, on: date) -> None:
    if wanted.contact_id is None:
        give_sheet(actor, employer_id=wanted.employer_id, version_id=wanted.version_id, on=on)
        return
    set_sheet_of_contact(
        actor, employer_id=wanted.employer_id, contact_id=wanted.contact_id, version_id=wanted.version_id, on=on
    )


def _sent_before(submission_key: str | None) -> MaterialMail | None:
    if submission_key is None:
        return None
    statement = select(MaterialMail).where(MaterialMail.submission_key == submission_key)
    return current_session().scalar(trusted(statement, because="named by the key of the form that made it"))


def _check_receiver(actor: Actor, employer: Employer, person_id: int | None) -> None:
    if employer.do_not_contact:
        raise DomainError(_("They want no contact, so nothing is mailed to them."), field="receiver")
    if person_id is None:
        if not employer.email:
            raise DomainError(_("The employer has no e-mail address. Write one down first."), field="receiver")
        return
    here = (each.person for each in positions_at(actor, employer.id) if each.left_on is None)
    person = next((each for each in here if each.id == person_id), None)
    if person is None:
        raise DomainError(_("Choose somebody who works there."), field="receiver")
    if person.do_not_mail:
        raise DomainError(_("%(name)s does not want mail.", name=person.name), field="receiver")
    if not person.email:
        raise DomainError(_("The contact person has no e-mail address. Write one down first."), field="receiver")


def _check_language(wanted: Sending) -> None:
    statement = select(DocumentVersion).where(DocumentVersion.id == wanted.version_id)
    version = current_session().scalar(trusted(statement, because="texts are the organisation's; checked when given"))
    if version is None:
        raise DomainError(_("Choose one of the information sheets."), field="sheet")
    if wanted.language not in version.bodies:
        raise DomainError(_("This text is not written in that language."), field="language")
