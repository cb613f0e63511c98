"""Writing down talks, articles and conferences."""

from dataclasses import asdict

from flask_babel import gettext as _

from crm import clock
from crm.accounts import audit
from crm.accounts.models import Unit
from crm.accounts.scopes import locked, visible
from crm.actors import Actor
from crm.cooperation.fields import AppearanceFields
from crm.cooperation.models import Appearance
from crm.cooperation.services.checks import check_unit, check_version, short
from crm.cooperation.words import KINDS
from crm.coverage.queries import region_book
from crm.db import current_session
from crm.errors import DomainError
from crm.web.clean import clean_line, clean_text

MOST = 100_000_000


def add_appearance(
    actor: Actor, *, unit_id: int, given: AppearanceFields, submission_key: str | None = None
) -> Appearance:
    """Write down a talk, an article or a conference of a unit. The same form sent twice writes it once.

    Raises DomainError for a field that is wrong.
    """
    session = current_session()
    if submission_key:
        there = session.scalar(visible(Appearance, actor).where(Appearance.submission_key == submission_key))
        if there is not None:
            return there
    check_unit(unit_id, actor=actor)
    values = _checked(given)
    row = Appearance(
        unit_id=unit_id,
        municipality_code=_code(unit_id, values.municipality),
        staff_id=actor.staff_id,
        submission_key=submission_key,
        created_at=clock.now(),
        **asdict(values),
    )
    session.add(row)
    session.flush()  # The id stands in the audit entry.
    _record(actor, row, "appearance_added")
    return row


def change_appearance(actor: Actor, *, appearance_id: int, version: int | None, given: AppearanceFields) -> Appearance:
    """Correct what is written down. Raises DomainError, EditConflict when somebody saved meanwhile, NotVisible."""
    row = locked(Appearance, actor, appearance_id)
    check_version(row.version_id, version, appearance_values(row))
    values = _checked(given)
    for name, value in asdict(values).items():
        setattr(row, name, value)
    row.municipality_code = _code(row.unit_id, values.municipality)
    row.version_id += 1
    _record(actor, row, "appearance_changed")
    return row


def remove_appearance(actor: Actor, *, appearance_id: int) -> Appearance:
    """What was a mistake counts no more; ``restore_appearance`` brings it back. May be repeated."""
    row = locked(Appearance, actor, appearance_id)
    if row.removed_at is None:
        row.removed_at = clock.now()
        _record(actor, row, "appearance_removed")
    return row


def restore_appearance(actor: Actor, *, appearance_id: int) -> Appearance:
    """Bring it back. May be repeated."""
    row = locked(Appearance, actor, appearance_id)
    if row.removed_at is not None:
        row.removed_at = None
        _record(actor, row, "appearance_restored")
    return row


def appearance_values(row: Appearance) -> dict[str, object]:
    """What stands in the row by field name, with the version."""
    names = AppearanceFields.__dataclass_fields__
    return {name: getattr(row, name) for name in names} | {"version": row.version_id}


def _checked(given: AppearanceFields) -> AppearanceFields:
    title = clean_line(given.title)[:200]
    if given.kind not in KINDS:
        raise DomainError(_("Choose one of the alternatives."), field="kind")
    if not title:
        raise DomainError(_("Write what it was about."), field="title")
    if given.on_date > clock.today():
        raise DomainError(_("This day has not come yet."), field="on_date")
    if given.reach is not None and not 0 <= given.reach <= MOST:
        raise DomainError(_("Write a whole number."), field="reach")
    link = short(given.link, 300)
    if link and not link.startswith(("https://", "http://")):
        raise DomainError(_("Write an address that begins with https://."), field="link")
    return AppearanceFields(
        kind=given.kind,
        on_date=given.on_date,
        title=title,
        audience=short(given.audience, 160),
        municipality=short(given.municipality, 80),
        reach=given.reach,
        by_request=given.by_request,
        link=link,
        note=clean_text(given.note or "")[:2000] or None,
    )


def _code(unit_id: int, municipality: str | None) -> str | None:
    """The code of the place in the unit's own country; elsewhere the name alone tells places apart."""
    if not municipality:
        return None
    return region_book().code_by_name(current_session().get_one(Unit, unit_id).country, municipality)


def _record(actor: Actor, row: Appearance, action: str) -> None:
    audit.record(actor, action, subject_type="appearance", subject_id=row.id, unit_id=row.unit_id)
