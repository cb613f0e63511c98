"""46elks' history of messages: reading a page of it, and judging what it says about messages in doubt."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from crm.extension_points import SendResult
from plugins.elks46.callbacks import GATEWAY_ID, CallbackRefused, parse_instant


class HistoryUnreadable(Exception):
    """The history could not be read to its end, so nothing may be concluded from it."""


@dataclass(frozen=True)
class HistoryEntry:
    """One outgoing message that 46elks has accepted."""

    gateway_id: str
    to: str
    created: datetime
    status: str


@dataclass(frozen=True)
class HistoryPage:
    """A page of the history, newest first; `following` is where the next one starts, None on the last."""

    entries: Sequence[HistoryEntry]
    following: datetime | None


def read_page(reply: requests.Response) -> HistoryPage:
    """Read a page. Raises HistoryUnreadable for anything but a complete, well-formed one.

    Entries that are not of direction `outgoing` are left out: inbound SMS, and `outgoing-reply`, which 46elks
    makes from the body of a callback's reply and Brobygg never causes.
    """
    if reply.status_code != requests.codes.ok:
        raise HistoryUnreadable(f"HTTP {reply.status_code}")
    try:
        answer = reply.json()
        rows = [row for row in answer["data"] if row["direction"] == "outgoing"]
        entries = [_entry(row) for row in rows]
        following = answer.get("next")
        return HistoryPage(entries, parse_instant(following) if following else None)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HistoryUnreadable("the page is malformed") from error


def _entry(row: dict[str, Any]) -> HistoryEntry:
    if GATEWAY_ID.fullmatch(row["id"]) is None:
        raise CallbackRefused("the id is malformed")
    return HistoryEntry(
        gateway_id=row["id"],
        to=row["to"],
        created=parse_instant(row["created"]),
        status=str(row.get("status", "")),
    )


def judge(entries: Sequence[HistoryEntry], *, known: Collection[str], in_doubt: int) -> SendResult | None:
    """Count the entries that nobody knows against the messages in doubt (see ElksGateway.ask)."""
    strangers = [entry for entry in entries if entry.gateway_id not in known]
    if not strangers:
        return None
    if len(strangers) == in_doubt:
        return SendResult("accepted", reference=strangers[0].gateway_id, reply="found in the history of 46elks")
    told = f"46elks has {len(strangers)} messages to this number that we cannot place; {in_doubt} are in doubt."
    return SendResult("unknown", reply=told)
