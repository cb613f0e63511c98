"""Versions of call scripts as other rooms use them: what a version says, and which one a new call takes.

The caller has checked that the actor sees the script, or holds a call that names the version.
"""

from functools import lru_cache

from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.errors import DomainError
from outreach.scripts.definition import Script
from outreach.scripts.messages import sentence
from outreach.scripts.models import CallScriptVersion, VersionState
from outreach.scripts.reading import read_script

_BY_CALL = "a version named by a script, list or call that the caller has checked"
_KEPT = 64


def script_of(version_id: int) -> Script:
    """What a version says. Raises NoResultFound for a version that is not there.

    Parsing is remembered by the text itself, so that nothing kept can be out of date.
    """
    column = CallScriptVersion.__table__.c
    text: str = current_session().execute(select(column.text).where(column.id == version_id)).scalar_one()
    return script_in(text)


def newest_version(script_id: int) -> CallScriptVersion | None:
    """The version that a new call takes: the one published last; None before the first."""
    statement = (
        select(CallScriptVersion)
        .where(CallScriptVersion.script_id == script_id, CallScriptVersion.state == VersionState.PUBLISHED)
        .order_by(CallScriptVersion.number.desc())
        .limit(1)
    )
    return current_session().scalar(trusted(statement, because=_BY_CALL))


@lru_cache(maxsize=_KEPT)
def script_in(text: str) -> Script:
    """The script that stands in a stored text, faulty ones (drafts) as well as they can be read. Raises DomainError."""
    reading = read_script(text)
    if reading.script is None:
        raise DomainError("; ".join(sentence(each) for each in reading.errors))
    return reading.script
