"""What services of this feature are given, as plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class AppearanceFields:
    """A talk, an article or a conference. ``kind`` is one of crm.cooperation.words.KINDS."""

    kind: str
    on_date: date
    title: str
    audience: str | None = None
    municipality: str | None = None
    reach: int | None = None
    by_request: bool = False
    link: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class GroupFields:
    """A group. ``kind`` is one of crm.cooperation.words.GROUP_KINDS."""

    name: str
    kind: str
    owner_id: int | None = None
    note: str | None = None


@dataclass(frozen=True)
class MemberFields:
    """A member. ``organisation`` is found among the employers when it has exactly the name of one."""

    name: str
    joined_on: date
    organisation: str | None = None
    left_on: date | None = None
