"""Around placements: what a unit insists on, who must act now, what may be shared, caseworkers, posts, occupations."""

from collections.abc import Collection, Mapping
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.models import Employer
from crm.errors import DomainError, EditConflict, NotAllowed
from crm.messaging.addresses import normalise_email, normalise_phone
from crm.participants.models import Participant
from crm.participants.services.editing import unit_of
from crm.placements.around_models import (
    AdaptedPosts,
    Caseworker,
    Occupation,
    PlacementAlert,
    PlacementRules,
    SharingConsent,
    SharingEntry,
)
from crm.placements.gaps import GapKind, Level
from crm.placements.models import Placement
from crm.placements.queries import may_be_told
from crm.placements.words import ITEMS


def save_rules(actor: Actor, *, unit_id: int, levels: Mapping[GapKind, Level]) -> PlacementRules:
    """Say which gaps a unit passes over, names, or insists on. Managers, of their own units. May be repeated.

    Raises NotAllowed.
    """
    if not actor.has_role(Role.MANAGER) or not (actor.is_system or unit_id in actor.unit_ids):
        raise NotAllowed(_("Only a manager may do this."))
    row = current_session().scalar(select(PlacementRules).where(PlacementRules.unit_id == unit_id).with_for_update())
    if row is None:
        row = PlacementRules(unit_id=unit_id, version_id=0, saved_at=clock.now())
        current_session().add(row)
    row.levels = {kind.value: level.value for kind, level in levels.items()}
    row.version_id += 1
    row.saved_at, row.saved_by_id = clock.now(), actor.staff_id
    record(actor, "placement_rules_saved", subject_type="unit", subject_id=unit_id, unit_id=unit_id)
    return row


def raise_alert(actor: Actor, *, placement: Placement, kind: str, since: date) -> PlacementAlert:
    """Put the person of a placement on the list of those for whom somebody must act now.

    May be repeated: one that has been dealt with stays so.
    """
    for alert in placement.alerts:
        if alert.kind == kind:
            return alert
    alert = PlacementAlert(kind=kind, since=since, raised_at=clock.now())
    placement.alerts.append(alert)
    _record(actor, placement.participant_id, "placement_alert_raised", placement.unit_id)
    return alert


def drop_alert(actor: Actor, *, placement: Placement, kind: str) -> None:
    """Nobody has to act for the person of a placement after all. What somebody dealt with stays. May be repeated."""
    for alert in list(placement.alerts):
        if alert.kind == kind and alert.dealt_with_at is None:
            current_session().delete(alert)
            placement.alerts.remove(alert)
            _record(actor, placement.participant_id, "placement_alert_dropped", placement.unit_id)


def deal_with_alert(actor: Actor, *, alert_id: int) -> PlacementAlert:
    """Take somebody off the act-now list. May be repeated. Raises NotVisible."""
    alert = locked(PlacementAlert, actor, alert_id)
    if alert.dealt_with_at is None:
        alert.dealt_with_at, alert.dealt_with_by_id = clock.now(), actor.staff_id
        _record(actor, alert.placement.participant_id, "placement_alert_dealt_with", alert.placement.unit_id)
    return alert


def reopen_alert(actor: Actor, *, alert_id: int) -> PlacementAlert:
    """Put somebody back on the act-now list. May be repeated. Raises NotVisible."""
    alert = locked(PlacementAlert, actor, alert_id)
    if alert.dealt_with_at is not None:
        alert.dealt_with_at = alert.dealt_with_by_id = None
        _record(actor, alert.placement.participant_id, "placement_alert_reopened", alert.placement.unit_id)
    return alert


def consent_to_share(actor: Actor, *, placement_id: int, items: Collection[str]) -> SharingConsent:
    """Write down what the participant agrees that the employer of a placement may be told; nothing takes all back.

    Raises DomainError for something that is never shared, NotVisible. Each statement is kept; the newest holds.
    """
    placement = locked(Placement, actor, placement_id)
    _check_items(items)
    row = SharingConsent(
        participant_id=placement.participant_id,
        employer_id=placement.employer_id,
        items=sorted(items),
        at=clock.now(),
        recorded_by_id=actor.staff_id,
    )
    current_session().add(row)
    _record(actor, placement.participant_id, "sharing_consent_recorded", placement.unit_id, items=items)
    return row


