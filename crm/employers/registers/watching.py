"""The periodic job that asks registers about the employers in use, a few at a time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session, transaction
from crm.employers.models import Employer, Workplace
from crm.employers.register_models import RegisterHealth, RegisterRecord
from crm.employers.registers.entries import retrieved
from crm.employers.registers.ports import registers
from crm.employers.registers.services import observe, observe_unknown
from crm.employers.registers.workplaces import units_asked
from crm.errors import NotVisible, RegisterUnavailable
from crm.register_points import Register

log = structlog.get_logger()

WATCH_JOB = "employers.registers"
EVERY = timedelta(minutes=10)
AGAIN_AFTER = timedelta(days=3)
"""A bankruptcy is seen within three days, and no register is asked about a company more than twice a week."""
AT_ONCE = 40
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=2), timedelta(hours=6)
_WATCH = "the watch asks about every employer with a number"
_STATE = "the state of a register is no business of a single unit"


@dataclass(frozen=True)
class _Company:
    """What the watch asks about; plain values, because nothing is held while a register is asked."""

    employer_id: int
    number: str
    units: tuple[str, ...] = ()
    """The numbers of its workplaces."""


def watch() -> str:
    """Ask each register about the employers that it was not asked about for three days. Returns how many.

    A register that fails is left alone for a while, longer each time, and at least as long as it asked for; the page
    of registers shows it. Others are not affected. May be repeated, and may run at the same time as itself.
    """
    asked = sum(_watch_one(register) for register in registers().values())
    return f"{asked} asked"


def _watch_one(register: Register) -> int:
    now = clock.now()
    health = current_session().get(RegisterHealth, register.key)
    if health is not None and health.not_before is not None and health.not_before > now:
        return 0
    asked = 0
    for company in _due(register, now):
        try:
            _ask(register, company)
        except RegisterUnavailable as error:
            note_failure(register.key, error)
            break
        asked += 1
    if asked:
        _note_answer(register.key)
    return asked


def _due(register: Register, now: datetime) -> Sequence[_Company]:
    statement = (
        select(Employer.id, Employer.org_number)
        .outerjoin(RegisterRecord, RegisterRecord.employer_id == Employer.id)
        .where(
            Employer.country == register.country,
            Employer.org_number.is_not(None),
            Employer.archived_at.is_(None),
            or_(RegisterRecord.checked_at.is_(None), RegisterRecord.checked_at < now - AGAIN_AFTER),
        )
        .order_by(RegisterRecord.checked_at.is_not(None), RegisterRecord.checked_at, Employer.id)
        .limit(AT_ONCE)
    )
    rows = current_session().execute(trusted(statement, because=_WATCH)).all()
    units = _units_of([row[0] for row in rows])
    current_session().rollback()
    return [_Company(row[0], row[1] or "", tuple(units.get(row[0], ()))) for row in rows]


def _units_of(employer_ids: Sequence[int]) -> dict[int, list[str]]:
    statement = select(Workplace.employer_id, Workplace.unit_number).where(
        Workplace.employer_id.in_(employer_ids), Workplace.unit_number.is_not(None)
    )
    found = defaultdict[int, list[str]](list)
    for employer_id, number in current_session().execute(trusted(statement, because=_WATCH)):
        found[employer_id].append(number or "")
    return found


def _ask(register: Register, company: _Company) -> None:
    """Ask first, write then: no transaction is open while a register takes its time."""
    entry = register.look_up(company.number)
    units = units_asked(register, company.number, company.units) if entry is not None else []
    actor = system_actor(WATCH_JOB)
    try:
        with transaction():
            if entry is None:
                observe_unknown(actor, employer_id=company.employer_id, register=register.key)
            else:
                observe(actor, employer_id=company.employer_id, found=retrieved(register.key, entry, units))
    except NotVisible:
        log.info("registers.employer_gone", employer_id=company.employer_id)


def note_failure(key: str, error: RegisterUnavailable) -> None:
    """Write down that a register does not answer, and when it is asked again."""
    with transaction() as session:
        health = session.get(RegisterHealth, key, with_for_update=True) or RegisterHealth(register=key, failures=0)
        session.add(health)
        now = clock.now()
        pause = min(_FIRST_PAUSE * 2 ** min(health.failures, 10), _LONGEST_PAUSE)
        health.failing_since = health.failing_since or now
        health.failures += 1
        health.reason = error.reason
        health.not_before = now + max(pause, error.retry_after or timedelta(0))
    log.warning("registers.unavailable", register=key, reason=error.reason)


def _note_answer(key: str) -> None:
    with transaction() as session:
        health = session.get(RegisterHealth, key, with_for_update=True) or RegisterHealth(register=key, failures=0)
        session.add(health)
        health.answered_at = clock.now()
        if health.failures and health.not_before and health.not_before > clock.now():
            # It answered some questions of this run and then no more: the pause holds.
            return
        health.failing_since = health.reason = health.not_before = None
        health.failures = 0
