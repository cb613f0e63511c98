"""Reading a page as its text, so that a test can look for sentences and table rows."""

import html
import re

from flask.testing import FlaskClient


def text_of(client: FlaskClient, address: str) -> str:
    """The words of the page's content, with single blanks between them."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    page = answer.get_data(as_text=True)
    page = page[page.index("<main") :]
    page = re.sub(r"<(svg|select)\b.*?</\1>", " ", page, flags=re.DOTALL)
    words = html.unescape(re.sub(r"<[^>]+>", " ", page))
    return re.sub(r"\s+", " ", words)
