"""Tables of events, of those invited to them, and of those who want no invitations."""

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.db import Base, EnumText, PublicId, Versioned
from crm.employers.models import ContactPerson, Employer


class Answer(StrEnum):
    """What somebody said to an invitation. ``QUEUED``: they want to come, and wait for a place."""

    WAITING = "waiting"
    YES = "yes"
    QUEUED = "queued"
    NO = "no"


class MailState(StrEnum):
    """How far the mail with the invitation has come."""

    NONE = "none"
    """There is none: somebody signed up by telephone, or came without an invitation."""
    PLANNED = "planned"
    SENT = "sent"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    NOT_SENT = "not_sent"


class OutreachEvent(PublicId, Versioned, Base):
    """A business breakfast, an information meeting: something that employers are invited to."""

    __tablename__ = "outreach_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Whom those invited can ask; without one the unit."""
    kind: Mapped[str] = mapped_column(String(30))
    """A key of outreach.events.words.KINDS."""
    title: Mapped[str] = mapped_column(String(160))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(40))
    """The zone of the place (an IANA name), in which its times are told."""
    place: Mapped[str | None] = mapped_column(String(200))
    link: Mapped[str | None] = mapped_column(String(300))
    """Where one takes part from afar."""
    text: Mapped[str | None] = mapped_column(Text)
    """What stands in the invitation."""
    language: Mapped[str] = mapped_column(String(8))
    """The language of the title and the text."""
    capacity: Mapped[int | None]
    """How many people there is room for; None: as many as like."""
    most_places: Mapped[int] = mapped_column(default=3)
    """How many people one invitation may bring."""
    reply_by: Mapped[date | None]
    """The last day on which those invited answer, or change what they said; None: until it begins."""
    ask_again_on: Mapped[date | None]
    asked_again_at: Mapped[datetime | None]
    remind_on: Mapped[date | None]
    reminded_at: Mapped[datetime | None]
    notices: Mapped[int] = mapped_column(default=0)
    """How often those invited were told of a change: the number of the newest word."""
    cancelled_at: Mapped[datetime | None]
    cancelled_because: Mapped[str | None] = mapped_column(String(300))
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]

    unit: Mapped[Unit] = relationship()
    owner: Mapped[Staff | None] = relationship()

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="period"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
        CheckConstraint("most_places > 0", name="most_places_positive"),
        Index("ix_outreach_event_unit", "unit_id", "starts_at"),
    )

    def on_wall(self, instant: datetime) -> datetime:
        """An instant in the time of the place."""
        return instant.astimezone(ZoneInfo(self.zone))

    @property
    def day(self) -> date:
        """The civil day on which it begins, where it is."""
        return self.on_wall(self.starts_at).date()

    @property
    def has_begun(self) -> bool:
        """Whether it has begun."""
        return clock.now() >= self.starts_at

    @property
    def is_over(self) -> bool:
        """Whether its time is over."""
        return clock.now() >= self.ends_at

    @property
    def takes_answers(self) -> bool:
        """Whether those invited can still answer, and change what they said."""
        if self.cancelled_at is not None or self.has_begun:
            return False
        return self.reply_by is None or clock.today(self.zone) <= self.reply_by


class EventInvitation(PublicId, Versioned, Base):
    """Somebody who is invited to an event, or who came without being invited; what they said, and whether they came."""

    __tablename__ = "outreach_event_invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("outreach_event.id", ondelete="CASCADE"))
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"), index=True)
    """None: somebody who came and whose organisation is not in the register."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("contact_person.id", ondelete="SET NULL"), index=True)
    """None: the employer itself, at its own address, or a guest who is only named."""
    guest: Mapped[str | None] = mapped_column(String(160))
    """Who comes, where that is no contact person that we know."""
    organisation: Mapped[str | None] = mapped_column(String(160))
    walk_in: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(8))
    batch: Mapped[str | None] = mapped_column(String(40))
    """Which sending it belongs to: what is taken back together."""
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    issue: Mapped[int] = mapped_column(default=0)
    """How often the mail was sent again."""
    mail: Mapped[MailState] = mapped_column(EnumText(MailState), default=MailState.NONE)
    mail_reason: Mapped[str | None] = mapped_column(String(60))
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    answer: Mapped[Answer] = mapped_column(EnumText(Answer), default=Answer.WAITING)
    places: Mapped[int] = mapped_column(default=0)
    """How many people they sign up, themselves included; 0 unless they want to come."""
    comment: Mapped[str | None] = mapped_column(String(500))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """The member of staff who wrote the answer down; None: they answered themselves."""
    answers: Mapped[int] = mapped_column(default=0)
    """How often there was an answer."""
    queued_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    came: Mapped[int | None]
    """How many people came; 0: nobody did; None: not written down."""
    came_noted_at: Mapped[datetime | None]
    came_noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    """The contact with the employer that its coming is."""

    event: Mapped[OutreachEvent] = relationship()
    employer: Mapped[Employer | None] = relationship()
    person: Mapped[ContactPerson | None] = relationship()

    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        CheckConstraint("places >= 0", name="places_not_negative"),
        CheckConstraint("came IS NULL OR came >= 0", name="came_not_negative"),
        Index("ix_outreach_event_invitation_answer", "event_id", "answer"),
        Index("ix_outreach_event_invitation_batch", "batch"),
    )

    @property
    def who(self) -> str:
        """The person's name, or the guest's; empty where only the employer is known."""
        return self.person.name if self.person else self.guest or ""

    @property
    def where(self) -> str:
        """The employer's name, or the organisation as it was told at the door."""
        return self.employer.name if self.employer else self.organisation or ""

    @property
    def name(self) -> str:
        """Who it is, in one line."""
        return ", ".join(filter(None, (self.who, self.where)))


class EventOptOut(PublicId, Base):
    """Somebody who wants no more invitations to events. Everything else that we write to them is not touched."""

    __tablename__ = "outreach_event_opt_out"

    id: Mapped[int] = mapped_column(primary_key=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("contact_person.id", ondelete="CASCADE"), index=True)
    """None: the employer's own address."""
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    """The unit whose invitation they answered with it. It holds for every unit."""
    since: Mapped[datetime]
