"""Commitments and the evidence that staff add to them."""

from dataclasses import asdict

from flask_babel import gettext as _

from crm import clock
from crm.accounts.scopes import locked, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Contact
from crm.errors import DomainError
from crm.glossary import picklists
from crm.partnerships.counting import FROM_PLACEMENTS
from crm.partnerships.fields import CommitmentFields, EvidenceFields
from crm.partnerships.frameworks import FRAMEWORKS
from crm.partnerships.models import Commitment, CommitmentEvidence, Partnership
from crm.partnerships.services.lines import check_version, write_down
from crm.web.clean import clean_line

MOST = 1_000_000


def add_commitment(
    actor: Actor, *, partnership_id: int, given: CommitmentFields, submission_key: str | None = None
) -> Commitment:
    """A promise of a partnership. The same form sent twice makes one. Raises DomainError, NotVisible."""
    session = current_session()
    if submission_key:
        there = session.scalar(visible(Commitment, actor).where(Commitment.submission_key == submission_key))
        if there is not None:
            return there
    partnership = locked(Partnership, actor, partnership_id)
    values = _checked(partnership, given)
    commitment = Commitment(
        partnership=partnership, submission_key=submission_key, created_at=clock.now(), **_columns(values)
    )
    session.add(commitment)
    session.flush()  # The id stands in the audit entry.
    write_down(
        actor, partnership, "commitment_added", line=lambda: _("Commitment added"), about=_in_short(commitment),
        commitment_id=commitment.id,
    )  # fmt: skip
    return commitment


def change_commitment(actor: Actor, *, commitment_id: int, version: int | None, given: CommitmentFields) -> Commitment:
    """Correct a promise; what was delivered is counted anew. Raises DomainError, EditConflict, NotVisible."""
    commitment = locked(Commitment, actor, commitment_id)
    check_version(commitment.version_id, version, values_of(commitment))
    partnership = locked(Partnership, actor, commitment.partnership_id)
    before = commitment.quantity, commitment.ends_on
    for name, value in _columns(_checked(partnership, given)).items():
        setattr(commitment, name, value)
    commitment.version_id += 1
    line = (lambda: _("Commitment changed")) if before != (commitment.quantity, commitment.ends_on) else None
    write_down(
        actor, partnership, "commitment_changed", line=line, about=_in_short(commitment), commitment_id=commitment.id
    )
    return commitment


def cancel_commitment(actor: Actor, *, commitment_id: int, because: str) -> Commitment:
    """Both sides let go of a promise, and why is written down. Raises DomainError without a reason. Repeatable."""
    commitment = locked(Commitment, actor, commitment_id)
    reason = clean_line(because)[:300]
    if not reason:
        raise DomainError(_("Say why, so that colleagues understand."), field="because")
    if commitment.cancelled_on is None:
        partnership = locked(Partnership, actor, commitment.partnership_id)
        commitment.cancelled_on, commitment.cancelled_because = clock.today(), reason
        commitment.version_id += 1
        write_down(
            actor, partnership, "commitment_cancelled", line=lambda: _("Commitment cancelled"),
            about=f"{_in_short(commitment)} ({reason})", commitment_id=commitment.id,
        )  # fmt: skip
    return commitment


def restore_commitment(actor: Actor, *, commitment_id: int) -> Commitment:
    """A cancelled promise holds again. May be repeated."""
    commitment = locked(Commitment, actor, commitment_id)
    if commitment.cancelled_on is not None:
        partnership = locked(Partnership, actor, commitment.partnership_id)
        commitment.cancelled_on = commitment.cancelled_because = None
        commitment.version_id += 1
        write_down(
            actor, partnership, "commitment_restored", line=lambda: _("Commitment holds again"),
            about=_in_short(commitment), commitment_id=commitment.id,
        )  # fmt: skip
    return commitment


def add_evidence(
    actor: Actor, *, commitment_id: int, given: EvidenceFields, submission_key: str | None = None
) -> CommitmentEvidence:
    """Something that shows that a promise is kept. Where placements or contacts are counted it only explains.

    The same form sent twice adds one. Raises DomainError for a day outside the commitment's time; NotVisible.
    """
    session = current_session()
    if submission_key:
        there = session.scalar(
            visible(CommitmentEvidence, actor).where(CommitmentEvidence.submission_key == submission_key)
        )
        if there is not None:
            return there
    commitment = locked(Commitment, actor, commitment_id)
    partnership = locked(Partnership, actor, commitment.partnership_id)
    values = _checked_evidence(actor, partnership, commitment, given)
    evidence = CommitmentEvidence(
        commitment_id=commitment.id,
        staff_id=actor.staff_id,
        submission_key=submission_key,
        created_at=clock.now(),
        **asdict(values),
    )
    session.add(evidence)
    session.flush()  # The id stands in the audit entry.
    write_down(
        actor, partnership, "commitment_evidence_added", line=lambda: _("Evidence for a commitment added"),
        about=values.text, evidence_id=evidence.id,
    )  # fmt: skip
    return evidence


