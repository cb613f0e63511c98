"""Commands of accounts."""

from typing import cast

import click
from flask import current_app

from crm.accounts.first_start import make_administrator
from crm.accounts.invitation_tokens import invitation_token
from crm.accounts.invitations import OPEN_FOR
from crm.db import transaction
from crm.settings import Settings


@click.command("create-admin")
@click.argument("email")
@click.option("--name", required=True, help="What the administrator is called.")
@click.option("--unit", default=None, help="Their unit. The first one is made at the top of the organisation.")
def create_admin(email: str, name: str, unit: str | None) -> None:
    """Make an administrator, and show the link with which EMAIL chooses a password.

    The link is sent by mail too. It is written to standard output only, never to the log.
    """
    settings = cast(Settings, current_app.extensions["brobygg.settings"])
    with transaction():
        staff = make_administrator(
            email=email,
            name=name,
            unit_name=unit,
            organisation=settings.organisation,
            language=settings.language,
            time_zone=settings.time_zone,
        )
    click.echo(f"{settings.base_url}/invitation/{invitation_token(staff)}")
    click.echo(f"The link works once, within {OPEN_FOR.days} days.", err=True)
