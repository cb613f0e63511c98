"""Adding and changing employers, blocks, warnings, archiving."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date

from flask_babel import gettext as _

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked
from crm.actors import Actor
from crm.db import current_session
from crm.employers.fields import EmployerFields
from crm.employers.models import Employer
from crm.employers.org_numbers import read_org_number
from crm.employers.rules import (
    CHECK_DIGIT,
    SIMILAR_NAME,
    ConfirmationNeeded,
    bare_name,
    check_name_is_new,
    check_number_is_free,
    check_parent,
    check_version,
    remember_name,
    sort_name,
)
from crm.employers.services.lines import write_employer_line
from crm.errors import DomainError
from crm.events import EmployerChanged, emit
from crm.messaging.addresses import normalise_email, normalise_phone

LONGEST_REASON = 300
LONGEST_WARNING = 500


def add_employer(actor: Actor, *, fields: EmployerFields, confirmed: Collection[str] = ()) -> Employer:
    """Add an employer for the whole organisation. Nobody owns it yet: see ``take_relationship``.

    Raises DomainError for what is wrong, AlreadyThere for a number that another employer has, and ConfirmationNeeded
    for a wrong check digit or a name like another, unless ``confirmed`` names it (rules.CHECK_DIGIT, SIMILAR_NAME).
    """
    employer = Employer(created_at=clock.now())
    _fill(employer, fields, confirmed)
    if SIMILAR_NAME not in confirmed:
        check_name_is_new(fields.name, but=None)
    session = current_session()
    session.add(employer)
    # The number of the row is needed for the event.
    session.flush()
    record(actor, "employer.added", subject_type="employer", subject_id=employer.id)
    emit(EmployerChanged(employer_id=employer.id))
    return employer


def change_employer(
    actor: Actor,
    *,
    employer_id: int,
    version: int | None,
    fields: EmployerFields,
    confirmed: Collection[str] = (),
) -> Employer:
    """Change an employer. Raises as ``add_employer`` does, NotVisible, and EditConflict with what now stands there."""
    employer = locked(Employer, actor, employer_id)
    before = values_of(employer)
    check_version(employer, version, before)
    renamed = bare_name(fields.name) != bare_name(employer.name)
    with current_session().no_autoflush:
        _fill(employer, fields, confirmed)
        if renamed and SIMILAR_NAME not in confirmed:
            check_name_is_new(fields.name, but=employer.id)
        if renamed:
            remember_name(employer, str(before["name"]))
        check_parent(employer)
    after = values_of(employer)
    changed = sorted(name for name in after if after[name] != before[name])
    if changed:
        employer.version_id += 1
        record(actor, "employer.changed", subject_type="employer", subject_id=employer.id, details={"fields": changed})
        emit(EmployerChanged(employer_id=employer.id))
    return employer


def values_of(employer: Employer) -> dict[str, object]:
    """What stands in the columns that ``EmployerFields`` fills."""
    return {name: getattr(employer, name) for name in EmployerFields.__dataclass_fields__}


def set_do_not_contact(actor: Actor, *, employer_id: int, blocked: bool, reason: str | None = None) -> Employer:
    """Block an employer for everybody, with a reason, or lift the block. May be repeated.

    Raises NotVisible, and DomainError when a block has no reason.
    """
    employer = locked(Employer, actor, employer_id)
    if blocked and not reason:
        raise DomainError(_("Say why, so that colleagues understand."), field="reason")
    before = (employer.do_not_contact, employer.do_not_contact_reason)
    employer.do_not_contact = blocked
    employer.do_not_contact_reason = (reason or "")[:LONGEST_REASON] if blocked else None
    if before == (employer.do_not_contact, employer.do_not_contact_reason):
        return employer
    employer.version_id += 1
    write_employer_line(
        actor,
        kind="block",
        employer_id=employer.id,
        summary=lambda: _("Do not contact") if blocked else _("May be contacted again"),
        detail=employer.do_not_contact_reason,
    )
    record(
        actor,
        "employer.blocked" if blocked else "employer.unblocked",
        subject_type="employer",
        subject_id=employer.id,
    )
    return employer


def set_warning(actor: Actor, *, employer_id: int, text: str | None, until: date | None = None) -> Employer:
    """Put a warning at the top of an employer's page until a day, or take it away (no text). May be repeated.

    Raises NotVisible, and DomainError for a day that has passed.
    """
    employer = locked(Employer, actor, employer_id)
    if text and until is not None and until < clock.today():
        raise DomainError(_("This day has passed."), field="until")
    wanted = ((text or "")[:LONGEST_WARNING] or None, until if text else None)
    if (employer.warning, employer.warning_until) == wanted:
        return employer
    employer.warning, employer.warning_until = wanted
    employer.warning_by_id = actor.staff_id if employer.warning else None
    employer.version_id += 1
    write_employer_line(
        actor,
        kind="warning",
        employer_id=employer.id,
        summary=lambda: _("Warning added") if wanted[0] else _("Warning removed"),
        detail=employer.warning,
    )
    record(actor, "employer.warning_changed", subject_type="employer", subject_id=employer.id)
    return employer


def archive_employer(actor: Actor, *, employer_id: int) -> Employer:
    """Put an employer away; nothing is lost, and ``restore_employer`` brings it back. May be repeated."""
    employer = locked(Employer, actor, employer_id)
    if employer.archived_at is None:
        employer.archived_at = clock.now()
        _archiving_changed(actor, employer, "employer.archived")
    return employer


def restore_employer(actor: Actor, *, employer_id: int) -> Employer:
    """Take an employer out of the archive. May be repeated. Raises DomainError for one that was merged."""
    employer = locked(Employer, actor, employer_id)
    if employer.merged_into_id is not None:
        raise DomainError(_("It was merged into another employer. Undo that instead."))
    if employer.archived_at is not None:
        employer.archived_at = None
        _archiving_changed(actor, employer, "employer.restored")
    return employer


def _archiving_changed(actor: Actor, employer: Employer, action: str) -> None:
    employer.version_id += 1
    record(actor, action, subject_type="employer", subject_id=employer.id)
    emit(EmployerChanged(employer_id=employer.id))


def _fill(employer: Employer, fields: EmployerFields, confirmed: Collection[str]) -> None:
    if not fields.name:
        raise DomainError(_("Write the employer's name."), field="name")
    for name, value in asdict(fields).items():
        if name not in ("org_number", "phone", "email"):
            setattr(employer, name, value)
    employer.sort_name = sort_name(fields.name)
    employer.phone = normalise_phone(fields.phone, fields.country) if fields.phone else None
    employer.email = normalise_email(fields.email) if fields.email else None
    _fill_number(employer, fields, confirmed)


def _fill_number(employer: Employer, fields: EmployerFields, confirmed: Collection[str]) -> None:
    if not fields.org_number:
        employer.org_number, employer.org_number_unchecked = None, False
        return
    number = read_org_number(fields.org_number, fields.country)
    known = employer.org_number == number.compact and employer.org_number_unchecked
    if not number.is_checked and not known and CHECK_DIGIT not in confirmed:
        raise ConfirmationNeeded(
            _("The last digit does not fit the others. Is the number right all the same?"),
            field="org_number",
            confirm=CHECK_DIGIT,
        )
    check_number_is_free(fields.country, number.compact, but=employer.id)
    employer.org_number, employer.org_number_unchecked = number.compact, not number.is_checked
