"""Answering as people do: opening the link that came and filling in one page after the other."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from random import Random
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

_MOST_PAGES = 60
_TOGGLES = ("radio", "checkbox")


@dataclass
class Form:
    """A form of a page: where it goes, what it carries by itself, and what can be chosen in it."""

    action: str
    method: str
    hidden: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


class _Forms(HTMLParser):
    """Finds the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
            self._open = True
        elif self._open and given.get("name"):
            self._field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form, name = self.forms[-1], given["name"]
        kind = given.get("type", "text") if tag == "input" else tag
        if kind in _TOGGLES:
            form.choices.setdefault(name, []).append(given.get("value", "on"))
        elif kind == "hidden":
            form.hidden[name] = given.get("value", "")
        elif kind in ("text", "textarea"):
            form.texts.append(name)


def forms_of(page: str) -> list[Form]:
    """The forms of a page that are sent with POST."""
    found = _Forms()
    found.feed(page)
    return [form for form in found.forms if form.method == "post"]


class Browser:
    """One person's browser: no scripts, no cookies kept."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client(use_cookies=False)

    def answer_survey(self, url: str, chance: Random, *, wishes_contact: bool, stop_after: int | None) -> int:
        """Open ``url`` and answer until the end, or until ``stop_after`` questions. Returns how many were answered."""
        page = self._open(url)
        answered = 0
        for _page in range(_MOST_PAGES):
            step = next((form for form in forms_of(page.text) if _is_step(form)), None)
            if step is None:
                return answered
            if "answer" in step.choices or "answer" in step.texts:
                if answered == stop_after:
                    return answered
                answered += 1
            page = self._send(step, _filled(step, chance, wishes_contact=wishes_contact))
        raise RuntimeError("the survey has no end")

    def press(self, url: str, path_ends: str) -> bool:
        """Open ``url`` and send the form whose address ends with ``path_ends``. False when there is none."""
        for form in forms_of(self._open(url).text):
            if urlsplit(form.action).path.endswith(path_ends):
                self._send(form, dict(form.hidden))
                return True
        return False

    def _open(self, url: str) -> TestResponse:
        return _fine(self._client.get(_local(url), follow_redirects=True))

    def _send(self, form: Form, values: dict[str, str]) -> TestResponse:
        return _fine(self._client.post(_local(form.action), data=values, follow_redirects=True))


def _is_step(form: Form) -> bool:
    """A form that leads on in the survey: begin, a question, finish."""
    path = urlsplit(form.action).path
    return path.startswith("/s/") and (path.endswith(("/begin", "/finish")) or "/q/" in path)


def _filled(form: Form, chance: Random, *, wishes_contact: bool) -> dict[str, str]:
    values = dict(form.hidden)
    for name, codes in form.choices.items():
        if name != "answer":
            continue
        wish = "/q/contact_wish" in form.action
        values[name] = "yes" if wish and wishes_contact else "no" if wish else chance.choice(codes)
    for name in form.texts:
        values[name] = "Tack för hjälpen." if chance.random() < 0.3 else ""
    return values


def _local(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _fine(response: TestResponse) -> TestResponse:
    if response.status_code >= 400:
        raise RuntimeError(f"a page answered {response.request.method} with {response.status_code}")
    return response
