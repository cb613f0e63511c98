"""Bars and funnels as small SVG, drawn on the server: no script, and they work in mail and PDF.

Colours are classes (app-charts.css), with presentation attributes as the fallback where no style sheet is.
Line charts are in crm/web/linechart.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from crm.web.filters import show_number, show_percent

# What a colour is where the style sheet does not reach.
FALLBACK = {
    "info": "#0b5c6b",
    "success": "#068718",
    "warning": "#a56b12",
    "danger": "#b3261e",
    "brand2": "#5b3fa8",
    "neutral": "#5c6b75",
}


@dataclass(frozen=True)
class BarRow:
    """One row of a list of bars: label, value, how it reads ("68 %"), and a small line below."""

    label: str
    value: float
    text: str
    color: str = "info"
    target: float | None = None
    note: str = ""


def _width(value: float, maximum: float) -> float:
    return round(100 * min(max(value / maximum, 0.0), 1.0), 2) if maximum > 0 else 0.0


def bar_svg(value: float | None, *, target: float | None = None, maximum: float = 100, color: str = "info") -> Markup:
    """A bar from 0 to ``maximum``, with a mark at ``target``. Decoration: its number stands beside it.

    A value beyond the maximum fills the bar; None (no base) leaves it empty.
    """
    mark = Markup("")
    if target is not None:
        mark = Markup(
            '<line class="bar-t" x1="{at}" x2="{at}" y1="0" y2="12" stroke="#14202a" stroke-width="2" '
            'vector-effect="non-scaling-stroke"/>'
        ).format(at=min(max(_width(target, maximum), 0.5), 99.5))
    return Markup(
        '<svg class="bar bar-{color}" viewBox="0 0 100 12" preserveAspectRatio="none" '
        'aria-hidden="true" focusable="false">'
        '<rect class="bar-bg" x="0" y="2" width="100" height="8" fill="#e6e9eb"/>'
        '<rect class="bar-v" x="0" y="2" width="{width}" height="8" fill="{fill}"/>{mark}</svg>'
    ).format(color=color, width=_width(value or 0, maximum), fill=FALLBACK.get(color, FALLBACK["info"]), mark=mark)


def bars(rows: Sequence[BarRow], *, maximum: float | None = None) -> Markup:
    """A list of bars on one scale, each with label and value as text; a screen reader hears a list."""
    top = maximum if maximum is not None else max((row.value for row in rows), default=0)
    items = Markup("").join(
        Markup('<li><span class="fun-l">{label}</span> <span class="fun-n">{text}</span>{bar}{note}</li>').format(
            label=row.label,
            text=row.text,
            note=_note(row.note),
            bar=bar_svg(row.value, target=row.target, maximum=top, color=row.color),
        )
        for row in rows
    )
    return Markup('<ul class="fun">{}</ul>').format(items)


def _note(text: str) -> Markup:
    return Markup('<span class="fun-p sub">{}</span>').format(text) if text else Markup("")


def funnel(steps: Sequence[tuple[str, int]]) -> Markup:
    """Steps that people pass, each with its share of the step before. An empty step gives no share."""
    top = max((count for _label, count in steps), default=0)
    items, before = [], None
    for label, count in steps:
        share: float | None = None if not before else count / before
        note = _("Start") if before is None else _("%(share)s of the previous step", share=show_percent(share))
        items.append(
            Markup('<li><span class="fun-l">{label}</span> <span class="fun-n">{count}</span>{bar}{note}</li>').format(
                label=label, count=show_number(count), bar=bar_svg(count, maximum=top), note=_note(note)
            )
        )
        before = count
    return Markup('<ol class="fun">{}</ol>').format(Markup("").join(items))
