"""A script as a picture: SVG made on the server, without style or script, so that it works under a strict policy.

Kinds of steps differ in shape, not only in colour. Each answer has a number, in its step and where its arrow begins.
Colours are classes; presentation attributes are the fallback where no style sheet is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from outreach.scripts.definition import Answer, Node, NodeKind, Script, in_language
from outreach.scripts.graph import graph_of, reachable
from outreach.scripts.layout import Arrow, Box, Layout, Point, lay_out
from outreach.scripts.shapes import INK, PAPER, outline, plain, short, tip, way
from outreach.scripts.wrapping import shortened, wrapped

WIDTH = 240.0
_PAD = 12.0
_LINE, _ROW, _HEAD = 17.0, 16.0, 18.0
_LETTERS, _SMALL_LETTERS = 32, 34
_LINES = 3


@dataclass(frozen=True)
class DrawingWords:
    """What a drawing says about itself, in the reader's language. ``about`` gets ``%(steps)s`` and ``%(ends)s``."""

    kinds: Mapping[NodeKind, str] = field(
        default_factory=lambda: {
            NodeKind.SAY: "Say",
            NodeKind.ASK: "Ask",
            NodeKind.INSTRUCTION: "Do",
            NodeKind.END: "End",
        }
    )
    unreachable: str = "Nothing leads here"
    dead_end: str = "Leads nowhere"
    about: str = "%(steps)s steps, %(ends)s of them ends. Each step is listed with its answers beside the drawing."


@dataclass(frozen=True)
class _Reader:
    """Whom a drawing is for, and what there is to say about each step."""

    language: str
    words: DrawingWords
    keys: frozenset[str]
    reached: frozenset[str]
    first: str
    here: str | None

    def leads_nowhere(self, node: Node) -> bool:
        return not node.is_end and (not node.answers or any(self.is_loose(answer) for answer in node.answers))

    def is_loose(self, answer: Answer) -> bool:
        return answer.goto not in self.keys

    def marks(self, node: Node) -> list[str]:
        found = [] if node.key in self.reached else [self.words.unreachable]
        return found + ([self.words.dead_end] if self.leads_nowhere(node) else [])

    def text_lines(self, node: Node) -> list[str]:
        return wrapped(plain(in_language(node.text, self.language)), width=_LETTERS, most=_LINES)

    def height(self, node: Node) -> float:
        rows = len(self.marks(node)) + len(node.answers)
        return 2 * _PAD + _HEAD + rows * _ROW + len(self.text_lines(node)) * _LINE


def draw(
    script: Script,
    *,
    language: str = "en",
    words: DrawingWords | None = None,
    id_prefix: str = "script",
    here: str | None = None,
) -> Markup:
    """The drawing of ``script``, broken ones too. The same script gives the same text.

    ``id_prefix`` keeps two drawings on one page apart; a step has the id ``script-step-KEY``, and ``here`` is the step
    at which somebody is. A drawing is one image to a screen reader: list the steps
    beside it.
    """
    reader = _reader(script, language, words, here)
    layout = _laid_out(script, reader)
    nodes = {node.key: node for node in script.nodes}
    inner = [_arrow(layout, arrow, nodes[arrow.source]) for arrow in layout.arrows]
    inner += [_step(reader, node, layout.boxes[node.key], id_prefix) for node in nodes.values()]
    ends = sum(node.is_end for node in nodes.values())
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="script-drawing" role="img" '
        'aria-labelledby="{id}-title {id}-desc" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif"><title id="{id}-title">{title}</title>'
        '<desc id="{id}-desc">{about}</desc>{inner}</svg>'
    ).format(
        id=id_prefix,
        width=short(layout.width),
        height=short(layout.height),
        title=plain(in_language(script.title, language) or script.key),
        about=plain(reader.words.about % {"steps": len(nodes), "ends": ends}),
        inner=Markup("").join(inner),
    )


def layout_of(script: Script, *, language: str = "en", words: DrawingWords | None = None) -> Layout:
    """Where ``draw`` puts each step."""
    return _laid_out(script, _reader(script, language, words))


def _reader(script: Script, language: str, words: DrawingWords | None, here: str | None = None) -> _Reader:
    graph = graph_of(script)
    reached = frozenset(reachable(graph, [script.start]))
    return _Reader(language, words or DrawingWords(), frozenset(graph), reached, script.start, here)


