"""The installation that a rehearsal runs in: the real application on a database of its own, with one unit in it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import structlog
from flask import Flask
from sqlalchemy import select

from crm.accounts.invitations import invite_staff
from crm.accounts.models import Unit
from crm.accounts.services import StaffFields
from crm.accounts.unit_services import UnitFields, add_unit
from crm.actors import Actor, ActorKind, Role, system_actor
from crm.app import create_app
from crm.db import current_session, transaction
from crm.errors import SettingsError
from crm.extension_points import Feature, GatewayFactory
from crm.messaging.models import Channel, MessageState, OutboxMessage
from crm.messaging.setup import EXTENSION as MESSAGING
from crm.migrating import upgrade
from crm.programmes.services import ProgrammeFields, add_programme
from crm.registry import EXTENSION, Registry
from crm.settings import load_settings
from surveys.installing import ensure_content
from surveys.models import FollowUpPlan
from surveys.simulation.options import Options, PlanChange
from surveys.simulation.receiving import Receivers, SimulatedGateway

SYSTEM = system_actor("simulation")
ZONE = "Europe/Stockholm"
_SECRET = "the same in every rehearsal, so that a seed decides everything"


@dataclass(frozen=True)
class Installation:
    """The application and the ids of what stands in it."""

    app: Flask
    unit_id: int
    programme_id: int
    staff: Actor
    """A coordinator who is also the manager."""

    @property
    def registry(self) -> Registry:
        """What the application consists of."""
        found: Registry = self.app.extensions[EXTENSION]
        return found


def make_installation(options: Options, folder: Path, receivers: Receivers) -> Installation:
    """Build the application on an empty database and put a unit, a coordinator and a programme into it."""
    settings = load_settings(_environment(options, folder, receivers))
    app = create_app(settings)
    app.config.update(RATELIMIT_ENABLED=False, SERVER_NAME=None)
    _be_quiet()
    _connect_gateway(app, receivers, askable=not options.unaskable.includes(Channel.SMS))
    upgrade(app)
    with app.app_context():
        _refuse_a_database_in_use()
        with transaction():
            ensure_content(SYSTEM)
            change_plan(options.plan)
            return _first_rows(app, options)


def change_plan(change: PlanChange) -> None:
    """Let the plan of a wave say what ``change`` says. Runs inside ``transaction()``."""
    plan = current_session().scalars(select(FollowUpPlan).where(FollowUpPlan.key == change.wave)).one()
    plan.days_after = plan.days_after if change.days_after is None else change.days_after
    plan.channels = list(change.channels or plan.channels)
    plan.reminder_days = plan.reminder_days if change.reminders is None else list(change.reminders)
    plan.close_days = change.close_days or plan.close_days


def watch_doubts(registry: Registry, heard: Callable[[int], None]) -> None:
    """Tell ``heard`` the id of every message that comes into doubt, besides whoever planned it."""
    for key, purpose in registry.purposes.items():
        registry.purposes[key] = replace(purpose, on_state=_listening(purpose.on_state, heard))


def _listening(tell: Callable[[OutboxMessage], None], heard: Callable[[int], None]) -> Callable[[OutboxMessage], None]:
    def on_state(message: OutboxMessage) -> None:
        if message.state is MessageState.UNKNOWN:
            heard(message.id)
        tell(message)

    return on_state


def _environment(options: Options, folder: Path, receivers: Receivers) -> dict[str, str]:
    found = {
        "BROBYGG_HOME": str(folder),
        "BROBYGG_SECRET_KEY": _SECRET,
        "BROBYGG_DATABASE_URL": options.database_url or "",
        "BROBYGG_BASE_URL": "http://localhost",
        "BROBYGG_MAIL": "smtp",
        "BROBYGG_SMTP_URL": f"smtp://127.0.0.1:{receivers.mail_port}?tls=none",
        "BROBYGG_MAIL_FROM": "surveys@brobygg.example.org",
        # The gateway takes the mailbox's place below, once there is an application to connect it to.
        "BROBYGG_SMS": "mailbox",
        "BROBYGG_PLUGINS": "surveys",
        "BROBYGG_TIME_ZONE": ZONE,
        "BROBYGG_DEVELOPMENT": "1",
    }
    if not options.unaskable.includes(Channel.EMAIL):
        found["BROBYGG_SMTP_ASK_URL"] = f"{receivers.web}/has"
    return found


def _connect_gateway(app: Flask, receivers: Receivers, *, askable: bool) -> None:
    """Register the gateway as a plugin would, and let SMS leave through it."""
    gateway = SimulatedGateway(receivers.web, askable)
    factory = GatewayFactory(gateway.key, "Simulation", build=lambda environment: gateway)
    registry: Registry = app.extensions[EXTENSION]
    registry.add(Feature(name="simulation", sms_gateways=(factory,)), owner="simulation")
    app.extensions[MESSAGING] = replace(app.extensions[MESSAGING], gateway=gateway)


def _be_quiet() -> None:
    """What a rehearsal provokes is no news; only what is wrong with the program itself is."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.getLogger().setLevel(logging.ERROR)


def _refuse_a_database_in_use() -> None:
    if current_session().scalar(select(Unit.id).limit(1)) is not None:
        raise SettingsError("A rehearsal needs an empty database: this one has units in it.")


def _first_rows(app: Flask, options: Options) -> Installation:
    unit = add_unit(SYSTEM, fields=UnitFields(name="Arbetsmarknadsenheten", parent_id=None, phone="+46101234567"))
    roles = frozenset({Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR})
    staff = invite_staff(
        SYSTEM,
        fields=StaffFields("Karin Lind", "karin.lind@brobygg.example.org", unit.id, roles, phone="+46701112233"),
    )
    started = options.first_day - timedelta(days=365)
    programme = add_programme(SYSTEM, given=ProgrammeFields("SIM", "Vägen till jobb", unit.id, started))
    actor = Actor(
        kind=ActorKind.STAFF,
        label=staff.name,
        staff_id=staff.id,
        unit_id=unit.id,
        unit_ids=frozenset({unit.id}),
        roles=roles,
    )
    return Installation(app, unit.id, programme.id, actor)
