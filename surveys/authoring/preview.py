"""The respondent's pages for staff who read a translation: every question in turn, nothing saved."""

from functools import partial

from flask import render_template, url_for
from werkzeug.exceptions import NotFound

from crm.messaging.mail_html import direction_of
from surveys.models import QuestionnaireVersion
from surveys.respondent.questions import question_view
from surveys.respondent.visits import privacy_text
from surveys.responses import definition_of
from surveys.shipped import page_text


def preview_page(version: QuestionnaireVersion, language: str, key: str) -> str:
    """The introduction, or the question ``key``, in one language of a version. Raises NotFound."""
    translation = next((each for each in version.translations if each.language == language), None)
    if translation is None:
        raise NotFound
    definition = definition_of(version)
    keys = [question.key for question in definition.questions]
    place = keys.index(key) if key in keys else -1
    say = partial(page_text, language=language)
    view = None
    if place >= 0:
        view = question_view(
            definition,
            definition.questions[place],
            texts=translation.texts,
            answers={},
            skip_label=say("skip"),
        )
    following = keys[place + 1] if place + 1 < len(keys) else ""
    return render_template(
        "surveys/authoring/preview.html",
        lang=language,
        dir=direction_of(language),
        survey_name=translation.texts.get("title", ""),
        t=say,
        texts=translation.texts,
        minutes=definition.minutes,
        note=privacy_text("note", language),
        draft=translation.approved_at is None,
        question=view,
        next_href=_href(version, language, following),
        back_href=_href(version, language, keys[place - 1] if place > 0 else ""),
        home_href=url_for("surveys_authoring.translation", public_id=translation.public_id),
    )


def _href(version: QuestionnaireVersion, language: str, key: str) -> str:
    return url_for("surveys_authoring.preview", public_id=version.public_id, language=language, q=key or None)
