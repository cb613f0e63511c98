"""Sending an agreement for signing: from here on its text never changes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from crm import clock
from crm.actors import Actor
from crm.agreements.models import Agreement, AgreementStatus, Side, SigningLink
from crm.agreements.services.rows import NOT_ANSWERED, changed_row, has_passed, local_today, log, settle_tasks, tell
from crm.agreements.states import move
from crm.agreements.tokens import signing_token, token_hash
from crm.agreements.wording import document_text, title_and_body
from crm.documents.fields import FieldsMissing
from crm.documents.pdf import sha256_of
from crm.documents.services.texts import use_version
from crm.errors import DomainError
from crm.messaging.models import Channel
from crm.messaging.services import cancel_messages, plan_message

LINK_LASTS = timedelta(days=30)
REMINDER_AFTER = timedelta(days=7)
SIGNING, SIGNED_COPY = "agreement_signing", "agreement_signed"
"""Purposes of messages: the link (and its reminder), and the word that both have signed."""
REMINDER_STEP = 1


def send_agreement(actor: Actor, *, agreement_id: int, version: int | None = None) -> Agreement:
    """Write the text of a draft for good, and send the contact person a link to read and sign it.

    Without an e-mail address the agreement is sent all the same: it can be signed on paper and written down on the
    employer's behalf. Raises NotVisible, EditConflict, FieldsMissing, DomainError.
    """
    agreement = changed_row(actor, agreement_id, version)
    _freeze(agreement)
    move(agreement, AgreementStatus.SENT)
    agreement.sent_at = clock.now()
    log(actor, agreement, "agreement.sent")
    tell(actor, agreement, "sent", lambda kind: _("Sent for signing: %(kind)s", kind=kind))
    _new_link(actor, agreement)
    return agreement


def send_link_again(actor: Actor, *, agreement_id: int) -> Agreement:
    """Send a new link, to the contact person's address of today; links before it do not work any more.

    Raises NotVisible, DomainError when there is nothing to sign or nowhere to send it.
    """
    agreement = changed_row(actor, agreement_id)
    if agreement.status is not AgreementStatus.SENT or agreement.signature_of(Side.EMPLOYER):
        raise DomainError(_("The employer has nothing to sign here."))
    if wants_no_mail(agreement):
        raise DomainError(_("They do not want mail. Let them sign on paper."))
    if not _address(agreement):
        raise DomainError(_("The contact person has no e-mail address. Write one down first."))
    log(actor, agreement, "agreement.link_sent")
    settle_tasks(actor, agreement, NOT_ANSWERED)
    _new_link(actor, agreement)
    return agreement


def note_link_shown(actor: Actor, *, agreement_id: int) -> None:
    """Record that somebody of us sees the employer's link now. Raises NotVisible, DomainError when none is open."""
    agreement = changed_row(actor, agreement_id)
    if agreement.status is not AgreementStatus.SENT or agreement.signature_of(Side.EMPLOYER):
        raise DomainError(_("The employer has nothing to sign here."))
    log(actor, agreement, "agreement.link_shown", number=agreement.link_number)


def stop_link(actor: Actor, agreement: Agreement, *, reason: str) -> None:
    """Take back messages of an agreement that have not left."""
    for number in range(1, agreement.link_number + 1):
        cancel_messages(actor, purpose=SIGNING, purpose_ref=_ref(agreement, number), reason=reason)


def plan_signed_copy(actor: Actor, agreement: Agreement) -> None:
    """Tell the employer that both have signed, where the text can be read and taken home."""
    if agreement.link_number and _address(agreement):
        _plan(actor, agreement, SIGNED_COPY, step=0, not_before=clock.now())


def _freeze(agreement: Agreement) -> None:
    if agreement.contact_id is None:
        raise FieldsMissing(["contact_person"])
    if agreement.owner_id is None:
        raise FieldsMissing(["owner"])
    if has_passed(agreement):
        raise DomainError(_("The last day of the agreement has passed. Change the draft first."), field="ends_on")
    text = document_text(agreement)
    title, _body = title_and_body(agreement.text_version, agreement.language)
    agreement.title, agreement.text = title, text
    use_version(agreement.text_version)
    # Last: with the hash the row is frozen.
    agreement.text_hash = sha256_of(text)


def _new_link(actor: Actor, agreement: Agreement) -> None:
    stop_link(actor, agreement, reason="link_replaced")
    agreement.link_number += 1
    number, now = agreement.link_number, clock.now()
    hashed = token_hash(signing_token(agreement.public_id, number))
    email = _address(agreement)
    agreement.links.append(
        SigningLink(number=number, token_hash=hashed, email=email, created_at=now, expires_at=_end_of_link(agreement))
    )
    if email:
        _plan(actor, agreement, SIGNING, step=0, not_before=now)
        _plan(actor, agreement, SIGNING, step=REMINDER_STEP, not_before=now + REMINDER_AFTER)


def _end_of_link(agreement: Agreement) -> datetime:
    """The last second of the thirtieth day where the unit is: a mail that says "until the 19th" means the whole day."""
    day = local_today(agreement) + LINK_LASTS
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(agreement.unit.time_zone)).astimezone(UTC)


def _plan(actor: Actor, agreement: Agreement, purpose: str, *, step: int, not_before: datetime) -> None:
    plan_message(
        actor,
        purpose=purpose,
        purpose_ref=_ref(agreement, agreement.link_number),
        channel=Channel.EMAIL,
        step=step,
        not_before=not_before,
        unit_id=agreement.unit_id,
    )


def _address(agreement: Agreement) -> str | None:
    return agreement.contact.email if agreement.contact and not wants_no_mail(agreement) else None


def wants_no_mail(agreement: Agreement) -> bool:
    """Whether the employer wants no contact, or the contact person no mail: then it is signed on paper."""
    contact = agreement.contact
    return agreement.employer.do_not_contact or (contact is not None and contact.do_not_mail)


def _ref(agreement: Agreement, number: int) -> str:
    return f"{agreement.public_id}:{number}"
