"""The template library as a file: texts alone, with nobody's name in them: others can use them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.documents.fields import check_body
from crm.documents.models import DocumentKind, DocumentTemplate, DocumentVersion
from crm.documents.names import known_names, names_somebody
from crm.documents.queries import templates
from crm.documents.services.texts import LONGEST
from crm.documents.shipped import LANGUAGES
from crm.errors import DomainError
from crm.glossary import picklists

FORMAT = "brobygg-templates-1"
MOST_TEMPLATES = 500
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_BY_KEY = "templates are named by the keys of the file"


class PersonalData(DomainError):
    """A text of the library names somebody whom we keep."""


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    added: int
    changed: int
    same: int


def export_library(actor: Actor) -> str:
    """Every template in use in its newest version, as YAML without anything personal. Its writing is recorded.

    Raises PersonalData when a text names a participant or contact person, or holds an e-mail address: then nothing
    leaves, and the message says which text but not who.
    """
    found = templates(actor)
    names = known_names()
    for template in found:
        _check_impersonal(template.newest, names)
    record(actor, "document.exported", subject_type="document", details={"rows": len(found)})
    content = {"format": FORMAT, "templates": [_as_data(template) for template in found]}
    return str(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100))


def import_library(actor: Actor, *, content: str) -> Imported:
    """Bring a library in: new templates are added, known ones get a new version where the text differs.

    May be repeated: the same file a second time changes nothing. Raises DomainError that says what is wrong with the
    file; then nothing is brought in.
    """
    added = changed = same = 0
    for given in _read(content):
        template = _by_key(given["key"])
        if template is None:
            _add(actor, given)
            added += 1
        elif (template.newest.titles, template.newest.bodies) == (given["titles"], given["bodies"]):
            same += 1
        else:
            template.versions.append(_version(actor, template.newest.number + 1, given))
            changed += 1
    record(actor, "document.imported", subject_type="document", details={"added": added, "changed": changed})
    return Imported(added, changed, same)


def _as_data(template: DocumentTemplate) -> dict[str, object]:
    return {
        "key": template.key,
        "kind": template.kind.value,
        "agreement_type": template.agreement_type,
        "titles": dict(template.newest.titles),
        "bodies": dict(template.newest.bodies),
    }


def _check_impersonal(version: DocumentVersion, names: frozenset[str]) -> None:
    for language, body in version.bodies.items():
        text = f"{version.titles.get(language, '')}\n{body}"
        if _MAIL.search(text) or names_somebody(text, names):
            title = version.titles.get(language) or next(iter(version.titles.values()))
            raise PersonalData(
                _("“%(title)s” names a person. Write a field in its place, like {contact_person}.", title=title)
            )


def _read(content: str) -> Sequence[Mapping[str, Any]]:
    try:
        data = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise DomainError(_("This is no file of templates."), field="file") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("templates"), list):
        raise DomainError(_("This is no file of templates."), field="file")
    if len(data["templates"]) > MOST_TEMPLATES:
        raise DomainError(_("The file holds too many templates."), field="file")
    found = [_checked(number, each) for number, each in enumerate(data["templates"], 1)]
    if len({each["key"] for each in found}) < len(found):
        raise DomainError(_("The file holds the same template twice."), field="file")
    return found


def _checked(number: int, given: object) -> Mapping[str, Any]:
    if not isinstance(given, dict) or not _is_template(given):
        raise DomainError(_("Template %(number)d of the file is damaged.", number=number), field="file")
    try:
        for body in given["bodies"].values():
            check_body(body, DocumentKind(given["kind"]))
    except DomainError as error:
        raise DomainError(
            _("Template %(number)d of the file: %(fault)s", number=number, fault=str(error.message)), field="file"
        ) from None
    return given


def _is_template(given: Mapping[Any, Any]) -> bool:
    kind, code = given.get("kind"), given.get("agreement_type")
    is_agreement = kind == DocumentKind.AGREEMENT.value
    return (
        isinstance(given.get("key"), str)
        and 0 < len(given["key"]) <= 60
        and given["key"].isprintable()
        and kind in {each.value for each in DocumentKind}
        and (isinstance(code, str) and code in picklists.codes("agreement_type") if is_agreement else code is None)
        and _are_texts(given.get("titles"), 200)
        and _are_texts(given.get("bodies"), LONGEST)
    )


def _are_texts(given: object, longest: int) -> bool:
    if not isinstance(given, dict) or not given:
        return False
    return all(
        language in LANGUAGES and isinstance(text, str) and 0 < len(text.strip()) <= longest and "\x00" not in text
        for language, text in given.items()
    )


def _by_key(key: str) -> DocumentTemplate | None:
    statement = select(DocumentTemplate).where(DocumentTemplate.key == key).with_for_update()
    return current_session().scalar(trusted(statement, because=_BY_KEY))


def _add(actor: Actor, given: Mapping[str, Any]) -> None:
    template = DocumentTemplate(
        key=given["key"],
        kind=DocumentKind(given["kind"]),
        agreement_type=given.get("agreement_type"),
        created_at=clock.now(),
    )
    template.versions.append(_version(actor, 1, given))
    current_session().add(template)


def _version(actor: Actor, number: int, given: Mapping[str, Any]) -> DocumentVersion:
    return DocumentVersion(
        number=number,
        titles=dict(given["titles"]),
        bodies=dict(given["bodies"]),
        created_at=clock.now(),
        created_by_id=actor.staff_id,
    )
