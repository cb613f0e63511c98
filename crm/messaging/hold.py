"""Holding all sending, and noticing by ourselves that the database was restored from a backup.

The number of messages ever claimed is kept twice: in the database, and in a file outside it. A file that
is ahead means that the database has forgotten messages that have left; to send what it believes is due
would double them.
"""

import fcntl
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from flask import current_app
from sqlalchemy import ScalarSelect, select
from sqlalchemy.exc import IntegrityError

from crm import clock
from crm.accounts.audit import record
from crm.actors import Actor, system_actor
from crm.db import current_session, new_public_id, savepoint, transaction
from crm.jobs.models import InstallationFact
from crm.jobs.wake import wake
from crm.messaging.services import SEND_JOB
from crm.settings import Settings

log = structlog.get_logger()
HOLD = "sending_hold"
COUNTER = "messages_claimed"
INSTALLATION = "installation_id"
FILE_NAME = "send-counter"
RESTORED = "restored"
_HOLD = select(InstallationFact.value, InstallationFact.at).where(InstallationFact.key == HOLD)


@dataclass(frozen=True)
class _Outside:
    """What the file outside the database says."""

    installation: str
    count: int


@dataclass(frozen=True)
class Hold:
    """Why nothing is sent, and since when."""

    reason: str
    since: datetime


def current_hold() -> Hold | None:
    """The hold in force, None when sending is free."""
    fact = current_session().execute(_HOLD).first()
    return None if fact is None or not fact.value else Hold(fact.value, fact.at)


def hold_value() -> ScalarSelect[str]:
    """The reason of the hold as a part of another statement; empty or none when sending is free."""
    return select(InstallationFact.value).where(InstallationFact.key == HOLD).scalar_subquery()


def hold_since() -> ScalarSelect[datetime]:
    """Since when it is held, as a part of another statement."""
    return select(InstallationFact.at).where(InstallationFact.key == HOLD).scalar_subquery()


def hold_sending(actor: Actor, *, reason: str) -> None:
    """Send nothing until an administrator releases it. ``brobygg restore`` calls this. May be repeated."""
    if current_hold() is None:
        _set(HOLD, reason)
        record(actor, "sending_held", subject_type="installation", details={"reason": reason})


def release_sending(actor: Actor) -> None:
    """Let sending go on. The counter takes the file's number over, so that the same backup is not noticed
    twice."""
    if current_hold() is None:
        return
    outside = _outside()
    if outside is not None and outside.count > _count():
        _set(INSTALLATION, outside.installation)
        _set(COUNTER, str(outside.count))
    _set(HOLD, "")
    record(actor, "sending_released", subject_type="installation")
    wake(SEND_JOB)


def notice_restore() -> Hold | None:
    """The hold in force, after looking whether the file is ahead of the database; then sending is held
    from now on."""
    # The file first, and the database as it is after that: another sender may claim between the two looks, and a
    # number that was read before it wrote the file would seem to have been forgotten.
    outside = _outside()
    current_session().rollback()
    found = current_hold()
    if found is not None:
        return found
    if outside is None or outside.installation != (_fact(INSTALLATION) or outside.installation):
        return None
    if outside.count <= _count():
        return None
    log.error("sending_held_after_restore")
    with transaction():
        hold_sending(system_actor("messaging.send"), reason=RESTORED)
    return current_hold()


def count_claimed(number: int) -> int:
    """Add to the counter in the current transaction and return it. The file is written after the commit."""
    if _fact(INSTALLATION) is None:
        _set(INSTALLATION, new_public_id())
    fact = current_session().get(InstallationFact, COUNTER, with_for_update=True, populate_existing=True)
    value = int(fact.value if fact else 0) + number
    _set(COUNTER, str(value))
    return value


def write_counter_file(value: int) -> None:
    """Bring the file to at least ``value``, durably. A folder that cannot be written is logged and stops
    nothing."""
    installation = _fact(INSTALLATION) or ""
    path = counter_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            there = _outside()
            if there is None or there.installation != installation or there.count < value:
                _replace(path, f"{installation} {value}\n")
    except OSError as error:
        log.error("send_counter_not_written", error=type(error).__name__)


def counter_file() -> Path:
    """Where the counter outside the database stands."""
    settings: Settings = current_app.extensions["brobygg.settings"]
    return settings.home / FILE_NAME


def _replace(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _outside() -> _Outside | None:
    """What the file says; None where there is none. The file of another installation tells nothing about
    this one, but a database that knows no installation yet may be a backup from before the first message."""
    try:
        named, _blank, number = counter_file().read_text().strip().partition(" ")
    except FileNotFoundError:
        return None
    return _Outside(named, int(number)) if number.isdigit() else None


def _count() -> int:
    return int(_fact(COUNTER) or 0)


def _fact(key: str) -> str | None:
    fact = current_session().get(InstallationFact, key)
    return None if fact is None else fact.value


def _set(key: str, value: str) -> None:
    fact = current_session().get(InstallationFact, key)
    if fact is None:
        fact = _added(InstallationFact(key=key, value=value, at=clock.now()))
    fact.value = value
    fact.at = clock.now()


def _added(fact: InstallationFact) -> InstallationFact:
    """The fact as a row: ours, or the one that another process wrote while we looked."""
    key = fact.key
    try:
        with savepoint():
            current_session().add(fact)
            current_session().flush()
    except IntegrityError:
        return current_session().get_one(InstallationFact, key, populate_existing=True)
    return fact
