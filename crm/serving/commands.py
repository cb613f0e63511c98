"""The commands of the installation itself: upgrade, serve, worker, backup, ..."""

import os
import sys
from pathlib import Path

import click

from crm.db import db
from crm.migrating import check, make_revision
from crm.serving.backup import back_up, hold_after_restore, restore
from crm.serving.installation import Installation
from crm.serving.local import DEFAULT_PORT, keep_local, local_environment
from crm.serving.server import serve as serve_settings


@click.command("upgrade")
@click.pass_obj
def upgrade_command(installation: Installation | None) -> None:
    """Bring the database of the core and of every enabled plugin up to date."""
    (installation or Installation()).prepare()
    click.echo("The database is up to date.")


@click.command("check-migrations")
@click.pass_obj
def check_migrations(installation: Installation | None) -> None:
    """Fail when models and migrations differ (for maintainers)."""
    check((installation or Installation()).app)


@click.command("make-migration")
@click.argument("lineage")
@click.argument("message")
@click.pass_obj
def make_migration(installation: Installation | None, lineage: str, message: str) -> None:
    """Write a migration for LINEAGE (crm or a plugin's name) from the models (for maintainers)."""
    make_revision((installation or Installation()).app, lineage, message)


@click.command()
@click.option("--bind", default=f"127.0.0.1:{DEFAULT_PORT}", show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--threads", default=4, show_default=True)
@click.pass_obj
def serve(installation: Installation | None, bind: str, workers: int, threads: int) -> None:
    """Serve the product with gunicorn. Without Redis the server also runs the background jobs."""
    serve_settings((installation or Installation()).settings, bind=bind, workers=workers, threads=threads)


@click.command()
@click.option("--burst", is_flag=True, help="End when the queue is empty.")
@click.pass_obj
def worker(installation: Installation | None, burst: bool) -> None:
    """Run background jobs from Redis."""
    from crm.serving.background import work  # RQ and Redis: the server must do without them

    work((installation or Installation()).settings, burst=burst)


@click.command()
@click.pass_obj
def scheduler(installation: Installation | None) -> None:
    """Put the periodic jobs into Redis. One process; a second does no harm."""
    from crm.serving.background import schedule  # RQ and Redis: the server must do without them

    installation = installation or Installation()
    schedule(installation.settings, installation.app)


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup_command(installation: Installation | None, file: Path) -> None:
    """Save the whole database in FILE, which must not exist. The server may run. Keep the secret key elsewhere."""
    back_up((installation or Installation()).settings, file)
    click.echo(f"Saved: {file}")


@click.command("restore")
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


@click.command("run-dev")
@click.option("--sample/--no-sample", "with_sample", default=True, help="Fill an empty database with sample data.")
def run_dev(with_sample: bool) -> None:
    """Start the product on this machine with sample data: SQLite, a local mailbox, no server."""
    environment = local_environment(os.environ)
    if not os.environ.get("BROBYGG_SECRET_KEY"):
        keep_local(Path(environment["BROBYGG_HOME"]), environment["BROBYGG_SECRET_KEY"])
    os.environ.update(environment)
    installation = Installation()
    installation.prepare()
    if with_sample:
        with installation.app.app_context():
            from crm.samples.commands import sample  # a whole organisation, which a server does without

            sample.main(args=[], standalone_mode=False)
    click.echo(f"  Open {installation.settings.base_url}/ in your browser. Ctrl+C ends Brobygg.\n")
    sys.stdout.flush()
    with installation.app.app_context():
        # SQLite forbids to carry an open database across the fork of the server's worker.
        db.engine.dispose()
    port = int(os.environ.get("BROBYGG_PORT") or DEFAULT_PORT)
    serve_settings(installation.settings, bind=f"127.0.0.1:{port}", workers=1, threads=8)


COMMANDS = (
    upgrade_command,
    check_migrations,
    make_migration,
    serve,
    worker,
    scheduler,
    backup_command,
    restore_command,
    run_dev,
)
