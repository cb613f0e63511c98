"""What this feature adds to the application: the search page, the command ``reindex`` and who keeps the index."""

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.employers.models import Workplace
from crm.events import ContactPersonChanged, EmployerChanged, EmployersImported, ParticipantChanged
from crm.extension_points import Feature, Subscription
from crm.registry import current_registry
from crm.search import services
from crm.search.keeping import index_rows, rebuild_further
from crm.search.own_documents import WORKPLACE, own_documents
from crm.search.routes import blueprint


@click.command("reindex")
@with_appcontext
def reindex() -> None:
    """Write the whole search index again. Safe at any time; searching goes on meanwhile."""
    click.echo(f"{services.rebuild() + rebuild_further()} documents")


def _employer_changed(event: EmployerChanged) -> None:
    services.index_employer(event.employer_id)


def _imported(event: EmployersImported) -> None:
    services.index_imported(event.employer_ids, event.person_ids)
    own = select(Workplace.id).where(Workplace.employer_id.in_(event.employer_ids))
    ids = [*current_session().scalars(trusted(own, because="workplaces are indexed by key")), *event.workplace_ids]
    if ids:
        index_rows(current_registry().search_documents[WORKPLACE], ids)


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
            Subscription(EmployersImported.key, _imported),
            Subscription(ContactPersonChanged.key, _person_changed),
            Subscription(ParticipantChanged.key, _participant_changed),
        ],
        search_documents=own_documents(),
        commands=[reindex],
    )
