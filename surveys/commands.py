"""Commands of surveys: ``brobygg surveys install``."""

import click
from flask.cli import with_appcontext

from crm.actors import system_actor
from crm.db import transaction
from surveys.installing import ensure_content


@click.group("surveys")
def surveys_commands() -> None:
    """Questionnaires and follow-up."""


@surveys_commands.command("install")
@with_appcontext
def install() -> None:
    """Bring in shipped questionnaires, texts and plans that are not there yet. Changes nothing that is."""
    with transaction():
        added = ensure_content(system_actor("surveys.install"))
    click.echo(f"Surveys: {added} rows added.")
