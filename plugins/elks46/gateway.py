"""The adapter that speaks 46elks' protocol (https://46elks.com/docs): send, and ask about a message in doubt.

46elks knows neither idempotency keys nor references of ours. A message's reference travels in the address of
its delivery callback, and what became of a message in doubt is read from the account's history.
"""

import re
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import requests
import structlog
import urllib3.exceptions

from crm import clock
from crm.extension_points import SendResult
from crm.messaging.replies import kept_reply
from plugins.elks46.callbacks import GATEWAY_ID, parse_instant
from plugins.elks46.history import HistoryEntry, HistoryUnreadable, judge, read_page

log = structlog.get_logger()

ADDRESS = "https://api.46elks.com"
PAGE_SIZE = 100
# A number does not get more than this many pages of messages within minutes; a history that goes on is not
# understood.
MOST_PAGES = 20
# The fault lies with our account or settings, not with the recipient: the message waits while somebody mends
# it.
ACCOUNT_FAULTS = frozenset({401, 402, 403, 404, 405, 407})
# The server says itself that it has not handled the request.
TRY_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True)
class ElksSettings:
    """How to reach an account. It must be Brobygg's own (a subaccount will do): see `ElksGateway.ask`.

    `callback_base` is the public address of our callbacks, without a slash at its end; '' sends without
    callbacks. `clock_margin` widens the window of a question for clocks that differ; `settle` is how long
    after `until` the history is trusted to list everything that was accepted (46elks documents no bound).
    """

    username: str
    password: str = field(repr=False)
    callback_base: str = ""
    callback_secret: str = field(default="", repr=False)
    address: str = ADDRESS
    connect_seconds: float = 10.0
    reply_seconds: float = 60.0
    clock_margin: timedelta = timedelta(minutes=2)
    settle: timedelta = timedelta(minutes=2)


def callback_address(base: str, secret: str) -> str:
    """Return what every address that 46elks calls begins with."""
    return f"{base}/hooks/46elks/{quote(secret, safe='')}"


class ElksGateway:
    """46elks as an SMS gateway (see crm.extension_points.SmsGateway)."""

    key = "elks46"
    askable = True

    def __init__(self, settings: ElksSettings) -> None:
        self._settings = settings

    def callback_url(self, reference: str) -> str:
        """Return the address to which 46elks reports what became of the message with this reference."""
        settings = self._settings
        return f"{callback_address(settings.callback_base, settings.callback_secret)}/{quote(reference, safe='')}"

    def send(self, *, sender: str, to: str, text: str, reference: str) -> SendResult:
        """Hand one message over. Never raises for what the network or 46elks does.

        `dontlog=message` keeps the text out of 46elks' history. Not safe to repeat: after 'unknown' ask, do
        not resend.
        """
        form = {"from": sender, "to": to, "message": text, "dontlog": "message"}
        if self._settings.callback_base:
            form["whendelivered"] = self.callback_url(reference)
        try:
            reply = self._request("POST", "/a1/sms", data=form)
        except requests.RequestException as error:
            return result_of_failure(error)
        result = result_of_reply(reply)
        if result.outcome == "retry":
            log.warning("elks46.not_accepted", status=reply.status_code, reference=reference)
        return result

    def ask(
        self,
        *,
        to: str,
        reference: str,
        since: datetime,
        until: datetime,
        known_references: Sequence[str],
        in_doubt: int = 1,
    ) -> SendResult | None:
        """Say what the account has of a message in doubt. May be repeated; changes nothing.

        `since` is when the message went on the wire, `until` the last instant at which it can have been
        accepted (its lease's end). `known_references` are the ids already recorded for this number, of any
        message. `in_doubt` counts the messages to this number, this one included, that went on the wire in
        the window (widened by `clock_margin`) and have no id recorded, whatever their state now.

        The history lists what was accepted by number and time, without a reference of ours and, because of
        `dontlog`, without a text. Its entries that nobody knows are counted against the messages in doubt:

        - none: None. Nothing was accepted, all may be sent again. Authoritative, because the answer is only
          given when `settle` has passed since `until` and every page was read.
        - as many as are in doubt: 'accepted', with the oldest such id. Authoritative for the fact; which of
          several ids belongs to which of several messages is a guess, harmless since all went to the same
          number, and a delivery callback names the right reference. The caller records the id before it asks
          about the next one.
        - fewer, but some: 'unknown'. One was accepted and another was not, and nothing tells which.
        - more: 'unknown'. Somebody else sends through this account; the count proves nothing.

        So the account must not be shared with another system that writes to the same people: a foreign
        message in the window would be taken for ours. `reference` cannot be asked for; it stands in the log
        line.
        """
        if clock.now() < until + self._settings.settle:
            return SendResult("unknown", reply="46elks was not asked yet: the history may still lack the message.")
        try:
            entries = self._history(to=to, since=since, until=until)
        except (requests.RequestException, HistoryUnreadable) as error:
            log.warning("elks46.history_unreadable", reference=reference, error=type(error).__name__)
            return SendResult("unknown", reply="46elks could not be asked: its history was not readable.")
        return judge(entries, known=frozenset(known_references), in_doubt=in_doubt)

    def _history(self, *, to: str, since: datetime, until: datetime) -> list[HistoryEntry]:
        margin = self._settings.clock_margin
        pages = self._pages(to=to, after=since - margin, before=until + margin)
        entries = {entry.gateway_id: entry for page in pages for entry in page}
        return sorted(entries.values(), key=lambda entry: entry.created)

    def _pages(self, *, to: str, after: datetime, before: datetime) -> Iterator[list[HistoryEntry]]:
        """Read all pages, newest first. In 46elks' terms `start` is the LATER end: "before this date"."""
        start = before
        for _ in range(MOST_PAGES):
            query = {"to": to, "start": _as_utc(start), "end": _as_utc(after), "limit": str(PAGE_SIZE)}
            page = read_page(self._request("GET", "/a1/sms", params=query))
            yield [entry for entry in page.entries if entry.to == to and after <= entry.created <= before]
            if page.following is None or page.following < after:
                return
            # Whether `start` includes its own instant is not documented: reading one microsecond more shows
            # an entry twice at worst, and entries are told apart by their id.
            following = page.following + timedelta(microseconds=1)
            if following >= start:
                raise HistoryUnreadable("the pages do not move on")
            start = following
        raise HistoryUnreadable("there are too many pages")

    def _request(self, method: str, path: str, **options: Any) -> requests.Response:
        settings = self._settings
        # A connection of its own for each request: a kept one that the other side has closed meanwhile breaks
        # after the request was written, and a message that was never accepted would be in doubt. SMS are few;
        # the price is one handshake. No redirects either: a POST that is repeated elsewhere could be accepted
        # twice.
        with requests.Session() as session:
            return session.request(
                method,
                settings.address + path,
                auth=(settings.username, settings.password),
                timeout=(settings.connect_seconds, settings.reply_seconds),
                allow_redirects=False,
                headers={"Connection": "close"},
                **options,
            )


