"""The lists of a unit with their progress, one list with its entries, and rows for files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from crm.accounts.models import Staff
from crm.accounts.scopes import condition, scoped, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import ContactPerson, Employer
from crm.errors import NotVisible
from crm.history.approach import may_be_approached
from crm.web.filters import today
from crm.web.paging import Page, paginate
from outreach.lists.models import CallEntry, CallList, CallListCaller, EntryState, LeftOut, Wanted
from outreach.lists.progress import COUNTED, Progress, achieves, achieves_its_list
from outreach.scripts.models import CallScriptVersion

MOST_IN_FILE = 50_000
MINE, UNIT, CLOSED = "mine", "unit", "closed"


@dataclass(frozen=True)
class ListLine:
    """A list in the overview."""

    call_list: CallList
    progress: Progress
    callers: Sequence[str]
    is_caller: bool


@dataclass(frozen=True)
class EntryFilter:
    """What the page of a list is narrowed to; empty values mean everything. ``goal``: those that count for it.

    ``version``: the number of the script's version that was used in the last call.
    """

    state: str = ""
    reason: str = ""
    outcome: str = ""
    version: int | None = None
    text: str = ""
    goal: bool = False
    reached: bool = False

    def conditions(self, call_list: CallList) -> list[ColumnElement[bool]]:
        """The same as conditions on CallEntry joined with Employer."""
        found: list[ColumnElement[bool]] = [CallEntry.list_id == call_list.id]
        if self.outcome or self.reached or self.version is not None:
            # What somebody was called again after counts no more.
            found.append(CallEntry.state.in_(COUNTED))
        if self.reached:
            found.append(achieves(Wanted.REACHED))
        if self.state:
            found.append(CallEntry.state == EntryState(self.state))
        if self.reason:
            found.append(CallEntry.reason == LeftOut(self.reason))
        if self.outcome:
            found.append(CallEntry.outcome == self.outcome)
        if self.version is not None:
            ids = select(CallScriptVersion.id).where(
                CallScriptVersion.script_id == call_list.script_id, CallScriptVersion.number == self.version
            )
            found.append(CallEntry.script_version_id.in_(ids))
        if self.text:
            found.append(Employer.sort_name.contains(self.text.casefold(), autoescape=True))
        if self.goal:
            found.append(achieves(call_list.wanted))
        return found


def list_page(actor: Actor, show: str, *, page: int) -> Page[ListLine]:
    """One page of the lists that ``actor`` calls from, sees, or that are closed. Five queries at most."""
    called = select(CallListCaller.list_id).where(CallListCaller.staff_id == actor.staff_id)
    statement = visible(CallList, actor).where(
        CallList.closed_at.is_not(None) if show == CLOSED else CallList.closed_at.is_(None)
    )
    if show == MINE:
        statement = statement.where(CallList.id.in_(called))
    statement = statement.options(
        joinedload(CallList.unit), joinedload(CallList.script),
        selectinload(CallList.callers).joinedload(CallListCaller.staff).options(raiseload("*")),
    ).order_by(CallList.deadline.is_(None), CallList.deadline, CallList.id.desc())  # fmt: skip
    found = paginate(current_session(), statement, page=page)
    figures = progress_of(actor, found.items)
    lines = [
        ListLine(
            call_list=each,
            progress=figures[each.id],
            callers=sorted(caller.staff.name for caller in each.callers),
            is_caller=any(caller.staff_id == actor.staff_id for caller in each.callers),
        )
        for each in found.items
    ]
    return Page(lines, found.page, found.per_page, found.total, found.prev_url, found.next_url)


def list_one(actor: Actor, public_id: str) -> CallList:
    """A list with its unit, script, author and callers. Two queries. Raises NotVisible."""
    statement = visible(CallList, actor).where(CallList.public_id == public_id)
    author = joinedload(CallList.created_by).raiseload("*")
    callers = selectinload(CallList.callers).joinedload(CallListCaller.staff).options(raiseload("*"))
    options = (joinedload(CallList.unit), joinedload(CallList.script), author, callers)
    found = current_session().scalar(statement.options(*options))
    if found is None:
        raise NotVisible("Not found, or not visible to you.")
    return found


def progress_of(actor: Actor, lists: Sequence[CallList]) -> Mapping[int, Progress]:
    """How far some lists are, by id. Two queries, however many lists."""
    ids = [each.id for each in lists]
    if not ids:
        return {}
    mine = condition(CallEntry, actor)
    by_state = select(CallEntry.list_id, CallEntry.state, func.count()).where(CallEntry.list_id.in_(ids))
    rows = current_session().execute(scoped(by_state.group_by(CallEntry.list_id, CallEntry.state), mine)).all()
    counted = {(list_id, state): count for list_id, state, count in rows}
    achieved = (
        select(CallEntry.list_id, func.count())
        .join(CallList, CallList.id == CallEntry.list_id)
        .where(CallEntry.list_id.in_(ids), achieves_its_list())
        .group_by(CallEntry.list_id)
    )
    reached = {row[0]: row[1] for row in current_session().execute(scoped(achieved, mine))}
    return {each.id: _progress(each, counted, reached.get(each.id, 0)) for each in lists}


def _progress(each: CallList, counted: Mapping[tuple[int, EntryState], int], achieved: int) -> Progress:
    return Progress(
        achieved=achieved,
        target=each.target,
        deadline=each.deadline,
        today=today(),
        waiting=counted.get((each.id, EntryState.WAITING), 0),
        callbacks=counted.get((each.id, EntryState.CALLBACK), 0),
        taken=counted.get((each.id, EntryState.TAKEN), 0),
        done=counted.get((each.id, EntryState.DONE), 0),
        left_out=counted.get((each.id, EntryState.LEFT_OUT), 0),
    )


def reasons_in(actor: Actor, call_list: CallList) -> Mapping[LeftOut, int]:
    """How many of a list are left out, by reason, in the order in which reasons weigh."""
    statement = (
        select(CallEntry.reason, func.count())
        .where(CallEntry.list_id == call_list.id, CallEntry.state == EntryState.LEFT_OUT)
        .group_by(CallEntry.reason)
    )
    found = {row[0]: row[1] for row in current_session().execute(scoped(statement, condition(CallEntry, actor)))}
    return {reason: found[reason] for reason in LeftOut if reason in found}


def entry_page(actor: Actor, call_list: CallList, filters: EntryFilter, *, page: int) -> Page[CallEntry]:
    """One page of a list's entries in their order, each with its employer and who has to do with it."""
    people = (CallEntry.taken_by, CallEntry.done_by, CallEntry.callback_for)
    statement = (
        visible(CallEntry, actor)
        .join(CallEntry.employer)
        .where(*filters.conditions(call_list))
        .options(
            joinedload(CallEntry.employer).raiseload("*"), joinedload(CallEntry.person).raiseload("*"),
            joinedload(CallEntry.referred_by).joinedload(CallEntry.employer).raiseload("*"),
            *(joinedload(each).raiseload("*") for each in people),
        )
        .order_by(CallEntry.position, CallEntry.id)
    )  # fmt: skip
    return paginate(current_session(), statement, page=page)


