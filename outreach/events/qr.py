"""The code of an invitation, which is scanned at the door."""

from io import BytesIO

import segno
from markupsafe import Markup


def svg_of(link: str) -> Markup:
    """The code as inline SVG: no style, no script, black on white in dark pages too."""
    code = segno.make(link, error="m", micro=False)
    svg: str = code.svg_inline(scale=5, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return Markup(svg)


def png_of(link: str) -> bytes:
    """The code as a picture, to go with a mail."""
    out = BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="png", scale=8, border=4)
    return out.getvalue()
