"""PostgreSQL's own programs, pg_dump, pg_restore and psql, for backup and restore."""

import os
import shutil
import subprocess
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
    script = ["pg_restore", "--no-owner", "--no-privileges", "--no-comments", "--file=-", str(source)]
    reader = subprocess.Popen([_found(script[0]), *script[1:]], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    loader = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    try:
        _run([*loader, f"--command={_EMPTY}", "--file=-"], database_url, reader=reader)
    finally:
        assert reader.stdout is not None
        reader.stdout.close()
        said = reader.communicate()[1] if reader.stderr is None else reader.stderr.read()
        reader.wait()
    if reader.returncode != 0:
        raise ProgramFailed(said.decode(errors="replace").strip())


def _run(command: list[str], database_url: str, reader: "subprocess.Popen[bytes] | None" = None) -> str:
    done = subprocess.run(
        [_found(command[0]), *command[1:]],
        stdin=subprocess.DEVNULL if reader is None else reader.stdout,
        capture_output=True,
        check=False,
        env=_environment(database_url),
    )
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise ProgramFailed(words[-1] if words else f"{command[0]} ended with {done.returncode}")
    return done.stdout.decode(errors="replace")


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise ProgramFailed(f"{program} is not installed (Debian: postgresql-client)")
    return path


def _environment(database_url: str) -> dict[str, str]:
    """Where to connect, as the programs' own variables: a command line can be read by everybody on the machine."""
    url = make_url(database_url)
    parts = {
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password else None,
        "PGDATABASE": url.database,
        "PGSSLMODE": _option(url.query.get("sslmode")),
    }
    return {**os.environ, **{name: value for name, value in parts.items() if value}}


def _option(value: str | tuple[str, ...] | None) -> str | None:
    return value[-1] if isinstance(value, tuple) else value
