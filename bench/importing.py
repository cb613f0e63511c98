"""A long list of employers read in by the command, as an administrator would: persons, search index and journal too."""

import csv
import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from stdnum import luhn

from bench.cpu import Meter
from bench.installation import Installation
from bench.results import Goal, Result
from crm.accounts.models import Unit
from crm.db import current_session
from tests.servers.gunicorn_app import clean_environment
from tests.servers.processes import REPOSITORY, ManagedProcess

_HEADINGS = ("Företag", "Orgnr", "Ort", "Kommun", "Telefon", "E-post", "Anställda", "Kontaktperson", "Titel",
             "Kontakttelefon", "Kontaktmail")  # fmt: skip
_TOWNS = ("Umeå", "Luleå", "Skellefteå", "Vindeln", "Åsele")
_MINUTE = 60.0
_LONGEST_WAIT = 1800


def importing(place: Installation, rows: int) -> Iterator[Result]:
    """Measure the command from its start to its end: the wall, and the processor time of it and of the database."""
    place.stop()
    file = place.folder / f"employers-{rows}.csv"
    _write(file, rows)
    with place.filling() as data:
        unit = current_session().get_one(Unit, data.unit_id).name
    seconds, cpu, report = _run(place, file, unit)
    if report["created"] != rows:
        raise RuntimeError(f"{rows} rows, {report['created']} employers: {report['errors'][:3]}")
    goal = Goal(_MINUTE * rows / 100_000, "s")
    yield Result(
        f"{rows:,} employers read in from CSV", place.database, judged=seconds, goal=goal,
        cpu_ms=1000 * cpu / rows, per_second=rows / seconds,
    )  # fmt: skip


def _run(place: Installation, file: Path, unit: str) -> tuple[float, float, dict[str, object]]:
    command = [str(Path(sys.executable).parent / "brobygg"), "import", "employers", str(file), "--unit", unit, "--json"]
    log = place.folder / "import.log"
    process = ManagedProcess(command=command, log=log, env=clean_environment(place.environment), cwd=REPOSITORY)
    database = [place.cluster.pid] if place.cluster is not None else []
    before, began = _children_cpu(), time.perf_counter()
    with Meter(database) as meter:
        process.start()
        assert process.process is not None
        status = process.process.wait(_LONGEST_WAIT)
    seconds, cpu = time.perf_counter() - began, _children_cpu() - before + meter.spent.cpu
    process.stop()
    text = log.read_text()
    if status != 0:
        raise RuntimeError(text[-4000:])
    return seconds, cpu, json.loads(text[text.index("{") :])


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _write(file: Path, rows: int) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(_HEADINGS)
        writer.writerows(_row(number) for number in range(rows))


def _row(number: int) -> list[str]:
    digits = f"556{number:06d}"
    town = _TOWNS[number % len(_TOWNS)]
    return [
        f"Verkstad {number} AB", f"{digits[:6]}-{digits[6:]}{luhn.calc_check_digit(digits)}", town, town,
        f"090-{10 + number % 90} {10 + number // 90 % 90} {10 + number // 8100 % 90}", f"info{number}@example.org",
        str(number % 300), f"Eva Ek {number}", "Chef",
        f"070-{100 + number % 900} {10 + number // 900 % 90} {10 + number // 81000 % 90}", f"eva{number}@example.org",
    ]  # fmt: skip
