"""Pictures on paper stand in the page itself; nothing is fetched."""

import base64
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from crm.documents.pdf import make_pdf

pytestmark = pytest.mark.usefixtures("context")


def _jpeg() -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "JPEG")
    return out.getvalue()


def _page(source: str) -> str:
    picture = f'<img src="{source}" alt="A picture">'
    return f'<!doctype html><html lang="en"><head><title>A page</title></head><body>{picture}</body></html>'


def test_a_picture_in_the_page_is_on_the_paper() -> None:
    page = _page("data:image/jpeg;base64," + base64.b64encode(_jpeg()).decode())
    assert len(PdfReader(BytesIO(make_pdf(page))).pages[0].images) == 1


@pytest.mark.parametrize(
    "source", ["https://example.org/a.jpg", "file:///etc/hostname", "data:image/svg+xml,<svg/>", "/assets/favicon.svg"]
)
def test_no_other_picture_is(source: str) -> None:
    assert len(PdfReader(BytesIO(make_pdf(_page(source)))).pages[0].images) == 0
