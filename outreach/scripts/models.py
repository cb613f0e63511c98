"""Tables of call scripts: the script, its versions, and what a draft said before each change."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from crm.accounts.models import Staff, Unit
from crm.db import Base, EnumText, PublicId, Versioned
from outreach.scripts.definition import in_language

MOST_TITLE = 100


class VersionState(StrEnum):
    """Where a version stands. Of a script there is one draft at most; callers only meet what is published."""

    DRAFT = "draft"
    PUBLISHED = "published"


class PublishedVersion(RuntimeError):
    """Somebody tried to change a version that callers use. A programming error."""


class CallScript(PublicId, Versioned, Base):
    """A call script. What it says stands in its versions; ``version_id`` counts every change of it or of its draft."""

    __tablename__ = "outreach_call_script"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    """By which a file that is read in finds its script again."""
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    """Whose script it is; without one the whole organisation's."""
    titles: Mapped[dict[str, str]] = mapped_column()
    """By language: those of the newest published version, before the first one those of the draft."""
    folded: Mapped[str] = mapped_column(String(500))
    """All titles in small letters without accents, as they are searched and ordered."""
    archived_at: Mapped[datetime | None]
    submission_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]

    unit: Mapped[Unit | None] = relationship()
    versions: Mapped[list["CallScriptVersion"]] = relationship(
        back_populates="script", cascade="all, delete-orphan", order_by="CallScriptVersion.id"
    )

    @property
    def title(self) -> str:
        """The title in English, else in whatever language there is."""
        return self.title_in("en")

    def title_in(self, language: str) -> str:
        """The title in a language, else in English, else in whatever there is, else the key."""
        return in_language(self.titles, language) or self.key


class CallScriptVersion(Base):
    """What a script says, as YAML (``outreach.scripts.reading``). A published version never changes again."""

    __tablename__ = "outreach_call_script_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[int] = mapped_column(ForeignKey("outreach_call_script.id", ondelete="CASCADE"))
    number: Mapped[int | None]
    """Counted from 1 in the order of publishing; a draft has none."""
    state: Mapped[VersionState] = mapped_column(EnumText(VersionState))
    text: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(String(300))
    """What is new in it, by whoever published it."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    discarded_at: Mapped[datetime | None]
    """When a draft was thrown away; it can be taken back while no other one was begun."""

    script: Mapped[CallScript] = relationship(back_populates="versions")
    changed_by: Mapped[Staff | None] = relationship(foreign_keys=changed_by_id)
    published_by: Mapped[Staff | None] = relationship(foreign_keys=published_by_id)

    __table_args__ = (
        UniqueConstraint("script_id", "number"),
        CheckConstraint(
            "(state = 'published') = (number IS NOT NULL) AND (state = 'published') = (published_at IS NOT NULL)",
            name="published_has_number",
        ),
        Index(
            "uq_outreach_call_script_version_draft",
            "script_id",
            unique=True,
            sqlite_where=sql_text("state = 'draft' AND discarded_at IS NULL"),
            postgresql_where=sql_text("state = 'draft' AND discarded_at IS NULL"),
        ),
    )

    @property
    def is_draft(self) -> bool:
        """Whether it can still be changed."""
        return self.state is VersionState.DRAFT

    @validates("text", "number")
    def _stays_as_it_was_published(self, name: str, value: object) -> object:
        if self.published_at is not None and value != getattr(self, name):
            raise PublishedVersion(f"version {self.number} is published")
        return value


class CallScriptEdit(Base):
    """What a draft said before a change, so that the change can be taken back."""

    __tablename__ = "outreach_call_script_edit"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_ref_id: Mapped[int] = mapped_column(
        ForeignKey("outreach_call_script_version.id", ondelete="CASCADE"), index=True
    )
    text: Mapped[str] = mapped_column(Text)
    leads_to: Mapped[int]
    """The ``version_id`` that the script got by the change: the change that is taken back is the one that was seen."""