def note_sharing(
    actor: Actor, *, placement_id: int, items: Collection[str], told: str, submission_key: str | None = None
) -> SharingEntry:
    """Write down that the employer was told something. What the participant has not agreed to is refused.

    The same ``submission_key`` makes one entry. Raises DomainError, NotVisible.
    """
    placement = locked(Placement, actor, placement_id)
    _check_items(items)
    there = _shared_before(placement, submission_key)
    if there is not None:
        return there
    allowed = may_be_told(placement.participant_id, placement.employer_id)
    refused = [str(ITEMS[item]) for item in ITEMS if item in items and item not in allowed]
    if refused:
        raise DomainError(
            _("The participant has not agreed that this employer is told: %(what)s.", what=", ".join(refused)),
            field="items",
        )
    if not items:
        raise DomainError(_("Tick what was shared."), field="items")
    if not told:
        raise DomainError(_("Write who was told."), field="told")
    row = SharingEntry(
        participant_id=placement.participant_id, employer_id=placement.employer_id, items=sorted(items), told=told,
        at=clock.now(), by_id=actor.staff_id, submission_key=submission_key,
    )  # fmt: skip
    current_session().add(row)
    _record(actor, placement.participant_id, "shared_with_employer", placement.unit_id, items=items)
    return row


def save_caseworker(
    actor: Actor,
    *,
    participant_id: int,
    name: str,
    organisation: str | None,
    phone: str | None,
    email: str | None,
    version: int | None,
) -> None:
    """Say who decides about a participant at an authority; an empty name takes the caseworker away.

    Raises EditConflict, NotVisible.
    """
    person = locked(Participant, actor, participant_id)
    row = caseworker_of(participant_id)
    stands = row.version_id if row else 0
    if version is not None and version != stands:
        message = _("Somebody else saved this while you had it open. Nothing of yours is lost: compare and save again.")
        raise EditConflict(message, current={"name": row.name if row else "", "version": stands})
    if not name:
        if row is not None:
            current_session().delete(row)
    else:
        row = row or Caseworker(participant_id=participant_id, version_id=0)
        row.name, row.organisation = name, organisation
        row.phone = normalise_phone(phone, unit_of(person.unit_id).country) if phone else None
        row.email = normalise_email(email) if email else None
        row.version_id += 1
        current_session().add(row)
    _record(actor, participant_id, "caseworker_saved", person.unit_id)


def caseworker_of(participant_id: int) -> Caseworker | None:
    """The caseworker of a participant whom the caller has checked."""
    statement = select(Caseworker).where(Caseworker.participant_id == participant_id)
    return current_session().scalar(trusted(statement, because="of a participant already checked"))


def count_adapted_posts(
    actor: Actor, *, employer_id: int, as_of: date, least: int, most: int | None = None, source: str | None = None
) -> AdaptedPosts:
    """Keep how many adapted posts an employer has on a day; a second figure of the same day corrects the first.

    Raises DomainError, NotVisible.
    """
    employer = locked(Employer, actor, employer_id)
    most = least if most is None else most
    if least < 0 or most < least:
        raise DomainError(_("The second number is smaller than the first."), field="most")
    statement = select(AdaptedPosts).where(AdaptedPosts.employer_id == employer.id, AdaptedPosts.as_of == as_of)
    row = current_session().scalar(statement)
    if row is None:
        row = AdaptedPosts(employer_id=employer.id, as_of=as_of)
        current_session().add(row)
    row.least, row.most, row.source, row.recorded_by_id = least, most, source or None, actor.staff_id
    record(actor, "adapted_posts_counted", subject_type="employer", subject_id=employer.id, unit_id=actor.unit_id)
    return row


def save_occupation(
    actor: Actor,
    *,
    name: str,
    share_women: int | None = None,
    as_of: date | None = None,
    source: str | None = None,
) -> Occupation:
    """Add an occupation, or correct the one of this name. Managers. Raises NotAllowed, DomainError."""
    if not actor.has_role(Role.MANAGER):
        raise NotAllowed(_("Only a manager may do this."))
    if not name:
        raise DomainError(_("Write a name."), field="name")
    if share_women is not None and not 0 <= share_women <= 100:
        raise DomainError(_("Write a number between 0 and 100."), field="share_women")
    row = current_session().scalar(select(Occupation).where(Occupation.name == name).with_for_update())
    if row is None:
        row = Occupation(name=name)
        current_session().add(row)
    row.share_women, row.as_of, row.source = share_women, as_of, source or None
    current_session().flush()  # The id is part of the audit line.
    record(actor, "occupation_saved", subject_type="occupation", subject_id=row.id, unit_id=actor.unit_id)
    return row


def _check_items(items: Collection[str]) -> None:
    if not set(items) <= set(ITEMS):
        raise DomainError(_("Choose one of the alternatives."), field="items")


def _shared_before(placement: Placement, key: str | None) -> SharingEntry | None:
    if not key:
        return None
    statement = select(SharingEntry).where(
        SharingEntry.submission_key == key, SharingEntry.participant_id == placement.participant_id
    )
    return current_session().scalar(trusted(statement, because="of a participant already checked"))


def _record(actor: Actor, participant_id: int, action: str, unit_id: int, *, items: Collection[str] = ()) -> None:
    record(
        actor,
        action,
        subject_type="participant",
        subject_id=participant_id,
        unit_id=unit_id,
        details={"items": sorted(items)} if items else {},
    )
