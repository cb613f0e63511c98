"""What somebody sees whose link is not one of ours, or not whole."""

from functools import partial
from typing import cast

from flask import current_app
from flask.typing import ResponseReturnValue

from crm.messaging.mail_html import direction_of
from crm.settings import Settings
from surveys.respondent.pages import respondent_page
from surveys.respondent.visits import language_of_stranger
from surveys.shipped import page_text


def wrong_link_page(error: Exception) -> ResponseReturnValue:
    """A page in plain words, the same for every wrong link."""
    language = language_of_stranger()
    say = partial(page_text, language=language)
    settings = cast(Settings, current_app.extensions["brobygg.settings"])
    page = respondent_page(
        "wrong_link",
        t=say,
        lang=language,
        dir=direction_of(language),
        survey_name=settings.organisation,
    )
    return page, 404
