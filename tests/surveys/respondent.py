"""Somebody with a link and a browser without cookies."""

import re
from collections.abc import Callable
from html import unescape

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from crm.db import current_session
from crm.history.models import HistoryLine
from crm.participants.models import EnrolmentExit
from surveys.models import Answer
from tests.surveys.scene import Scene

AGREES = ["good_treatment", "closer_to_work", "positive_experience", "more_motivated", "got_tools"]


class Respondent:
    """Somebody with a link and a browser without cookies."""

    def __init__(self, app: Flask, token: str) -> None:
        self.client = app.test_client(use_cookies=False)
        self.base = f"/s/{token}"
        self.page: TestResponse | None = None

    @property
    def text(self) -> str:
        assert self.page is not None
        return unescape(self.page.text)

    @property
    def path(self) -> str:
        assert self.page is not None
        return self.page.request.path

    def get(self, path: str = "") -> str:
        self.page = self.client.get(f"{self.base}{path}", follow_redirects=True)
        return self.text

    def post(self, path: str, **data: object) -> str:
        """Send a form with the token that stands in the page at hand."""
        form_start = r'action="([^"]*)"[^>]*>\s*<input type="hidden" name="form_token" value="([^"]+)"'
        found = re.findall(form_start, self.text)
        tokens = {unescape(action).partition("?")[0].removeprefix(self.base): token for action, token in found}
        form = {"form_token": tokens.get(path, ""), **data}
        self.page = self.client.post(f"{self.base}{path}", data=form, follow_redirects=True)
        return self.text

    def begin(self) -> str:
        self.get()
        return self.post("/begin")

    def answer(self, *values: str) -> str:
        path = self.path.removeprefix(self.base)
        return self.post(path, answer=list(values))

    def answer_all(self, **given: str) -> None:
        """Go through the exit survey."""
        self.begin()
        for _number in range(30):
            if self.path.endswith("/finish"):
                return
            key = self.path.rpartition("/")[2]
            default = "5" if key in AGREES else "" if key.endswith("_text") else "_skip"
            if key == "status_now":
                default = "job_seeking"
            self.answer(given.get(key, default))
        raise AssertionError("the survey does not end")


Asked = Callable[..., tuple[EnrolmentExit, Respondent]]


def lines(kind: str) -> list[HistoryLine]:
    """The history's lines of a kind."""
    current_session().expire_all()
    return list(current_session().scalars(select(HistoryLine).where(HistoryLine.kind == kind)))


def answers(scene: Scene, exit_: EnrolmentExit) -> list[Answer]:
    """What was answered after an exit."""
    row = scene.row(exit_)
    return list(row.response.answers) if row.response else []
