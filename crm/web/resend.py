"""Nothing typed is lost when a page was open for too long: the answer keeps it, ready to be sent again."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from crm.web.ports import ports

SIGNED_OUT = "signed_out"
PAGE_TOO_OLD = "page_too_old"
STATUS = {SIGNED_OUT: 401, PAGE_TOO_OLD: 400}

# Never written back into a page.
_SECRETS = frozenset({"code", "token", "totp_secret", "recovery_code", "credential"})
# More than this is no form of ours.
_MOST_FIELDS = 500


@dataclass(frozen=True)
class Kept:
    """What a rejected form carried. ``files`` names file fields, whose contents browsers never give back."""

    fields: list[tuple[str, str]]
    files: list[tuple[str, str]]
    has_secret: bool

    @property
    def texts(self) -> list[str]:
        """What somebody wrote, as far as one can tell it from choices and numbers: worth showing again."""
        return [value for _name, value in self.fields if any(each.isspace() for each in value.strip())]


def _is_secret(name: str) -> bool:
    return name in _SECRETS or "password" in name.lower()


def _kept(form: "MultiDict[str, str]") -> Kept:
    fields = [(name, value) for name, value in form.items(multi=True) if name != "csrf_token"]
    files = [(name, file.filename or "") for name, file in request.files.items(multi=True) if file.filename]
    shown = [(name, value) for name, value in fields if not _is_secret(name)]
    has_secret = any(value and _is_secret(name) for name, value in fields)
    return Kept(fields=shown[:_MOST_FIELDS], files=files, has_secret=has_secret)


def from_our_own_pages() -> bool:
    """Whether the browser says that one of our pages sent this. Another site gets no form prepared here."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    return origin is not None and urlsplit(origin).netloc == request.host


def resend_page(reason: str = SIGNED_OUT) -> Response:
    """The page that answers a POST which could not be accepted: sign in (in a new tab), then send again.

    It holds what was posted in hidden fields, except secrets; file fields are to be filled again. A post from
    somewhere else, or one that carried a password, gets a page without the form, and so does a GET.
    """
    kept = _kept(request.form) if request.method == "POST" else Kept([], [], has_secret=False)
    can_resend = request.method == "POST" and from_our_own_pages() and not kept.has_secret
    page = render_template(
        "web/resend.html",
        reason=reason,
        kept=kept,
        can_resend=can_resend,
        action=request.full_path.rstrip("?"),
        here=request.path,
        sign_in_endpoint=ports().sign_in,
    )
    response = make_response(page, STATUS[reason])
    # An htmx request would put this whole page into a corner of the old one.
    if request.headers.get("HX-Request"):
        response.headers["HX-Retarget"] = "body"
        response.headers["HX-Reswap"] = "innerHTML"
    return response