def remove_evidence(actor: Actor, *, evidence_id: int) -> CommitmentEvidence:
    """Evidence that was a mistake counts no more; ``restore_evidence`` brings it back. May be repeated."""
    return _set_removed(actor, evidence_id, removed=True)


def restore_evidence(actor: Actor, *, evidence_id: int) -> CommitmentEvidence:
    """Removed evidence counts again. May be repeated."""
    return _set_removed(actor, evidence_id, removed=False)


def values_of(commitment: Commitment) -> dict[str, object]:
    """What stands in the row by field name, with the version."""
    names = CommitmentFields.__dataclass_fields__
    return {name: getattr(commitment, name) for name in names} | {"version": commitment.version_id}


def _set_removed(actor: Actor, evidence_id: int, *, removed: bool) -> CommitmentEvidence:
    evidence = locked(CommitmentEvidence, actor, evidence_id)
    if removed != (evidence.removed_at is not None):
        commitment = locked(Commitment, actor, evidence.commitment_id)
        evidence.removed_at = clock.now() if removed else None
        action = "commitment_evidence_removed" if removed else "commitment_evidence_restored"
        write_down(actor, commitment.partnership, action, evidence_id=evidence.id)
    return evidence


def _columns(values: CommitmentFields) -> dict[str, object]:
    lists = {"placement_kinds": list(values.placement_kinds), "frameworks": list(values.frameworks)}
    return asdict(values) | lists


def _in_short(commitment: Commitment) -> str:
    return f"{commitment.quantity} {commitment.unit_of_measure or ''}".strip() + f": {commitment.text}"


def _checked(partnership: Partnership, given: CommitmentFields) -> CommitmentFields:
    text = clean_line(given.text)[:300]
    if given.kind not in picklists.codes("commitment_type"):
        raise DomainError(_("Choose one of the alternatives."), field="kind")
    if not text:
        raise DomainError(_("Write what was promised."), field="text")
    if not 1 <= given.quantity <= MOST:
        raise DomainError(_("Write a whole number from 1."), field="quantity")
    if given.ends_on < given.starts_on:
        raise DomainError(_("The end date is before the start date."), field="ends_on")
    if given.starts_on < partnership.starts_on:
        raise DomainError(_("The commitment begins before the partnership."), field="starts_on")
    kinds = given.placement_kinds if given.kind in FROM_PLACEMENTS else ()
    return CommitmentFields(
        kind=given.kind,
        text=text,
        quantity=given.quantity,
        starts_on=given.starts_on,
        ends_on=given.ends_on,
        unit_of_measure=_line(given.unit_of_measure, 40),
        target_group=_line(given.target_group, 160),
        placement_kinds=_known(kinds, picklists.codes("placement_type"), "placement_kinds"),
        frameworks=_known(given.frameworks, frozenset(FRAMEWORKS), "frameworks"),
        baseline=_line(given.baseline, 300),
        measure=_line(given.measure, 300),
        at_risk=given.at_risk,
    )


def _line(text: str | None, longest: int) -> str | None:
    return clean_line(text or "")[:longest] or None


def _known(given: tuple[str, ...], known: frozenset[str], field: str) -> tuple[str, ...]:
    if not known.issuperset(given):
        raise DomainError(_("Choose one of the alternatives."), field=field)
    return tuple(sorted(set(given)))


def _checked_evidence(
    actor: Actor, partnership: Partnership, commitment: Commitment, given: EvidenceFields
) -> EvidenceFields:
    text = clean_line(given.text)[:300]
    if not text:
        raise DomainError(_("Write what happened."), field="text")
    if not 1 <= given.quantity <= MOST:
        raise DomainError(_("Write a whole number from 1."), field="quantity")
    if not commitment.starts_on <= given.on_date <= commitment.ends_on:
        raise DomainError(_("This day is outside the time of the commitment."), field="on_date")
    if given.on_date > clock.today():
        raise DomainError(_("This day has not come yet."), field="on_date")
    link = _line(given.link, 300)
    if link and "://" in link and not link.startswith(("https://", "http://")):
        raise DomainError(_("Write an address that begins with https://, or where the document is."), field="link")
    if given.contact_id is not None:
        met = visible(Contact, actor).where(
            Contact.id == given.contact_id, Contact.employer_id == partnership.employer_id
        )
        if current_session().scalar(met) is None:
            raise DomainError(_("Choose a contact with the employer."), field="contact_id")
    return EvidenceFields(
        on_date=given.on_date, text=text, quantity=given.quantity, link=link, contact_id=given.contact_id
    )
