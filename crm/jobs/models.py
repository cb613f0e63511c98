"""Tables of heartbeats, leases, and the few facts about the installation itself."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Base


class Heartbeat(Base):
    """The last sign of life of a periodic job."""

    __tablename__ = "heartbeat"

    job_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    last_ok_at: Mapped[datetime | None]
    last_error_at: Mapped[datetime | None]
    detail: Mapped[str | None] = mapped_column(String(300))
    first_due_at: Mapped[datetime]
    """From when on silence counts, so that a fresh installation is not late at once."""


class Lease(Base):
    """Somebody's right to do something alone until a time: the leader of the dispatchers, a running job."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    owner: Mapped[str] = mapped_column(String(60))
    until: Mapped[datetime]


class InstallationFact(Base):
    """A fact about this installation: its id, the number of messages ever put on the wire, a hold on sending."""

    __tablename__ = "installation_fact"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
