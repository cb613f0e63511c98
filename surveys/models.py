"""Tables of questionnaires, message texts, follow-up plans, due rows, responses and answers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Unit
from crm.db import Base, EnumText, PublicId, Versioned
from crm.participants.models import Enrolment, EnrolmentExit, Participant
from surveys.dispositions import DueState

KEPT_RECEIVED = "*received"
KEPT_ANSWERED = "*answered"


class Questionnaire(PublicId, Base):
    """A questionnaire under its stable key ("exit", "follow_up_90")."""

    __tablename__ = "survey_questionnaire"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    created_at: Mapped[datetime]

    versions: Mapped[list["QuestionnaireVersion"]] = relationship(
        back_populates="questionnaire", order_by="QuestionnaireVersion.number", cascade="all, delete-orphan"
    )


class QuestionnaireVersion(PublicId, Base):
    """A version: its structure never changes once published (surveys.definition)."""

    __tablename__ = "survey_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("survey_questionnaire.id", ondelete="CASCADE"))
    number: Mapped[int]
    structure: Mapped[dict[str, Any]] = mapped_column()
    published_at: Mapped[datetime | None]

    questionnaire: Mapped[Questionnaire] = relationship(back_populates="versions")
    translations: Mapped[list["Translation"]] = relationship(back_populates="version", cascade="all, delete-orphan")

    __table_args__ = (UniqueConstraint("questionnaire_id", "number"),)


class Translation(PublicId, Versioned, Base):
    """The texts of one version in one language. Not sent before it is approved."""

    __tablename__ = "survey_translation"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_ref_id: Mapped[int] = mapped_column(ForeignKey("survey_version.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(8))
    texts: Mapped[dict[str, str]] = mapped_column()
    translator: Mapped[str | None] = mapped_column(String(120))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(String(120))

    version: Mapped[QuestionnaireVersion] = relationship(back_populates="translations")

    __table_args__ = (UniqueConstraint("version_ref_id", "language"),)


class MessageText(PublicId, Versioned, Base):
    """The text of a message (``exit_invitation``, ``exit_reminder``, ...) for one channel and language."""

    __tablename__ = "survey_message_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str | None] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(String(120))

    __table_args__ = (UniqueConstraint("key", "channel", "language"),)


class FollowUpPlan(PublicId, Versioned, Base):
    """After which event, how many days later, which questionnaire, through which channels, with which reminders.

    ``unit_id`` empty: for every unit. ``key`` is the wave ("exit", "follow_up_90"); one plan in force for each unit
    and wave, the nearest unit upwards wins.
    """

    __tablename__ = "survey_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("survey_questionnaire.id", ondelete="RESTRICT"))
    trigger: Mapped[str] = mapped_column(String(40), default="enrolment_exited")
    days_after: Mapped[int]
    channels: Mapped[list[str]] = mapped_column()
    """Allowed channels; the participant's own order decides which comes first."""
    reminder_days: Mapped[list[Any]] = mapped_column()
    """Days after the invitation of each reminder; each goes through every usable channel once."""
    close_days: Mapped[int]
    """Days after the invitation when the wave closes."""
    self_sending_days: Mapped[int] = mapped_column(default=21)
    """How late an invitation may go out by itself; older ones wait for a confirmed preview."""
    active: Mapped[bool] = mapped_column(default=True)

    questionnaire: Mapped[Questionnaire] = relationship()
    unit: Mapped[Unit | None] = relationship()

    __table_args__ = (UniqueConstraint("unit_id", "key"),)


