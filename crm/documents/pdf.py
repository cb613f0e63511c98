"""Documents as PDF through WeasyPrint, which needs Pango. Nothing is fetched from the network."""

import hashlib
from base64 import b64decode
from typing import cast
from urllib.parse import urlsplit

from flask import current_app

from crm.messaging.mail_html import direction_of
from crm.settings import Settings
from crm.web.assets import asset_path

_PICTURE = "data:image/jpeg;base64,"
_FONTS = ("inter-latin.woff2", "inter-latin-ext.woff2")


class PdfUnavailable(RuntimeError):
    """WeasyPrint cannot work on this machine, usually because Pango is missing."""


def sha256_of(text: str) -> str:
    """The SHA-256 of a text as it is kept: 64 hexadecimal digits over its UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def paper(template: str, *, title: str, language: str, **context: object) -> bytes:
    """A template that extends documents/paper.html as PDF, with title and language in its metadata.

    Raises PdfUnavailable.
    """
    settings = cast(Settings, current_app.extensions["brobygg.settings"])
    page = current_app.jinja_env.get_template(template)
    # Without the frame of a request: a job makes papers too.
    return make_pdf(
        page.render(
            title=title, lang=language, dir=direction_of(language), organisation_name=settings.organisation, **context
        )
    )


def make_pdf(html: str) -> bytes:
    """A page of ours as tagged PDF/A with embedded fonts; style sheet and fonts are those of the product. A picture
    stands in the page itself, as a JPEG (``data:image/jpeg;base64,...``).

    Raises PdfUnavailable.
    """
    try:
        # Imported here because the import itself loads Pango and fails where it is missing.
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcherResponse
    except OSError as error:
        raise PdfUnavailable(str(error)) from error

    def ours_alone(url: str, *_arguments: object, **_options: object) -> object:
        if url.startswith(_PICTURE):
            return URLFetcherResponse(url, b64decode(url[len(_PICTURE) :]), {"Content-Type": "image/jpeg"})
        name = urlsplit(url).path.rpartition("/")[2]
        return URLFetcherResponse(url, asset_path(name).read_bytes() if name in _FONTS else b"")

    fonts = FontConfiguration()
    faces = CSS(string=_font_faces(), font_config=fonts, base_url="https://localhost/", url_fetcher=ours_alone)
    sheet = CSS(filename=str(asset_path("print.css")), font_config=fonts, url_fetcher=ours_alone)
    page = HTML(string=html, base_url="https://localhost/", url_fetcher=ours_alone)
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    return bytes(
        page.write_pdf(stylesheets=[faces, sheet], font_config=fonts, pdf_variant="pdf/a-3a", pdf_identifier=identifier)
    )


def _font_faces() -> str:
    return "".join(
        f'@font-face{{font-family:"Inter";src:url("https://localhost/{name}") format("woff2");font-weight:100 900}}'
        for name in _FONTS
    )
