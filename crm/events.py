"""What has happened, in the past tense, and how others hear of it.

Core events stand here; a plugin registers its own classes under its own key ("outreach.event_attended") and
anyone may subscribe by that key. Listeners run inside the emitting transaction.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

from crm.db import in_transaction_block, savepoint
from crm.registry import current_registry

log = structlog.get_logger()


@dataclass(frozen=True)
class Event:
    """Base of all events. ``key`` is what subscribers name."""

    key: ClassVar[str] = ""


@dataclass(frozen=True)
class EnrolmentStarted(Event):
    """A participant began in a programme."""

    key: ClassVar[str] = "enrolment_started"
    enrolment_id: int
    starts_on: date


@dataclass(frozen=True)
class EnrolmentExited(Event):
    """An enrolment ended. ``exit_id`` is the row of this exit; a second exit after a reopening has its
    own."""

    key: ClassVar[str] = "enrolment_exited"
    enrolment_id: int
    exit_id: int
    exit_on: date


@dataclass(frozen=True)
class ExitChanged(Event):
    """The date or reason of an exit was corrected."""

    key: ClassVar[str] = "exit_changed"
    enrolment_id: int
    exit_id: int
    exit_on: date


@dataclass(frozen=True)
class EnrolmentReopened(Event):
    """An exit was taken back: the person is in the programme again. ``exit_id`` is the exit that no longer
    holds."""

    key: ClassVar[str] = "enrolment_reopened"
    enrolment_id: int
    exit_id: int


@dataclass(frozen=True)
class ParticipantChanged(Event):
    """A participant was added or changed. ``fields`` names what: fields of the person (address, language, channels,
    unit ...), or "protected", "consent", "deceased_on", "archived_at"."""

    key: ClassVar[str] = "participant_changed"
    participant_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True)
class EmployerChanged(Event):
    """An employer or one of its workplaces was added, changed, archived or restored."""

    key: ClassVar[str] = "employer_changed"
    employer_id: int


@dataclass(frozen=True)
class RelationshipHandedOver(Event):
    """Somebody else is responsible for an employer in a unit, or stands in for whoever is.

    ``from_id`` and ``to_id`` are staff; None is the unit itself, or nobody who stands in.
    """

    key: ClassVar[str] = "relationship_handed_over"
    employer_id: int
    unit_id: int
    from_id: int | None
    to_id: int | None
    as_deputy: bool = False


@dataclass(frozen=True)
class EmployerClosed(Event):
    """An employer went bankrupt, is being wound up, or has closed: a register says so, or somebody wrote it down.

    ``status`` is bankrupt, winding_up or closed; ``since`` the day that is named, or the day on which it was seen.
    Listeners leave in ``memory``, under a key of their own and as JSON, what they need to take back what they do.
    """

    key: ClassVar[str] = "employer_closed"
    employer_id: int
    status: str
    since: date
    memory: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class EmployerClosingUndone(Event):
    """That an employer had closed was a mistake and is taken back. ``memory`` is what listeners left in
    EmployerClosed."""

    key: ClassVar[str] = "employer_closing_undone"
    employer_id: int
    status: str
    memory: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class WorkplaceClosed(Event):
    """A workplace of an employer has closed, ``since`` that day; the employer itself may be in business."""

    key: ClassVar[str] = "workplace_closed"
    workplace_id: int
    since: date


@dataclass(frozen=True)
class WorkplaceReopened(Event):
    """A workplace that was closed is in use again, or never was closed."""

    key: ClassVar[str] = "workplace_reopened"
    workplace_id: int


@dataclass(frozen=True)
class EmployersImported(Event):
    """Very many employers were added, changed or removed at once; no EmployerChanged or ContactPersonChanged tells of
    each. At most some hundred ids of each at a time."""

    key: ClassVar[str] = "employers_imported"
    employer_ids: tuple[int, ...]
    person_ids: tuple[int, ...] = ()
    workplace_ids: tuple[int, ...] = ()
    """Workplaces that are gone; those that are there belong to the employers."""


@dataclass(frozen=True)
class ContactPersonChanged(Event):
    """A contact person was added or changed, or came to or left an employer."""

    key: ClassVar[str] = "contact_person_changed"
    person_id: int


@dataclass(frozen=True)
class ContactLogged(Event):
    """A visit, call or other contact with an employer was written down."""

    key: ClassVar[str] = "contact_logged"
    contact_id: int
    employer_id: int


@dataclass(frozen=True)
class PlacementChanged(Event):
    """A placement was made, changed or ended."""

    key: ClassVar[str] = "placement_changed"
    placement_id: int


@dataclass(frozen=True)
class AgreementSigned(Event):
    """Both sides have signed an agreement."""

    key: ClassVar[str] = "agreement_signed"
    agreement_id: int
    employer_id: int
    unit_id: int
    agreement_type: str


@dataclass(frozen=True)
class AgreementEnded(Event):
    """An agreement is over. ``how``: expired, renewed, terminated, refused or replaced."""

    key: ClassVar[str] = "agreement_ended"
    agreement_id: int
    employer_id: int
    unit_id: int
    how: str


@dataclass(frozen=True)
class StaffDisabled(Event):
    """A member of staff may no longer sign in."""

    key: ClassVar[str] = "staff_disabled"
    staff_id: int


@dataclass(frozen=True)
class StaffMoved(Event):
    """A member of staff works elsewhere now, or has other roles: there are units whose work they no longer see.

    ``from_unit_id`` is the unit that was their own, ``left_unit_ids`` are all that they have left.
    """

    key: ClassVar[str] = "staff_moved"
    staff_id: int
    from_unit_id: int
    left_unit_ids: tuple[int, ...]


@dataclass(frozen=True)
class OptedOut(Event):
    """Somebody told us, by answering STOP for instance, to send nothing more to ``address``.

    ``channel`` is email or sms, ``address`` an e-mail address or an E.164 number. The address is
    suppressed already; whoever keeps consents writes the refusal down.
    """

    key: ClassVar[str] = "opted_out"
    channel: str
    address: str = field(repr=False)


@dataclass(frozen=True)
class AddressBounced(Event):
    """An address is dead: what was sent to it came back for good. It is suppressed already.

    ``address_hash`` is crm.messaging.addresses.address_hash() of it, because the address itself has been
    purged.
    """

    key: ClassVar[str] = "address_bounced"
    channel: str
    address_hash: str
    participant_id: int | None


@dataclass(frozen=True)
class ReplyReceived(Event):
    """Somebody answered an SMS with something other than STOP. The text is for a person and is never filed
    as an answer."""

    key: ClassVar[str] = "reply_received"
    channel: str
    address: str = field(repr=False)
    participant_id: int | None
    text: str = field(repr=False)


@dataclass(frozen=True)
class EmitResult:
    """What became of an event: the plugins whose listener failed, by name. Empty is good."""

    failed_plugins: tuple[str, ...] = ()


def emit(event: Event) -> EmitResult:
    """Tell everyone who subscribed to ``event.key``, inside the current transaction.

    A core listener that fails aborts the transaction. A plugin's listener runs in a savepoint of its own:
    when it fails, its own rows are lost, the failure is logged under the plugin's name and returned, and
    the transaction goes on. Lost connections and deadlocks are raised again, because the transaction is
    gone with them.
    """
    if not in_transaction_block():
        raise RuntimeError("emit() outside transaction()")
    failed: list[str] = []
    for subscription in current_registry().subscriptions(event.key):
        if subscription.owner == "crm":
            subscription.listener(event)
            continue
        try:
            with savepoint():
                subscription.listener(event)
        except Exception as error:
            if _connection_is_gone(error):
                raise
            log.exception("plugin_listener_failed", plugin=subscription.owner, event_key=event.key)
            failed.append(subscription.owner)
    return EmitResult(tuple(failed))


def _connection_is_gone(error: Exception) -> bool:
    if isinstance(error, OperationalError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated
