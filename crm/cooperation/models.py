"""Tables of talks and press, and of groups with their members, meetings and attendance."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Staff, Unit
from crm.db import Base, PublicId, Versioned
from crm.employers.models import Employer


class Appearance(PublicId, Versioned, Base):
    """A time when a unit was heard or read in public: an article, a talk, a conference."""

    __tablename__ = "appearance"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    """press, talk or conference."""
    on_date: Mapped[date]
    title: Mapped[str] = mapped_column(String(200))
    audience: Mapped[str | None] = mapped_column(String(160))
    """Who heard or printed it: a newspaper, a municipality, an association."""
    municipality: Mapped[str | None] = mapped_column(String(80))
    municipality_code: Mapped[str | None] = mapped_column(String(8))
    """Found by the name, so that the same place is counted once however it is written."""
    reach: Mapped[int | None]
    """People in the room, or readers; None where nobody knows."""
    by_request: Mapped[bool] = mapped_column(default=False)
    """They asked for it."""
    link: Mapped[str | None] = mapped_column(String(300))
    note: Mapped[str | None] = mapped_column(Text)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    unit: Mapped[Unit] = relationship()

    __table_args__ = (CheckConstraint("reach IS NULL OR reach >= 0", name="reach_positive"),)


class CooperationGroup(PublicId, Versioned, Base):
    """A group that meets: a steering group, a reference group of employers or of participants."""

    __tablename__ = "cooperation_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    kind: Mapped[str] = mapped_column(String(20))
    """steering, employers, participants or other."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who calls it together; without one the unit does."""
    note: Mapped[str | None] = mapped_column(Text)
    ended_on: Mapped[date | None]
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]

    unit: Mapped[Unit] = relationship()
    owner: Mapped[Staff | None] = relationship()
    members: Mapped[list["GroupMember"]] = relationship(
        back_populates="group", cascade="all, delete-orphan", order_by="GroupMember.id"
    )
    meetings: Mapped[list["GroupMeeting"]] = relationship(
        back_populates="group", cascade="all, delete-orphan", order_by="GroupMeeting.on_date.desc()"
    )


class GroupMember(PublicId, Versioned, Base):
    """Somebody who belongs to a group, from a day to a day."""

    __tablename__ = "cooperation_group_member"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("cooperation_group.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    organisation: Mapped[str | None] = mapped_column(String(160))
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id", ondelete="SET NULL"), index=True)
    """The organisation's own row, where it is an employer that is known by exactly this name."""
    joined_on: Mapped[date]
    left_on: Mapped[date | None]

    group: Mapped[CooperationGroup] = relationship(back_populates="members")
    employer: Mapped[Employer | None] = relationship()

    __table_args__ = (CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="period"),)

    def belongs(self, on: date) -> bool:
        """Whether they were a member on a day."""
        return self.joined_on <= on and (self.left_on is None or on <= self.left_on)


class GroupMeeting(PublicId, Versioned, Base):
    """A meeting of a group. Who came is known once it has been written down."""

    __tablename__ = "cooperation_group_meeting"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("cooperation_group.id", ondelete="CASCADE"), index=True)
    on_date: Mapped[date]
    subject: Mapped[str | None] = mapped_column(String(200))
    minutes: Mapped[str | None] = mapped_column(Text)
    recorded_on: Mapped[date | None]
    """When somebody wrote down who came."""

    group: Mapped[CooperationGroup] = relationship(back_populates="meetings")
    attendance: Mapped[list["GroupAttendance"]] = relationship(
        back_populates="meeting", cascade="all, delete-orphan", order_by="GroupAttendance.member_id"
    )

    __table_args__ = (UniqueConstraint("group_id", "on_date"),)


class GroupAttendance(PublicId, Base):
    """Whether a member came to a meeting, and when their absence was followed up."""

    __tablename__ = "cooperation_group_attendance"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("cooperation_group_meeting.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("cooperation_group_member.id", ondelete="CASCADE"), index=True)
    present: Mapped[bool]
    followed_up_on: Mapped[date | None]

    meeting: Mapped[GroupMeeting] = relationship(back_populates="attendance")
    member: Mapped[GroupMember] = relationship()

    __table_args__ = (UniqueConstraint("meeting_id", "member_id"),)
