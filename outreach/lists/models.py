"""Tables of call lists: the list, who calls from it, and one entry for each employer."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, UniqueConstraint, literal_column
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Staff, Unit
from crm.db import Base, EnumText, PublicId, Versioned
from crm.employers.models import Contact, ContactPerson, Employer
from outreach.scripts.models import CallScript, CallScriptVersion


class Wanted(StrEnum):
    """What a list is to reach, and what its target counts."""

    REACHED = "reached"
    VISIT_BOOKED = "visit_booked"
    SIGNED_UP = "signed_up"


class EntryState(StrEnum):
    """Where an entry stands. Each is in exactly one, so that a list always adds up."""

    WAITING = "waiting"
    TAKEN = "taken"
    CALLBACK = "callback"
    DONE = "done"
    LEFT_OUT = "left_out"


class LeftOut(StrEnum):
    """Why an entry is left out."""

    DO_NOT_CONTACT = "do_not_contact"
    ADVERTISING_BLOCK = "advertising_block"
    BAD_EXPERIENCE = "bad_experience"
    OTHER_UNIT = "other_unit"
    COOLDOWN = "cooldown"
    NO_NUMBER = "no_number"
    GONE = "gone"
    """The employer was archived, or found to be another one."""
    BY_HAND = "by_hand"


class CallList(PublicId, Versioned, Base):
    """Employers to be called by a unit's callers with one script, towards a target and a deadline."""

    __tablename__ = "outreach_call_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    script_id: Mapped[int] = mapped_column(ForeignKey("outreach_call_script.id", ondelete="RESTRICT"), index=True)
    wanted: Mapped[Wanted] = mapped_column(EnumText(Wanted), default=Wanted.REACHED)
    target: Mapped[int | None]
    """How many are wanted; None: as many as there are."""
    deadline: Mapped[date | None]
    cooldown_days: Mapped[int] = mapped_column(default=30)
    """Whoever was called or met in so many days before is left out; 0: nobody is."""
    lease_minutes: Mapped[int] = mapped_column(default=20)
    """How long an entry is kept for a caller who has fallen silent."""
    most_attempts: Mapped[int] = mapped_column(default=3)
    """After so many calls that nobody answered an entry is done."""
    view_query: Mapped[str] = mapped_column(String(1000), default="")
    """The filters of the list of employers that it was made from."""
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    unit: Mapped[Unit] = relationship()
    script: Mapped[CallScript] = relationship()
    created_by: Mapped[Staff | None] = relationship(foreign_keys=created_by_id)
    callers: Mapped[list["CallListCaller"]] = relationship(back_populates="call_list", cascade="all, delete-orphan")

    __table_args__ = (
        CheckConstraint("target IS NULL OR target > 0", name="target_positive"),
        CheckConstraint("cooldown_days BETWEEN 0 AND 730", name="cooldown_range"),
        CheckConstraint("lease_minutes BETWEEN 1 AND 480", name="lease_range"),
        CheckConstraint("most_attempts BETWEEN 1 AND 20", name="attempts_range"),
    )


class CallListCaller(Base):
    """Somebody who calls from a list."""

    __tablename__ = "outreach_call_list_caller"

    list_id: Mapped[int] = mapped_column(ForeignKey("outreach_call_list.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True, index=True)

    call_list: Mapped[CallList] = relationship(back_populates="callers")
    staff: Mapped[Staff] = relationship()


def _of_state(state: EntryState, column: str) -> Index:
    """An index of the few entries of a list that are in a state, in the order of a column."""
    only = sql_text(f"state = '{state.value}'")
    name = f"ix_outreach_call_entry_{state.value}"
    return Index(name, "list_id", column, "id", sqlite_where=only, postgresql_where=only)


class CallEntry(PublicId, Base):
    """One employer of a list. An employer stands in a list once.

    What an entry was before somebody put it back stays in ``reason``, ``outcome`` and ``done_at``, so that the click
    can be taken back; nothing counts but ``state``.
    """

    __tablename__ = "outreach_call_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("outreach_call_list.id", ondelete="CASCADE"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("contact_person.id", ondelete="SET NULL"), index=True)
    """Whom to ask for; None: whoever answers the employer's number."""
    position: Mapped[int]
    state: Mapped[EntryState] = mapped_column(EnumText(EntryState), default=EntryState.WAITING)
    reason: Mapped[LeftOut | None] = mapped_column(EnumText(LeftOut))
    callback_at: Mapped[datetime | None]
    callback_for_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    """Who has promised the call; a day after the time anybody gets it."""
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    taken_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    """How many calls have been made."""
    outcome: Mapped[str | None] = mapped_column(String(40))
    """Of the last call: a code of the picklist contact_outcome."""
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    script_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("outreach_call_script_version.id", ondelete="SET NULL"), index=True
    )
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    first_called_at: Mapped[datetime | None]
    """When the first call ended, from which it counts what came of it."""
    done_at: Mapped[datetime | None]
    """When the last call ended."""
    put_back_at: Mapped[datetime | None]
    """When somebody put it back by hand, knowing why it was left out; what was before does not leave it out again."""
    referred_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("outreach_call_entry.id", ondelete="SET NULL"), index=True
    )
    """The entry whose call named this employer."""
    added_at: Mapped[datetime]

    call_list: Mapped[CallList] = relationship()
    employer: Mapped[Employer] = relationship()
    person: Mapped[ContactPerson | None] = relationship()
    contact: Mapped[Contact | None] = relationship()
    taken_by: Mapped[Staff | None] = relationship(foreign_keys=taken_by_id)
    done_by: Mapped[Staff | None] = relationship(foreign_keys=done_by_id)
    callback_for: Mapped[Staff | None] = relationship(foreign_keys=callback_for_id)
    script_version: Mapped[CallScriptVersion | None] = relationship()
    referred_by: Mapped["CallEntry | None"] = relationship(remote_side="CallEntry.id")

    __table_args__ = (
        UniqueConstraint("list_id", "employer_id"),
        Index("ix_outreach_call_entry_next", "list_id", "state", "position", "id"),
        _of_state(EntryState.CALLBACK, "callback_at"),
        _of_state(EntryState.TAKEN, "taken_until"),
        Index("ix_outreach_call_entry_employer", "employer_id", "state"),
        CheckConstraint("(state = 'taken') = (taken_until IS NOT NULL)", name="taken_until"),
        CheckConstraint("state != 'left_out' OR reason IS NOT NULL", name="left_out_why"),
        CheckConstraint("state != 'callback' OR callback_at IS NOT NULL", name="callback_when"),
    )


def in_state(state: EntryState, entry: type[CallEntry] = CallEntry) -> ColumnElement[bool]:
    """A condition on CallEntry, with the state in its text: a plan that PostgreSQL keeps for every parameter would take
    a state that a handful of entries have for one that all of them have, and read the whole list."""
    return entry.state == literal_column(f"'{state.value}'")
