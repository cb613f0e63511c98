"""The command ``brobygg``. Commands of features and plugins join those that stand here."""

import os
import secrets as secret_words
import sys
from functools import cached_property
from pathlib import Path

import click
from flask import Flask

from crm.app import create_app
from crm.commands import OwnInstallation
from crm.db import db
from crm.errors import DomainError, PluginError, SettingsError
from crm.jobs.heartbeats import expect_heartbeats
from crm.migrating import check, make_revision, upgrade
from crm.registry import EXTENSION, Registry
from crm.samples.commands import sample
from crm.serving.background import schedule, work
from crm.serving.backup import back_up, hold_after_restore, restore
from crm.serving.local import DEFAULT_PORT, local_environment
from crm.serving.server import serve as serve_settings
from crm.serving.shifted_clock import shift_clock
from crm.settings import Settings, load_settings


class Installation:
    """The installation that a command works on, put together when it is first needed."""

    @cached_property
    def settings(self) -> Settings:
        """From the environment; where that names no installation, the local one of `make run`."""
        named = os.environ.get("BROBYGG_SECRET_KEY")
        settings = load_settings() if named else load_settings(local_environment(os.environ))
        shift_clock(settings)
        return settings

    @cached_property
    def app(self) -> Flask:
        return create_app(self.settings)

    @property
    def registry(self) -> Registry:
        found: Registry = self.app.extensions[EXTENSION]
        return found

    @property
    def commands(self) -> dict[str, click.Command]:
        """The commands of samples, features and plugins by name."""
        return {command.name: command for command in (sample, *self.registry.commands) if command.name}

    def prepare(self) -> None:
        """Bring the database up to date. Safe to repeat."""
        self.settings.home.mkdir(parents=True, exist_ok=True)
        upgrade(self.app)
        with self.app.app_context():
            expect_heartbeats(self.registry)


class _Commands(click.Group):
    """The static commands, and those of features and plugins once the application has been made."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self._installation(ctx).commands, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        static = super().get_command(ctx, cmd_name)
        if static is not None:
            return static
        installation = self._installation(ctx)
        command = installation.commands.get(cmd_name)
        if command is not None and not isinstance(command, OwnInstallation):
            self._make_ready(ctx, installation)
        return command

    @staticmethod
    def _make_ready(ctx: click.Context, installation: Installation) -> None:
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
    def _installation(ctx: click.Context) -> Installation:
        found = ctx.ensure_object(Installation)
        return found


@click.group(cls=_Commands)
@click.version_option(package_name="brobygg")
def main() -> None:
    """Brobygg: employer outreach, and surveys that are never forgotten."""


@main.command()
def secret() -> None:
    """Print a new secret key for BROBYGG_SECRET_KEY."""
    click.echo(secret_words.token_urlsafe(48))


@main.command("upgrade")
@click.pass_obj
def upgrade_command(installation: Installation | None) -> None:
    """Bring the database of the core and of every enabled plugin up to date."""
    (installation or Installation()).prepare()
    click.echo("The database is up to date.")


@main.command("check-migrations")
@click.pass_obj
def check_migrations(installation: Installation | None) -> None:
    """Fail when models and migrations differ (for maintainers)."""
    check((installation or Installation()).app)


@main.command("make-migration")
@click.argument("lineage")
@click.argument("message")
@click.pass_obj
def make_migration(installation: Installation | None, lineage: str, message: str) -> None:
    """Write a migration for LINEAGE (crm or a plugin's name) from the models (for maintainers)."""
    make_revision((installation or Installation()).app, lineage, message)


@main.command()
@click.option("--bind", default=f"127.0.0.1:{DEFAULT_PORT}", show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--threads", default=4, show_default=True)
@click.pass_obj
def serve(installation: Installation | None, bind: str, workers: int, threads: int) -> None:
    """Serve the product with gunicorn. Without Redis the server also runs the background jobs."""
    serve_settings((installation or Installation()).settings, bind=bind, workers=workers, threads=threads)


@main.command()
@click.option("--burst", is_flag=True, help="End when the queue is empty.")
@click.pass_obj
def worker(installation: Installation | None, burst: bool) -> None:
    """Run background jobs from Redis."""
    work((installation or Installation()).settings, burst=burst)


@main.command()
@click.pass_obj
def scheduler(installation: Installation | None) -> None:
    """Put the periodic jobs into Redis. One process; a second does no harm."""
    installation = installation or Installation()
    schedule(installation.settings, installation.app)


@main.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup_command(installation: Installation | None, file: Path) -> None:
    """Save the whole database in FILE, which must not exist. The server may run. Keep the secret key elsewhere."""
    back_up((installation or Installation()).settings, file)
    click.echo(f"Saved: {file}")


@main.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.confirmation_option(prompt="Replace the whole database by this backup?")
@click.pass_obj
def restore_command(installation: Installation | None, file: Path) -> None:
    """Put the backup in FILE in the place of the database. The server must be stopped.

    Nothing is sent afterwards until an administrator releases it: the backup knows nothing of what left since.
    """
    installation = installation or Installation()
    kept = restore(installation.settings, file)
    installation.prepare()
    hold_after_restore(installation.app)
    if kept is not None:
        click.echo(f"The database that was here is kept: {kept}")
    click.echo("Restored. No message is sent until an administrator releases sending (Settings).")


@main.command("run-dev")
@click.option("--sample/--no-sample", "with_sample", default=True, help="Fill an empty database with sample data.")
def run_dev(with_sample: bool) -> None:
    """Start the product on this machine with sample data: SQLite, a local mailbox, no server."""
    os.environ.update(local_environment(os.environ))
    installation = Installation()
    installation.prepare()
    if with_sample:
        with installation.app.app_context():
            sample.main(args=[], standalone_mode=False)
    click.echo(f"  Open {installation.settings.base_url}/ in your browser. Ctrl+C ends Brobygg.\n")
    sys.stdout.flush()
    with installation.app.app_context():
        # SQLite forbids to carry an open database across the fork of the server's worker.
        db.engine.dispose()
    port = int(os.environ.get("BROBYGG_PORT") or DEFAULT_PORT)
    serve_settings(installation.settings, bind=f"127.0.0.1:{port}", workers=1, threads=8)
