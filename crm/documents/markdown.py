"""Simple Markdown to HTML: headings, paragraphs, lists, bold and italics. No HTML, links, pictures or code."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_RULES = ("heading", "list", "emphasis", "escape", "newline", "hr")
_FIRST, _LAST = 2, 4


def as_html(text: str, *, first: int = _FIRST) -> Markup:
    """``text`` as safe HTML. Its headings begin at level ``first``: the page has the one above them."""
    tokens = _reader().parse(text)
    _set_levels(tokens, first)
    reader = _reader()
    # Made by the renderer from tokens of the rules above; whatever else stands in the text is escaped.
    return Markup(reader.renderer.render(tokens, reader.options, {}))


def _set_levels(tokens: Sequence["Token"], first: int) -> None:
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            level = min(max(int(token.tag[1:]) + first - 2, first), _LAST)
            token.tag = f"h{level}"


@cache
def _reader() -> "MarkdownIt":
    # Imported on first use: few pages show such a text.
    from markdown_it import MarkdownIt

    return MarkdownIt("zero", {"html": False}).enable(list(_RULES))
