"""What this feature adds to the application: the search page, the command ``reindex`` and who keeps the index."""

import click
from flask.cli import with_appcontext

from crm.events import ContactPersonChanged, EmployerChanged, ParticipantChanged
from crm.extension_points import Feature, Subscription
from crm.search import services
from crm.search.routes import blueprint


@click.command("reindex")
@with_appcontext
def reindex() -> None:
    """Write the whole search index again. Safe at any time; searching goes on meanwhile."""
    click.echo(f"{services.rebuild()} documents")


def _employer_changed(event: EmployerChanged) -> None:
    services.index_employer(event.employer_id)


def _person_changed(event: ContactPersonChanged) -> None:
    services.index_person(event.person_id)


def _participant_changed(event: ParticipantChanged) -> None:
    services.index_participant(event.participant_id)


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="search",
        blueprints=[blueprint],
        subscriptions=[
            Subscription(EmployerChanged.key, _employer_changed),
            Subscription(ContactPersonChanged.key, _person_changed),
            Subscription(ParticipantChanged.key, _participant_changed),
        ],
        commands=[reindex],
    )
