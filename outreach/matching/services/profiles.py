"""Profiles: written, agreed to, withdrawn; their photos."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.attachments.models import Attachment
from crm.attachments.services import Kept, add_kept, remove_attachment, restore_attachment
from crm.db import current_session
from crm.employers.models import Employer
from crm.errors import DomainError
from crm.web.clean import clean_text
from outreach.matching.fields import ProfileFields
from outreach.matching.models import MatchProfile, Mentor
from outreach.matching.profile_fields import NAME, fields_of, keys_of
from outreach.matching.services.writing import check_version, write_profile_down

MOST_LINES = 12
"""Of one field, so that a profile fits on its page."""


def save_mentor_profile(
    actor: Actor, *, mentor_id: int, given: ProfileFields, version: int | None = None
) -> MatchProfile:
    """Write the profile of a mentor, or change it. Raises DomainError, EditConflict, NotVisible."""
    mentor = locked(Mentor, actor, mentor_id)
    profile = _find(MatchProfile.mentor_id == mentor.id)
    if profile is None:
        profile = MatchProfile(mentor_id=mentor.id, unit_id=mentor.unit_id, texts={}, agreed=[], version_id=0)
    return _save(actor, profile, given, version=version)


def save_employer_profile(
    actor: Actor, *, employer_id: int, given: ProfileFields, version: int | None = None
) -> MatchProfile:
    """Write the profile that the actor's unit has of an employer, or change it. The same errors."""
    employer = locked(Employer, actor, employer_id)
    if actor.unit_id is None:
        raise DomainError(_("Choose one of your own units."))
    profile = _find((MatchProfile.employer_id == employer.id) & (MatchProfile.unit_id == actor.unit_id))
    if profile is None:
        profile = MatchProfile(employer_id=employer.id, unit_id=actor.unit_id, texts={}, agreed=[], version_id=0)
    return _save(actor, profile, given, version=version)


def withdraw_profile(actor: Actor, *, profile_id: int) -> str | None:
    """The person does not want it to be shown any more: from now on nobody sees it, and the photo goes.

    May be repeated. Returns the public id with which the photo can be brought back, or None.
    """
    profile = locked(MatchProfile, actor, profile_id)
    if profile.withdrawn_at is None:
        profile.withdrawn_at = clock.now()
        profile.version_id += 1
        write_profile_down(actor, profile, "match_profile_withdrawn")
    return forget_photo(actor, profile)


def agree_again(actor: Actor, *, profile_id: int, photo: str = "") -> MatchProfile:
    """Take back that a profile was withdrawn; ``photo``: the photo that went with it. May be repeated."""
    if photo:
        restore_photo(actor, profile_id=profile_id, photo=photo)
    profile = locked(MatchProfile, actor, profile_id)
    if profile.withdrawn_at is not None:
        profile.withdrawn_at = None
        profile.version_id += 1
        write_profile_down(actor, profile, "match_profile_agreed_again")
    return profile


def add_photo(actor: Actor, *, profile_id: int, kept: Kept) -> MatchProfile:
    """Give a profile its photo: bytes of outreach.matching.photo that are in the store already. The one before goes."""
    profile = locked(MatchProfile, actor, profile_id)
    forget_photo(actor, profile)
    file = add_kept(
        actor, owner_kind=MatchProfile.__tablename__, owner_ref=profile.public_id, unit_id=profile.unit_id, kept=kept
    )
    profile.photo_id = file.id
    write_profile_down(actor, profile, "match_photo_added")
    return profile


def remove_photo(actor: Actor, *, profile_id: int) -> str | None:
    """Take the photo away. Returns the public id with which it can be brought back, or None. May be repeated."""
    profile = locked(MatchProfile, actor, profile_id)
    gone = forget_photo(actor, profile)
    if gone is not None:
        write_profile_down(actor, profile, "match_photo_removed")
    return gone


def restore_photo(actor: Actor, *, profile_id: int, photo: str) -> MatchProfile:
    """Bring a photo back that was removed from this profile. Raises NotVisible, and DomainError for another's."""
    profile = locked(MatchProfile, actor, profile_id)
    file = restore_attachment(actor, public_id=photo)
    if (file.owner_kind, file.owner_ref) != (MatchProfile.__tablename__, profile.public_id):
        raise DomainError(_("The file is gone."))
    if profile.photo_id not in (None, file.id):
        # Another one was chosen meanwhile: it goes, as when a photo is chosen.
        forget_photo(actor, profile)
    profile.photo_id = file.id
    write_profile_down(actor, profile, "match_photo_restored")
    return profile


def forget_photo(actor: Actor, profile: MatchProfile) -> str | None:
    """Take the photo of a profile that the caller has locked away; its bytes go after 30 days."""
    if profile.photo_id is None:
        return None
    statement = select(Attachment.public_id).where(Attachment.id == profile.photo_id)
    public_id = current_session().scalar(trusted(statement, because="the photo of a profile already checked"))
    remove_attachment(actor, attachment_id=profile.photo_id)
    profile.photo_id = None
    return public_id


def profile_values(profile: MatchProfile) -> dict[str, object]:
    """What stands in a profile by field name, with the version."""
    texts = {field.key: profile.texts.get(field.key, "") for field in fields_of(profile)}
    # What was withdrawn has to be agreed to anew, field by field.
    agreed = [] if profile.withdrawn_at else list(profile.agreed)
    agreed_on = None if profile.withdrawn_at else profile.agreed_on
    return {**texts, "agreed": agreed, "agreed_on": agreed_on, "version": profile.version_id}


def _find(where: Any) -> MatchProfile | None:
    statement = select(MatchProfile).where(where).with_for_update()
    return current_session().scalar(trusted(statement, because="of a mentor or an employer already checked"))


def _save(actor: Actor, profile: MatchProfile, given: ProfileFields, *, version: int | None) -> MatchProfile:
    check_version(profile.version_id, version, profile_values(profile))
    texts: dict[str, str] = {}
    for field in fields_of(profile):
        text = clean_text(given.texts.get(field.key, ""))
        if len(text) > field.longest or text.count("\n") >= MOST_LINES:
            raise DomainError(_("This is too long for one page."), field=field.key)
        if text:
            texts[field.key] = text
    agreed = [key for key in keys_of(employer=profile.employer_id is not None) if key in given.agreed]
    _check_agreement(texts, agreed, given)
    profile.texts, profile.agreed = texts, agreed
    profile.agreed_on = given.agreed_on if agreed else None
    profile.agreed_by_id = actor.staff_id if agreed else None
    profile.withdrawn_at = None if agreed else profile.withdrawn_at
    if profile.version_id == 0:
        profile.created_at = clock.now()
        current_session().add(profile)
    profile.version_id += 1
    current_session().flush()  # The audit log names the row.
    write_profile_down(actor, profile, "match_profile_saved")
    return profile


def _check_agreement(texts: dict[str, str], agreed: list[str], given: ProfileFields) -> None:
    if not agreed:
        return
    if NAME.key not in agreed or NAME.key not in texts:
        raise DomainError(_("A profile needs at least a name that may be shown. A first name is enough."), field="name")
    if given.agreed_on is None:
        raise DomainError(_("Write the day on which they agreed."), field="agreed_on")
    if given.agreed_on > clock.today():
        raise DomainError(_("The day is still to come."), field="agreed_on")
