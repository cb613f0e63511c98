"""Signing and refusing: by the employer's link, by ourselves, and on the employer's behalf."""

from flask_babel import gettext as _

from crm import clock
from crm.accounts.models import Staff
from crm.actors import Actor
from crm.agreements.models import Agreement, AgreementSignature, AgreementStatus, Side
from crm.agreements.services.rows import (
    NOT_ANSWERED,
    REFUSED,
    TO_SIGN,
    ask_owner,
    changed_row,
    has_passed,
    local_today,
    log,
    named_row,
    settle_tasks,
    tell,
)
from crm.agreements.services.running import begin_if_due
from crm.agreements.services.sending import plan_signed_copy, stop_link
from crm.agreements.states import move
from crm.db import current_session
from crm.documents.pdf import sha256_of
from crm.errors import DomainError, NotVisible
from crm.events import AgreementEnded, AgreementSigned, emit
from crm.tasks.working_days import add_working_days


class NothingToSign(DomainError):
    """The agreement is not open for this any more: signed, refused, replaced or not sent."""


def sign_by_link(
    actor: Actor, *, agreement_id: int, number: int, name: str, role: str, may_sign: bool, shown_hash: str
) -> Agreement:
    """The employer signs what they have read: ``shown_hash`` is the hash of the text on their page.

    Sent twice it signs once. Raises NothingToSign, DomainError for what is not filled in.
    """
    agreement = _open_by_link(agreement_id, number)
    if not may_sign:
        raise DomainError(_("Tick that you may sign for the employer."), field="may_sign")
    if shown_hash != agreement.text_hash:
        raise NothingToSign(_("The page does not show the text that is to be signed. Open it again."))
    _sign(actor, agreement, Side.EMPLOYER, name=name, role=role)
    return agreement


def refuse_by_link(actor: Actor, *, agreement_id: int, number: int, reason: str) -> Agreement:
    """The employer does not want to sign; ``reason`` may be empty: nobody owes us one. Raises NothingToSign."""
    agreement = _open_by_link(agreement_id, number)
    _refuse(actor, agreement, reason)
    return agreement


def sign_for_us(actor: Actor, *, agreement_id: int, role: str) -> Agreement:
    """Whoever is signed in signs for our side. Sent twice it signs once.

    Raises NotVisible, NothingToSign, DomainError.
    """
    agreement = changed_row(actor, agreement_id)
    there = agreement.signature_of(Side.OURS)
    if there is not None and there.staff_id == actor.staff_id is not None:
        return agreement
    _open(agreement, Side.OURS)
    person = current_session().get(Staff, actor.staff_id) if actor.staff_id else None
    _sign(actor, agreement, Side.OURS, name=person.name if person else actor.label, role=role)
    return agreement


def sign_on_behalf(actor: Actor, *, agreement_id: int, name: str, role: str, reason: str) -> Agreement:
    """Write down that the employer signed elsewhere, on paper for instance; ``reason`` says where and how.

    Raises NotVisible, NothingToSign, DomainError.
    """
    agreement = _open_for_staff(actor, agreement_id, Side.EMPLOYER)
    if not reason.strip():
        raise DomainError(_("Write why it was not signed with the link."), field="reason")
    _sign(actor, agreement, Side.EMPLOYER, name=name, role=role, behalf_reason=reason.strip())
    return agreement


def refuse_on_behalf(actor: Actor, *, agreement_id: int, reason: str) -> Agreement:
    """Write down that the employer does not want to sign. Raises NotVisible, NothingToSign, DomainError without a
    reason: the next colleague wants to know it."""
    if not reason.strip():
        raise DomainError(_("Write why, in a few words."), field="reason")
    agreement = changed_row(actor, agreement_id)
    _waits_for(agreement, Side.EMPLOYER)
    _refuse(actor, agreement, reason)
    return agreement


def is_intact(agreement: Agreement) -> bool:
    """Whether the text is the one that was sent, and every signature is one of it."""
    if agreement.text is None or sha256_of(agreement.text) != agreement.text_hash:
        return False
    return all(each.text_hash == agreement.text_hash for each in agreement.signatures)


def _open_by_link(agreement_id: int, number: int) -> Agreement:
    agreement = named_row(agreement_id)
    if agreement is None:
        raise NotVisible("Not found, or not visible to you.")
    link = next((each for each in agreement.links if each.number == number), None)
    if link is None or number != agreement.link_number or link.expires_at <= clock.now():
        raise NothingToSign(_("This link does not work any more."))
    return _open(agreement, Side.EMPLOYER)


