"""Whether a text names somebody whom we keep: texts that leave for other organisations must not."""

import re
from collections.abc import Collection, Iterable

from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.history.subjects import table

_NAMES = "names are only compared with texts that are to leave, and shown to nobody"


def known_names() -> frozenset[str]:
    """Full names of all participants and contact persons, in small letters. To compare with, never to show."""
    people, contacts = table("participant"), table("contact_person")
    session = current_session()
    rows = session.execute(trusted(select(people.c.first_name, people.c.last_name), because=_NAMES)).all()
    found = {f"{first} {last}" for first, last in rows}
    found |= {name for (name,) in session.execute(trusted(select(contacts.c.name), because=_NAMES))}
    return frozenset(name.casefold() for name in found if " " in name.strip())


def names_somebody(text: str, names: Collection[str]) -> bool:
    """Whether one of ``names`` (see ``known_names``) stands in a text."""
    whole = " ".join(text.casefold().split())
    return any(name in whole for name in _likely(whole, names))


def _likely(whole: str, names: Collection[str]) -> Iterable[str]:
    """The names whose first word stands in the text: comparing all of a large organisation's would take long."""
    words = set(re.findall(r"\w+", whole))
    return (name for name in names if name.split()[0] in words or not name.split()[0].isalnum())
