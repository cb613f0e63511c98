"""The command ``brobygg import``."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from crm.actors import system_actor
from crm.errors import DomainError
from crm.imports.lookups import Defaults, unit_named
from crm.imports.report import ImportReport
from crm.imports.services import Progress, import_employers, import_participants
from crm.programmes.queries import programme_by_code

_IMPORTS = {"participants": import_participants, "employers": import_employers}


@click.command("import")
@click.argument("kind", type=click.Choice(sorted(_IMPORTS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--dry-run", is_flag=True, help="Check every row and write nothing.")
@click.option("--programme", metavar="CODE", help="The programme of rows that name none.")
@click.option("--unit", metavar="NAME", help="The unit of rows that name none.")
@with_appcontext
def import_command(
    kind: str, file: Path, *, as_json: bool, dry_run: bool, programme: str | None, unit: str | None
) -> None:
    """Read a list of participants or employers in, from CSV or Excel (.xlsx).

    Good rows are kept and wrong ones reported by line and column. Reading the same file again changes nothing.
    Ends with 1 when a row was wrong, 2 when the file could not be read.
    """
    try:
        defaults = _defaults(programme, unit)
        with _Bar() as progress:
            report = _IMPORTS[kind](
                system_actor("imports.command_line"),
                source=file,
                dry_run=dry_run,
                defaults=defaults,
                progress=progress,
            )
    except DomainError as error:
        _fail(str(error.message), as_json=as_json)
    else:
        _tell(report, as_json=as_json, dry_run=dry_run)
        sys.exit(1 if report.error_count else 0)


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
    actor = system_actor("imports.command_line")
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
        click.echo(json.dumps({**report.as_json(), "dry_run": dry_run}, ensure_ascii=False, indent=2))
        return
    counts = ", ".join(f"{getattr(report, name)} {name}" for name in ("created", "updated", "unchanged", "duplicates"))
    click.echo(f"{report.rows} rows: {counts}, {report.error_count} wrong{' (nothing written)' if dry_run else ''}")
    for error in report.errors:
        click.echo(f"line {error.line}, {error.column or 'row'}: {error.message}", err=True)


def _fail(message: str, *, as_json: bool) -> None:
    if as_json:
        report = ImportReport()
        report.refuse(line=0, column="", value="", message=message)
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(message, err=True)
    sys.exit(2)
