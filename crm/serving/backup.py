"""Backup (while the server runs) and restore (while it is stopped) of the database and of attached files.

A restored database believes that messages are due which have left long ago, so restoring holds all sending
until an administrator releases it. The secret key is no part of a backup: keep it apart, because links,
second factors and waiting messages can only be read with it.
"""

import os
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

from flask import Flask
from sqlalchemy import make_url

from crm import clock
from crm.actors import system_actor
from crm.db import transaction
from crm.errors import DomainError
from crm.messaging.hold import RESTORED, hold_sending
from crm.serving import attached_files, postgres_files
from crm.settings import Settings

_SQLITE_BEGINS = b"SQLite format 3\0"
_PAGES_AT_A_TIME = 1000
_ATTACHMENTS = "attachments"


class BackupError(DomainError):
    """Nothing was saved, or nothing was restored; the text says why."""


def back_up(settings: Settings, target: Path) -> None:
    """Write the whole database into ``target``, a file that must not exist. May run while people work.

    Attached files that are kept in a folder stand in an archive beside it. Each file appears under its name only
    when it is complete, and only its owner can read it.
    Raises BackupError.
    """
    files = attached_files.archive_of(target)
    for path in (target, files):
        if path.exists():
            raise BackupError(f"{path} is there already.")
    draft = target.with_name(f".{target.name}.draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    try:
        if is_sqlite(settings):
            _copy_sqlite(_sqlite_file(settings), draft)
        else:
            postgres_files.dump(settings.database_url, draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        # After the database: a row whose file was added meanwhile cannot be in the copy.
        attached_files.save_files(settings.home / _ATTACHMENTS, files)
        draft.rename(target)
    except (OSError, sqlite3.Error, postgres_files.ProgramFailed) as error:
        raise BackupError(f"Nothing was saved: {error}") from error
    finally:
        draft.unlink(missing_ok=True)


def restore(settings: Settings, source: Path) -> Path | None:
    """Put the database of ``source`` in the place of the present one. The server must be stopped.

    On SQLite the database that was there is kept beside the new one; its new name is returned. On PostgreSQL
    the change is one transaction: what fails leaves everything as it was. Afterwards the database must be
    brought up to date, and ``hold_after_restore`` called. Raises BackupError.
    """
    _check_kind(settings, source)
    _restore_files(settings, source)
    try:
        if is_sqlite(settings):
            return _replace_sqlite(source, _sqlite_file(settings))
        postgres_files.load(settings.database_url, source)
    except (OSError, sqlite3.Error, postgres_files.ProgramFailed) as error:
        raise BackupError(f"Nothing was restored: {error}") from error
    return None


def _restore_files(settings: Settings, source: Path) -> None:
    """First, because files without a row do no harm: the daily sweep takes them away."""
    try:
        attached_files.restore_files(attached_files.archive_of(source), settings.home / _ATTACHMENTS)
    except (OSError, tarfile.TarError) as error:
        raise BackupError(f"Nothing was restored, the attached files cannot be read: {error}") from error


def hold_after_restore(app: Flask) -> None:
    """Send nothing until an administrator has looked. May be repeated."""
    with app.app_context(), transaction():
        hold_sending(system_actor("serving.restore"), reason=RESTORED)


def is_sqlite(settings: Settings) -> bool:
    """Whether the installation keeps its data in a file."""
    return settings.database_url.startswith("sqlite")


def _sqlite_file(settings: Settings) -> Path:
    return Path(make_url(settings.database_url).database or "")


def _check_kind(settings: Settings, source: Path) -> None:
    try:
        with source.open("rb") as file:
            beginning = file.read(16)
    except OSError as error:
        raise BackupError(f"{source} cannot be read: {error.strerror}") from error
    if is_sqlite(settings) and not beginning.startswith(_SQLITE_BEGINS):
        raise BackupError(f"{source} is no backup of a SQLite installation.")
    if not is_sqlite(settings) and not beginning.startswith(postgres_files.BEGINS):
        raise BackupError(f"{source} is no backup of a PostgreSQL installation.")


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's own online backup: a consistent state, whatever is written meanwhile."""
    if not source.exists():
        raise BackupError(f"There is no database at {source}.")
    with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
        there.backup(here, pages=_PAGES_AT_A_TIME)
        # One file is what one moves around; the server switches WAL on again when it opens it.
        here.execute("PRAGMA journal_mode=DELETE")
        fault = here.execute("PRAGMA quick_check").fetchone()[0]
    if fault != "ok":
        raise BackupError(f"The copy is damaged: {fault}")


def _replace_sqlite(source: Path, place: Path) -> Path | None:
    draft = place.with_name(f".{place.name}.draft")
    draft.unlink(missing_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft.touch(mode=0o600)
    try:
        _copy_sqlite(source, draft)
        _check_tables(draft)
        kept = _put_aside(place)
        draft.rename(place)
    finally:
        draft.unlink(missing_ok=True)
    return kept


def _check_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "installation_fact" not in names:
        raise BackupError("The file is a database, but not one of Brobygg.")


def _put_aside(place: Path) -> Path | None:
    """Rename the present database, unless some process has it open."""
    if not place.exists():
        return None
    with closing(sqlite3.connect(place, timeout=1)) as connection:
        try:
            # SQLite leaves WAL only when nobody else has the file open, and empties the log when it does.
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        except sqlite3.OperationalError:
            mode = "wal"
    if mode != "delete":
        raise BackupError("The database is in use. Stop the server and the workers first.")
    kept = place.with_name(f"{place.name}.before-{clock.now():%Y%m%dT%H%M%SZ}")
    place.rename(kept)
    return kept
