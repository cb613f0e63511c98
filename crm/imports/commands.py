"""The command ``brobygg import``."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.imports import runs
from crm.imports.lookups import Defaults, unit_named
from crm.imports.models import ImportRun, RunState
from crm.imports.report import ImportReport
from crm.imports.services import Progress, import_employers, import_inquiries, import_participants
from crm.programmes.queries import programme_by_code

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
_DRY = click.option("--dry-run", is_flag=True, help="Check every row and write nothing.")
_MAPPING = click.option("--mapping", metavar="NAME", help="Columns as they were remembered under this name.")
_UNIT = click.option("--unit", metavar="NAME", help="The unit of rows that name none.")


@click.group("import")
def import_command() -> None:
    """Read a list of participants, employers or inquiries in, from CSV or Excel (.xlsx), or take an import back.

    Good rows are kept and wrong ones reported by line and column. Reading the same file again changes nothing.
    Ends with 1 when a row was wrong, 2 when the file could not be read.
    """


@import_command.command("participants")
@_FILE
@_JSON
@_DRY
@_MAPPING
@click.option("--programme", metavar="CODE", help="The programme of rows that name none.")
@_UNIT
@with_appcontext
def participants_command(**given: Any) -> None:
    """Read participants, their enrolments and exits in."""
    _read_in(import_participants, **given)


@import_command.command("employers")
@_FILE
@_JSON
@_DRY
@_MAPPING
@click.option("--overwrite", is_flag=True, help="Replace what is filled in already; else only empty fields are filled.")
@click.option("--programme", hidden=True, help="Employers belong to no programme.")
@_UNIT
@with_appcontext
def employers_command(**given: Any) -> None:
    """Read employers, their contact persons, workplaces and relationships in."""
    _read_in(import_employers, **given)


@import_command.command("inquiries")
@_FILE
@_JSON
@_DRY
@_MAPPING
@_UNIT
@with_appcontext
def inquiries_command(**given: Any) -> None:
    """Read inquiries, the persons they were about and what came of them in."""
    _read_in(import_inquiries, **given)


# An ID may begin with a hyphen, which is no option then.
@import_command.command("undo", context_settings={"ignore_unknown_options": True})
@click.argument("import_id", metavar="ID")
@_JSON
@with_appcontext
def undo_command(import_id: str, *, as_json: bool) -> None:
    """Take a whole import of employers back. What people have changed since is kept and listed.

    ID stands in the report of the import, and in the address of its page. Ends with 1 when something was kept, 2 when
    the import cannot be taken back.
    """
    actor = system_actor(runs.COMMAND_LINE)
    statement = trusted(select(ImportRun.id).where(ImportRun.public_id == import_id), because="the command line")
    run_id = current_session().scalar(statement)
    try:
        if run_id is None:
            raise DomainError("There is no such import.")
        with transaction() as session:
            if session.get_one(ImportRun, run_id).state is RunState.UNDONE:
                raise DomainError("This import has been taken back already. Nothing was done.")
            runs.undo_run(actor, run_id=run_id)
        runs.work_on(run_id)
    except DomainError as error:
        _fail(str(error.message), as_json=as_json)
        return
    run = current_session().get_one(ImportRun, run_id)
    done = run.undo_report or {}
    if as_json:
        click.echo(json.dumps({"id": import_id, **done}, ensure_ascii=False, indent=2))
    else:
        click.echo(f"{done['removed']} rows removed, {done['restored']} as before, {done['kept_count']} kept")
        for each in done["kept"]:
            click.echo(f"kept: {each['kind']} {each['name']} ({each['why']} since)", err=True)
    sys.exit(1 if done["kept_count"] else 0)


def _read_in(
    importing: Callable[..., ImportReport],
    *,
    file: Path,
    as_json: bool,
    dry_run: bool,
    unit: str | None,
    programme: str | None = None,
    **more: Any,
) -> None:
    """Read a file in, show how far it is, tell what came of it, and end. ``more``: options that one kind has."""
    try:
        with _Bar() as progress:
            report = importing(
                system_actor(runs.COMMAND_LINE),
                source=file,
                dry_run=dry_run,
                defaults=_defaults(programme, unit),
                progress=progress,
                **more,
            )
    except DomainError as error:
        _fail(str(error.message), as_json=as_json)
    else:
        _tell(report, as_json=as_json, dry_run=dry_run)


class _Bar:
    """A progress bar on standard error, when a person is watching."""

    def __init__(self) -> None:
        self._bar: Any = None  # tqdm has no useful type for a bar without an iterable

    def __enter__(self) -> Progress:
        return self._show

    def __exit__(self, *exception: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def _show(self, done: int, total: int) -> None:
        if self._bar is None:
            from tqdm import tqdm  # the server imports this module for the command, and shows no bars

            self._bar = tqdm(total=total, unit="row", file=sys.stderr, disable=not sys.stderr.isatty())
        self._bar.update(done - self._bar.n)


def _defaults(programme: str | None, unit: str | None) -> Defaults:
    actor = system_actor(runs.COMMAND_LINE)
    programme_id = unit_id = None
    if programme is not None:
        found = programme_by_code(actor, programme)
        if found is None:
            raise DomainError(f"There is no programme with the code '{programme}'.")
        programme_id = found.id
    if unit is not None:
        unit_id = unit_named(unit).id
    return Defaults(unit_id=unit_id, programme_id=programme_id)


def _tell(report: ImportReport, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        found = {"id": report.id, **report.as_json(), "dry_run": dry_run}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        names = ("created", "updated", "unchanged", "duplicates")
        counts = ", ".join(f"{getattr(report, name)} {name}" for name in names)
        click.echo(f"{report.rows} rows: {counts}, {report.error_count} wrong{' (nothing written)' if dry_run else ''}")
        if report.id:
            click.echo(f"import {report.id}")
        for error in report.errors:
            click.echo(f"line {error.line}, {error.column or 'row'}: {error.message}", err=True)
    sys.exit(1 if report.error_count else 0)


def _fail(message: str, *, as_json: bool) -> None:
    if as_json:
        report = ImportReport()
        report.refuse(line=0, column="", value="", message=message)
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(message, err=True)
    sys.exit(2)
