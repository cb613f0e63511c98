"""Reading forms out of pages, as a browser does: fields, what stands in them, and where they are sent."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit


@dataclass
class Form:
    """A form of a page. ``fields`` has each field's name with what a browser would send for it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    """Names of fields in which somebody writes freely."""

    def goes_to(self, path: str) -> bool:
        """Whether it is sent to this path; an empty action is the page's own address."""
        return urlsplit(self.action).path in ("", path)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.open: Form | None = None
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = Form(said.get("action", ""), said.get("method", "get").lower())
            self.forms.append(self.open)
        elif self.open is not None:
            self._field(self.open, tag, said)

    def _field(self, form: Form, tag: str, said: dict[str, str]) -> None:
        name = said.get("name", "")
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            if "selected" in said or self.select not in form.fields:
                form.fields[self.select] = said.get("value", "")
        elif tag == "textarea":
            self.area = name
            form.fields[name] = ""
            form.texts.add(name)
        elif tag == "input" and name:
            kind = said.get("type", "text")
            if kind in ("radio", "checkbox") and "checked" not in said:
                form.fields.setdefault(name, "") if kind == "radio" else None
                return
            form.fields[name] = said.get("value", "on" if kind == "checkbox" else "")
            if kind in ("text", "search"):
                form.texts.add(name)

    def handle_data(self, data: str) -> None:
        if self.open is not None and self.area:
            self.open.fields[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.open is not None and self.area:
            # The first line break belongs to the mark-up.
            text = self.open.fields[self.area]
            self.open.fields[self.area] = text.removeprefix("\r").removeprefix("\n")
            self.area = ""


def forms_in(page: str) -> list[Form]:
    """Every form of a page that is posted."""
    reader = _Reader()
    reader.feed(page)
    return [form for form in reader.forms if form.method == "post"]


def form_at(page: str, path: str) -> Form | None:
    """The form of a page that is sent to this path."""
    return next((each for each in forms_in(page) if each.goes_to(path)), None)
