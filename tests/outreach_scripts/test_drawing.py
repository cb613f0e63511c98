"""The drawing of a script: well-formed, still under a strict policy, the same every time, and nothing overlaps."""

import re
import time
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.scripts.definition import Node, NodeKind, Script
from outreach.scripts.drawing import draw, layout_of
from outreach.scripts.layout import Layout
from outreach.scripts.reading import MAX_ANSWERS, MAX_NODES
from outreach.scripts.shipped import shipped_scripts
from outreach.scripts.wrapping import room_of, shortened, wrapped
from tests.outreach_scripts.builders import answer, any_scripts, any_shapes, end, script, step, unhurried

SVG = "{http://www.w3.org/2000/svg}"


def overlaps(layout: Layout) -> list[tuple[str, str]]:
    return [
        (one.key, other.key)
        for one, other in combinations(layout.boxes.values(), 2)
        if one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    ]


def assert_all_inside(layout: Layout) -> None:
    corners = [(box.x, box.y) for box in layout.boxes.values()]
    corners += [(box.x + box.width, box.y + box.height) for box in layout.boxes.values()]
    corners += [point for arrow in layout.arrows for point in arrow.points]
    assert all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in corners)


@unhurried
@given(st.one_of(any_scripts(), any_shapes(most=20)))
def test_steps_never_overlap_and_nothing_stands_outside(any_script: Script) -> None:
    layout = layout_of(any_script)
    assert set(layout.boxes) == {node.key for node in any_script.nodes}
    assert overlaps(layout) == []
    assert_all_inside(layout)


@unhurried
@given(st.one_of(any_scripts(), any_shapes(most=12)))
def test_a_drawing_is_well_formed_and_needs_neither_style_nor_script(any_script: Script) -> None:
    drawn = str(draw(any_script, language="sv"))
    root = ET.fromstring(drawn)
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[1].tag == f"{SVG}desc"
    assert root.get("aria-labelledby") == f"{root[0].get('id')} {root[1].get('id')}"
    for element in root.iter():
        assert element.tag not in (f"{SVG}style", f"{SVG}script", f"{SVG}image", f"{SVG}foreignObject", f"{SVG}a")
        assert not [name for name in element.attrib if name == "style" or name.startswith("on") or "href" in name]
    steps = [each for each in root.iter(f"{SVG}g") if "script-step" in (each.get("class") or "").split()]
    assert len(steps) == len(any_script.nodes)
    assert all(each[0].tag == f"{SVG}title" and each[0].text for each in steps)


@unhurried
@given(any_scripts())
def test_the_same_script_gives_the_same_drawing(any_script: Script) -> None:
    assert draw(any_script) == draw(any_script)


def test_an_arrow_runs_through_no_step() -> None:
    for shipped in shipped_scripts():
        layout = layout_of(shipped)
        for arrow in layout.arrows:
            for x, y in arrow.points:
                inside = [b.key for b in layout.boxes.values() if b.x < x < b.x + b.width and b.y < y < b.y + b.height]
                assert not inside, (arrow, inside)


@unhurried
@given(any_shapes(most=15))
def test_a_long_arrow_passes_beside_the_steps_of_the_rows_between(any_script: Script) -> None:
    layout = layout_of(any_script)
    for arrow in layout.arrows:
        for x, y in [] if arrow.is_aside else arrow.points:
            assert not any(box.x < x < box.x + box.width and box.y <= y <= box.bottom for box in layout.boxes.values())


def test_kinds_of_steps_differ_in_shape() -> None:
    nodes = [Node(kind.value, kind, {"en": "x"}, (answer("a", "end"),)) for kind in NodeKind]
    root = ET.fromstring(str(draw(script(*nodes))))
    shapes = set()
    for group in (each for each in root.iter(f"{SVG}g") if "script-step" in (each.get("class") or "").split()):
        outline = [each for each in group if each.get("class") == "script-shape"]
        shapes.add(tuple((each.tag, each.get("rx"), each.get("stroke-dasharray")) for each in outline))
    assert len(shapes) == len(NodeKind)


def test_what_cannot_be_reached_and_what_leads_nowhere_is_marked_in_words() -> None:
    broken = script(step("a", answer("x", "gone"), answer("y", "end")), step("lost", answer("x", "end")), end())
    root = ET.fromstring(str(draw(broken)))
    words = {each.get("class"): "".join(each.itertext()) for each in root.iter(f"{SVG}g")}
    assert "Leads nowhere" in words["script-step script-ask script-first script-dead-end"]
    assert "1  x → ?" in words["script-step script-ask script-first script-dead-end"]
    assert "Nothing leads here" in words["script-step script-ask script-unreachable"]


def test_an_arrow_back_goes_round_the_side() -> None:
    looped = script(step("a", answer("on", "b")), step("b", answer("back", "a"), answer("out", "end")), end())
    layout = layout_of(looped)
    right = max(box.x + box.width for box in layout.boxes.values())
    (aside,) = [arrow for arrow in layout.arrows if arrow.is_aside]
    assert (aside.source, aside.target) == ("b", "a")
    assert aside.points[0][0] > right


def test_what_stands_in_a_script_cannot_become_markup() -> None:
    nasty = '</text><script>alert("x")</script>&'
    node = Node("a", NodeKind.ASK, {"en": nasty}, (answer("x", "end"),))
    drawn = str(draw(Script("k", 1, "a", (node, end()), title={"en": nasty})))
    assert "<script" not in drawn
    assert ET.fromstring(drawn)[0].text == nasty


def test_the_shipped_scripts_are_drawn_on_a_page_of_reasonable_size() -> None:
    for shipped in shipped_scripts():
        layout = layout_of(shipped)
        assert layout.width < 1200
        assert layout.height < 3000
        assert re.search(r'viewBox="0 0 [\d.]+ [\d.]+"', str(draw(shipped)))


@pytest.mark.parametrize("shape", ["ladder", "everything"])
def test_the_largest_script_is_drawn_soon(shape: str) -> None:
    keys = [f"s{number}" for number in range(MAX_NODES)]
    nodes = []
    for number, key in enumerate(keys):
        goals = keys[number + 1 : number + 1 + MAX_ANSWERS] if shape == "ladder" else keys[-MAX_ANSWERS:]
        nodes.append(step(key, *(answer(f"a{place}", goal) for place, goal in enumerate(goals))))
    begun = time.process_time()
    layout = layout_of(script(*nodes))
    assert time.process_time() - begun < 10
    assert overlaps(layout) == []


@given(st.text(), st.integers(4, 40), st.integers(1, 4))
def test_text_is_broken_into_few_lines_that_fit(text: str, width: int, most: int) -> None:
    lines = wrapped(text, width=width, most=most)
    assert len(lines) <= most
    assert all(room_of(line) <= width for line in lines)
    assert room_of(shortened(text, width)) <= width
    if not any("…" in line for line in lines):
        assert "".join(lines).replace(" ", "") == "".join(text.split())
