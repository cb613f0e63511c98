"""Published versions of questionnaires as those who answer meet them, read without building rows of the ORM.

What is kept in the process cannot grow stale, however many processes there are. The structure of a published version
never changes. The wording of one does, so each request asks which translations are approved now and how often each
was saved (every change counts ``version_id`` up), and only the text under that very count is taken from memory.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, String, bindparam, case, cast, func, literal, select

from crm.db import current_session
from surveys.definition import Definition
from surveys.definition_reading import definition_from_json
from surveys.models import QuestionnaireVersion, Translation

_VERSION = QuestionnaireVersion.__table__
_TRANSLATION = Translation.__table__
_MOST_TEXTS = 500

# By the whole name: a version that was to be published and then was not has no part in it. There are as many as were
# published.
_definitions: dict["Published", Definition] = {}
_texts: dict["Wording", Mapping[str, str]] = {}


class Published(NamedTuple):
    """The name of a published version. Its public id is random, so that it is unlike every other anywhere."""

    id: int
    public_id: str
    published_at: datetime | None


class Wording(NamedTuple):
    """One state of a translation; a change of its texts or of its approval makes another one."""

    public_id: str
    language: str
    version_id: int
    approved: bool


def newest_version(questionnaire_id: int) -> Published | None:
    """The version that a new response is answered in."""
    found = current_session().connection().execute(_newest(), {"questionnaire": questionnaire_id}).first()
    return Published(*found) if found else None


def published_definition(version: Published) -> Definition:
    """The structure of a published version. Raises DefinitionError for a damaged one."""
    kept = _definitions.get(version)
    if kept is not None:
        return kept
    return keep_definition(current_session().get_one(QuestionnaireVersion, version.id))


def keep_definition(version: QuestionnaireVersion) -> Definition:
    """The structure of a version, kept once that version is published. Raises DefinitionError for a damaged one."""
    if version.published_at is None:
        return definition_from_json(version.structure)
    name = Published(version.id, version.public_id, version.published_at)
    kept = _definitions.get(name)
    if kept is None:
        kept = _definitions[name] = definition_from_json(version.structure)
    return kept


def wordings_of(version: Published) -> list[Wording]:
    """The translations of a version as they stand now, drafts included."""
    found = current_session().connection().execute(_wordings(), {"version": version.id})
    return [Wording(*row) for row in found]


def wordings_within(version_id: ColumnElement[int]) -> ScalarSelect[str | None]:
    """What ``wordings_of`` tells, as one text in a column of a larger statement; ``wordings_from`` reads it."""
    column = _TRANSLATION.c
    approved = case((column.approved_at.is_not(None), literal("1")), else_=literal("0"))
    parts = (column.public_id, column.language, cast(column.version_id, String), approved)
    told: ColumnElement[str] = literal("")
    for part in parts:
        told = told.concat(part).concat(" ")
    every = select(func.aggregate_strings(told, "")).where(column.version_ref_id == version_id)
    return every.correlate(_VERSION).scalar_subquery()


def wordings_from(told: str | None) -> list[Wording]:
    """The translations that a column of ``wordings_within`` tells of. None of their parts has a space in it."""
    parts = iter((told or "").split())
    return [
        Wording(public_id, language, int(version_id), approved == "1")
        for public_id, language, version_id, approved in zip(parts, parts, parts, parts, strict=True)
    ]


def texts_of(wording: Wording) -> Mapping[str, str]:
    """The texts of a translation of a published version."""
    kept = _texts.get(wording)
    if kept is None:
        kept = _read_texts(wording)
    return kept


def _read_texts(wording: Wording) -> Mapping[str, str]:
    statement = select(_TRANSLATION.c.texts, _TRANSLATION.c.version_id).where(
        _TRANSLATION.c.public_id == wording.public_id
    )
    found = current_session().connection().execute(statement).one_or_none()
    if found is None:
        return {}
    texts: Mapping[str, str] = found.texts
    # Somebody may have saved since the wording was read; what is kept under its count must be what it counted.
    if found.version_id == wording.version_id:
        if len(_texts) >= _MOST_TEXTS:
            _texts.clear()
        _texts[wording] = texts
    return texts


@cache
def _newest() -> Select[Any]:
    return (
        select(_VERSION.c.id, _VERSION.c.public_id, _VERSION.c.published_at)
        .where(_VERSION.c.questionnaire_id == bindparam("questionnaire"), _VERSION.c.published_at.is_not(None))
        .order_by(_VERSION.c.number.desc())
        .limit(1)
    )


@cache
def _wordings() -> Select[Any]:
    column = _TRANSLATION.c
    return (
        select(column.public_id, column.language, column.version_id, column.approved_at.is_not(None))
        .where(column.version_ref_id == bindparam("version"))
        .order_by(column.id)
    )
