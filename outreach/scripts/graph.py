"""What leads where in a script: reachability, ways out, loops. Works on plain mappings of names and never recurses."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from outreach.scripts.definition import Script

Graph = Mapping[str, Sequence[str]]
"""Each step and those that its answers lead to, each once, in the order of the answers."""


def graph_of(script: Script) -> Graph:
    """The steps of ``script`` and what they lead to. Answers that lead nowhere are left out; nothing follows an end."""
    keys = {node.key for node in script.nodes}
    return {
        node.key: tuple(dict.fromkeys(answer.goto for answer in answers if answer.goto in keys))
        for node in script.nodes
        for answers in [() if node.is_end else node.answers]
    }


def reachable(graph: Graph, starts: Iterable[str]) -> set[str]:
    """Every step that can be come to from ``starts``, those among them."""
    found = {start for start in starts if start in graph}
    waiting = deque(found)
    while waiting:
        for following in graph[waiting.popleft()]:
            if following not in found:
                found.add(following)
                waiting.append(following)
    return found


def turned(graph: Graph) -> Graph:
    """The same with every arrow turned round."""
    back: dict[str, list[str]] = {key: [] for key in graph}
    for key, following in graph.items():
        for each in following:
            back[each].append(key)
    return back


def loops(graph: Graph, *, most: int) -> list[tuple[str, ...]]:
    """Every way that comes back to where it began without passing a step twice, up to ``most`` of them.

    Each is named once, beginning with its step that stands first in ``graph``. Donald B. Johnson, Finding all the
    elementary circuits of a directed graph, SIAM J. Comput. 4 (1975): the time between two loops is bounded, so that
    a hostile script cannot keep the server busy.
    """
    found: list[tuple[str, ...]] = []
    places = {key: place for place, key in enumerate(graph)}
    for root in graph:
        later = {key for key, place in places.items() if place >= places[root]}
        for loop in _through(root, _knot(graph, root, later)):
            found.append(loop)
            if len(found) >= most:
                return found
    return found


def _knot(graph: Graph, root: str, among: Collection[str]) -> Graph:
    """What can be come to from ``root`` and leads back to it, within ``among``."""
    inside = {key: [each for each in graph[key] if each in among] for key in graph if key in among}
    both = reachable(inside, [root]) & reachable(turned(inside), [root])
    return {key: [each for each in following if each in both] for key, following in inside.items() if key in both}


def _through(root: str, knot: Graph) -> Iterator[tuple[str, ...]]:
    """The loops of ``knot`` that pass through ``root``."""
    path, blocked, in_loop = [root], {root}, set[str]()
    waiting: dict[str, set[str]] = defaultdict(set)
    open_ways = [iter(knot[root])]
    while open_ways:
        following = next(open_ways[-1], None)
        if following == root:
            in_loop.update(path)
            yield tuple(path)
        elif following is None:
            open_ways.pop()
            _leave(path.pop(), knot, blocked=blocked, in_loop=in_loop, waiting=waiting)
        elif following not in blocked:
            path.append(following)
            blocked.add(following)
            in_loop.discard(following)
            open_ways.append(iter(knot[following]))


def _leave(key: str, knot: Graph, *, blocked: set[str], in_loop: Collection[str], waiting: dict[str, set[str]]) -> None:
    if key not in in_loop:
        # It leads back only through what is on the path now: look again when one of those has been left.
        for following in knot[key]:
            waiting[following].add(key)
        return
    freed = [key]
    while freed:
        each = freed.pop()
        if each in blocked:
            blocked.discard(each)
            freed += waiting.pop(each, set())


def shortest_way(graph: Graph, start: str, goals: Collection[str]) -> tuple[str, ...] | None:
    """The shortest way from ``start`` to one of ``goals``; None when there is none."""
    came_from: dict[str, str | None] = {start: None}
    waiting = deque([start])
    while waiting:
        key = waiting.popleft()
        if key in goals:
            return _way_to(key, came_from)
        for following in graph[key]:
            if following not in came_from:
                came_from[following] = key
                waiting.append(following)
    return None


def _way_to(goal: str, came_from: Mapping[str, str | None]) -> tuple[str, ...]:
    way: list[str] = []
    at: str | None = goal
    while at is not None:
        way.append(at)
        at = came_from[at]
    return tuple(reversed(way))
