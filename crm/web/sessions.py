"""The session's cookie: which answers write it again."""

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class PageSessions(SecureCookieSessionInterface):
    """Sessions whose time limit begins anew with each page, but not with what a page asks for in the background.

    An answer that writes the cookie writes all of it, as it was when its request came. One that a script had asked for
    and that comes while a form is being sent would take the form's message away, and "Undo" with it.
    """

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Whether an answer carries the cookie: where it changed, and with every page."""
        return session.modified or (not _asked_by_a_script() and super().should_set_cookie(app, session))


def _asked_by_a_script() -> bool:
    """Browsers say so; where one says nothing it is taken for a page."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
