"""Commands: returned mail from the mail server, and letting sending go on."""

from typing import BinaryIO

import click

from crm.actors import system_actor
from crm.db import transaction
from crm.messaging.bounces import file_bounce
from crm.messaging.hold import current_hold, release_sending


@click.command("bounce")
@click.argument("mail", type=click.File("rb"), default="-")
def bounce_command(mail: BinaryIO) -> None:
    """Act on one returned mail, from a file or from standard input. For the mail server's alias or pipe."""
    raw = mail.read()
    with transaction():
        kind = file_bounce(system_actor("brobygg bounce"), raw).kind
    click.echo(kind)


@click.command("release-sending")
def release_command() -> None:
    """Let messages be sent again after a restore from a backup held them."""
    if current_hold() is None:
        click.echo("Sending is not held.")
        return
    with transaction():
        release_sending(system_actor("brobygg release-sending"))
    click.echo("Messages are sent again.")
