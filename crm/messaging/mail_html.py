"""The HTML part of a mail, made from its text: no remote image, no tracking, a link alone on its line is a
button."""

import re
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from markupsafe import Markup, escape

# Mail programs ignore style sheets more often than not, so the few styles stand on the elements.
_BODY = "margin:0;padding:24px 12px;background:#f3f4f6;color:#1c2430"
_SHEET = "max-width:560px;margin:0 auto;padding:28px;background:#ffffff;border-radius:8px"
_TEXT = "margin:0 0 16px;font:16px/1.55 -apple-system,'Segoe UI',Roboto,Arial,sans-serif;overflow-wrap:anywhere"
_BUTTON = (
    "display:inline-block;padding:12px 20px;background:#14497a;color:#ffffff;border-radius:6px;"
    "text-decoration:none;font-weight:bold"
)
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
_GAP = re.compile(r"\n\s*\n")
_SMALL = "margin:0;font:12px/1.4 monospace;color:#5b6675;overflow-wrap:anywhere"


def html_of(text: str, *, language: str, title: str = "", button: str | None = None) -> str:
    """A whole document for ``text``: paragraphs where it has empty lines, links as links.

    A paragraph that is nothing but a link becomes a button; it is labelled with ``button`` or with the
    line of text before it, and the address stands below it, so that everybody sees where it leads.
    """
    parts = [part.strip() for part in _GAP.split(text.replace("\r\n", "\n")) if part.strip()]
    body = "\n".join(_paragraph(part, button) for part in parts)
    direction = direction_of(language)
    return (
        f'<!doctype html>\n<html lang="{escape(language)}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>\n</head>\n'
        f'<body style="{_BODY}">\n<div dir="{direction}" style="{_SHEET}">\n{body}\n</div>\n</body>\n</html>\n'
    )


@lru_cache(maxsize=64)
def direction_of(language: str) -> str:
    """``ltr`` or ``rtl``."""
    try:
        return Locale.parse(language, sep="-" if "-" in language else "_").text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"


def linked(text: str) -> Markup:
    """``text`` escaped, with its addresses as links and its line breaks kept."""
    pieces: list[str] = []
    end = 0
    for found in _LINK.finditer(text):
        url = escape(found.group())
        pieces.append(f'{escape(text[end : found.start()])}<a href="{url}">{url}</a>')
        end = found.end()
    pieces.append(escape(text[end:]))
    return Markup("".join(pieces).replace("\n", "<br>\n"))


def _paragraph(text: str, button: str | None) -> str:
    *before, last = text.split("\n")
    if not _LINK.fullmatch(last.strip()):
        return f'<p style="{_TEXT}">{linked(text)}</p>'
    label = button or (before.pop().rstrip(" :") if before else "")
    rest = "\n".join(before)
    lead = f'<p style="{_TEXT}">{linked(rest)}</p>\n' if rest else ""
    url = escape(last.strip())
    if not label:
        return f'{lead}<p style="{_TEXT}"><a href="{url}">{url}</a></p>'
    return (
        f'{lead}<p style="{_TEXT}"><a href="{url}" style="{_BUTTON}">{escape(label)}</a></p>\n'
        f'<p style="{_SMALL}">{url}</p>'
    )
