"""`python -m bench`: run the measurements and hold them against the goals."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.installation import Installation
from bench.measures import MEASURES, ON_THEIR_OWN, Bench
from bench.results import Result, as_text, write
from bench.sizes import SIZES, Sizes
from tests.servers import postgres

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
DATABASES = ("sqlite", "postgresql")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write when asked to. Returns 1 when a goal was missed in a full run."""
    options = _options(arguments)
    sizes = SIZES[options.size]
    databases = DATABASES if options.database == "both" else (options.database,)
    results: list[Result] = []
    for database in databases:
        if database == "postgresql" and not postgres.is_available():
            print("PostgreSQL is not installed: left out", file=sys.stderr)
            continue
        results += measure(database, sizes, options.only or list(MEASURES))
    print(as_text(results))
    if options.write:
        write(results, page=PAGE, sizes=sizes.name)
    missed = any(result.verdict == "MISSED" for result in results)
    return 1 if missed and sizes.name == "full" else 0


def measure(database: str, sizes: Sizes, names: Sequence[str]) -> list[Result]:
    """Run the named measurements on one database; those that need a size of their own on a fresh one each."""
    together = [name for name in names if name not in ON_THEIR_OWN]
    alone = [[name] for name in names if name in ON_THEIR_OWN]
    return [result for group in ([together] if together else []) + alone for result in _measure(database, sizes, group)]


def _measure(database: str, sizes: Sizes, names: Sequence[str]) -> list[Result]:
    place = Installation(database)
    results: list[Result] = []
    try:
        place.prepare()
        bench = Bench(place, sizes)
        place.start_bare()
        results.append(bench.result("bare page with one query", place.measure_bare(units=sizes.bare_units), None))
        for name in names:
            print(f"{database}: {name}", file=sys.stderr)
            results += MEASURES[name](bench)
    except Exception:
        print(place.last_words(), file=sys.stderr)
        raise
    finally:
        place.close()
    return results


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", dest="size", action="store_const", const="quick", default="full")
    parser.add_argument("--tiny", dest="size", action="store_const", const="tiny", help="only to see that it runs")
    parser.add_argument("--only", action="append", choices=sorted(MEASURES), help="may be given several times")
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    parser.add_argument("--write", action="store_true", help=f"replace the figures in {PAGE.name}")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
