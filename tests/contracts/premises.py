"""A whole organisation for tests over every route: an object for each parameter, somebody of each role, live links.

It is built once; before each test the database goes back to how it was, so that a test may do whatever it likes.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Protocol

from flask import Flask
from flask.testing import FlaskClient
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import delete, event, select
from werkzeug.routing import Rule

from crm import clock
from crm.accounts.invitation_tokens import invitation_token, token_hash
from crm.accounts.models import Staff
from crm.accounts.permissions import is_public
from crm.actors import Role, respondent_actor
from crm.db import db, transaction
from crm.jobs.heartbeats import expect_heartbeats
from crm.messaging.models import Channel, MailboxItem, OutboxMessage
from crm.messaging.suppression import suppress
from crm.participants.models import EnrolmentExit
from crm.registry import EXTENSION
from crm.web.assets import manifest
from plugins.elks46.configuration import callback_secret
from surveys.answering import Begun, begin
from surveys.authoring.versions import draft_of
from surveys.models import FollowUpPlan, MessageText, Questionnaire
from tests.conftest import make_app, make_settings
from tests.contracts.agreement_objects import signing_objects
from tests.contracts.branch_objects import branch_objects, kinds_of, map_app, placement_objects
from tests.contracts.event_objects import reply_objects
from tests.contracts.script_objects import SCRIPT_PARAMETERS
from tests.contracts.visit_objects import calendar_objects
from tests.servers.postgres import PostgresServer
from tests.surveys.scene import SYSTEM, Scene
from tests.world import PASSWORD, World

NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
NAME = "Egenberg"

# Lines of a reader's log and of signing in; no business state.
_TRACKERS = {"audit_entry", "sqlite_sequence"}


class Storage(Protocol):
    """Where the rows are, and how they come back to what they were. No connection is open meanwhile."""

    settings: Mapping[str, str]

    def keep(self) -> None:
        """Remember what is there."""
        ...

    def restore(self) -> None:
        """Bring it back."""
        ...


@dataclass
class SqliteFile:
    """A file with a copy beside it."""

    path: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def keep(self) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(self.path, self.path.with_suffix(".built"))

    def restore(self) -> None:
        # The old file goes and is not written over: a connection that somebody forgot may have it mapped.
        for left in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + left).unlink(missing_ok=True)
        shutil.copyfile(self.path.with_suffix(".built"), self.path)


@dataclass
class PostgresCopy:
    """A database with a second one as its template."""

    server: PostgresServer
    name: str

    @property
    def settings(self) -> Mapping[str, str]:
        return {"DATABASE_URL": self.server.url(self.name)}

    def keep(self) -> None:
        self.server.create_database(f"{self.name}_built", template=self.name)

    def restore(self) -> None:
        self.server.create_database(self.name, template=f"{self.name}_built")


@dataclass(frozen=True, repr=False)
class Premises:
    """The application, the session cookie of somebody of each role, and what fills the parameters of routes."""

    app: Flask
    storage: Storage
    cookies: dict[Role, str]
    ids: dict[str, str]
    special: dict[str, dict[str, str]]
    """Parameters of single endpoints or blueprints that need another object than others."""
    written: list[str] = field(default_factory=list)
    """What was written since the database was as it was built, but for lines of the audit log."""

    def reset(self) -> None:
        """Bring the database back to how it was built."""
        if self.written:
            self._let_go()
            self.storage.restore()
            self.written.clear()

    def keep(self) -> None:
        """Remember the database as it is now."""
        self._let_go()
        self.storage.keep()
        with self.app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._note)

    def _note(self, connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")) and " audit_entry " not in statement[:40]:
            self.written.append(statement[:80])

    def _let_go(self) -> None:
        with self.app.app_context():
            db.engine.dispose()

    def browser(self, role: Role | None) -> FlaskClient:
        """A browser in which somebody of this role is signed in, or nobody."""
        browser = self.app.test_client()
        if role is not None:
            browser.set_cookie("brobygg", self.cookies[role])
        return browser

    def address(self, rule: Rule) -> str:
        """The address of a route, with parameters that name something."""
        values = {name: self._value(rule, name, kind) for name, kind in kinds_of(rule).items()}
        return str(self.app.url_map.bind("localhost").build(rule.endpoint, values))

    def _value(self, rule: Rule, name: str, kind: str) -> str:
        for place in (rule.endpoint, rule.endpoint.partition(".")[0]):
            if name in self.special.get(place, {}):
                return self.special[place][name]
        return self.ids[kind]

    def contents(self) -> dict[str, str]:
        """A checksum of each table, but for those that note who read and who signed in."""
        assert isinstance(self.storage, SqliteFile)
        with closing(sqlite3.connect(f"file:{self.storage.path}?mode=ro", uri=True)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
            names = [name for (name,) in tables if name not in _TRACKERS]
            return {name: _checksum(connection, name) for name in names}


def _checksum(connection: sqlite3.Connection, table: str) -> str:
    rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
    return f"{len(rows)}:{hashlib.sha256(repr(rows).encode()).hexdigest()}"


@cache
def rules(method: str) -> tuple[Rule, ...]:
    """Every route that answers a method, from the application's own map."""
    app = map_app()
    with app.app_context():
        return tuple(rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()))


def name_of(rule: Rule) -> str:
    return f"{rule.endpoint}:{rule.rule}"


def is_paper(rule: Rule) -> bool:
    """Whether it answers with a PDF. To make one takes as long as thirty pages, and it is the same for all who get it:
    a test that goes through all routes asks for it once."""
    return rule.rule.endswith("pdf")


def readers(app: Flask, rule: Rule) -> list[Role | None]:
    """Who is to try a route: everybody with an account; for the pages of strangers, a stranger."""
    with app.app_context():
        public = is_public(rule.endpoint)
    stranger = public and not rule.rule.startswith("/settings")
    return [None] if stranger else list(Role)


