"""Small call scripts for tests, by hand and at random."""

from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from outreach.scripts.definition import (
    CLOSING,
    FIELD_CHOICES,
    KNOWN_PLACEHOLDERS,
    LANGUAGES,
    Answer,
    Creation,
    Node,
    NodeKind,
    Script,
    Writes,
)
from outreach.scripts.effects import Field

unhurried = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Other work runs on the same machine, and some examples are large."""

OUTCOMES = ("interested", "not_now", "declined", "material_sent", "callback_requested")


def texts(word: str = "Hello") -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, word)


def answer(key: str, goto: str, *, required: tuple[Field, ...] = (), **writes: Any) -> Answer:
    return Answer(key, texts(key), goto, Writes(**writes), required)


def step(key: str, *answers: Answer, kind: NodeKind = NodeKind.ASK, log: tuple[Field, ...] = (), **writes: Any) -> Node:
    return Node(key, kind, texts(key), answers, log, Writes(**writes))


def end(key: str = "end", outcome: str | None = "interested", **writes: Any) -> Node:
    return Node(key, NodeKind.END, texts(key), writes=Writes(outcome=outcome, **writes))


def script(*nodes: Node, start: str | None = None, required_on_close: tuple[str, ...] = ("outcome",)) -> Script:
    return Script("test", 1, nodes[0].key if start is None else start, nodes, required_on_close=required_on_close)


# Letters that a file can hold and that people can see; blanks at the edges and line breaks among them.
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\u2028\u2029\ufeff")
    | st.sampled_from(" \n{}#:-'\"%&*!|>"),
    max_size=60,
)
KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)


def texts_at_random(words: st.SearchStrategy[str] = WORDS) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from((*LANGUAGES, "fi", "ar")), words, max_size=5)


def values_of(field: Field) -> st.SearchStrategy[str]:
    """Values that a field can have."""
    if field is Field.DATE_TIME:
        return st.datetimes().map(lambda when: f"{when:%Y}".zfill(4) + f"{when:-%m-%dT%H:%M}")
    if field in FIELD_CHOICES:
        return st.sampled_from(FIELD_CHOICES[field])
    return WORDS.filter(lambda text: bool(text.strip()))


@st.composite
def writes_at_random(draw: st.DrawFn) -> Writes:
    """Anything that a step or an answer may write."""
    filled = draw(st.lists(st.sampled_from([each for each in Field if each is not Field.DATE_TIME]), max_size=2))
    return Writes(
        outcome=draw(st.none() | st.sampled_from(OUTCOMES)),
        creates=tuple(draw(st.lists(st.sampled_from(Creation), unique=True, max_size=3))),
        stage=draw(st.none() | st.sampled_from(("contact", "agreement", "own.contact.3f2a9c"))),
        do_not_call=draw(st.booleans()),
        do_not_contact=draw(st.booleans()),
        fill={field: draw(values_of(field)) for field in filled},
    )


FIELDS = st.lists(st.sampled_from(Field), unique=True, max_size=3).map(tuple)


@st.composite
def any_scripts(draw: st.DrawFn, most: int = 6) -> Script:
    """Scripts of any shape, most of them broken: answers that lead nowhere, loops, steps without answers."""
    keys = draw(st.lists(KEYS, min_size=1, max_size=most, unique=True))
    goals = st.sampled_from([*keys, *keys, *keys, "nowhere"])
    nodes = []
    for key in keys:
        log = draw(FIELDS)
        answers = tuple(
            Answer(each, draw(texts_at_random()), draw(goals), draw(writes_at_random()), draw(_some_of(log)))
            for each in draw(st.lists(KEYS, unique=True, max_size=3))
        )
        kind = draw(st.sampled_from(NodeKind))
        text = draw(texts_at_random())
        nodes.append(Node(key, kind, text, answers, log, draw(writes_at_random()), draw(_some_of(log))))
    return Script(
        key=draw(KEYS),
        version=draw(st.integers(1, 100_000)),
        start=draw(goals),
        nodes=tuple(nodes),
        title=draw(texts_at_random()),
        required_on_close=tuple(draw(st.lists(st.sampled_from((*CLOSING, *Field)), unique=True, max_size=4))),
        placeholders=tuple(draw(st.lists(st.sampled_from(KNOWN_PLACEHOLDERS), unique=True))),
    )


def _some_of(log: tuple[Field, ...]) -> st.SearchStrategy[tuple[Field, ...]]:
    return st.lists(st.sampled_from(log), unique=True).map(tuple) if log else st.just(())


@st.composite
def any_shapes(draw: st.DrawFn, most: int = 6) -> Script:
    """Steps that lead anywhere, with good texts and few outcomes: about half of them can be put to use."""
    keys = [f"s{number}" for number in range(draw(st.integers(1, most)))]
    goals = st.sampled_from([*keys, *["end"] * len(keys), "nowhere"] if draw(st.booleans()) else [*keys, "end"])
    said = st.none() | st.sampled_from(OUTCOMES)
    nodes = [
        step(
            key,
            *(answer(f"a{n}", goal, outcome=draw(said)) for n, goal in enumerate(draw(st.lists(goals, max_size=3)))),
            outcome=draw(said),
        )
        for key in keys
    ]
    return script(*nodes, end(outcome=draw(said)), required_on_close=draw(st.sampled_from(((), ("outcome",)))))


@st.composite
def sound_scripts(draw: st.DrawFn, most: int = 6) -> Script:
    """Scripts without errors: every step leads on to the next one and maybe elsewhere, the last to every end."""
    count, ends = draw(st.integers(1, most)), draw(st.integers(1, 3))
    keys = [f"step{number}" for number in range(count)]
    end_keys = [f"end{number}" for number in range(ends)]
    nodes = []
    for number, key in enumerate(keys):
        onward = [keys[number + 1]] if number + 1 < count else end_keys
        goals = [*onward, *draw(st.lists(st.sampled_from([*keys, *end_keys]), max_size=2))]
        log = draw(FIELDS)
        answers = tuple(
            Answer(f"a{place}", texts("Go on"), goal, draw(writes_at_random()), draw(_some_of(log)))
            for place, goal in enumerate(goals)
        )
        kind = draw(st.sampled_from((NodeKind.SAY, NodeKind.ASK, NodeKind.INSTRUCTION)))
        nodes.append(Node(key, kind, texts(), answers, log, draw(writes_at_random()), draw(_some_of(log))))
    for key in end_keys:
        writes = draw(writes_at_random())
        nodes.append(Node(key, NodeKind.END, texts(), writes=writes if writes.outcome else Writes(outcome="not_now")))
    return Script("random", 1, keys[0], tuple(nodes), required_on_close=("outcome",))


def fields_at_random(draw: st.DrawFn, node: Node, chosen: Answer) -> Mapping[str, str]:
    """Values for everything that is required, and for some of what may be noted besides."""
    required = {*node.required, *chosen.required}
    return {field: draw(values_of(field)) for field in node.log if field in required or draw(st.booleans())}
