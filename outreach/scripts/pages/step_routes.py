"""The steps of a draft: the form of one, of an answer, and adding, moving and removing them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.errors import DomainError, EditConflict, NotVisible
from crm.web.conflicts import refusal
from outreach.scripts.definition import Answer, Node, NodeKind, Script
from outreach.scripts.messages import sentence
from outreach.scripts.models import CallScript
from outreach.scripts.pages.blueprint import blueprint
from outreach.scripts.pages.draft_routes import draft_or_gone, language_fields, told_with_undo
from outreach.scripts.pages.shown import checked, drawing_of, step_of, steps_of
from outreach.scripts.pages.step_forms import AnswerForm, NewStepForm, StepForm
from outreach.scripts.rows import WRITERS
from outreach.scripts.services import steps as services
from outreach.scripts.step_fields import answer_values, edition_of_step, step_values
from outreach.scripts.wording import PLACEHOLDERS


@blueprint.route("/<public_id>/draft/steps/<key>", methods=["GET", "POST"])
@require(*WRITERS)
def step(public_id: str, key: str) -> ResponseReturnValue:
    """What is said at a step, its answers, and what it does."""
    actor, script, _draft, content = draft_or_gone(public_id)
    node = _node(content, key)
    values = step_values(node)
    shown = {**values, "version": edition_of_step(node)}
    form = StepForm() if request.method == "POST" else StepForm(data=shown)
    form.prepare(actor, content, node, values)
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        try:
            return _save(actor, script, key, form)
        except DomainError as error:
            different = refusal(form, error)
            if isinstance(error, EditConflict):
                _actor, _script, _found, content = draft_or_gone(public_id)
                different += _answers_now(content, key, actor.language)
    html = _step_page(public_id, key, form, different)
    return html, 422 if form.is_submitted() else 200


@blueprint.route("/<public_id>/draft/steps/<key>/answers/<answer>", methods=["GET", "POST"])
@require(*WRITERS)
def edit_answer(public_id: str, key: str, answer: str) -> ResponseReturnValue:
    """Everything that an answer says and does."""
    actor, script, _draft, content = draft_or_gone(public_id)
    node = _node(content, key)
    found = _answer(node, answer)
    values = answer_values(found)
    form = AnswerForm() if request.method == "POST" else AnswerForm(data={**values, "version": edition_of_step(node)})
    form.prepare(actor, content, node, values)
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        try:
            with transaction():
                saved, new = services.save_answer(
                    actor, script_id=script.id, key=key, answer=answer, given=form.data, edition=form.version.data
                )
                told_with_undo(saved, _("The answer is saved."))
            return redirect(url_for(".step", public_id=public_id, key=new or key), code=303)
        except DomainError as error:
            different = refusal(form, error)
    html = render_template(
        "call_scripts/answer.html", form=form, script=visible_one(CallScript, actor, public_id), node=node,
        answer=found, different=different, title_fields=language_fields(form, actor.language),
    )  # fmt: skip
    return html, 422 if form.is_submitted() else 200


@blueprint.post("/<public_id>/draft/steps")
@require(*WRITERS)
def add_step(public_id: str) -> ResponseReturnValue:
    """A further step; its form comes next."""
    actor, script, _draft, _content = draft_or_gone(public_id)
    form, script_id = NewStepForm(), script.id
    if not form.validate_on_submit():
        flash(_("Choose what to do at the new step."), "warning")
        return redirect(url_for(".draft", public_id=public_id), code=303)
    try:
        with transaction():
            saved, key = services.add_empty_step(
                actor, script_id=script_id, kind=NodeKind(form.kind.data), after=form.after.data or ""
            )
            told_with_undo(saved, _("The step is added. Write what is said, and let an answer lead to it."))
    except DomainError as error:
        flash(str(error.message), "warning")
        return redirect(url_for(".draft", public_id=public_id), code=303)
    return redirect(url_for(".step", public_id=public_id, key=key), code=303)


@blueprint.post("/<public_id>/draft/steps/<key>/move")
@require(*WRITERS)
def move_step(public_id: str, key: str) -> ResponseReturnValue:
    """Move a step up or down in the list."""
    actor, script, _draft, _content = draft_or_gone(public_id)
    script_id, by = script.id, -1 if request.form.get("to") == "up" else 1
    with transaction():
        saved = services.move(actor, script_id=script_id, key=key, by=by)
        told_with_undo(saved, _("The step “%(step)s” is moved.", step=key))
    return redirect(url_for(".draft", public_id=public_id, _anchor=f"step-{key}"), code=303)


@blueprint.post("/<public_id>/draft/steps/<key>/remove")
@require(*WRITERS)
def remove_step(public_id: str, key: str) -> ResponseReturnValue:
    """Take a step out."""
    actor, script, _draft, _content = draft_or_gone(public_id)
    script_id = script.id
    with transaction():
        saved = services.remove(actor, script_id=script_id, key=key)
        told_with_undo(saved, _("The step “%(step)s” is removed.", step=key))
    return redirect(url_for(".draft", public_id=public_id, _anchor="steps"), code=303)


def _save(actor: Actor, script: CallScript, key: str, form: StepForm) -> ResponseReturnValue:
    script_id, public_id = script.id, script.public_id
    do = request.form.get("do", "")
    with transaction():
        saved, now, new = services.save_step(
            actor, script_id=script_id, key=key, given=form.data, rows=form.rows, do=do, edition=form.version.data
        )
        told_with_undo(saved, _("The step is saved. Now write the new one.") if new else _("The step is saved."))
    if new and not do:
        return redirect(url_for(".step", public_id=public_id, key=new), code=303)
    if do.startswith("open:"):
        return redirect(url_for(".edit_answer", public_id=public_id, key=now, answer=do[5:]), code=303)
    if do:
        return redirect(url_for(".step", public_id=public_id, key=now, _anchor="answers"), code=303)
    return redirect(url_for(".draft", public_id=public_id, _anchor=f"step-{now}"), code=303)


def _step_page(public_id: str, key: str, form: StepForm, different: list[tuple[str, object]]) -> str:
    actor, script, _draft, content = draft_or_gone(public_id)
    node = _node(content, key)
    result = checked(content, actor)
    return render_template(
        "call_scripts/step.html",
        form=form,
        script=script,
        node=node,
        line=next(each for each in steps_of(content, actor.language) if each.node is node),
        errors=[sentence(each) for each in result.errors if step_of(each) == key] if not form.is_submitted() else [],
        language=actor.language,
        title_fields=language_fields(form, actor.language),
        different=different,
        drawing=drawing_of(content, actor.language, here=key),
        placeholders=PLACEHOLDERS,
    )


def _answers_now(content: Script, key: str, language: str) -> list[tuple[str, object]]:
    """The answers that now stand at a step, for whoever meets somebody else's change."""
    node = content.node(key)
    lines = next((each.answers for each in steps_of(content, language) if each.node is node), ())
    return [(_("Answers"), "; ".join(f"{each.label} → {each.goto}" for each in lines) or "–")]


def _node(content: Script, key: str) -> Node:
    node = content.node(key)
    if node is None:
        raise NotVisible("Not found, or not visible to you.")
    return node


def _answer(node: Node, key: str) -> Answer:
    found = node.answer(key)
    if found is None:
        raise NotVisible("Not found, or not visible to you.")
    return found
