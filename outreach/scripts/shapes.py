"""The shapes of a drawing: outlines that tell the kinds of steps apart without colour, arrows, numbers in SVG."""

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from outreach.scripts.definition import NodeKind
from outreach.scripts.layout import Arrow, Box, Point

INK, PAPER = "#14202a", "#ffffff"


def outline(kind: NodeKind, box: Box) -> list[Markup]:
    """Say: round corners. Ask: cut corners. Instruction: a dashed line. End: a double line."""
    if kind is NodeKind.ASK:
        return [_cut_corners(box)]
    radius = 14 if kind is NodeKind.SAY else 2
    dashes = Markup(' stroke-dasharray="6 4"') if kind is NodeKind.INSTRUCTION else Markup("")
    shapes = [_rect(box, 0.0, radius, dashes)]
    return [*shapes, _rect(box, 4.0, radius, dashes)] if kind is NodeKind.END else shapes


def _rect(box: Box, inset: float, radius: int, more: Markup) -> Markup:
    return Markup(
        '<rect class="script-shape" x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}" '
        'fill="{fill}" stroke="{stroke}"{more}/>'
    ).format(
        x=short(box.x + inset),
        y=short(box.y + inset),
        width=short(box.width - 2 * inset),
        height=short(box.height - 2 * inset),
        radius=radius,
        fill="none" if inset else PAPER,
        stroke=INK,
        more=more,
    )


def _cut_corners(box: Box) -> Markup:
    right, cut = box.x + box.width, 12.0
    corners = [
        (box.x + cut, box.y), (right - cut, box.y), (right, box.y + cut), (right, box.bottom - cut),
        (right - cut, box.bottom), (box.x + cut, box.bottom), (box.x, box.bottom - cut), (box.x, box.y + cut),
    ]  # fmt: skip
    points = " ".join(f"{short(x)},{short(y)}" for x, y in corners)
    return Markup('<polygon class="script-shape" points="{points}" fill="{fill}" stroke="{stroke}"/>').format(
        points=points, fill=PAPER, stroke=INK
    )


def tip(target: Box) -> str:
    x, y = target.middle, target.y
    return " ".join(f"{short(a)},{short(b)}" for a, b in ((x, y), (x - 5, y - 8), (x + 5, y - 8)))


def way(arrow: Arrow, start: Point, bottom: float, goal: Point) -> str:
    """Straight down past its own row, then from row to row in curves; aside, in right angles."""
    if arrow.is_aside:
        first, *rest = arrow.points
        corners = [start, (start[0], first[1]), first, *rest, goal]
        return "M " + " L ".join(pair(corner) for corner in corners)
    points = [(start[0], bottom), *arrow.points, goal]
    parts = [f"M {pair(start)} L {pair(points[0])}"]
    for number, (here, there) in enumerate(pairwise(points)):
        # Every second stretch passes a row and is straight; the others cross the gap between two rows.
        parts.append(f"L {pair(there)}" if number % 2 else _curve(here, there))
    return " ".join(parts)


def _curve(here: Point, there: Point) -> str:
    half = (here[1] + there[1]) / 2
    return f"C {pair((here[0], half))} {pair((there[0], half))} {pair(there)}"


def pair(point: Sequence[float]) -> str:
    return f"{short(point[0])} {short(point[1])}"


def short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def plain(text: str) -> str:
    """Without the letters that an XML document may not hold."""
    return "".join(letter for letter in text if letter >= " " or letter == "\n")
