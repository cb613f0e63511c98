"""A small browser over one kept connection: cookies, redirects, and forms filled in as a person would."""

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

_TIMEOUT = 60


class Unexpected(RuntimeError):
    """A page that the benchmark cannot go on from."""


@dataclass
class Form:
    """One form of a page: where it goes and what it would send. ``choices`` are radio buttons by name."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def filled(self, **given: str) -> dict[str, str]:
        """The values with ``given``, and the first radio button of each group that has none chosen."""
        chosen = {name: found[0] for name, found in self.choices.items() if name not in self.values}
        return {**chosen, **self.values, **given}


class _Forms(HTMLParser):
    """Collects what each form would send as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open: Form | None = None
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").lower())
            self.found.append(self._open)
        elif self._open is None:
            return
        elif tag == "input" and name:
            self._keep(self._open, name, given)
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            self._text = name
            self._open.values[name] = ""
        elif tag == "option" and self._select and ("selected" in given or self._select not in self._open.values):
            self._open.values[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text and self._open is not None:
            # A line break right after the tag belongs to the markup (HTML, 13.1.2.5).
            before = self._open.values[self._text]
            self._open.values[self._text] = before + (data if before else data.removeprefix("\n"))

    @staticmethod
    def _keep(form: Form, name: str, given: dict[str, str]) -> None:
        kind, value = given.get("type", "text"), given.get("value", "")
        if kind == "radio":
            form.choices.setdefault(name, []).append(value)
        if kind in ("radio", "checkbox"):
            if "checked" in given:
                form.values[name] = value or "on"
        elif kind != "submit":
            form.values[name] = value


@dataclass(frozen=True)
class Page:
    """What came back."""

    status: int
    url: str
    text: str
    location: str | None = None

    @property
    def forms(self) -> list[Form]:
        """The forms of the page, in order."""
        parser = _Forms()
        parser.feed(self.text)
        return parser.found

    def form(self, ending: str = "") -> Form:
        """The first posted form whose address (without its query) ends so. Raises Unexpected."""
        for form in self.forms:
            path = urlsplit(urljoin(self.url, form.action)).path
            if form.method == "post" and path.endswith(ending):
                return form
        raise Unexpected(f"{self.url} ({self.status}) has no form to '{ending}'")


class Browser:
    """One client with one connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.base = url
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT)
        self.cookies: dict[str, str] = {}
        self.requests = 0

    def get(self, path: str, *, follow: bool = True) -> Page:
        """Fetch a page."""
        return self._follow(self._send("GET", path, None), follow)

    def post(self, path: str, values: dict[str, str], *, follow: bool = True) -> Page:
        """Send a form."""
        return self._follow(self._send("POST", path, urlencode(values)), follow)

    def submit(self, page: Page, form: Form, *, follow: bool = True, **given: str) -> Page:
        """Send a form of ``page``, filled in."""
        return self.post(urljoin(page.url, form.action or page.url), form.filled(**given), follow=follow)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _follow(self, page: Page, follow: bool) -> Page:
        for _time in range(5):
            if not follow or page.location is None:
                break
            page = self._send("GET", urljoin(page.url, page.location), None)
        if page.status >= 400:
            raise Unexpected(f"{page.url}: {page.status}")
        return page

    def _send(self, method: str, address: str, body: str | None) -> Page:
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if not self.cookies:
            headers = {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.requests += 1
        self._connection.request(method, path, body, headers)
        reply = self._connection.getresponse()
        text = reply.read().decode(errors="replace")
        self._keep_cookies(reply)
        return Page(reply.status, urljoin(self.base, path), text, reply.getheader("Location"))

    def _keep_cookies(self, reply: http.client.HTTPResponse) -> None:
        for header in reply.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value


def signed_in(url: str, *, email: str, password: str) -> Browser:
    """A browser of somebody who has signed in through the form."""
    browser = Browser(url)
    page = browser.get("/sign-in")
    after = browser.submit(page, page.form("/sign-in"), email=email, password=password)
    if "/sign-in" in after.url:
        raise Unexpected("signing in failed")
    return browser
