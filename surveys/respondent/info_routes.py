"""Pages that explain: who reads the answers, and whether a message is genuine."""

from dataclasses import dataclass
from functools import partial
from typing import cast

from flask import Blueprint, current_app, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from crm.accounts.models import Unit
from crm.db import current_session
from crm.messaging.addresses import show_phone
from crm.messaging.mail_html import direction_of
from crm.settings import Settings
from surveys.respondent.pages import respondent_page
from surveys.respondent.visits import (
    LanguageLink,
    WrongLink,
    language_of_stranger,
    visit_by_survey_link,
)
from surveys.respondent.wrong_links import wrong_link_page
from surveys.shipped import TextState, page_text, shipped_languages
from surveys.survey_settings import retention_months

blueprint = Blueprint("surveys_info", __name__, template_folder="templates")
blueprint.register_error_handler(WrongLink, wrong_link_page)
PRIVACY_PARTS = (
    ("purpose_title", ("purpose",)),
    ("free_title", ("free",)),
    ("who_title", ("who_history", "who_aggregate", "who_share")),
    ("kept_title", ("kept",)),
    ("rights_title", ("rights",)),
    ("contact_title", ("contact",)),
)


@dataclass(frozen=True)
class UnitNumber:
    """A unit and the number to call."""

    name: str
    phone: str


@blueprint.get("/s/<token>/privacy")
def privacy(token: str) -> ResponseReturnValue:
    """Who reads what, how long it is kept, and that nobody loses anything."""
    visit = visit_by_survey_link(token)
    values = {
        "org": visit.contact.organisation,
        "contact_name": visit.contact.name,
        "contact_phone": visit.contact.phone,
        "retention_months": retention_months(),
    }
    parts = [(visit.privacy(title), [visit.privacy(key, **values) for key in keys]) for title, keys in PRIVACY_PARTS]
    return respondent_page("privacy", **visit.page(), parts=parts)


@blueprint.get("/genuine")
def genuine() -> ResponseReturnValue:
    """Whether a message is from us: our name, how our links begin, whom to call."""
    language = language_of_stranger()
    settings = cast(Settings, current_app.extensions["brobygg.settings"])
    return respondent_page(
        "genuine",
        t=partial(page_text, language=language),
        lang=language,
        dir=direction_of(language),
        survey_name=settings.organisation,
        survey_languages=_shipped_language_links(),
        organisation=settings.organisation,
        site=f"{settings.base_url}/s/",
        units=_units(),
    )


def _units() -> list[UnitNumber]:
    statement = (
        select(Unit).where(Unit.archived_at.is_(None), Unit.phone.is_not(None)).order_by(func.lower(Unit.name), Unit.id)
    )
    return [
        UnitNumber(unit.name, show_phone(unit.phone or "", unit.country))
        for unit in current_session().scalars(statement)
    ]


def _shipped_language_links() -> list[LanguageLink]:
    return [
        LanguageLink(each.code, each.name, url_for("surveys_info.genuine", lang=each.code))
        for each in shipped_languages()
        if each.state is TextState.SHIPPED
    ]