@dataclass(frozen=True)
class FileRow:
    """An entry for a file or for paper."""

    employer: str
    municipality: str | None
    person: str | None
    phone: str | None
    state: EntryState
    reason: LeftOut | None
    outcome: str | None
    attempts: int
    callback_at: Any
    done_at: Any
    caller: str | None


def file_rows(actor: Actor, call_list: CallList, filters: EntryFilter) -> Iterator[FileRow]:
    """All entries that the filters show, in their order; at most ``MOST_IN_FILE``."""
    # Whoever may not be called is on no paper with a number either.
    may_be_called = and_(CallEntry.state != EntryState.LEFT_OUT, may_be_approached(actor))
    number = case((may_be_called, func.coalesce(_phone(), Employer.phone)))
    statement = (
        select(
            Employer.name, Employer.municipality, ContactPerson.name, number, CallEntry.state, CallEntry.reason,
            CallEntry.outcome, CallEntry.attempts, CallEntry.callback_at, CallEntry.done_at, Staff.name,
        )
        .join(Employer, Employer.id == CallEntry.employer_id)
        .outerjoin(ContactPerson, ContactPerson.id == CallEntry.person_id)
        .outerjoin(Staff, Staff.id == CallEntry.done_by_id)
        .where(*filters.conditions(call_list))
        .order_by(CallEntry.position, CallEntry.id)
        .limit(MOST_IN_FILE)
    )  # fmt: skip
    for row in current_session().execute(scoped(statement, condition(CallEntry, actor), condition(Employer, actor))):
        yield FileRow(*row)


def _phone() -> ColumnElement[str | None]:
    return case((ContactPerson.do_not_call.is_(False), ContactPerson.phone))


def callers_of(call_list: CallList) -> Sequence[Staff]:
    """Who calls from a list that the caller of this has checked, by name."""
    return sorted((each.staff for each in call_list.callers), key=lambda each: (each.name, each.id))


def employer_names(actor: Actor, ids: Sequence[int]) -> Mapping[int, str]:
    """The names of some employers that ``actor`` sees, by id."""
    statement = scoped(select(Employer.id, Employer.name), condition(Employer, actor)).where(Employer.id.in_(ids))
    return {row[0]: row[1] for row in current_session().execute(statement)}
