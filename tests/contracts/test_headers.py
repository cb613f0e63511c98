"""What every answer says to the browser: what it may load, that nothing is stored, where cookies may go."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from crm.actors import Role
from crm.web.assets import DIST, manifest
from tests.conftest import make_app, make_settings
from tests.contracts.premises import Premises, is_paper, name_of, readers, rules
from tests.world import PASSWORD, World

CSP = (
    "default-src 'none'; manifest-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ADDED_FILE = "sandbox; default-src 'none'"


class Inline(HTMLParser):
    """Collects what the policy would block: scripts and styles in the page, and addresses of elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "style" or (tag == "script" and "src" not in said):
            self.found.append(f"<{tag}>")
        self.found += [f"<{tag} {name}>" for name in said if name == "style" or name.startswith("on")]
        for name in ("src", "href", "action", "formaction", "data"):
            if said.get(name, "").lower().startswith(("javascript:", "data:text")):
                self.found.append(f"<{tag} {name}={said[name]}>")
        if tag in ("script", "link", "img", "iframe", "form"):
            loaded = said.get("src") or said.get("href") or said.get("action") or ""
            if loaded.startswith(("http:", "https:", "//")):
                self.found.append(f"<{tag}> loads {loaded}")


def inline_in(page: str) -> list[str]:
    reader = Inline()
    reader.feed(page)
    return reader.found


def check(answer: TestResponse) -> None:
    headers = answer.headers
    # A file that somebody added is stricter still: even opened, it may do nothing.
    added = headers.get("Content-Disposition", "").startswith("attachment") and answer.mimetype != "text/html"
    assert headers["Content-Security-Policy"] in ((CSP, ADDED_FILE) if added else (CSP,))
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert "Server" not in headers
    if answer.mimetype == "text/html":
        assert answer.content_type == "text/html; charset=utf-8"
        assert not inline_in(answer.text)


@pytest.mark.parametrize("rule", [rule for rule in rules("GET") if rule.endpoint != "web.asset"], ids=name_of)
def test_every_page_carries_the_policy_and_keeps_to_it(rule: Rule, premises: Premises) -> None:
    address = premises.address(rule)
    for role in readers(premises.app, rule):
        answer = premises.browser(role).get(address)
        check(answer)
        if is_paper(rule) and answer.status_code == 200:
            break


def error_pages(premises: Premises) -> Iterator[tuple[int, TestResponse]]:
    manager, stranger = premises.browser(Role.MANAGER), premises.browser(None)
    yield 404, manager.get("/no-such-page")
    yield 404, stranger.get("/s/" + "A" * 22)
    yield 405, manager.get("/sign-out")
    yield 401, stranger.post("/employers/new", data={"name": "<script>alert(1)</script> x"})
    yield 403, premises.browser(Role.EVALUATOR).get("/participants")
    yield 422, manager.post("/participants/new", data={"first_name": "<img src=x onerror=alert(1)>"})
    yield 413, manager.post("/imports", data={"kind": "employers", "x": "x" * (26 * 1024 * 1024)})
    yield 400, manager.post("/language", data={"language": "tlh"})


def test_every_error_page_does_too(premises: Premises) -> None:
    for status, answer in error_pages(premises):
        assert answer.status_code == status
        assert answer.mimetype == "text/html"
        check(answer)


def test_a_fault_of_ours_does_too(premises: Premises, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise ValueError("a secret")

    monkeypatch.setitem(premises.app.view_functions, "surveys_info.genuine", broken)
    monkeypatch.setitem(premises.app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = premises.browser(None).get("/genuine")
    assert answer.status_code == 500
    assert "a secret" not in answer.text
    check(answer)


def test_the_test_sees_what_the_policy_would_block() -> None:
    page = '<p style="x"><a onclick="y" href="javascript:z">.</a><script>1</script><style></style><img src="//x.org/1">'
    assert len(inline_in(page)) == 6


def test_a_built_file_is_kept_for_a_year(premises: Premises) -> None:
    if not manifest():
        pytest.skip("the assets are not built")
    names = [name for name in manifest().values() if (DIST / name).is_file()]
    assert names
    for name in names:
        answer = premises.browser(None).get(f"/assets/{name}")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Set-Cookie" not in answer.headers
    for name in ("manifest.json", "..%2f..%2fassets.py", "../../../../etc/passwd", "no-such.css"):
        assert premises.browser(None).get(f"/assets/{name}").status_code == 404


@pytest.fixture(scope="module")
def secure_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application behind https."""
    home = tmp_path_factory.mktemp("secure")
    return make_app(make_settings(home, BASE_URL="https://brobygg.example.org", PLUGINS="", TRUSTED_PROXIES="1"))


def test_cookies_go_to_us_alone_and_no_script_reads_them(secure_app: Flask) -> None:
    with secure_app.app_context():
        email = World().staff(Role.MANAGER).email
    browser = secure_app.test_client()
    signed_in = browser.post(
        "/sign-in",
        data={"email": email, "password": PASSWORD},
        base_url="https://brobygg.example.org",
        headers={"X-Forwarded-Proto": "https"},
    )
    assert signed_in.status_code == 302
    cookies = signed_in.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        said = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "secure"} <= said, cookie
    page = browser.get("/settings", base_url="https://brobygg.example.org", headers={"X-Forwarded-Proto": "https"})
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_without_https_cookies_are_still_out_of_reach_of_scripts(premises: Premises) -> None:
    answer = premises.browser(None).post("/sign-in", data={"email": "x@example.org", "password": "x"})
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_no_template_has_what_the_policy_blocks() -> None:
    """Also where no test reaches: an attribute in a template would be blocked without a word."""
    root = Path(__file__).resolve().parents[2]
    templates = [*root.glob("crm/**/templates/**/*.html"), *root.glob("surveys/**/templates/**/*.html")]
    assert len(templates) > 50
    wrong = [str(path.relative_to(root)) for path in templates if inline_in(path.read_text("utf-8"))]
    assert wrong == []
