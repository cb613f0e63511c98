"""Commands of accounts."""

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy import func, select

from crm.accounts.first_start import make_first_administrator
from crm.accounts.invitation_tokens import invitation_token
from crm.accounts.models import Unit
from crm.accounts.unit_services import UnitFields, add_unit
from crm.actors import system_actor
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.settings import Settings


@click.command("create-admin")
@click.argument("email")
@click.option("--name", required=True, help="What the administrator is called.")
@click.option("--unit", default=None, help="The unit they belong to; made at the top when there is none yet.")
@with_appcontext
def create_admin(email: str, name: str, unit: str | None) -> None:
    """Make an administrator and show the link with which EMAIL chooses a password."""
