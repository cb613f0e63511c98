"""Default deny: every endpoint needs a signed-in member of staff, unless it is registered as public."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import user_logged_in, user_logged_out
from werkzeug.exceptions import Forbidden

from crm.accounts.current import current_actor, forget_actor, signed_in_actor
from crm.accounts.scopes import guard_session, unguard_session
from crm.actors import Role
from crm.db import current_session, read_by_statement
from crm.registry import current_registry
from crm.web.resend import resend_page

P = ParamSpec("P")
R = TypeVar("R")

# What the shell itself serves to anybody. The endpoints of the sign-in blueprint check for themselves who
# calls.
_SHELL = frozenset({"static", "web.asset", "web.favicon", "web.choose_language", "web.health", "health"})
_SIGN_IN_BLUEPRINT = "security"


def require(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Only who holds at least one of ``roles`` may call the view; everybody else gets 403.

    Goes below the route decorator. ``view.required_roles`` tells tests and menus what was asked for.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_actor().has_role(*roles):
                raise Forbidden
            return view(*args, **kwargs)

        checked.required_roles = frozenset(roles)  # type: ignore[attr-defined]  # read by tests
        return checked

    return decorate


def reads_by_statement(view: Callable[P, R]) -> Callable[P, R]:
    """For a view that only reads, but for what it writes inside ``transaction()``: see crm.db.read_by_statement.

    Goes below ``require``. It holds from the first read of the request, which is of who is signed in.
    """
    view.by_statement = True  # type: ignore[attr-defined]  # read before each request
    return view


def is_public(endpoint: str) -> bool:
    """Whether an endpoint answers people who are not signed in."""
    if endpoint in _SHELL or endpoint in current_registry().public_endpoints:
        return True
    return endpoint.partition(".")[0] == _SIGN_IN_BLUEPRINT


def _deny_by_default() -> ResponseReturnValue | None:
    """Send people who are not signed in to the sign-in page; what they typed is kept for them."""
    guard_session(current_session(), current_registry())
    if getattr(current_app.view_functions.get(request.endpoint or ""), "by_statement", False):
        read_by_statement()
    if request.endpoint is None or is_public(request.endpoint) or signed_in_actor() is not None:
        return None
    if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
        here = request.full_path.rstrip("?")
        return redirect(url_for("security.login", next=None if here == "/" else here), code=303)
    return resend_page()


def _take_guard_off(error: BaseException | None) -> None:
    unguard_session(current_session())


def init_permissions(app: Flask) -> None:
    """Check every request of this application, and guard its session against unscoped reads."""
    app.before_request(_deny_by_default)
    app.teardown_request(_take_guard_off)
    for changed in (user_logged_in, user_logged_out):
        changed.connect(forget_actor, app)