def build(folder: Path, storage: Storage | None = None) -> Premises:
    """Build the organisation. The clock has to stand at ``NOON``."""
    storage = storage or SqliteFile(folder / "brobygg.db")
    app = make_app(make_settings(folder, **storage.settings))
    world = World()
    with app.app_context():
        expect_heartbeats(app.extensions[EXTENSION])
        scene = Scene(world, lambda instant: None)
        administrator = world.staff(Role.ADMINISTRATOR, unit=scene.unit)
        evaluator = world.staff(Role.EVALUATOR, unit=scene.unit)
        people = {
            Role.COORDINATOR: scene.coordinator.email,
            Role.MANAGER: scene.manager.email,
            Role.ADMINISTRATOR: administrator.email,
            Role.EVALUATOR: evaluator.email,
        }
        ids = branch_objects(world, scene.unit, scene.coordinator, NAME)
        # The unit follows up as every unit does; the plan of its own has no published questionnaire.
        world.session.execute(delete(FollowUpPlan).where(FollowUpPlan.unit_id.is_not(None)))
        _open_enrolment(scene, ids)
        left = scene.leave(scene.person(last_name=NAME, email="left@example.net"))
        closed = scene.leave(scene.person(last_name=NAME, email="done@example.net"))
        scene.work()
        with transaction():
            begin(respondent_actor(), row_id=scene.row(left).id, how=Begun("sv"))
        ids |= _survey_ids(scene, left) | _message_ids(world) | {"name": manifest().get("app.css", "app.css")}
        ids |= {"exits": left.public_id, "kind": "csv", "key": "good_treatment", "action": "done"}
        special = _special(scene, left, closed, administrator) | signing_objects(world, ids["agreements"])
        special |= SCRIPT_PARAMETERS | reply_objects(ids) | calendar_objects(world, scene.coordinator)
    cookies = {role: _cookie_of(app, email) for role, email in people.items()}
    premises = Premises(app, storage, cookies, ids, special)
    premises.keep()
    return premises


def _cookie_of(app: Flask, email: str) -> str:
    browser = app.test_client()
    assert browser.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 302
    cookie = browser.get_cookie("brobygg")
    assert cookie is not None
    return cookie.value


def _open_enrolment(scene: Scene, ids: dict[str, str]) -> None:
    """The person whom most pages are about takes part now, and works somewhere."""
    person = scene.person(last_name=NAME, email="now@example.net", external_ref="R1")
    enrolment = scene.world.enrolment(person, scene.programme, scene.coordinator)
    employer = scene.world.employer("Bygg AB")
    placed = placement_objects(scene.world, enrolment, employer)
    scene.world.relationship(employer, scene.unit, scene.coordinator)
    ids |= placed | {
        "participants": person.public_id,
        "enrolments": enrolment.public_id,
        "programmes": scene.programme.public_id,
    }


def _survey_ids(scene: Scene, left: EnrolmentExit) -> dict[str, str]:
    row = scene.row(left)
    session = scene.world.session
    questionnaire = session.scalars(select(Questionnaire).where(Questionnaire.key == "exit")).one()
    with transaction():
        draft = draft_of(SYSTEM, questionnaire_id=questionnaire.id)
    plan = session.scalars(select(FollowUpPlan)).first()
    text = session.scalars(select(MessageText)).first()
    assert plan is not None
    assert text is not None
    return {
        "due": row.public_id,
        "interview": row.public_id,
        "plans": plan.public_id,
        "questionnaires": questionnaire.public_id,
        "versions": draft.public_id,
        "translations": draft.translations[0].public_id,
        "texts": text.public_id,
        "language": "sv",
    }


def _message_ids(world: World) -> dict[str, str]:
    message = world.session.scalars(select(OutboxMessage).where(OutboxMessage.participant_id.is_not(None))).first()
    mail = world.session.scalars(select(MailboxItem).where(MailboxItem.participant_id.is_not(None))).first()
    assert message is not None
    assert mail is not None
    with transaction():
        blocked = suppress(SYSTEM, channel=Channel.EMAIL, address="x@example.net", reason="hard_bounce", source=None)
    return {
        "messages": message.public_id,
        "mailbox": mail.public_id,
        "file_name": "agreement.pdf",
        "blocked": blocked.public_id,
        "return_token": message.return_token,
    }


def _special(
    scene: Scene, left: EnrolmentExit, closed: EnrolmentExit, administrator: Staff
) -> dict[str, dict[str, str]]:
    world = scene.world
    invited = world.staff(unit=scene.unit, invited_at=clock.now(), email="invited@example.org")
    invited.password, invited.invitation_expires_at = None, datetime(2026, 11, 25, tzinfo=UTC)
    invited.invitation_token_hash = token_hash(invitation_token(invited))
    below = world.unit("Below", parent_id=scene.unit.id)
    world.save(invited)
    secret = callback_secret(_environment())
    return {
        "surveys_respondent": {"token": scene.token(left)},
        "surveys_opt_out": {"token": scene.opt_out_token(left)},
        "surveys_info": {"token": scene.token(left)},
        "participants.reopen": {"public_id": closed.enrolment.public_id},
        "accounts.accept_invitation_page": {"token": invitation_token(invited)},
        "security.reset_password": {"token": generate_reset_password_token(administrator)},
        "security.two_factor_setup_validate": {"token": "no-such-state"},
        "elks46": {"secret": secret},
        "accounts.archive_unit": {"unit_public_id": below.public_id},
    }


def _environment() -> dict[str, str]:
    """What the plugins of the tests' applications read."""
    return dict(make_settings(Path("unused")).environment)
