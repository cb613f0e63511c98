"""Questionnaires: versions, drafts, translations with their approval, and the preview of any of them."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.actors import Role
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.participants.rules import PARTICIPANT_LANGUAGES
from crm.web.clean import clean_line, clean_text
from surveys.authoring.preview import preview_page
from surveys.authoring.services import (
    add_language,
    approve_translation,
    save_translation,
    withdraw_translation,
)
from surveys.authoring.versions import change_structure, discard_draft, draft_of, publish
from surveys.definition_texts import missing_texts, text_paths
from surveys.models import Questionnaire, QuestionnaireVersion, Translation
from surveys.responses import definition_of
from surveys.shipped import FALLBACK_LANGUAGE
from surveys.wording import language_text, questionnaire_titles

blueprint = Blueprint("surveys_authoring", __name__, template_folder="templates", url_prefix="/surveys/questionnaires")
AUTHORS = (Role.ADMINISTRATOR, Role.MANAGER)
TEXT = "text:"


@blueprint.get("")
@require(*AUTHORS)
def index() -> ResponseReturnValue:
    """Every questionnaire with its versions and languages."""
    questionnaires = current_session().scalars(select(Questionnaire).order_by(Questionnaire.id)).all()
    return render_template(
        "surveys/authoring/index.html",
        questionnaires=questionnaires,
        titles=questionnaire_titles(current_actor().language),
        language_text=language_text,
        languages=PARTICIPANT_LANGUAGES,
    )


@blueprint.post("/<public_id>/draft")
@require(*AUTHORS)
def make_draft(public_id: str) -> ResponseReturnValue:
    """Make a draft of the next version, or open the one that is there."""
    found = current_session().scalar(select(Questionnaire).where(Questionnaire.public_id == public_id))
    if found is None:
        raise NotFound
    with transaction():
        address = draft_of(current_actor(), questionnaire_id=found.id).public_id
    return redirect(url_for("surveys_authoring.draft", public_id=address), 303)


@blueprint.get("/versions/<public_id>")
@require(*AUTHORS)
def draft(public_id: str) -> ResponseReturnValue:
    """The questions of a version; of a draft, with what can be changed."""
    return _version_page(_version(public_id))


@blueprint.post("/versions/<public_id>")
@require(*AUTHORS)
def change(public_id: str) -> ResponseReturnValue:
    """Save which questions a draft keeps, in which order, with which targets."""
    version = _version(public_id)
    order = {key: _number(f"order:{key}", 999) for key in request.form.getlist("keep")}
    targets = {key: _number(f"target:{key}", 0) for key in order if f"target:{key}" in request.form}
    return _do(
        lambda: change_structure(
            current_actor(), version_id=version.id, kept=sorted(order, key=lambda key: order[key]), targets=targets
        ),
        _("Saved."),
        version.public_id,
    )


@blueprint.post("/versions/<public_id>/publish")
@require(*AUTHORS)
def make_public(public_id: str) -> ResponseReturnValue:
    """Publish a draft."""
    version = _version(public_id)
    return _do(
        lambda: publish(current_actor(), version_id=version.id),
        _("Published. New answers are given in this version."),
        version.public_id,
    )


@blueprint.post("/versions/<public_id>/discard")
@require(*AUTHORS)
def discard(public_id: str) -> ResponseReturnValue:
    """Throw a draft away."""
    version = _version(public_id)
    return _do(lambda: discard_draft(current_actor(), version_id=version.id), _("The draft is gone."), None)


@blueprint.post("/versions/<public_id>/languages")
@require(*AUTHORS)
def new_language(public_id: str) -> ResponseReturnValue:
    """Begin a translation."""
    version = _version(public_id)
    language = request.form.get("language", "")
    if language not in PARTICIPANT_LANGUAGES:
        raise NotFound
    with transaction():
        address = add_language(current_actor(), version_id=version.id, language=language).public_id
    return redirect(url_for("surveys_authoring.translation", public_id=address), 303)


@blueprint.get("/versions/<public_id>/preview/<language>")
@require(*AUTHORS)
def preview(public_id: str, language: str) -> ResponseReturnValue:
    """The pages as a respondent would see them, drafts included and marked as drafts. Nothing is saved."""
    return preview_page(_version(public_id), language, request.args.get("q", ""))


@blueprint.get("/translations/<public_id>")
@require(*AUTHORS)
def translation(public_id: str) -> ResponseReturnValue:
    """The texts of one language beside the English ones."""
    return _translation_page(_translation(public_id))


@blueprint.post("/translations/<public_id>")
@require(*AUTHORS)
def save(public_id: str) -> ResponseReturnValue:
    """Save the texts; approve or withdraw when that button was pressed."""
    found = _translation(public_id)
    given = {name.removeprefix(TEXT): clean_text(text) for name, text in request.form.items() if name.startswith(TEXT)}
    try:
        with transaction():
            _press(found.id, given)
    except DomainError as error:
        flash(str(error.message), "warning")
        return _translation_page(_translation(public_id), given, _translator()), 422
    flash(_("Saved."), "success")
    return redirect(url_for("surveys_authoring.translation", public_id=public_id), 303)


def _press(translation_id: int, given: dict[str, str]) -> None:
    actor, press = current_actor(), request.form.get("do", "save")
    version = _number("version", 0)
    if press == "withdraw":
        withdraw_translation(actor, translation_id=translation_id, version=version)
        return
    saved = save_translation(
        actor, translation_id=translation_id, version=version, texts=given, translator=_translator()
    )
    if press == "approve":
        approve_translation(actor, translation_id=translation_id, version=saved.version_id)


def _translator() -> str:
    return clean_line(request.form.get("translator", ""))[:120]


def _do(work: Callable[[], object], done: str, public_id: str | None) -> ResponseReturnValue:
    try:
        with transaction():
            work()
    except DomainError as error:
        flash(str(error.message), "warning")
    else:
        flash(done, "success")
    if public_id is None:
        return redirect(url_for("surveys_authoring.index"), 303)
    return redirect(url_for("surveys_authoring.draft", public_id=public_id), 303)


def _number(name: str, default: int) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else default


def _version(public_id: str) -> QuestionnaireVersion:
    statement = select(QuestionnaireVersion).where(QuestionnaireVersion.public_id == public_id)
    found = current_session().scalar(statement)
    if found is None:
        raise NotFound
    return found


def _translation(public_id: str) -> Translation:
    found = current_session().scalar(select(Translation).where(Translation.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def _version_page(version: QuestionnaireVersion) -> str:
    texts = {each.language: each.texts for each in version.translations}
    reader = {**texts.get(FALLBACK_LANGUAGE, {}), **texts.get(current_actor().language, {})}
    return render_template(
        "surveys/authoring/version.html",
        version=version,
        definition=definition_of(version),
        texts=reader,
        language_text=language_text,
    )


def _translation_page(found: Translation, given: dict[str, str] | None = None, translator: str | None = None) -> str:
    definition = definition_of(found.version)
    english = next((each.texts for each in found.version.translations if each.language == FALLBACK_LANGUAGE), {})
    texts = given if given is not None else found.texts
    return render_template(
        "surveys/authoring/translation.html",
        translation=found,
        paths=text_paths(definition),
        english=english,
        texts=texts,
        translator=found.translator if translator is None else translator,
        missing=missing_texts(definition, texts),
        language_text=language_text,
    )
