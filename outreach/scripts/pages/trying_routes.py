"""The dry run: a script played as in a call, with nobody at the other end and nothing kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor, current_staff
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.errors import NotVisible
from crm.web.clean import clean_text
from outreach.scripts.definition import Node, Script, in_language
from outreach.scripts.effects import Field
from outreach.scripts.keeping import walk_from_json, walk_to_json
from outreach.scripts.messages import KINDS, sentence
from outreach.scripts.models import CallScript
from outreach.scripts.pages.blueprint import blueprint
from outreach.scripts.problems import WalkError
from outreach.scripts.published import newest_version, script_in
from outreach.scripts.queries import STAFF, draft_of
from outreach.scripts.results import missing_on_close, result
from outreach.scripts.rows import may_write
from outreach.scripts.speaking import spoken
from outreach.scripts.walking import Walk, answer, back, begin
from outreach.scripts.wording import PLACEHOLDERS, effect_words, field_label, outcome_label, value_choices

FIELD = "field:"
DRAFT = "draft"
_LONGEST_WALK = 200_000


@dataclass(frozen=True)
class NotedField:
    """A field that can be noted at a step: its name, label, choices if it has some, and what stands in it."""

    name: str
    label: str
    choices: list[tuple[str, str]]
    is_time: bool
    is_required: bool
    value: str


@blueprint.route("/<public_id>/try", methods=["GET", "POST"])
@require(*STAFF)
def try_out(public_id: str) -> ResponseReturnValue:
    """Play a script from its first step; ``?of=draft`` plays the draft. Nothing is saved."""
    actor = current_actor()
    script = visible_one(CallScript, actor, public_id)
    content = _content(actor, script)
    if request.method == "GET":
        return _page(actor, script, _begun(content), "")
    walk, fault = _gone_on(content)
    return _page(actor, script, walk, fault), 422 if fault else 200


def _content(actor: Actor, script: CallScript) -> Script:
    is_draft = request.args.get("of") == DRAFT and may_write(actor, script)
    version = draft_of(actor, script.id) if is_draft else newest_version(script.id)
    if version is None:
        raise NotVisible("Not found, or not visible to you.")
    return script_in(version.text)


def _begun(content: Script) -> Walk | None:
    """The first step; None for a draft that has none."""
    return begin(content) if content.node(content.start) else None


def _gone_on(content: Script) -> tuple[Walk | None, str]:
    """Where the call is after what was pressed, and what was wrong with that."""
    action, _colon, key = request.form.get("do", "").partition(":")
    try:
        walk = _kept(content)
    except WalkError as error:
        return _begun(content), _("The call begins anew: %(why)s", why=sentence(error.problem))
    if walk is None or action == "restart":
        return _begun(content), ""
    try:
        if action == "back":
            return back(walk), ""
        return (answer(walk, key, _noted(walk.node)) if action == "answer" else walk), ""
    except WalkError as error:
        return walk, sentence(error.problem)


def _kept(content: Script) -> Walk | None:
    text = request.form.get("walk", "")[:_LONGEST_WALK]
    if content.node(content.start) is None:
        return None
    try:
        document = json.loads(text) if text else None
    except (ValueError, RecursionError):
        raise WalkError("damaged_walk") from None
    return walk_from_json(content, document) if document is not None else begin(content)


def _noted(node: Node) -> dict[str, str]:
    given = {name: clean_text(request.form.get(f"{FIELD}{name}", "")) for name in node.log}
    return {str(name): value for name, value in given.items() if value}


def _page(actor: Actor, script: CallScript, walk: Walk | None, fault: str) -> str:
    return render_template(
        "call_scripts/try.html",
        script=script,
        title=script.title_in(actor.language),
        is_draft=request.args.get("of") == DRAFT,
        fault=fault,
        walk=walk,
        **(_shown(actor, walk, request.form if fault else {}) if walk else {}),
    )


def _shown(actor: Actor, walk: Walk, given: Mapping[str, str]) -> Mapping[str, object]:
    node, found = walk.node, result(walk)
    return {
        "node": node,
        "kind": KINDS[node.kind],
        "text": spoken(node.text, actor.language, _names()).text,
        "answers": [(each.key, in_language(each.label, actor.language) or each.key) for each in node.answers],
        "fields": _fields(actor, walk, given),
        "kept": json.dumps(walk_to_json(walk), ensure_ascii=False),
        "effects": [effect_words(each, actor.language) for each in found.effects],
        "outcome": outcome_label(found.outcome, actor.language) if found.outcome else "",
        "missing": [field_label(name) for name in missing_on_close(walk)] if node.is_end else [],
        "way": [step.node for step in walk.steps],
    }


def _fields(actor: Actor, walk: Walk, given: Mapping[str, str]) -> list[NotedField]:
    required = {*walk.node.required, *(name for each in walk.node.answers for name in each.required)}
    return [
        NotedField(
            name=f"{FIELD}{field.value}",
            label=field_label(field),
            choices=value_choices(field, actor.language),
            is_time=field is Field.DATE_TIME,
            is_required=field in required,
            value=given.get(f"{FIELD}{field.value}") or walk.fields.get(field, ""),
        )
        for field in walk.node.log
    ]


def _names() -> dict[str, str]:
    """What stands in the place of the names: the reader's own, and for the rest what it stands for."""
    names = {name: f"‹{label}›" for name, label in PLACEHOLDERS.items()}
    return names | {"my_name": current_staff().name}