def _laid_out(script: Script, reader: _Reader) -> Layout:
    sizes = {node.key: (WIDTH, reader.height(node)) for node in script.nodes}
    return lay_out(graph_of(script), script.start, sizes)


def _step(reader: _Reader, node: Node, box: Box, id_prefix: str) -> Markup:
    """One step: its outline, its heading, what is wrong with it, its text, its answers."""
    marks = reader.marks(node)
    heading = f"{reader.words.kinds[node.kind]}: {node.key}"
    title = ". ".join([heading, *marks, plain(in_language(node.text, reader.language))])
    rows = [Markup("").join(outline(node.kind, box))]
    y = box.y + _PAD + 10
    rows.append(_line(box, y, shortened(heading, _SMALL_LETTERS), "script-step-head"))
    y += _HEAD
    for mark in marks:
        rows.append(_line(box, y, shortened(f"⚠ {mark}", _SMALL_LETTERS), "script-step-mark"))
        y += _ROW
    for line in reader.text_lines(node):
        rows.append(_line(box, y, line, "script-step-text"))
        y += _LINE
    for number, answer in enumerate(node.answers, 1):
        rows.append(_line(box, y, _answer_text(reader, number, answer), "script-step-answer"))
        y += _ROW
    classes = ["script-step", f"script-{node.kind.value}"]
    classes += ["script-first"] if node.key == reader.first else []
    classes += ["script-here"] if node.key == reader.here else []
    classes += ["script-unreachable"] if node.key not in reader.reached else []
    classes += ["script-dead-end"] if reader.leads_nowhere(node) else []
    return Markup('<g class="{classes}" id="{id}-step-{key}"><title>{title}</title>{rows}{ports}</g>').format(
        classes=" ".join(classes),
        id=id_prefix,
        key=node.key,
        title=title,
        rows=Markup("").join(rows),
        ports=_ports(reader, node, box),
    )


def _answer_text(reader: _Reader, number: int, answer: Answer) -> str:
    label = plain(in_language(answer.label, reader.language)) or answer.key
    text = f"{number}  {label}"
    return shortened(f"{text} → ?" if reader.is_loose(answer) else text, _SMALL_LETTERS)


def _line(box: Box, y: float, text: str, name: str) -> Markup:
    return Markup('<text class="{name}" x="{x}" y="{y}" font-size="{size}" fill="{fill}">{text}</text>').format(
        name=name, x=short(box.x + _PAD), y=short(y), size=13 if name.endswith("text") else 12, fill=INK, text=text
    )


def _port(node: Node, box: Box, number: int) -> Point:
    """Where the arrow of the answer with this number begins."""
    return round(box.x + box.width * number / (len(node.answers) + 1), 1), box.bottom


def _ports(reader: _Reader, node: Node, box: Box) -> Markup:
    if node.is_end:
        return Markup("")
    shown = [number for number, answer in enumerate(node.answers, 1) if not reader.is_loose(answer)]
    return Markup("").join(
        Markup(
            '<circle class="script-port" cx="{x}" cy="{y}" r="8" fill="{paper}" stroke="{ink}"/>'
            '<text class="script-port-number" x="{x}" y="{below}" font-size="10" text-anchor="middle" '
            'fill="{ink}">{number}</text>'
        ).format(x=short(x), y=short(y), below=short(y + 3.5), number=number, paper=PAPER, ink=INK)
        for number in shown
        for x, y in [_port(node, box, number)]
    )


def _arrow(layout: Layout, arrow: Arrow, source: Node) -> Markup:
    """The lines of all answers that lead from one step to another, and one point at their end."""
    box, target = layout.boxes[arrow.source], layout.boxes[arrow.target]
    numbers = [number for number, answer in enumerate(source.answers, 1) if answer.goto == arrow.target]
    bottom = layout.rows[box.row][1]
    lines = [way(arrow, _port(source, box, number), bottom, (target.middle, target.y)) for number in numbers]
    name = "script-arrow script-arrow-back" if arrow.is_aside else "script-arrow"
    dashes = Markup(' stroke-dasharray="3 3"') if arrow.is_aside else Markup("")
    paths = Markup("").join(
        Markup('<path d="{way}" fill="none" stroke="{ink}"{dashes}/>').format(way=line, ink=INK, dashes=dashes)
        for line in lines
    )
    return Markup('<g class="{name}">{paths}<polygon points="{tip}" fill="{ink}"/></g>').format(
        name=name, paths=paths, tip=tip(target), ink=INK
    )
