"""The mail with an information sheet: its text when it leaves, the sheet as PDF, and what becomes of it."""

from base64 import b64encode
from dataclasses import replace

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session
from crm.documents.fields import with_labels
from crm.documents.markdown import as_html
from crm.documents.pdf import PdfUnavailable, paper
from crm.employers.approach import closed_to
from crm.employers.models import Position
from crm.extension_points import MailFile, MessagePurpose, Rendered
from crm.history.services import Subject, write_line
from crm.languages import in_all_languages, in_language
from crm.lazy_texts import lazy_gettext as _l
from crm.messaging.addresses import show_phone
from crm.messaging.models import MessageState, OutboxMessage
from crm.tasks.services import add_task
from outreach.acting import unit_actor
from outreach.materials.models import MaterialMail
from outreach.materials.queries import PURPOSE

LINE = "outreach.material"
UNDELIVERED = "outreach.material_undelivered"
_NAMED = "named by the purpose's own key; the outbox acts as the system"
_SETTLED = frozenset({MessageState.ACCEPTED, MessageState.DELIVERED})
_NOWHERE = frozenset({"no_address", "person_left"})
"""Why a mail was taken back that can still be sent, once somebody knows where to."""


def material_purpose() -> MessagePurpose:
    """Mail with an information sheet, as the outbox knows it."""
    return MessagePurpose(
        PURPOSE,
        _l("Information sheet"),
        check=reason_not_to_send,
        render=render_mail,
        on_state=note_state,
        enclose=enclose_sheet,
    )


def reason_not_to_send(message: OutboxMessage) -> str | None:
    """Why the mail must not leave any more: they have said no since, are gone, or there is nowhere to send it.

    It was planned when the sheet was promised, and may leave hours later. Whoever was erased took the mail along.
    """
    mail = _mail_of(message)
    if mail is None:
        return "material_gone"
    return _employers_reason(mail) or _persons_reason(mail) or (None if _address(mail) else "no_address")


def render_mail(message: OutboxMessage) -> Rendered:
    """The text of the mail, which is the whole sheet where no PDF can be made. The PDF comes with ``enclose_sheet``."""
    mail = _existing(message)
    address = _address(mail)
    assert address is not None, "checked inside the claim"
    with force_locale(mail.language):
        subject = f"{_title(mail)} – {mail.unit.name}"
    return Rendered(
        to=address,
        subject=" ".join(subject.split()),
        text=_text(mail, with_pdf=False),
        reply_to=mail.staff.email if mail.staff else mail.unit.email,
        language=mail.language,
        to_enclose=True,
    )


def enclose_sheet(message: OutboxMessage, rendered: Rendered) -> Rendered:
    """The same mail with the sheet as PDF, unless this server has no engine for that: then its text has to do."""
    mail = _existing(message)
    try:
        content = sheet_pdf(mail)
    except PdfUnavailable:
        return rendered
    name = f"information-v{mail.version.number}.pdf"
    file = MailFile(name, "application/pdf", b64encode(content).decode())
    return replace(rendered, text=_text(mail, with_pdf=True), files=(file,))


def sheet_pdf(mail: MaterialMail) -> bytes:
    """The version that was promised, as PDF. Raises PdfUnavailable."""
    version = mail.version
    with force_locale(mail.language):
        return paper(
            "documents/text_paper.html", title=_title(mail), language=mail.language, number=version.number,
            day=version.created_at, html=as_html(with_labels(version.bodies[mail.language]), first=2),
        )  # fmt: skip


def note_state(message: OutboxMessage) -> None:
    """A mail that was taken over leaves a line in the history; one that did not arrive, a task for whoever sent it."""
    mail = _mail_of(message)
    if mail is None:
        return
    if message.state in _SETTLED:
        _write_line(mail)
    elif message.state is MessageState.FAILED or message.reason in _NOWHERE:
        _ask_for_address(mail)


def _employers_reason(mail: MaterialMail) -> str | None:
    """What the employer has become since. A block against advertising holds where nobody has asked for the sheet."""
    if mail.employer.do_not_contact:
        return "do_not_contact"
    if mail.employer.archived_at is not None:
        return "archived"
    is_asked_for = mail.contact_id is not None
    return None if is_asked_for or not closed_to(unit_actor(mail.unit_id), [mail.employer]) else "advertising_block"


def _persons_reason(mail: MaterialMail) -> str | None:
    if mail.person is None:
        return None
    if mail.person.do_not_mail:
        return "person_no_mail"
    here = select(Position.id).where(
        Position.person_id == mail.person_id, Position.employer_id == mail.employer_id, Position.left_on.is_(None)
    )
    works_there = current_session().scalar(trusted(here, because=_NAMED)) is not None
    return None if works_there and mail.person.archived_at is None else "person_left"


def _write_line(mail: MaterialMail) -> None:
    titles, number = dict(mail.version.titles), mail.version.number
    subjects = [Subject(employer_id=mail.employer_id)]
    subjects += [Subject(contact_person_id=mail.person_id)] if mail.person_id else []
    title = in_language(titles, mail.language)
    write_line(
        system_actor(PURPOSE),
        kind=LINE,
        source_ref=mail.public_id,
        at=mail.created_at,
        summary=in_all_languages(lambda: _("Sent: %(title)s (v%(number)d)", title=title, number=number)),
        unit_id=mail.unit_id,
        subjects=subjects,
    )


def _ask_for_address(mail: MaterialMail) -> None:
    name = mail.employer.name
    add_task(
        system_actor(PURPOSE),
        kind=UNDELIVERED,
        source_ref=mail.public_id,
        title=in_all_languages(lambda: _("The information did not arrive at %(name)s: ask for the address", name=name)),
        due_on=clock.today(mail.unit.time_zone),
        unit_id=mail.unit_id,
        owner_id=mail.staff_id,
        employer_id=mail.employer_id,
        contact_person_id=mail.person_id,
    )


def _text(mail: MaterialMail, *, with_pdf: bool) -> str:
    with force_locale(mail.language):
        greeting = _("Hello %(name)s!", name=mail.person.name) if mail.person else _("Hello!")
        promised = _("Thank you for talking with us. Here is the information that we promised: “%(title)s”.",
                     title=_title(mail))  # fmt: skip
        sheet = _("It goes with this mail as PDF.") if with_pdf else mail.version.bodies[mail.language]
        stop = _("If you do not want mail from us, answer this mail and say so.")
        return "\n\n".join([greeting, promised, sheet, *_questions(mail), stop, _farewell(mail)])


def _questions(mail: MaterialMail) -> list[str]:
    number = (mail.staff.phone if mail.staff else None) or mail.unit.phone
    if not number:
        return []
    phone = show_phone(number, mail.unit.country)
    return [_("Questions? Answer this mail or call us: %(phone)s.", phone=phone)]


def _farewell(mail: MaterialMail) -> str:
    name = mail.staff.name if mail.staff else mail.unit.name
    return str(_("Kind regards,\n%(name)s, %(unit)s", name=name, unit=mail.unit.name))


def _title(mail: MaterialMail) -> str:
    return in_language(mail.version.titles, mail.language)


def _address(mail: MaterialMail) -> str | None:
    return mail.person.email if mail.person is not None else mail.employer.email


def _existing(message: OutboxMessage) -> MaterialMail:
    mail = _mail_of(message)
    if mail is None:
        raise LookupError("the mail is gone")
    return mail


def _mail_of(message: OutboxMessage) -> MaterialMail | None:
    statement = select(MaterialMail).where(MaterialMail.public_id == message.purpose_ref)
    return current_session().scalar(trusted(statement, because=_NAMED))