def result_of_reply(reply: requests.Response) -> SendResult:
    """Judge the reply to a POST of a message."""
    status = reply.status_code
    if 200 <= status < 300:
        return _result_of_acceptance(reply)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # A gateway or a proxy in front of it may fail after the message was accepted (502, 504), and a 500
        # may come from any step. Sending again could double it, and asking costs minutes: so it is in doubt.
        return SendResult("unknown", reply=f"46elks answered HTTP {status}")
    said = kept_reply(reply.text)
    if status in ACCOUNT_FAULTS or status < HTTPStatus.BAD_REQUEST:
        return SendResult("retry", reply=f"The 46elks account or its settings need attention: HTTP {status} {said}")
    if status in TRY_LATER:
        return SendResult("retry", reply=f"46elks asks to wait: HTTP {status} {said}")
    if status == HTTPStatus.BAD_REQUEST and re.search(r"\b(from|sender|whendelivered)\b", said, re.IGNORECASE):
        # A bad sender or callback address is our setting, and would otherwise fail every recipient for good.
        return SendResult("retry", reply=f"The 46elks settings need attention: HTTP {status} {said}")
    return SendResult("rejected", reply=f"HTTP {status} {said}")


def _result_of_acceptance(reply: requests.Response) -> SendResult:
    try:
        answer = reply.json()
    except requests.JSONDecodeError:
        answer = None
    gateway_id = answer.get("id") if isinstance(answer, dict) else None
    if not isinstance(gateway_id, str) or GATEWAY_ID.fullmatch(gateway_id) is None:
        # It says yes but not what to: a captive portal says the same. The history knows.
        return SendResult("unknown", reply=f"46elks answered HTTP {reply.status_code} without an id")
    return SendResult("accepted", reference=gateway_id, reply=str(answer.get("status", "")))


def result_of_failure(error: requests.RequestException) -> SendResult:
    """Judge a request that got no reply: 'retry' only when none of it can have arrived."""
    if isinstance(error, requests.ConnectTimeout) or _never_connected(error):
        return SendResult("retry", reply=f"46elks was not reached ({type(error).__name__})")
    return SendResult("unknown", reply=f"The connection to 46elks broke ({type(error).__name__})")


def _never_connected(error: requests.RequestException) -> bool:
    """Say whether it failed before the request: name unknown, refused, certificate not trusted.

    Other TLS errors may also come while the reply is read, hence they do not count.
    """
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    if isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.NameResolutionError):
        return True
    inner = reason.args[0] if isinstance(reason, urllib3.exceptions.SSLError) and reason.args else None
    return isinstance(inner, ssl.SSLCertVerificationError)


def _as_utc(instant: datetime) -> str:
    """Write an instant as 46elks does: ISO 8601 in UTC without a zone."""
    utc = parse_instant(instant.isoformat())
    return utc.replace(tzinfo=None).isoformat(timespec="microseconds")
