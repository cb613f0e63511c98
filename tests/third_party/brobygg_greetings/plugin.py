"""All wiring of the plugin."""

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from flask import Blueprint
from sqlalchemy import delete, select

from brobygg_greetings.models import Greeting
from crm.actors import Actor
from crm.db import current_session
from crm.events import EnrolmentExited
from crm.extension_points import (
    Feature,
    HistoryKind,
    MigrationLineage,
    Module,
    NavItem,
    Panel,
    PeriodicJob,
    PersonData,
    PublicEndpoint,
    SampleWorld,
    Scope,
    Subscription,
)
from crm.hookspecs import hookimpl
from crm.participants.models import Enrolment, Participant
from crm.settings import Settings

blueprint = Blueprint("greetings", __name__)


@blueprint.get("/greetings/hello")
def hello() -> str:
    """A page that needs no sign-in."""
    return "hello"


@blueprint.get("/greetings")
def index() -> str:
    """A page of staff."""
    return "cards"


def _write_card(event: EnrolmentExited) -> None:
    if os.environ.get("GREETINGS_FAIL"):
        raise RuntimeError("out of cards")
    enrolment = current_session().get_one(Enrolment, event.enrolment_id)
    current_session().add(Greeting(participant_id=enrolment.participant_id, text="Good luck"))


def _panel(context: Mapping[str, Any]) -> str:
    if os.environ.get("GREETINGS_FAIL"):
        raise RuntimeError("out of cards")
    return "<p>cards are ready</p>"


def _sees(actor: Actor) -> Any:
    visible = select(Participant.id).where(Participant.unit_id.in_(actor.unit_ids))
    return Greeting.participant_id.in_(visible)


@click.command("greet")
def greet() -> None:
    """Say hello."""
    click.echo("hello from greetings")


class Plugin:
    """The hooks."""

    @hookimpl
    def brobygg_feature(self, settings: Settings) -> Feature:
        return Feature(
            name="greetings",
            blueprints=[blueprint],
            nav_items=[NavItem("greetings", "Cards", "greetings.index", 90, module="greetings")],
            panels=[Panel("today.cards", "greetings", _panel)],
            history_kinds=[HistoryKind("greetings.card", "Card")],
            subscriptions=[Subscription("enrolment_exited", _write_card)],
            periodic_jobs=[PeriodicJob("greetings.count", timedelta(hours=1), lambda: "0 cards", timedelta(hours=3))],
            scopes=[Scope(Greeting, _sees)],
            public_endpoints=[PublicEndpoint("greetings.hello")],
            modules=[Module("greetings", "Cards", "Greeting cards")],
            commands=[greet],
        )

    @hookimpl
    def brobygg_migrations(self) -> MigrationLineage:
        return MigrationLineage("greetings", "greetings_", Path(__file__).parent)

    @hookimpl
    def brobygg_sample_data(self, sample: SampleWorld) -> None:
        """Nothing to add."""

    @hookimpl
    def brobygg_export_person(self, participant_id: int) -> Sequence[PersonData]:
        texts = current_session().scalars(select(Greeting.text).where(Greeting.participant_id == participant_id))
        return [PersonData("Cards", [{"text": text} for text in texts])]

    @hookimpl
    def brobygg_erase_person(self, participant_id: int) -> None:
        current_session().execute(delete(Greeting).where(Greeting.participant_id == participant_id))


plugin = Plugin()
