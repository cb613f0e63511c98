"""What employers are sent: the link to read and sign, one reminder, and the word that both have signed.

Rendered when it leaves, so that the link stands nowhere in plain text and the address is that of the day.
"""

from base64 import b64encode
from dataclasses import replace
from typing import cast

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm import clock
from crm.accounts.scopes import trusted
from crm.agreements.models import Agreement, AgreementStatus, Side, SigningLink
from crm.agreements.paper import agreement_pdf
from crm.agreements.services.sending import REMINDER_STEP, SIGNED_COPY, SIGNING, wants_no_mail
from crm.agreements.states import IN_FORCE
from crm.agreements.tokens import signing_token
from crm.agreements.wording import local_day, phone_in_words
from crm.db import current_session
from crm.documents.pdf import PdfUnavailable
from crm.extension_points import MailFile, MessagePurpose, Rendered
from crm.lazy_texts import lazy_gettext as _l
from crm.messaging.models import OutboxMessage
from crm.settings import Settings

_OF_MESSAGE = "the message names the agreement that it was planned for"


def purposes() -> tuple[MessagePurpose, ...]:
    """Mail about agreements as the outbox knows it."""
    return (
        MessagePurpose(SIGNING, _l("Agreement to sign"), check=reason_not_to_ask, render=render_request),
        MessagePurpose(
            SIGNED_COPY, _l("Agreement signed"), check=reason_not_to_tell, render=render_copy, enclose=enclose_pdf
        ),
    )


def reason_not_to_ask(message: OutboxMessage) -> str | None:
    """Why a link must not leave any more: signed, refused, replaced, or there is nowhere to send it."""
    agreement, number = _named_by(message)
    if agreement is None:
        return "agreement_gone"
    if agreement.status is not AgreementStatus.SENT or agreement.signature_of(Side.EMPLOYER) is not None:
        return "nothing_to_sign"
    link = _link(agreement, number)
    if number != agreement.link_number or link is None or link.expires_at <= clock.now():
        return "link_replaced"
    if wants_no_mail(agreement):
        return "do_not_contact"
    return None if link.email else "no_address"


def reason_not_to_tell(message: OutboxMessage) -> str | None:
    """Why the word that both have signed must not leave any more."""
    agreement, number = _named_by(message)
    if agreement is None or agreement.status not in {AgreementStatus.SIGNED, *IN_FORCE}:
        return "agreement_gone"
    if wants_no_mail(agreement):
        return "do_not_contact"
    link = _link(agreement, number)
    return None if link is not None and link.email else "no_address"


def render_request(message: OutboxMessage) -> Rendered:
    """The link, or the reminder of it, in the language of the agreement."""
    agreement, link = _both(message)
    with force_locale(agreement.language):
        values = _values(agreement, link)
        if message.step == REMINDER_STEP:
            subject = _("Reminder: the agreement with %(unit)s waits for you", **values)
            begin = _("A week ago we sent you the agreement “%(title)s”. You can still read and sign it.", **values)
        else:
            subject = _("%(title)s with %(unit)s: please read and sign", **values)
            begin = _("Here is the agreement “%(title)s” between %(employer)s and %(unit)s.", **values)
        text = "\n\n".join(
            [
                _("Hello %(name)s!", **values),
                begin,
                _("You need no account. Read it, then sign with your name or say no."),
                _("Read and sign") + f":\n{values['link']}",
                _("The link is yours alone and works until %(day)s.", **values),
                _("Questions? Answer this mail or call us: %(phone)s.", **values),
                _("Kind regards,\n%(owner)s, %(unit)s\nDeputy: %(deputy)s", **values),
            ]
        )
    return _rendered(agreement, link, subject, text)


def render_copy(message: OutboxMessage) -> Rendered:
    """The word that both have signed, with the way to the text. The document comes with ``enclose_pdf``."""
    agreement, link = _both(message)
    with force_locale(agreement.language):
        subject = _("Signed: %(title)s with %(unit)s", **_values(agreement, link))
    return _rendered(agreement, link, subject, _copy_text(agreement, link, with_pdf=False), to_enclose=True)


def enclose_pdf(message: OutboxMessage, rendered: Rendered) -> Rendered:
    """The same mail with the document as PDF, unless this server has no engine for that: then the link has to do."""
    agreement, link = _both(message)
    try:
        content = agreement_pdf(agreement)
    except PdfUnavailable:
        return rendered
    file = MailFile("agreement.pdf", "application/pdf", b64encode(content).decode())
    return replace(rendered, text=_copy_text(agreement, link, with_pdf=True), files=(file,))


def _copy_text(agreement: Agreement, link: SigningLink, *, with_pdf: bool) -> str:
    with force_locale(agreement.language):
        values = _values(agreement, link)
        return "\n\n".join(
            [
                _("Hello %(name)s!", **values),
                _("Both sides have now signed “%(title)s”. Thank you!", **values),
                *([_("The agreement goes with this mail as PDF, with both signatures.")] if with_pdf else []),
                _("Read it and keep a copy") + f":\n{values['link']}",
                _("Kind regards,\n%(owner)s, %(unit)s\nDeputy: %(deputy)s", **values),
            ]
        )


def signing_url(agreement: Agreement, number: int) -> str:
    """The whole address of a link."""
    settings = cast(Settings, current_app.extensions["brobygg.settings"])
    return f"{settings.base_url}/agreement/{signing_token(agreement.public_id, number)}"


def _rendered(
    agreement: Agreement, link: SigningLink, subject: str, text: str, *, to_enclose: bool = False
) -> Rendered:
    assert link.email is not None, "checked inside the claim"
    owner = agreement.owner
    return Rendered(
        to=link.email,
        subject=" ".join(subject.split()),
        text=text,
        reply_to=owner.email if owner else None,
        language=agreement.language,
        to_enclose=to_enclose,
    )


def _values(agreement: Agreement, link: SigningLink) -> dict[str, str]:
    unit = agreement.unit
    return {
        "name": agreement.contact.name if agreement.contact else "",
        "title": agreement.title or "",
        "employer": agreement.employer.name,
        "unit": unit.name,
        "phone": phone_in_words(unit.phone or (agreement.owner.phone if agreement.owner else None), unit),
        "owner": agreement.owner.name if agreement.owner else unit.name,
        "deputy": agreement.deputy.name if agreement.deputy else unit.name,
        "day": local_day(link.expires_at, agreement),
        "link": signing_url(agreement, link.number),
    }


def _both(message: OutboxMessage) -> tuple[Agreement, SigningLink]:
    agreement, number = _named_by(message)
    link = _link(agreement, number) if agreement else None
    if agreement is None or link is None:
        raise LookupError("the agreement is gone")
    return agreement, link


def _named_by(message: OutboxMessage) -> tuple[Agreement | None, int]:
    public_id, _colon, number = message.purpose_ref.rpartition(":")
    statement = select(Agreement).where(Agreement.public_id == public_id).options(joinedload(Agreement.employer))
    return current_session().scalar(trusted(statement, because=_OF_MESSAGE)), int(number)


def _link(agreement: Agreement, number: int) -> SigningLink | None:
    return next((each for each in agreement.links if each.number == number), None)
