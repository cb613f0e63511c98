"""The measurements: one function for each row of the plan, each giving one or more results."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.browsing import Browser
from bench.calls import calls
from bench.cpu import pss_mib
from bench.data import RARE
from bench.importing import importing
from bench.installation import Installation
from bench.invitations import invitations
from bench.load import CLIENTS, Load, Work
from bench.results import Goal, Result
from bench.sizes import Sizes

BOARD_CARDS = 2_000
"""As many employers as one large unit has; the page shows the first twenty of each stage."""


@dataclass(frozen=True)
class Bench:
    """What a measurement works with."""

    place: Installation
    sizes: Sizes

    def result(self, name: str, load: Load, goal: Goal | None, *, note: str = "", queries: int | None = None) -> Result:
        """A result that is judged by its multiple of the bare page, which is measured now."""
        multiple = load.cpu_ms / self.bare_cpu_ms()
        return Result(
            name,
            self.place.database,
            judged=multiple,
            goal=goal,
            cpu_ms=load.cpu_ms,
            multiple=multiple,
            p50_ms=load.p50_ms,
            per_second=load.per_second,
            queries=queries,
            note=note,
        )

    def bare_cpu_ms(self) -> float:
        """What the bare page costs at this moment."""
        return self.place.measure_bare(units=self.sizes.bare_units).cpu_ms


def responses(bench: Bench) -> Iterator[Result]:
    """A full response of one question, without and with many that are stored."""
    place, sizes = bench.place, bench.sizes
    empty = bench.result("full response: GET + POST of one question", _answer_one(bench), Goal(8, "×", 6), note="empty")
    yield empty
    yield bench.result("whole visit of one question, from the link to the thanks", _whole_visit(bench), None)
    with place.filling() as data:
        data.grow_responses(sizes.responses)
    note = f"{sizes.responses:,} stored"
    full = bench.result("full response: GET + POST of one question", _answer_one(bench), Goal(8, "×", 6), note=note)
    yield full
    more = 100 * (full.judged / empty.judged - 1)
    yield Result(f"what {note} add to a response", place.database, judged=more, goal=Goal(10, "%"))


def _answer_one(bench: Bench) -> Load:
    """GET and POST of the page of the question, by people who have begun."""
    place, units = bench.place, bench.sizes.units
    with place.filling() as data:
        tokens = data.asked_people(units)
    place.start_quiet(patient=bench.sizes.patient)
    pages: list[str] = []

    def begin(browser: Browser, number: int) -> None:
        intro = browser.get(f"/s/{tokens[number]}")
        pages.append(browser.submit(intro, intro.form("/begin")).url)

    def answer(browser: Browser, number: int) -> None:
        page = browser.get(pages[number])
        browser.submit(page, page.form(pages[number].partition("?")[0].rpartition("/")[2]), follow=False)

    place.load(begin, units=units)
    # Beginning may have been cut short by its time; who has not begun cannot answer.
    return place.load(answer, units=len(pages))


def _whole_visit(bench: Bench) -> Load:
    place, units = bench.place, bench.sizes.units // 2
    with place.filling() as data:
        tokens = data.asked_people(units)

    def visit(browser: Browser, number: int) -> None:
        intro = browser.get(f"/s/{tokens[number]}")
        question = browser.submit(intro, intro.form("/begin"))
        last = browser.submit(question, question.form("/closer"))
        browser.submit(last, last.form("/finish"))

    return place.load(visit, units=units)


def employers(bench: Bench) -> Iterator[Result]:
    """The list of employers with a filter that few match, in a small and in a large installation."""
    place, sizes = bench.place, bench.sizes
    path = f"/employers?q={RARE[2:8].lower()}"
    load, _queries = _page_load(bench, path, employers=sizes.few_employers)
    small = bench.result("list with a filter", load, None, note=f"{sizes.few_employers:,} employers")
    yield small
    load, queries = _page_load(bench, path, employers=sizes.employers)
    note = f"{sizes.employers:,} employers"
    large = bench.result("list with a filter", load, Goal(10, "×", 8), note=note, queries=queries)
    yield large
    yield Result("queries of the list", place.database, judged=queries, goal=Goal(12, "queries"))
    grown = large.judged / small.judged
    yield Result("the list, large to small", place.database, judged=grown, goal=Goal(1.5, "times"))


def history(bench: Bench) -> Iterator[Result]:
    """The page of one employer with a long history among very many lines."""
    place, sizes = bench.place, bench.sizes
    with place.filling() as data:
        data.grow_history(sizes.lines)
    load, queries = _page_load(bench, "/employers/e{number}", employers=0)
    note = f"{sizes.lines:,} lines"
    yield bench.result("employer with history", load, Goal(10, "×", 7), note=note, queries=queries)
    yield Result("queries of the employer page", place.database, judged=queries, goal=Goal(12, "queries"))


def follow_up(bench: Bench) -> Iterator[Result]:
    """The follow-up page over very many answers, one reader at a time."""
    place, sizes = bench.place, bench.sizes
    with place.filling() as data:
        if data.people < sizes.responses:
            data.grow_responses(sizes.responses)
    load, queries = _page_load(bench, "/follow-up", employers=0, clients=1, units=min(30, bench.sizes.units))
    result = bench.result("follow-up page", load, None, note=f"{sizes.responses:,} answers", queries=queries)
    yield result
    yield Result("follow-up page, p50", place.database, judged=load.p50_ms, goal=Goal(12, "ms", 3))


def memory(bench: Bench) -> Iterator[Result]:
    """Memory of two workers after load, and how long a start takes until the first page."""
    place = bench.place
    place.stop()
    seconds = min(_start_again(place) for _time in range(3))
    yield Result("cold start to the first page", place.database, judged=seconds, goal=Goal(1.5, "s", 1.0))
    browser = place.staff_browser()

    def work(one: Browser, number: int) -> None:
        one.get("/employers")

    place.load(work, units=max(16, bench.sizes.units // 4), browser=browser)
    used = pss_mib([place.web.pid]) if place.web else 0.0
    yield Result("memory of 2 workers after load (PSS)", place.database, judged=used, goal=Goal(160, "MiB"))


def _start_again(place: Installation) -> float:
    place.stop()
    return place.start()


def _page_load(
    bench: Bench, path: str, *, employers: int, clients: int = CLIENTS, units: int | None = None
) -> tuple[Load, int]:
    """Load on one page of staff, and its number of queries. ``{number}`` in the path counts up."""
    place = bench.place
    with place.filling() as data:
        data.grow_employers(employers)
    place.start_quiet(patient=bench.sizes.patient)
    browser = place.staff_browser()
    work: Work = lambda one, number: _read(one, path.format(number=number % 100 + 1))  # noqa: E731
    number = units or bench.sizes.units
    place.load(work, units=max(clients, number // 10), browser=browser, clients=clients)
    load = place.load(work, units=number, browser=browser, clients=clients)
    return load, place.count_queries(path.format(number=1))


def _read(browser: Browser, path: str) -> None:
    browser.get(path)


def click(bench: Bench) -> Iterator[Result]:
    """The click that starts late invitations, as many as the page shows at once."""
    place = bench.place
    with place.filling() as data:
        data.late_people(bench.sizes.invitations)
    place.start_quiet(patient=bench.sizes.patient)
    browser = place.staff_browser()()
    page = browser.get("/surveys/overdue")
    form = page.form("/send")
    rows = sum(name == "row" for name, _value in form.filled())
    began = time.perf_counter()
    browser.submit(page, form, follow=False)
    judged = 1000 * (time.perf_counter() - began)
    browser.close()
    place.stop()
    yield Result(f"the click that starts {rows:,} invitations", place.database, judged=judged, goal=Goal(100, "ms"))


def _invitations(bench: Bench) -> Iterator[Result]:
    """A thousand personal invitations by one worker."""
    yield from invitations(bench.place, bench.sizes, bare_cpu_ms=bench.bare_cpu_ms)


def search(bench: Bench) -> Iterator[Result]:
    """The page of the search over everything, for a word that few have and for one with a typing error."""
    word = RARE.lower()
    for name, text in (("search over everything", word[2:8]), ("search with a typing error", word[:-2] + "xt")):
        load, queries = _page_load(bench, f"/search?q={text}", employers=bench.sizes.employers)
        note = f"{bench.sizes.employers:,} employers"
        yield bench.result(name, load, None, note=note, queries=queries)


def board(bench: Bench) -> Iterator[Result]:
    """The board of the pipeline: a large unit's, and one over every employer of a large installation."""
    cards = min(BOARD_CARDS, bench.sizes.employers)
    load, queries = _page_load(bench, "/pipeline", employers=cards)
    yield bench.result("board of the pipeline", load, Goal(30, "×"), note=f"{cards:,} cards", queries=queries)
    yield Result("queries of the board", bench.place.database, judged=queries, goal=Goal(12, "queries"))
    load, queries = _page_load(bench, "/pipeline", employers=bench.sizes.employers)
    note = f"{bench.sizes.employers:,} employers"
    yield bench.result("board of the pipeline", load, None, note=note, queries=queries)


def _importing(bench: Bench) -> Iterator[Result]:
    """A long list of employers read in."""
    yield from importing(bench.place, bench.sizes.employers)


def _calls(bench: Bench) -> Iterator[Result]:
    """The next one of a long call list."""
    yield from calls(bench.place, bench.sizes)


MEASURES: dict[str, Callable[[Bench], Iterator[Result]]] = {
    "responses": responses,
    "employers": employers,
    "history": history,
    "follow_up": follow_up,
    "invitations": _invitations,
    "click": click,
    "memory": memory,
    "search": search,
    "board": board,
    "import": _importing,
    "calls": _calls,
}
ON_THEIR_OWN = frozenset({"board", "import", "calls"})
"""Those that others would leave too large a database to; each begins on an empty one."""
