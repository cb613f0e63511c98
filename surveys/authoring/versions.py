"""Versions of a questionnaire. A published one never changes; an edit is made in a draft of the next one."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.jobs.wake import wake
from surveys.authoring.services import RECONCILE
from surveys.definition_reading import definition_from_json
from surveys.definition_texts import missing_texts, text_paths
from surveys.models import Questionnaire, QuestionnaireVersion, Translation
from surveys.responses import definition_of


def draft_of(actor: Actor, *, questionnaire_id: int) -> QuestionnaireVersion:
    """The draft of the next version: the one that is there, or a copy of the newest with unapproved texts."""
    statement = select(Questionnaire).where(Questionnaire.id == questionnaire_id).with_for_update()
    questionnaire = current_session().scalars(statement).one()
    newest = questionnaire.versions[-1]
    if newest.published_at is None:
        return newest
    number = newest.number + 1
    draft = QuestionnaireVersion(
        number=number,
        structure={**newest.structure, "version": number},
        translations=[
            Translation(language=each.language, texts=dict(each.texts), translator=each.translator)
            for each in newest.translations
        ],
    )
    questionnaire.versions.append(draft)
    current_session().flush()  # The audit line names it by its id.
    _audit(actor, "survey_draft_made", draft)
    return draft


def change_structure(
    actor: Actor, *, version_id: int, kept: Sequence[str], targets: Mapping[str, int]
) -> QuestionnaireVersion:
    """Keep these questions of a draft, in this order, with these targets (percent, by question).

    Raises DomainError for a published version, and DefinitionError when what is left does not hold together: a
    condition on a question that is gone, no question at all.
    """
    draft = _draft(version_id)
    by_key: dict[str, Any] = {each["key"]: each for each in draft.structure["questions"]}
    questions = [_with_target(by_key[key], targets.get(key)) for key in dict.fromkeys(kept) if key in by_key]
    used = {each["scale"] for each in questions if "scale" in each}
    scales = [each for each in draft.structure.get("scales", []) if each["key"] in used]
    structure = {**draft.structure, "questions": questions, "scales": scales}
    paths = set(text_paths(definition_from_json(structure)))
    draft.structure = structure
    for translation in draft.translations:
        translation.texts = {path: text for path, text in translation.texts.items() if path in paths}
    _audit(actor, "survey_draft_changed", draft)
    return draft


def publish(actor: Actor, *, version_id: int) -> QuestionnaireVersion:
    """Make a draft the version that new responses are answered in; responses already begun keep theirs.

    Raises DomainError while no language is complete and approved, or one that is approved now would be lost.
    """
    draft = _draft(version_id)
    definition = definition_of(draft)
    ready = {
        each.language
        for each in draft.translations
        if each.approved_at is not None and not missing_texts(definition, each.texts)
    }
    before = draft.questionnaire.versions[-2] if len(draft.questionnaire.versions) > 1 else None
    approved_now = {each.language for each in before.translations if each.approved_at} if before else set()
    missing = sorted(approved_now - ready)
    if not ready or missing:
        wanted = ", ".join(missing) or "–"
        raise DomainError(_("Approve the texts of the draft first. Missing: %(languages)s", languages=wanted))
    draft.published_at = clock.now()
    _audit(actor, "survey_version_published", draft)
    wake(RECONCILE)
    return draft


def discard_draft(actor: Actor, *, version_id: int) -> None:
    """Throw a draft away. Raises DomainError for a published version."""
    draft = _draft(version_id)
    _audit(actor, "survey_draft_discarded", draft)
    draft.questionnaire.versions.remove(draft)


def _draft(version_id: int) -> QuestionnaireVersion:
    statement = select(QuestionnaireVersion).where(QuestionnaireVersion.id == version_id).with_for_update()
    version = current_session().scalars(statement).one()
    if version.published_at is not None:
        raise DomainError(_("A published version never changes. Make a draft of the next one."))
    return version


def _with_target(question: Mapping[str, Any], target: int | None) -> dict[str, Any]:
    if target is None or "goal" not in question:
        return dict(question)
    return {**question, "goal": {**question["goal"], "target": target}}


def _audit(actor: Actor, action: str, version: QuestionnaireVersion) -> None:
    record(actor, action, subject_type="survey_version", subject_id=version.id, details={"number": version.number})
