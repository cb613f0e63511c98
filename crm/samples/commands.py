"""The command ``brobygg sample``."""

from typing import cast

import click
from flask import current_app

from crm.registry import current_registry
from crm.samples.filling import fill_samples, has_sample_accounts
from crm.samples.organisation import ACCOUNTS, PASSWORD
from crm.settings import Settings


@click.command("sample")
def sample() -> None:
    """Fill an empty installation with sample data, and print the sample accounts."""
    filled = fill_samples(current_registry())
    settings = cast(Settings, current_app.extensions["brobygg.settings"])
    if filled.already:
        click.echo("There are data already; nothing was added.")
    else:
        click.echo(f"Sample data added in {filled.seconds:.1f} seconds.")
    if not has_sample_accounts():
        return
    click.echo(f"\n  {settings.base_url}/")
    for account in ACCOUNTS:
        roles = ", ".join(sorted(account.roles))
        click.echo(f"  {account.email:<28} {roles:<14} {account.name} ({account.unit})")
    click.echo(f"  Password of all: {PASSWORD}\n")
