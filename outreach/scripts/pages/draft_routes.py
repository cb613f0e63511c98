"""The editor of a draft: its overview, publishing, taking back, texts by language, settings."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.errors import DomainError, NotVisible
from crm.languages import NAMES
from crm.web.clean import clean_line, clean_text
from crm.web.conflicts import refusal
from crm.web.undo import flash_undo
from outreach.scripts.comparing import compare
from outreach.scripts.definition import LANGUAGES, Script, in_language
from outreach.scripts.models import CallScript, CallScriptVersion
from outreach.scripts.pages.blueprint import blueprint
from outreach.scripts.pages.forms import PublishForm, SettingsForm
from outreach.scripts.pages.shown import change_lines, checked, drawing_of, faults_of, steps_of
from outreach.scripts.pages.step_forms import NewStepForm
from outreach.scripts.published import newest_version, script_in
from outreach.scripts.queries import draft_of
from outreach.scripts.rows import WRITERS, may_write
from outreach.scripts.services import drafts, publishing, steps
from outreach.scripts.step_fields import edition_of_settings, edition_of_texts
from outreach.scripts.text_checks import wordings

TEXT = "text:"


def draft_or_gone(public_id: str) -> tuple[Actor, CallScript, CallScriptVersion, Script]:
    """The reader, a script, its draft and what the draft says. Raises NotVisible where there is no draft."""
    actor = current_actor()
    script = visible_one(CallScript, actor, public_id)
    draft = draft_of(actor, script.id) if may_write(actor, script) else None
    if draft is None:
        raise NotVisible("Not found, or not visible to you.")
    return actor, script, draft, script_in(draft.text)


def told_with_undo(script: CallScript, text: str) -> None:
    """Say that the draft was changed, with the button that takes it back. For inside the transaction."""
    flash_undo(text, url_for(".undo", public_id=script.public_id), version=script.version_id)


@blueprint.get("/<public_id>/draft")
@require(*WRITERS)
def draft(public_id: str) -> ResponseReturnValue:
    """The steps of the draft with what is wrong with them, and the picture beside them."""
    actor = current_actor()
    script = visible_one(CallScript, actor, public_id)
    if not may_write(actor, script) or draft_of(actor, script.id) is None:
        return redirect(url_for(".show", public_id=public_id), code=303)
    return _draft_page(public_id, PublishForm(formdata=None, data={"version": script.version_id}))


@blueprint.post("/<public_id>/draft")
@require(*WRITERS)
def begin(public_id: str) -> ResponseReturnValue:
    """Begin a draft of what is published, or go on with the one that is there."""
    actor = current_actor()
    script_id = visible_one(CallScript, actor, public_id).id
    return _do(public_id, lambda: drafts.begin_draft(actor, script_id=script_id))


@blueprint.post("/<public_id>/draft/publish")
@require(*WRITERS)
def publish(public_id: str) -> ResponseReturnValue:
    """Publish the draft."""
    actor, script, _draft, _content = draft_or_gone(public_id)
    form, script_id = PublishForm(), script.id
    if form.validate_on_submit():
        try:
            with transaction():
                publishing.publish_draft(
                    actor, script_id=script_id, note=form.note.data or "", version=int(form.version.data or 0)
                )
            flash(_("Published. New calls take this version; calls that are going on keep theirs."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            refusal(form, error)
    return _draft_page(public_id, form), 422


@blueprint.post("/<public_id>/draft/undo")
@require(*WRITERS)
def undo(public_id: str) -> ResponseReturnValue:
    """Take the last change of the draft back."""
    actor = current_actor()
    script_id = visible_one(CallScript, actor, public_id).id
    version, told = _edition(), _("The change is taken back.")
    return _do(public_id, lambda: drafts.undo_change(actor, script_id=script_id, version=version), told)


@blueprint.post("/<public_id>/draft/discard")
@require(*WRITERS)
def discard(public_id: str) -> ResponseReturnValue:
    """Throw the draft away."""
    actor = current_actor()
    script_id = visible_one(CallScript, actor, public_id).id
    with transaction():
        drafts.discard_draft(actor, script_id=script_id)
    flash_undo(_("The draft is thrown away."), url_for(".take_back", public_id=public_id))
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.post("/<public_id>/draft/take-back")
@require(*WRITERS)
def take_back(public_id: str) -> ResponseReturnValue:
    """Bring the draft back that was thrown away."""
    actor = current_actor()
    script_id = visible_one(CallScript, actor, public_id).id
    told = _("The draft is there again.")
    return _do(public_id, lambda: drafts.take_draft_back(actor, script_id=script_id), told)


@blueprint.get("/<public_id>/draft/compare")
@require(*WRITERS)
def compare_versions(public_id: str) -> ResponseReturnValue:
    """What the draft changes in the published version."""
    actor, script, _draft, content = draft_or_gone(public_id)
    published = newest_version(script.id)
    changes = compare(script_in(published.text), content) if published else ()
    return render_template(
        "call_scripts/compare.html", script=script, title=script.title_in(actor.language), published=published,
        changes=change_lines(changes, actor.language),
    )  # fmt: skip


@blueprint.route("/<public_id>/draft/settings", methods=["GET", "POST"])
@require(*WRITERS)
def settings(public_id: str) -> ResponseReturnValue:
    """Title, first step, what closing a call asks for, and whose script it is."""
    actor, script, _draft, content = draft_or_gone(public_id)
    now: dict[str, Any] = steps.settings_values(content)
    now |= {"unit_id": script.unit_id, "version": edition_of_settings(content)}
    form = SettingsForm() if request.method == "POST" else SettingsForm(data=now)
    form.prepare(actor, content, script.unit_id)
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        try:
            _save_settings(actor, script.id, form)
            return redirect(url_for(".draft", public_id=public_id), code=303)
        except DomainError as error:
            different = refusal(form, error)
    script = visible_one(CallScript, actor, public_id)
    html = render_template(
        "call_scripts/settings.html", form=form, script=script, title=script.title_in(actor.language),
        different=different, title_fields=language_fields(form, actor.language),
    )  # fmt: skip
    return html, 422 if form.is_submitted() else 200


@blueprint.route("/<public_id>/draft/texts/<language>", methods=["GET", "POST"])
@require(*WRITERS)
def texts(public_id: str, language: str) -> ResponseReturnValue:
    """Every text of the draft in one language, beside another in which it stands."""
    if language not in LANGUAGES:
        raise NotFound
    actor, script, _draft, content = draft_or_gone(public_id)
    if request.method == "GET":
        return _texts_page(script, content, language)
    given = _given_texts()
    try:
        with transaction():
            saved = steps.save_texts(actor, script_id=script.id, language=language, texts=given, edition=_edition())
            told_with_undo(saved, _("The texts are saved."))
    except DomainError as error:
        actor, script, _draft, content = draft_or_gone(public_id)
        return _texts_page(script, content, language, given=given, error=error), 422
    return redirect(url_for(".draft", public_id=public_id), code=303)


def language_fields(form: Any, language: str) -> list[Any]:
    """The fields of a text in its languages, the reader's own first."""
    ordered = sorted(LANGUAGES, key=lambda each: each != language)
    return [form[f"text_{each}"] for each in ordered]