class DueRow(PublicId, Base):
    """One exit in one wave: the row that makes forgetting impossible. Unique on (exit, wave)."""

    __tablename__ = "survey_due"

    id: Mapped[int] = mapped_column(primary_key=True)
    exit_id: Mapped[int] = mapped_column(ForeignKey("enrolment_exit.id", ondelete="CASCADE"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="RESTRICT"))
    wave: Mapped[str] = mapped_column(String(60))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("survey_plan.id", ondelete="SET NULL"))
    exit_on: Mapped[date]
    due_on: Mapped[date]
    state: Mapped[DueState] = mapped_column(EnumText(DueState))
    reason: Mapped[str | None] = mapped_column(String(60))
    """Why it is not possible, declined, superseded or closed: surveys.dispositions."""
    confirmed_at: Mapped[datetime | None]
    """When somebody confirmed a late invitation that no longer sends itself."""
    language: Mapped[str] = mapped_column(String(8))
    token_version: Mapped[int] = mapped_column(default=1)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    optout_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    issue: Mapped[int] = mapped_column(default=0)
    invited_at: Mapped[datetime | None]
    """When the first message was accepted or the answer was begun with staff."""
    reminded_steps: Mapped[int] = mapped_column(default=0)
    closes_on: Mapped[date | None]
    offered: Mapped[str | None] = mapped_column(String(40))
    """"Answer now" at the exit: answered, declined, not_possible:<why>. Known to surveys alone."""
    calls: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often somebody called without an interview coming of it."""
    called_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]

    exit: Mapped[EnrolmentExit] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
    participant: Mapped[Participant] = relationship()
    unit: Mapped[Unit] = relationship(viewonly=True)
    plan: Mapped[FollowUpPlan | None] = relationship(viewonly=True)
    response: Mapped["Response | None"] = relationship(back_populates="due")

    __table_args__ = (
        UniqueConstraint("exit_id", "wave"),
        Index("ix_survey_due_state", "state", "due_on"),
        Index("ix_survey_due_ledger", "wave", "unit_id", "exit_on", "state"),
        Index("ix_survey_due_programme", "wave", "programme_id", "exit_on", "state"),
        # Reports count all waves of a period at once; everything they group by stands in the index.
        Index("ix_survey_due_report", "exit_on", "unit_id", "programme_id", "wave", "state", "reason", "language"),
    )


class Response(PublicId, Base):
    """What somebody answered, or began to answer; one for each due row."""

    __tablename__ = "survey_response"

    id: Mapped[int] = mapped_column(primary_key=True)
    due_id: Mapped[int] = mapped_column(ForeignKey("survey_due.id", ondelete="CASCADE"), unique=True)
    version_ref_id: Mapped[int] = mapped_column(ForeignKey("survey_version.id", ondelete="RESTRICT"))
    language: Mapped[str] = mapped_column(String(8))
    mode: Mapped[str] = mapped_column(String(16), default="web")
    """web, tablet, phone (interview by staff), paper"""
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    started_at: Mapped[datetime]
    last_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    share_with_coordinator: Mapped[bool] = mapped_column(default=False)
    answers_deleted_at: Mapped[datetime | None]
    """When the retention time was over: the answers are gone, what they added up to is in KeptCount."""

    due: Mapped[DueRow] = relationship(back_populates="response")
    version: Mapped[QuestionnaireVersion] = relationship()
    answers: Mapped[list["Answer"]] = relationship(back_populates="response", cascade="all, delete-orphan")


class Answer(Base):
    """One chosen option or one text; a question of several choices has several rows. ``choice`` '' is for text."""

    __tablename__ = "survey_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("survey_response.id", ondelete="CASCADE"))
    question: Mapped[str] = mapped_column(String(60))
    choice: Mapped[str] = mapped_column(String(60), default="")
    text: Mapped[str | None] = mapped_column(Text)

    response: Mapped[Response] = relationship(back_populates="answers")

    __table_args__ = (
        UniqueConstraint("response_id", "question", "choice"),
        Index("ix_survey_answer_question", "question", "choice", "response_id"),
    )


class KeptCount(Base):
    """How often an answer was given in one month of exits: what stays of answers whose retention time is over.

    Two choices that no questionnaire can have count persons: KEPT_RECEIVED those who passed the question, and
    KEPT_ANSWERED those of them who chose or wrote something. Nothing here leads to anybody.
    """

    __tablename__ = "survey_kept_count"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="RESTRICT"))
    exit_month: Mapped[date]
    """The first day of the month of the exits."""
    wave: Mapped[str] = mapped_column(String(60))
    version_ref_id: Mapped[int] = mapped_column(ForeignKey("survey_version.id", ondelete="RESTRICT"))
    question: Mapped[str] = mapped_column(String(60))
    choice: Mapped[str] = mapped_column(String(60))
    n: Mapped[int]

    __table_args__ = (
        # Units and months first: the same index serves the reports.
        UniqueConstraint(
            "unit_id",
            "exit_month",
            "programme_id",
            "wave",
            "version_ref_id",
            "question",
            "choice",
            name="uq_survey_kept_count",
        ),
    )
