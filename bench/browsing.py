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
    pairs: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def filled(self, **given: str) -> list[tuple[str, str]]:
        """What is sent: the fields as they stand, with ``given`` in the place of those of the same name, and the
        first radio button of each group that has none chosen."""
        set_already = {name for name, _value in self.pairs} | set(given)
        chosen = [(name, found[0]) for name, found in self.choices.items() if name not in set_already]
        return [pair for pair in self.pairs if pair[0] not in given] + chosen + list(given.items())


class _Forms(HTMLParser):
    """Collects what each form would send as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open: Form | None = None
        self._select = self._text = ""
        self._options: list[tuple[bool, str]] = []

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
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append(("selected" in given, given.get("value", "")))
        elif tag == "textarea":
            self._text = name
            self._open.pairs.append((name, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._open is not None and self._options:
            # A select without a choice sends its first option.
            chosen = [value for selected, value in self._options if selected] or [self._options[0][1]]
            self._open.pairs.extend((self._select, value) for value in chosen)
        elif tag == "form":
            self._open = None
        elif tag == "textarea":
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text and self._open is not None:
            # A line break right after the tag belongs to the markup (HTML, 13.1.2.5).
            before = self._open.pairs[-1][1]
            self._open.pairs[-1] = (self._text, before + (data if before else data.removeprefix("\n")))

    @staticmethod
    def _keep(form: Form, name: str, given: dict[str, str]) -> None:
        kind, value = given.get("type", "text"), given.get("value", "")
        if kind == "radio":
            form.choices.setdefault(name, []).append(value)
        if kind not in ("radio", "checkbox"):
            if kind != "submit":
                form.pairs.append((name, value))
        elif "checked" in given:
            form.pairs.append((name, value or "on"))


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

    def post(self, path: str, values: list[tuple[str, str]], *, follow: bool = True) -> Page:
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
