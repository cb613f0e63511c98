"""The templates of those who are invited."""

from typing import cast

from flask import current_app
from flask_babel import force_locale

from crm.messaging.mail_html import direction_of
from crm.settings import Settings


def reply_page(name: str, *, lang: str, **context: object) -> str:
    """A page without the frame of staff: no menu, no banner, nobody who is signed in, no cookie."""
    settings = cast(Settings, current_app.extensions["brobygg.settings"])
    template = current_app.jinja_env.get_template(f"outreach_events/reply_{name}.html")
    with force_locale(lang):
        return template.render(lang=lang, dir=direction_of(lang), organisation=settings.organisation, **context)