def _draft_page(public_id: str, form: PublishForm) -> str:
    actor, script, found, content = draft_or_gone(public_id)
    result = checked(content, actor)
    return render_template(
        "call_scripts/draft.html",
        script=script,
        title=in_language(content.title, actor.language) or script.key,
        draft=found,
        published=newest_version(script.id),
        steps=steps_of(content, actor.language, result.errors),
        faults=faults_of(result),
        drawing=drawing_of(content, actor.language),
        first=content.start,
        form=form,
        new_step=NewStepForm(formdata=None),
        undoable=drafts.undoable(found, script),
    )


def _save_settings(actor: Actor, script_id: int, form: SettingsForm) -> None:
    with transaction():
        if form.unit_id is not None:
            steps.give_to_unit(actor, script_id=script_id, unit_id=form.unit_id.data)
        script = steps.save_settings(actor, script_id=script_id, given=form.data, edition=form.version.data)
        told_with_undo(script, _("The settings are saved."))


def _given_texts() -> dict[str, str]:
    """The texts of the request by their paths; labels and titles on one line."""
    found = {name.removeprefix(TEXT): text for name, text in request.form.items() if name.startswith(TEXT)}
    return {path: clean_text(text) if path.endswith(".text") else clean_line(text) for path, text in found.items()}


def _edition() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _texts_page(
    script: CallScript,
    content: Script,
    language: str,
    *,
    given: dict[str, str] | None = None,
    error: DomainError | None = None,
) -> str:
    others = [each for each in ("en", current_actor().language, *LANGUAGES) if each != language]
    lines = [
        {
            "place": each.place,
            "path": each.path,
            "is_long": not (each.is_label or each.path == "title"),
            "beside": next(((other, each.texts[other]) for other in others if each.texts.get(other)), None),
            "now": each.texts.get(language, ""),
            "text": (given or {}).get(each.path, each.texts.get(language, "")),
        }
        for each in wordings(content)
    ]
    return render_template(
        "call_scripts/texts.html", script=script, title=script.title_in(current_actor().language), lines=lines,
        language=language, names=NAMES, languages=LANGUAGES, error=error,
        missing=sum(1 for line in lines if not line["now"]), edition=edition_of_texts(content, language),
    )  # fmt: skip


def _do(public_id: str, work: Callable[[], object], told: str = "") -> ResponseReturnValue:
    try:
        with transaction():
            work()
    except DomainError as error:
        flash(str(error.message), "warning")
    else:
        if told:
            flash(told, "success")
    return redirect(url_for(".draft", public_id=public_id), code=303)
