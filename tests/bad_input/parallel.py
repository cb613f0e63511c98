"""Many requests at once against the real server, and what is in its database afterwards."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests
from flask import Flask
from sqlalchemy import text

from crm.app import create_app
from crm.db import db
from crm.settings import load_settings
from tests.contracts.forms import Form, forms_in
from tests.servers.gunicorn_app import AppServer, clean_environment, run_brobygg
from tests.world import PASSWORD

AT_ONCE = 16


def all_at_once(number: int, call: Callable[[], int]) -> Counter[int]:
    """Call so many times from so many threads as a server has places; how often each status came."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(lambda _number: call(), range(number)))


@dataclass
class Site:
    """A running server, and an application on the same database for looking and for preparing."""

    server: AppServer
    app: Flask
    cookies: dict[str, str] = field(default_factory=dict)

    def post(self, path: str, data: dict[str, str]) -> int:
        """Post a form as a browser of its own would, without following; the status."""
        answer = requests.post(
            self.server.url + path, data=data, cookies=self.cookies, allow_redirects=False, timeout=60
        )
        return answer.status_code

    def form(self, page: str, action: str) -> Form:
        """The form of a page that is sent to an address."""
        answer = requests.get(self.server.url + page, cookies=self.cookies, timeout=30)
        found = [each for each in forms_in(answer.text) if each.goes_to(action)]
        assert found, f"{answer.status_code} {page} has no form for {action}"
        return found[0]

    def sign_in(self, email: str) -> None:
        """Keep the session of somebody for every request that follows."""
        session = requests.Session()
        page = session.get(f"{self.server.url}/sign-in", timeout=30)
        form = next(each for each in forms_in(page.text) if "password" in each.fields)
        data = form.fields | {"email": email, "password": PASSWORD}
        answer = session.post(f"{self.server.url}/sign-in", data=data, allow_redirects=False, timeout=30)
        assert answer.status_code == 302, answer.status_code
        self.cookies = session.cookies.get_dict()

    def count(self, table: str, where: str = "1 = 1") -> int:
        """How many rows of a table fit."""
        with self.app.app_context(), db.engine.connect() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar_one())


@contextmanager
def site(folder: Path, env: dict[str, str], prepare: Callable[[Flask], None]) -> Iterator[Site]:
    """A server on a database that ``prepare`` has filled, without work in the background."""
    server = AppServer(env=env, folder=folder)
    app = None
    run_brobygg("upgrade", log=folder / "first.log", env=server.environment)
    try:
        app = create_app(load_settings(clean_environment(server.environment)))
        prepare(app)
        server.start()
        yield Site(server, app)
    finally:
        server.stop()
        if app is not None:
            with app.app_context():
                db.engine.dispose()


def statuses(found: Counter[int]) -> Sequence[int]:
    return sorted(found)
