"""Error pages in the user's words, and the one place where domain errors become messages."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from crm.actors import Role
from crm.errors import DomainError, EditConflict, NotAllowed, NotVisible
from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.web.ports import ports
from crm.web.resend import PAGE_TOO_OLD, resend_page

log = structlog.get_logger()


@dataclass(frozen=True)
class ErrorText:
    """What an error page says: what happened, and what to do now."""

    title: Text
    text: Text


TEXTS = {
    400: ErrorText(_l("This could not be understood"), _l("Go back, check what you sent, and try again.")),
    401: ErrorText(_l("You need to sign in"), _l("Sign in and open the page again.")),
    403: ErrorText(
        _l("You may not do this"),
        _l("Ask a manager or an administrator if you think that you should be able to."),
    ),
    404: ErrorText(
        _l("The page does not exist"),
        _l("It may have moved, or the address may be misspelt. Nothing has been lost."),
    ),
    405: ErrorText(_l("This cannot be done here"), _l("Go back and use the buttons on the page.")),
    409: ErrorText(_l("This could not be saved"), _l("Go back, open the page again, and try once more.")),
    413: ErrorText(_l("The file is too large"), _l("Choose a smaller file and try again.")),
    429: ErrorText(_l("Too many attempts"), _l("Wait a few minutes and try again.")),
    500: ErrorText(
        _l("Something went wrong"),
        _l(
            "The fault is ours and has been written down. What you sent may not have been saved. Go back and try again."
        ),
    ),
    503: ErrorText(_l("Brobygg is busy right now"), _l("Wait a moment and try again.")),
}

# When even the error page cannot be made (no database, broken template): plain, and in English.
LAST_RESORT = (
    "<!doctype html><html lang=en><title>Error</title><h1>Something went wrong</h1><p>Try again in a moment.</p></html>"
)


def error_page(code: int, *, message: Text | None = None, title: Text | None = None) -> Response:
    """The page for a status code, with ``message`` instead of the usual advice where a rule has words."""
    text = TEXTS.get(code, TEXTS[500] if code >= 500 else TEXTS[400])
    page = render_template(
        "web/error.html", code=code, title=title or text.title, text=message or text.text, back=_page_above(code)
    )
    response = make_response(page, code)
    if request.headers.get("HX-Request"):
        response.headers["HX-Retarget"] = "body"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def _page_above(code: int) -> str:
    """The nearest page above this address, for who is signed in; empty where there is none.

    What was not found may be the one that the address names: then a page that names nobody is the way on.
    """
    actor = None if g.get("web_failing", False) else ports().actor()
    if actor is None:
        return ""
    adapter = current_app.create_url_adapter(request)
    names_nobody = code == HTTPStatus.NOT_FOUND and request.routing_exception is None
    path = request.path.rstrip("/").rpartition("/")[0]
    while path and adapter is not None:
        with suppress(HTTPException):
            endpoint, named = adapter.match(path, method="GET")
            asked: Iterable[Role] = getattr(current_app.view_functions[endpoint], "required_roles", ())
            if not (named and names_nobody) and (not asked or actor.has_role(*asked)):
                return path
        path = path.rpartition("/")[0]
    return ""


def _http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if error.response is not None or code < 400:
        return error
    if code < 500:
        response = error_page(code)
        for name, value in error.get_headers():
            if name not in {"Content-Type", "Content-Length"}:
                response.headers[name] = value
        return response
    return _server_error(code)


def _server_error(code: int) -> ResponseReturnValue:
    """The shell asks nobody anything while this page is made: what failed may fail again."""
    g.web_failing = True
    try:
        return error_page(code)
    except Exception:
        log.exception("error_page.failed")
        return LAST_RESORT, code, {"Content-Type": "text/html; charset=utf-8"}


def _csrf_error(error: CSRFError) -> ResponseReturnValue:
    log.info("csrf.rejected", reason=error.description, endpoint=request.endpoint)
    return resend_page(PAGE_TOO_OLD)


def _domain_error(error: DomainError) -> ResponseReturnValue:
    """A rule that no form caught. What may not be seen does not exist."""
    if isinstance(error, NotVisible):
        return error_page(404)
    if isinstance(error, NotAllowed):
        return error_page(403, message=error.message)
    return error_page(409, message=error.message if not isinstance(error, EditConflict) else None)


def init_errors(app: Flask) -> None:
    """Register the pages. A blueprint with answers of its own (the API) registers handlers, which win."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(DomainError, _domain_error)
