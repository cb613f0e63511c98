"""After a restore from a backup nothing is sent until an administrator says so."""

import shutil
from pathlib import Path

from flask import Flask

from crm.db import current_session, db, transaction
from crm.messaging.hold import counter_file, current_hold, release_sending
from crm.messaging.models import MessageState
from crm.messaging.outbox import sweep
from crm.settings import Settings
from tests.conftest import make_app
from tests.messaging.postman import ACTOR, Postman, state


def database(settings: Settings) -> Path:
    return settings.home / "brobygg.db"


def copied(settings: Settings, target: Path) -> Path:
    """A backup: the file alone, after everything in the journal was written into it."""
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(database(settings), target)
    return target


def restored(settings: Settings, backup: Path) -> Flask:
    """Put the backup in place of the database and start anew."""
    current_session().close()
    db.engine.dispose()
    # The old file goes and is not written over: a connection may have it mapped.
    for leftover in settings.home.glob("brobygg.db*"):
        leftover.unlink()
    shutil.copy(backup, database(settings))
    return make_app(settings)


def test_a_database_that_has_forgotten_messages_holds_all_sending(settings: Settings, tmp_path: Path) -> None:
    app = make_app(settings)
    with app.app_context():
        postman = Postman(app)
        postman.plan(1)
        sweep()
        due = postman.plan(2)
        backup = copied(settings, tmp_path / "backup.db")
        assert sweep().accepted == 1
        again = restored(settings, backup)
    with again.app_context():
        Postman(again)
        assert sweep().held
        hold = current_hold()
        assert hold is not None
        assert hold.reason == "restored"
        assert state(due) is MessageState.PLANNED
        with transaction():
            release_sending(ACTOR)
        assert sweep().accepted == 1
        assert current_hold() is None
        db.engine.dispose()


def test_a_backup_from_before_the_first_message_is_noticed_too(settings: Settings, tmp_path: Path) -> None:
    app = make_app(settings)
    with app.app_context():
        postman = Postman(app)
        postman.plan(1)
        backup = copied(settings, tmp_path / "backup.db")
        sweep()
        again = restored(settings, backup)
    with again.app_context():
        Postman(again)
        assert sweep().held
        db.engine.dispose()


def test_normal_work_and_restarts_never_hold(postman: Postman) -> None:
    for ref in range(3):
        postman.plan(ref)
        assert sweep().accepted == 1
    assert current_hold() is None
    assert counter_file().read_text().split()[1] == "3"


def test_a_lost_counter_file_holds_nothing(postman: Postman) -> None:
    postman.plan(1)
    sweep()
    counter_file().unlink()
    postman.plan(2)
    assert sweep().accepted == 1
