"""The command ``brobygg``. Commands of the installation, of features and of plugins join the one that stands here.

This module is light: ``--version`` and ``secret`` need nothing else, and the rest is imported without the garbage
collector.
"""

import secrets as secret_words
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from crm.commands import OwnInstallation
from crm.errors import DomainError, PluginError, SettingsError
from crm.serving.starting import undisturbed

if TYPE_CHECKING:
    from crm.serving.installation import Installation


class _Commands(click.Group):
    """The static commands, and those of features and plugins once the application has been made."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        others = self._installation(ctx).commands
        return sorted({*others, *_static_commands(), *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        static = super().get_command(ctx, cmd_name) or _static_commands().get(cmd_name)
        if static is not None:
            return static
        installation = self._installation(ctx)
        command = installation.commands.get(cmd_name)
        if command is not None and not isinstance(command, OwnInstallation):
            self._make_ready(ctx, installation)
        return command

    @staticmethod
    def _make_ready(ctx: click.Context, installation: "Installation") -> None:
        """Give a command its database. In production `brobygg upgrade` is a step of its own."""
        if installation.settings.development:
            installation.prepare()
        ctx.with_resource(installation.app.app_context())

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (SettingsError, PluginError, DomainError) as error:
            raise click.ClickException(str(error)) from error

    @staticmethod
    def _installation(ctx: click.Context) -> "Installation":
        with undisturbed():
            from crm.serving.installation import Installation  # the whole product

        found = ctx.ensure_object(Installation)
        return found


def _static_commands() -> Mapping[str, click.Command]:
    with undisturbed():
        from crm.serving.commands import COMMANDS  # the whole product

    return {command.name: command for command in COMMANDS if command.name}


@click.group(cls=_Commands)
@click.version_option(package_name="brobygg")
def main() -> None:
    """Brobygg: employer outreach, and surveys that are never forgotten."""


@main.command()
def secret() -> None:
    """Print a new secret key for BROBYGG_SECRET_KEY."""
    click.echo(secret_words.token_urlsafe(48))