def _open_for_staff(actor: Actor, agreement_id: int, side: Side) -> Agreement:
    return _open(changed_row(actor, agreement_id), side)


def _waits_for(agreement: Agreement, side: Side) -> None:
    if agreement.status is not AgreementStatus.SENT or agreement.signature_of(side) is not None:
        raise NothingToSign(_("There is nothing to sign here any more."))


def _open(agreement: Agreement, side: Side) -> Agreement:
    _waits_for(agreement, side)
    if not is_intact(agreement):
        raise NothingToSign(_("The text is not the one that was sent. Nobody can sign it."))
    if has_passed(agreement):
        raise NothingToSign(_("The last day of the agreement has passed. Replace it by a new one."))
    return agreement


def _sign(
    actor: Actor, agreement: Agreement, side: Side, *, name: str, role: str, behalf_reason: str | None = None
) -> None:
    name, role = name.strip(), role.strip()
    if not name:
        raise DomainError(_("Write your name."), field="name")
    if not role:
        raise DomainError(_("Write what you are at work."), field="role")
    assert agreement.text_hash is not None, "what was sent has a text"
    agreement.signatures.append(
        AgreementSignature(
            side=side, name=name[:160], role=role[:120], at=clock.now(), text_hash=agreement.text_hash,
            staff_id=actor.staff_id, behalf_reason=behalf_reason,
        )
    )  # fmt: skip
    agreement.version_id += 1
    if side is Side.EMPLOYER:
        _employer_has_signed(actor, agreement, on_behalf=behalf_reason is not None)
    else:
        log(actor, agreement, "agreement.signed_by_us")
        settle_tasks(actor, agreement, TO_SIGN)
    if all(agreement.signature_of(each) for each in Side):
        _both_have_signed(actor, agreement)


def _employer_has_signed(actor: Actor, agreement: Agreement, *, on_behalf: bool) -> None:
    log(actor, agreement, "agreement.signed_on_behalf" if on_behalf else "agreement.signed_by_employer")
    stop_link(actor, agreement, reason="signed")
    settle_tasks(actor, agreement, NOT_ANSWERED)
    tell(actor, agreement, "employer_signed", lambda kind: _("The employer signed: %(kind)s", kind=kind))
    if agreement.signature_of(Side.OURS) is None:
        employer = agreement.employer.name
        ask_owner(
            actor,
            agreement,
            TO_SIGN,
            lambda: _("%(employer)s has signed: sign the agreement too", employer=employer),
            due_on=add_working_days(local_today(agreement), 2, agreement.unit.country),
        )


def _both_have_signed(actor: Actor, agreement: Agreement) -> None:
    move(agreement, AgreementStatus.SIGNED)
    agreement.signed_at = clock.now()
    tell(actor, agreement, "signed", lambda kind: _("Signed by both: %(kind)s", kind=kind))
    plan_signed_copy(actor, agreement)
    emit(
        AgreementSigned(
            agreement_id=agreement.id,
            employer_id=agreement.employer_id,
            unit_id=agreement.unit_id,
            agreement_type=agreement.type,
        )
    )
    begin_if_due(actor, agreement)


def _refuse(actor: Actor, agreement: Agreement, reason: str) -> None:
    move(agreement, AgreementStatus.REFUSED)
    agreement.closed_on, agreement.close_reason = local_today(agreement), reason.strip()[:1000] or None
    log(actor, agreement, "agreement.refused")
    stop_link(actor, agreement, reason="refused")
    settle_tasks(actor, agreement, NOT_ANSWERED, TO_SIGN)
    tell(actor, agreement, "refused", lambda kind: _("Not signed: %(kind)s", kind=kind), detail=agreement.close_reason)
    employer = agreement.employer.name
    ask_owner(
        actor,
        agreement,
        REFUSED,
        lambda: _("%(employer)s did not sign the agreement: call them", employer=employer),
        due_on=add_working_days(local_today(agreement), 1, agreement.unit.country),
    )
    _ended(agreement)


def _ended(agreement: Agreement) -> None:
    emit(
        AgreementEnded(
            agreement_id=agreement.id,
            employer_id=agreement.employer_id,
            unit_id=agreement.unit_id,
            how=agreement.status.value,
        )
    )
