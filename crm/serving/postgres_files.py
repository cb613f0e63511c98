"""PostgreSQL's own programs, pg_dump, pg_restore and psql, for backup and restore."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import make_url

BEGINS = b"PGDMP"
# The owner of a database may drop its schema with everything in it, also what an extension brought.
_EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)


class ProgramFailed(Exception):
    """A program is missing, or said no; the text is what it said."""


def dump(database_url: str, target: Path) -> None:
    """Write the database into ``target`` in pg_dump's own format. Raises ProgramFailed."""
    _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}"], database_url)


def load(database_url: str, source: Path) -> None:
    """Replace everything in the database by what ``source`` holds, in one transaction. Raises ProgramFailed."""
    others = _run(["psql", "--no-psqlrc", "--tuples-only", "--no-align", f"--command={_OTHERS}"], database_url)
    if int(others.strip() or 0) > 0:
        raise ProgramFailed("the database is in use; stop the server and the workers first")
    with tempfile.TemporaryDirectory(prefix="brobygg-restore-") as folder:
        # First into a file and then into the database: a damaged archive must be met before anything is dropped.
        script = Path(folder) / "restore.sql"
        _run(["pg_restore", "--no-owner", "--no-privileges", "--no-comments", f"--file={script}", str(source)])
        loader = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
        _run([*loader, f"--command={_EMPTY}", f"--file={script}"], database_url)


def _run(command: list[str], database_url: str | None = None) -> str:
    environment = dict(os.environ) | (connection_variables(database_url) if database_url else {})
    program = [_found(command[0]), *command[1:]]
    done = subprocess.run(program, stdin=subprocess.DEVNULL, capture_output=True, check=False, env=environment)
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise ProgramFailed(words[-1] if words else f"{command[0]} ended with {done.returncode}")
    return done.stdout.decode(errors="replace")


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise ProgramFailed(f"{program} is not installed (Debian: postgresql-client)")
    return path


def connection_variables(database_url: str) -> dict[str, str]:
    """Where to connect, as the programs' own variables: a command line can be read by everybody on the machine."""
    url = make_url(database_url)
    parts = {
        "PGHOST": url.host or _option(url.query.get("host")),
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password else None,
        "PGDATABASE": url.database,
        "PGSSLMODE": _option(url.query.get("sslmode")),
    }
    return {name: value for name, value in parts.items() if value}


def _option(value: str | tuple[str, ...] | None) -> str | None:
    return value[-1] if isinstance(value, tuple) else value
