"""The fields of a profile, and which of them are shown: those alone to which the person has agreed.

After the profiles of a real network of role models: name, age, residence, work (now, the last twenty years, the
original trade), leisure, and what the person offers. All of it fits on one page of paper, with a photo.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.lazy_texts import lazy_pgettext
from outreach.matching.models import MatchProfile

AGE, PHOTO = "age", "photo"


@dataclass(frozen=True)
class ProfileField:
    """A text of a profile. ``topic``: the answer of the match guide from which it is filled at first."""

    key: str
    label: Text
    longest: int
    rows: int = 1
    topic: str = ""


NAME = ProfileField("name", _l("Name"), 80)
MENTOR_FIELDS: Sequence[ProfileField] = (
    NAME,
    ProfileField("residence", lazy_pgettext("profile", "Lives in"), 80, topic="residence"),
    ProfileField("work_now", lazy_pgettext("profile", "Work now"), 160, topic="work_now"),
    ProfileField("work_before", lazy_pgettext("profile", "The last twenty years"), 240, 2, topic="work_before"),
    ProfileField("trade", lazy_pgettext("profile", "Learned at first"), 160, topic="trade"),
    ProfileField("leisure", lazy_pgettext("profile", "Free time"), 400, 3, topic="leisure"),
    ProfileField("offer", lazy_pgettext("profile", "What I can give you"), 800, 4, topic="offers"),
)
EMPLOYER_FIELDS: Sequence[ProfileField] = (
    NAME,
    ProfileField("residence", lazy_pgettext("profile", "Where"), 80),
    ProfileField("business", lazy_pgettext("profile", "What we do"), 240, 2),
    ProfileField("tasks", lazy_pgettext("profile", "What you could do here"), 400, 3),
    ProfileField("colleagues", lazy_pgettext("profile", "With whom"), 240, 2),
    ProfileField("offer", lazy_pgettext("profile", "What we can give you"), 800, 4),
)
OWN_LABELS: Mapping[str, Text] = {AGE: lazy_pgettext("profile", "Age"), PHOTO: _l("Photo")}


def fields_of(profile: MatchProfile | None, *, employer: bool = False) -> Sequence[ProfileField]:
    """The fields of a profile; without one those of a mentor's, or of an employer's."""
    of_employer = profile.employer_id is not None if profile is not None else employer
    return EMPLOYER_FIELDS if of_employer else MENTOR_FIELDS


def keys_of(*, employer: bool) -> tuple[str, ...]:
    """Everything that may be agreed to."""
    if employer:
        return (*(field.key for field in EMPLOYER_FIELDS), PHOTO)
    return (*(field.key for field in MENTOR_FIELDS), AGE, PHOTO)


@dataclass(frozen=True)
class ShownProfile:
    """A profile as it is shown to others. ``has_photo``: whether the photo may be shown and is there."""

    public_id: str
    name: str
    facts: Sequence[tuple[Text, str]]
    offer: str
    offer_label: Text
    has_photo: bool


def is_agreed(profile: MatchProfile) -> bool:
    """Whether it may be shown at all: at least the name, on a day that is known, and not taken back."""
    return profile.agreed_on is not None and profile.withdrawn_at is None and NAME.key in profile.agreed


def shown(profile: MatchProfile, on: date) -> ShownProfile | None:
    """A profile as others see it: only what was agreed to and is filled in. None where it may not be shown."""
    if not is_agreed(profile):
        return None
    texts = {key: text for key, text in profile.texts.items() if key in profile.agreed and text.strip()}
    fields = fields_of(profile)
    facts = [(field.label, texts[field.key]) for field in fields if field.key in texts]
    age = _age(profile, on)
    if age is not None:
        facts.insert(1, (OWN_LABELS[AGE], str(age)))
    offer = next(field for field in fields if field.key == "offer")
    return ShownProfile(
        public_id=profile.public_id,
        name=texts.get(NAME.key, ""),
        facts=[(label, text) for label, text in facts if label not in (NAME.label, offer.label)],
        offer=texts.get("offer", ""),
        offer_label=offer.label,
        has_photo=PHOTO in profile.agreed and profile.photo_id is not None,
    )


def _age(profile: MatchProfile, on: date) -> int | None:
    """The age that the mentor reaches this year: of the birth only the year is kept."""
    if AGE not in profile.agreed or profile.mentor is None or profile.mentor.birth_year is None:
        return None
    return on.year - profile.mentor.birth_year
