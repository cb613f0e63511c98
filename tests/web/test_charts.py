"""Charts and the ways of writing numbers and dates."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from crm.web.chart_geometry import nice_ticks, spread_apart
from crm.web.charts import BarRow, bar_svg, bars, funnel
from crm.web.filters import show_date, show_datetime, show_number, show_percent, tel
from crm.web.linechart import LineChart, Series, line_chart
from tests.web.sink import CHART


@pytest.fixture(autouse=True)
def in_a_page(shell_app: Flask) -> Iterator[None]:
    with shell_app.test_request_context("/?lang=sv"):
        yield


def _drawings(html: Markup) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html)]


def test_a_chart_has_a_title_a_description_and_its_numbers_as_a_table() -> None:
    html = line_chart(CHART)
    drawing = next(each for each in _drawings(html) if each.get("class") == "ch ch-w")
    assert drawing.findtext("title") == CHART.title
    assert drawing.findtext("desc") == CHART.description
    assert html.count('<th scope="row">') == len(CHART.periods)


def test_a_period_without_a_value_is_a_gap_and_not_a_zero() -> None:
    drawing = next(each for each in _drawings(line_chart(CHART)) if each.get("class") == "ch ch-w")
    assert len(drawing.findall("polyline")) == 3
    assert "–" in line_chart(CHART)


def test_a_chart_without_values_still_draws() -> None:
    empty = LineChart("e", "Nothing yet", "There is nothing.", ["Jan"], [Series("A", [None])])
    assert "ch-grid" in line_chart(empty)


def test_names_in_a_chart_are_escaped() -> None:
    assert "<script" not in bars([BarRow("<script>", 1, "<script>")])
    assert "<script" not in funnel([("<script>", 1)])
    chart = LineChart("x", "<script>", "<script>", ["<script>"], [Series("<script>", [1])], caption="<script>")
    assert "<script" not in line_chart(chart)


@pytest.mark.parametrize(("value", "width"), [(50, "50.0"), (-3, "0.0"), (250, "100.0"), (None, "0.0")])
def test_a_bar_stays_inside_its_frame(value: float | None, width: str) -> None:
    assert f'width="{width}" height="8" fill="#0b5c6b"' in bar_svg(value)


def test_a_funnel_that_begins_with_nobody_shows_no_share() -> None:
    assert "%" not in re.sub(r"<svg.*?</svg>", "", funnel([("Contacted", 0), ("Met", 0)])).replace("–", "")[:120]


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6))
def test_ticks_enclose_the_values_and_are_few(low: float, span: float) -> None:
    ticks = nice_ticks(low, low + span)
    step = ticks[1] - ticks[0]
    assert ticks[0] <= low + step * 1e-6
    assert ticks[-1] >= low + span - step * 1e-6
    assert 2 <= len(ticks) <= 8


@given(st.lists(st.floats(0, 250), max_size=6))
def test_names_at_the_ends_of_lines_never_overlap(wanted: list[float]) -> None:
    places = spread_apart(sorted(wanted), gap=18, top=0, bottom=250)
    assert all(later - earlier >= 17.8 for earlier, later in pairwise(places))


def test_numbers_and_shares_are_written_as_in_the_readers_language() -> None:
    assert show_number(1234567).replace("\xa0", " ") == "1 234 567"
    assert show_number(3.14159, 2) == "3,14"
    assert show_percent(0.68).replace("\xa0", " ") == "68 %"
    assert show_percent(None) == "–"


def test_an_instant_is_shown_in_the_units_time_zone() -> None:
    instant = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert show_datetime(instant) == "23 nov. 2026 00:30"
    assert show_date(instant) == "23 nov. 2026"
    assert show_date(date(2026, 11, 22)) == "22 nov. 2026"


def test_dates_in_english_begin_with_the_day(shell_app: Flask) -> None:
    with shell_app.test_request_context("/?lang=en"):
        assert show_date(date(2026, 11, 22)) == "22 Nov 2026"


def test_a_telephone_link_holds_digits_only() -> None:
    assert tel("+46 (0)70-123 45 67") == "+460701234567"
    assert tel("090-12 34 56") == "090123456"
