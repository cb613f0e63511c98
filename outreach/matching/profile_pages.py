"""How profiles come onto pages and paper: in the participant's language, where it is one of ours, with the photo."""

from collections.abc import Iterable, Sequence
from datetime import date

from flask_babel import force_locale
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.attachments.models import Attachment
from crm.db import current_session
from crm.documents.pdf import paper
from crm.web.ports import ports
from outreach.matching.models import MatchProfile
from outreach.matching.photo import in_the_page, kept_photo
from outreach.matching.profile_fields import ShownProfile, shown


def photo_key(profile: MatchProfile) -> str | None:
    """Where the photo of a profile that the caller has checked is kept."""
    statement = select(Attachment.file_key).where(Attachment.id == profile.photo_id, Attachment.removed_at.is_(None))
    return current_session().scalar(trusted(statement, because="the photo of a profile already checked"))


def language_for(participant_language: str, unit_language: str) -> str:
    """The participant's language, where the product speaks it; else the unit's."""
    spoken = ports().languages
    return next((each for each in (participant_language, unit_language) if each in spoken), "en")


def shown_profiles(profiles: Iterable[MatchProfile], on: date) -> list[ShownProfile]:
    """Those of the profiles that may be shown, as they are shown."""
    return [each for each in (shown(profile, on) for profile in profiles) if each is not None]


def profiles_pdf(profiles: Sequence[MatchProfile], *, language: str, title: str, on: date) -> bytes:
    """Profiles on paper, a page each. Asks the store for the photos, so nothing may be open. Raises PdfUnavailable."""
    pages = [(found, photo_key(profile)) for profile in profiles if (found := shown(profile, on)) is not None]
    # Nothing is open while the store is asked.
    current_session().rollback()
    photos = {page.public_id: _picture(key) for page, key in pages if key and page.has_photo}
    with force_locale(language):
        return paper(
            "outreach_matching/profiles_paper.html",
            title=title,
            language=language,
            profiles=[page for page, _key in pages],
            photos=photos,
        )


def _picture(key: str) -> str:
    data = kept_photo(key)
    return in_the_page(data) if data else ""
