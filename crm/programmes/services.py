"""Adding and changing programmes and their targets."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _

from crm import clock
from crm.accounts import audit
from crm.accounts.scopes import locked
from crm.actors import Actor, Role
from crm.db import current_session
from crm.errors import DomainError, EditConflict, NotAllowed
from crm.programmes.models import Programme, ProgrammeTarget
from crm.programmes.queries import code_is_taken
from crm.web.clean import clean_line, clean_text

WORK_OR_STUDIES = "work_or_studies"
RESPONSE_RATE = "response_rate"


@dataclass(frozen=True)
class ProgrammeFields:
    """What is typed about a programme. ``sends_messages`` False: nothing is ever sent for it."""

    code: str
    name: str
    unit_id: int
    starts_on: date
    ends_on: date | None = None
    funder: str | None = None
    expected_participants: int | None = None
    sends_messages: bool = True
    note: str | None = None
    funding_programme: str | None = None
    phase: str | None = None
    diary_number: str | None = None
    project_owner: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    total_budget: Decimal | None = None
    currency: str | None = None


_CARD_TEXTS = {
    "funding_programme": 160,
    "phase": 60,
    "diary_number": 60,
    "project_owner": 160,
    "contact_name": 160,
    "contact_phone": 40,
}
_MOST_MONEY = Decimal(10) ** 12


def add_programme(actor: Actor, *, given: ProgrammeFields) -> Programme:
    """A new programme of one of the actor's units. Managers and administrators only.

    Raises DomainError for a field that is wrong or a code that is taken; NotAllowed. Not repeatable.
    """
    values = _checked(actor, given)
    programme = Programme(**asdict(values))
    session = current_session()
    session.add(programme)
    session.flush()  # The id stands in the audit entry.
    _audit(actor, programme, "programme_added")
    return programme


def change_programme(actor: Actor, *, programme_id: int, version: int | None, given: ProgrammeFields) -> Programme:
    """Save what was changed. Managers and administrators only.

    Raises DomainError for a field that is wrong, EditConflict when somebody saved after ``version``, NotAllowed,
    NotVisible.
    """
    programme = locked(Programme, actor, programme_id)
    if version is not None and programme.version_id != version:
        message = _("Somebody else saved this while you had it open. Nothing of yours is lost: compare and save again.")
        raise EditConflict(message, current=values_of(programme))
    values = _checked(actor, given, own_id=programme.id, own_unit=programme.unit_id)
    for name, value in asdict(values).items():
        setattr(programme, name, value)
    programme.version_id += 1
    _audit(actor, programme, "programme_changed")
    return programme


def set_target(actor: Actor, *, programme_id: int, key: str, percent: Decimal | str | None) -> None:
    """Set a target in percent (``work_or_studies`` 60), or take it away with None. May be repeated.

    Raises DomainError for what is not between 0 and 100; NotAllowed, NotVisible.
    """
    _check_role(actor)
    programme = locked(Programme, actor, programme_id)
    value = _percent(percent, key)
    target = next((each for each in programme.targets if each.key == key), None)
    if value is None:
        if target is not None:
            programme.targets.remove(target)
    elif target is None:
        programme.targets.append(ProgrammeTarget(key=key, percent=value))
    else:
        target.percent = value
    _audit(actor, programme, "target_set", key=key)


def archive_programme(actor: Actor, *, programme_id: int) -> Programme:
    """Take a programme out of the choices. What happened in it stays. May be repeated."""
    _check_role(actor)
    programme = locked(Programme, actor, programme_id)
    if programme.archived_at is None:
        programme.archived_at = clock.now()
        programme.version_id += 1
        _audit(actor, programme, "programme_archived")
    return programme


def restore_programme(actor: Actor, *, programme_id: int) -> Programme:
    """Put an archived programme back among the choices. May be repeated."""
    _check_role(actor)
    programme = locked(Programme, actor, programme_id)
    if programme.archived_at is not None:
        programme.archived_at = None
        programme.version_id += 1
        _audit(actor, programme, "programme_restored")
    return programme


def values_of(programme: Programme) -> dict[str, object]:
    """What stands in the row by field name, with the version."""
    names = ProgrammeFields.__dataclass_fields__
    return {name: getattr(programme, name) for name in names} | {"version": programme.version_id}


def _checked(
    actor: Actor, given: ProgrammeFields, *, own_id: int | None = None, own_unit: int | None = None
) -> ProgrammeFields:
    _check_role(actor)
    code, name = clean_line(given.code), clean_line(given.name)
    if not code or len(code) > 40:
        raise DomainError(_("Write a code of at most %(count)s characters.", count=40), field="code")
    if not name or len(name) > 160:
        raise DomainError(_("Write a name of at most %(count)s characters.", count=160), field="name")
    if code_is_taken(code, except_id=own_id):
        raise DomainError(_("Another programme has this code."), field="code")
    if not actor.is_system and given.unit_id not in actor.unit_ids and given.unit_id != own_unit:
        raise DomainError(_("Choose one of your own units."), field="unit_id")
    if given.ends_on is not None and given.ends_on < given.starts_on:
        raise DomainError(_("The end date is before the start date."), field="ends_on")
    if given.expected_participants is not None and not 0 <= given.expected_participants <= 1_000_000:
        raise DomainError(_("Write a whole number."), field="expected_participants")
    return ProgrammeFields(
        code=code,
        name=name,
        unit_id=given.unit_id,
        starts_on=given.starts_on,
        ends_on=given.ends_on,
        funder=clean_line(given.funder or "")[:160] or None,
        expected_participants=given.expected_participants,
        sends_messages=given.sends_messages,
        note=clean_text(given.note or "") or None,
        total_budget=_money(given.total_budget),
        currency=_currency(given.currency),
        **{name: clean_line(getattr(given, name) or "")[:length] or None for name, length in _CARD_TEXTS.items()},
    )


def _money(amount: Decimal | None) -> Decimal | None:
    if amount is not None and not 0 <= amount < _MOST_MONEY:
        raise DomainError(_("Write an amount of money."), field="total_budget")
    return None if amount is None else amount.quantize(Decimal("0.01"))


def _currency(text: str | None) -> str | None:
    code = clean_line(text or "").upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise DomainError(_("Write a currency with three letters: SEK, NOK, DKK, EUR."), field="currency")
    return code or None


def _percent(percent: Decimal | str | None, key: str) -> Decimal | None:
    if percent is None or percent == "":
        return None
    try:
        value = Decimal(percent)
    except InvalidOperation:
        raise DomainError(_("Write a number between 0 and 100."), field=key) from None
    if not 0 <= value <= 100:
        raise DomainError(_("Write a number between 0 and 100."), field=key)
    return value


def _check_role(actor: Actor) -> None:
    if not actor.has_role(Role.MANAGER, Role.ADMINISTRATOR):
        raise NotAllowed(_("Only managers and administrators change programmes."))


def _audit(actor: Actor, programme: Programme, action: str, **details: object) -> None:
    audit.record(
        actor, action, subject_type="programme", subject_id=programme.id, unit_id=programme.unit_id, details=details
    )
