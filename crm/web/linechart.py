"""A line chart as SVG: wide, with names at the lines' ends, and narrow for phones, with a legend.

The same numbers stand in a table below ("Show as table"); title and description are for screen readers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from flask_babel import gettext as _
from markupsafe import Markup

from crm.web.chart_geometry import Frame, nice_ticks, spread_apart, unbroken_runs
from crm.web.filters import show_number

_LETTER = 8
"""How wide a letter of the axis is at most, with the space around it."""
STROKES = ("#0b5c6b", "#5b3fa8", "#a56b12", "#5c6b75")


@dataclass(frozen=True)
class Series:
    """A line: a value for each period, None where there is none (a gap, never a zero)."""

    label: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Level:
    """A horizontal line to compare with: a target, or the lowest value that is acceptable."""

    label: str
    value: float
    kind: Literal["target", "floor"] = "target"


@dataclass(frozen=True)
class LineChart:
    """What is drawn. ``key`` is unique on the page. ``unit`` follows each number in texts (" %").

    ``description`` tells in a sentence or two what the picture shows, for those who do not see it.
    """

    key: str
    title: str
    description: str
    periods: Sequence[str]
    series: Sequence[Series]
    levels: Sequence[Level] = ()
    unit: str = ""
    caption: str = ""
    digits: int = 0


def _ticks(chart: LineChart) -> list[float]:
    values = [value for line in chart.series for value in line.values if value is not None]
    values += [level.value for level in chart.levels]
    if not values:
        return nice_ticks(0, 100)
    low, high = min(values), max(values)
    ticks = nice_ticks(low, high if high > low else low + 1)
    # Things that are counted have no halves.
    whole = [tick for tick in ticks if tick == int(tick)]
    return whole if len(whole) > 1 and chart.digits == 0 else ticks


def _frame(chart: LineChart, ticks: Sequence[float], *, wide: bool) -> Frame:
    sizes = (720, 280, 40, 560, 14, 250) if wide else (340, 240, 34, 326, 10, 212)
    return Frame(*sizes, low=ticks[0], high=ticks[-1], periods=len(chart.periods))


def _grid(frame: Frame, ticks: Sequence[float]) -> Markup:
    line = Markup(
        '<line class="ch-grid" x1="{left}" x2="{right}" y1="{y}" y2="{y}" stroke="#d5dadd"/>'
        '<text class="ch-tx" x="{at}" y="{base}" text-anchor="end">{text}</text>'
    )
    return Markup("").join(
        line.format(
            left=frame.left,
            right=frame.right,
            y=frame.y(tick),
            at=frame.left - 6,
            base=frame.y(tick) + 4,
            text=show_number(tick),
        )
        for tick in ticks
    )


def _axis(frame: Frame, chart: LineChart, *, room: int) -> Markup:
    """Names of the periods, as many as fit; the last one always."""
    longest = max(map(len, chart.periods), default=0)
    fit = max(2, int((frame.right - frame.left) / (_LETTER * (longest + 1))))
    step = max(1, math.ceil(len(chart.periods) / min(room, fit)))
    last = len(chart.periods) - 1
    text = Markup('<text class="ch-tx" x="{x}" y="{y}" text-anchor="{anchor}">{name}</text>')
    return Markup("").join(
        text.format(x=frame.x(index), y=frame.bottom + 20, name=name, anchor=_anchor(index, last, wide=room > 6))
        for index, name in enumerate(chart.periods)
        if (last - index) % step == 0
    )


def _anchor(index: int, last: int, *, wide: bool) -> str:
    """The outer names of the narrow drawing stay inside it."""
    if wide:
        return "middle"
    return "end" if index == last and last > 0 else "start" if index == 0 and last > 0 else "middle"


def _levels(frame: Frame, chart: LineChart) -> Markup:
    line = Markup(
        '<line class="ch-{kind}" x1="{left}" x2="{right}" y1="{y}" y2="{y}" stroke="#14202a" stroke-dasharray="6 4"/>'
    )
    return Markup("").join(
        line.format(kind=level.kind, left=frame.left, right=frame.right, y=frame.y(level.value))
        for level in chart.levels
    )


def _point(x: float, y: float, number: int) -> Markup:
    """Round, square, and so on: lines differ in form too, not in colour alone."""
    fill = STROKES[number % 4]
    if number % 2 == 0:
        return Markup('<circle class="ch-p ch-{}" cx="{}" cy="{}" r="4" fill="{}"/>').format(number % 4 + 1, x, y, fill)
    square = Markup('<rect class="ch-p ch-{}" x="{}" y="{}" width="7" height="7" fill="{}"/>')
    return square.format(number % 4 + 1, round(x - 3.5, 1), round(y - 3.5, 1), fill)


def _lines(frame: Frame, chart: LineChart) -> Markup:
    parts = []
    for number, line in enumerate(chart.series):
        for run in unbroken_runs(line.values):
            points = " ".join(f"{frame.x(index)},{frame.y(value)}" for index, value in run)
            parts.append(
                Markup('<polyline class="ch-l ch-{}" points="{}" fill="none" stroke="{}" stroke-width="2.5"/>').format(
                    number % 4 + 1, points, STROKES[number % 4]
                )
            )
            parts.extend(_point(frame.x(index), frame.y(value), number) for index, value in run)
    return Markup("").join(parts)


def _last(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)


def _number(chart: LineChart, value: float) -> str:
    return f"{show_number(value, chart.digits)}{chart.unit}"


def _end_labels(frame: Frame, chart: LineChart) -> Markup:
    labels = [
        (
            frame.y(value),
            f"{line.label} {_number(chart, value)}",
            f"ch-t ch-{number % 4 + 1} ch-b",
            STROKES[number % 4],
        )
        for number, line in enumerate(chart.series)
        if (value := _last(line.values)) is not None
    ]
    labels += [
        (frame.y(level.value), f"{level.label} {_number(chart, level.value)}", "", "#14202a") for level in chart.levels
    ]
    labels.sort(key=lambda label: label[0])
    places = spread_apart([label[0] for label in labels], gap=18, top=frame.top, bottom=frame.bottom)
    text = Markup('<text class="ch-tx {name}" x="{x}" y="{y}" fill="{fill}">{words}</text>')
    return Markup("").join(
        text.format(name=name, x=frame.right + 10, y=place + 4, fill=fill, words=words)
        for place, (_y, words, name, fill) in zip(places, labels, strict=True)
    )


def _svg(chart: LineChart, *, wide: bool) -> Markup:
    ticks = _ticks(chart)
    frame = _frame(chart, ticks, wide=wide)
    key = f"{chart.key}-{'w' if wide else 'n'}"
    inside = (
        _grid(frame, ticks) + _axis(frame, chart, room=12 if wide else 6) + _levels(frame, chart) + _lines(frame, chart)
    )
    return Markup(
        '<svg class="ch ch-{size}" viewBox="0 0 {width} {height}" role="img" '
        'aria-labelledby="{key}-t {key}-d" '
        'direction="ltr" font-family="sans-serif" font-size="14" focusable="false">'
        '<title id="{key}-t">{title}</title><desc id="{key}-d">{description}</desc>{inside}{labels}</svg>'
    ).format(
        size="w" if wide else "n",
        width=frame.width,
        height=frame.height,
        key=key,
        title=chart.title,
        description=chart.description,
        inside=inside,
        labels=_end_labels(frame, chart) if wide else "",
    )


def _legend(chart: LineChart) -> Markup:
    """Names and last values above the narrow chart. Screen readers have the description and the table."""
    sample = Markup('<span><svg viewBox="0 0 24 10">{}</svg> {}</span>')
    parts = [
        sample.format(
            Markup('<line class="ch-l ch-{}" x1="0" x2="24" y1="5" y2="5"/>').format(number % 4 + 1)
            + _point(12, 5, number),
            f"{line.label} {_number(chart, value)}" if (value := _last(line.values)) is not None else line.label,
        )
        for number, line in enumerate(chart.series)
    ]
    parts += [
        sample.format(
            Markup('<line class="ch-{}" x1="0" x2="24" y1="5" y2="5"/>').format(level.kind),
            f"{level.label} {_number(chart, level.value)}",
        )
        for level in chart.levels
    ]
    return Markup('<p class="leg" aria-hidden="true">{}</p>').format(Markup("").join(parts))


def data_table(chart: LineChart) -> Markup:
    """The numbers of a chart as a table; a gap is a dash."""
    head = Markup("").join(Markup('<th scope="col" class="num">{}</th>').format(line.label) for line in chart.series)
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            period,
            Markup("").join(
                Markup('<td class="num">{}</td>').format(
                    "–" if (value := line.values[index]) is None else _number(chart, value)
                )
                for line in chart.series
            ),
        )
        for index, period in enumerate(chart.periods)
    )
    return Markup(
        '<div class="tblwrap" tabindex="0" role="region" aria-label="{title}">'
        '<table class="ds-table dense" data-color="neutral">'
        '<caption class="ds-sr-only">{title}</caption>'
        '<thead><tr><th scope="col">{period}</th>{head}</tr></thead>'
        "<tbody>{rows}</tbody></table></div>"
    ).format(title=chart.title, period=_("Period"), head=head, rows=rows)


def line_chart(chart: LineChart, *, with_table: bool = True) -> Markup:
    """The whole figure: legend, wide and narrow drawing (one is shown), caption, and the table to unfold."""
    caption = Markup('<figcaption class="sub">{}</figcaption>').format(chart.caption) if chart.caption else Markup("")
    table = (
        Markup('<details class="ds-details"><summary>{}</summary><div>{}</div></details>').format(
            _("Show as table"), data_table(chart)
        )
        if with_table
        else Markup("")
    )
    return Markup('<figure class="fig">{}{}{}{}</figure>{}').format(
        _legend(chart), _svg(chart, wide=True), _svg(chart, wide=False), caption, table
    )
