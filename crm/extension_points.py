"""The small dataclasses that features and plugins hand to the core. Hooks return these and nothing else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from flask import Blueprint
from sqlalchemy import ColumnElement, Select

from crm.actors import Actor, Role
from crm.register_points import RegisterFactory
from crm.register_points import Text as Text

if TYPE_CHECKING:
    import click

    from crm.messaging.models import OutboxMessage


@dataclass(frozen=True)
class NavItem:
    """A link in the main menu. ``module`` hides it until a unit switches that module on."""

    key: str
    label: Text
    endpoint: str
    order: int
    roles: frozenset[Role] = frozenset(Role)
    module: str | None = None
    section: Literal["main", "settings"] = "main"


@dataclass(frozen=True)
class Panel:
    """A piece of a page that somebody else owns. ``render`` gets the slot's context and gives safe HTML
    ('' = nothing).

    Slots: today.first (above the tasks), today.cards, employer.wrong, employer.running (one query each),
    employer.ending (before one says that it is gone),
    employers.list, employer.panels (the page of details), participant.panels, exit.panels, followup.cards,
    followup.details, settings.cards, sending.cards, staff.panels (the page of a member of staff).
    """

    slot: str
    key: str
    render: Callable[[Mapping[str, Any]], str]
    order: int = 100
    roles: frozenset[Role] = frozenset(Role)


@dataclass(frozen=True)
class HistoryKind:
    """A kind of line in the contact history. A line of an unknown kind still reads well from its summary.

    ``href`` gives the address of what the line came from, by its source reference, or None. ``day_only``:
    the time of day of such a line means nothing and is not shown.
    """

    key: str
    label: Text
    color: Literal["neutral", "info", "success", "warning", "danger", "brand2"] = "neutral"
    icon: str = ""
    href: Callable[[str], str | None] = lambda source_ref: None
    day_only: bool = False


@dataclass(frozen=True)
class Subscription:
    """Who hears of which event. ``owner`` is filled in by the registry."""

    event_key: str
    listener: Callable[[Any], None]
    owner: str = "crm"


@dataclass(frozen=True)
class PeriodicJob:
    """Work that is repeated. It must be safe to run twice and at the same time as itself.

    ``run`` returns a short count text for the heartbeat ("12 sent"). ``late_after`` is when silence turns
    /health red. ``alarm`` is what administrators read on every page while the last run failed: for a service
    outside that is away while everything else works.
    """

    key: str
    every: timedelta
    run: Callable[[], str]
    late_after: timedelta
    owner: str = "crm"
    alarm: Text | None = None


@dataclass(frozen=True)
class Scope:
    """Who sees which rows of a guarded model: the condition under which ``actor`` sees a row."""

    model: type[Any]
    condition: Callable[[Actor], ColumnElement[bool]]


@dataclass(frozen=True)
class PublicEndpoint:
    """An endpoint that needs no sign-in. ``csrf_exempt_because`` names why the session's CSRF check does
    not apply."""

    endpoint: str
    csrf_exempt_because: str | None = None


@dataclass(frozen=True)
class Module:
    """Something that an administrator switches on for a unit. Off by default unless ``default_on``."""

    key: str
    label: Text
    description: Text
    default_on: bool = False


@dataclass(frozen=True)
class MailFile:
    """A file that goes with a mail. ``content``: its bytes in base64, so that a message can be kept as text."""

    name: str
    mimetype: str
    content: str


@dataclass(frozen=True)
class Rendered:
    """A message as it will leave. ``to``: an address or an E.164 number; ``sender``: an SMS sender or a
    name. ``to_enclose``: its files are still to be made, by the ``enclose`` of its purpose."""

    to: str
    text: str
    subject: str | None = None
    html: str | None = None
    sender: str | None = None
    reply_to: str | None = None
    unsubscribe_url: str | None = None
    language: str = "en"
    files: Sequence[MailFile] = ()
    to_enclose: bool = False


@dataclass(frozen=True)
class Accepted:
    """A receiver has taken a message over: which one, by its purpose's own key, and when."""

    purpose: str
    purpose_ref: str
    channel: str
    step: int
    at: datetime


def no_reaction(message: "OutboxMessage") -> None:
    """The ``on_state`` of a purpose that does not care what becomes of its messages."""


@dataclass(frozen=True)
class MessagePurpose:
    """Why a message is sent, by whoever plans it.

    ``prepare`` runs once for each claim, with all its messages of this purpose: the place to read at once
    what the others will ask for (crm.db.transaction_memo). ``check`` runs inside the claim and returns a
    reason to cancel, or None. ``render`` runs at the first claim. ``on_state`` runs in the transaction that
    changed the message's state, for every state but CLAIMED and ON_WIRE. ``on_accepted`` may be called in its
    place when a receiver takes a message over at once, which spares reading the message: it does the same as
    ``on_state`` does then. ``quiet`` obeys quiet hours. ``enclose`` gives back a mail that was rendered with
    ``to_enclose``, with its files: it runs after the claim, outside every transaction, because making a file may
    take long; it only reads, and may be called again.
    """

    key: str
    label: Text
    check: Callable[["OutboxMessage"], str | None]
    render: Callable[["OutboxMessage"], Rendered]
    on_state: Callable[["OutboxMessage"], None] = no_reaction
    on_accepted: Callable[[Accepted], None] | None = None
    quiet: bool = True
    prepare: Callable[[Sequence["OutboxMessage"]], None] = lambda messages: None
    enclose: Callable[["OutboxMessage", Rendered], Rendered] | None = None


@dataclass(frozen=True)
class SendResult:
    """What a receiver said. ``reply`` is kept for staff; it never carries the text or the address."""

    outcome: Literal["accepted", "rejected", "retry", "unknown"]
    reference: str | None = None
    reply: str = ""


class SmsGateway(Protocol):
    """A way to send SMS. None of the known gateways has an idempotency key, hence ``ask``."""

    key: str
    askable: bool

    def send(self, *, sender: str, to: str, text: str, reference: str) -> SendResult:
        """Hand one message over. Never raises for what the network or the gateway does."""
        ...

    def ask(
        self,
        *,
        to: str,
        reference: str,
        since: datetime,
        until: datetime,
        known_references: Sequence[str],
        in_doubt: int = 1,
    ) -> SendResult | None:
        """What the gateway has of a message in doubt: accepted (with its reference), None when it has nothing
        (it may be sent again), or 'unknown' when it cannot be said.

        ``since`` is when the message went on the wire, ``until`` the last instant at which it can have
        been accepted. ``known_references`` are the gateway's references already recorded for this number;
        ``in_doubt`` counts the messages to this number, this one included, that went on the wire about
        then and have none recorded."""
        ...


@dataclass(frozen=True)
class GatewayFactory:
    """How to make a gateway from the environment; None when it is not configured. Raises SettingsError."""

    key: str
    label: Text
    build: Callable[[Mapping[str, str]], SmsGateway | None]


@dataclass(frozen=True)
class StageRequirement:
    """What must be there before an employer enters a stage of the pipeline.

    ``check`` gets the id of the relationship and returns in words what is missing; nothing when all is there.
    ``blocks``: the stage cannot be entered without it; else it is only said. ``offer``: where it can be made: an
    endpoint that takes the public id of the employer, the words of the link there, and the roles that may.
    """

    key: str
    stage: str
    check: Callable[[int], Sequence[Text]]
    blocks: bool = False
    offer: tuple[str, Text, frozenset[Role]] | None = None


@dataclass(frozen=True)
class MergeStep:
    """How a feature's rows follow when two employers are found to be one, or two of the table ``of``: contact_person.

    ``merge(actor, kept_id, gone_id)`` moves them and returns what ``undo(actor, kept_id, gone_id, memory)`` needs to
    bring them back; the memory is kept as JSON. Both run inside the transaction of the merge.
    """

    key: str
    merge: Callable[[Actor, int, int], dict[str, Any]]
    undo: Callable[[Actor, int, int, dict[str, Any]], None]
    of: str = "employer"


@dataclass(frozen=True)
class ApproachReason:
    """Why employers with a block against advertising may be called: ``employer_ids(actor)`` selects those of the
    actor's units for which it holds now. It depends on nothing but the actor. See crm/history/approach.py."""

    key: str
    employer_ids: Callable[[Actor], Select[Any]]


@dataclass(frozen=True)
class TaskPlace:
    """Where tasks of a kind are settled: by writing down what they are about, and not by a tick in a list.

    ``href`` gives the address by a task's source reference, or None where a tick is enough. ``label`` is what the
    button says. Whoever settles them calls ``complete_task(..., settled=True)``. ``own_panel``: Today has a panel that
    shows those of the day already.
    """

    kind: str
    label: Text
    href: Callable[[str], str | None]
    own_panel: bool = False


@dataclass(frozen=True)
class SearchWords:
    """What finds one row: ``title`` is its name, ``words`` texts and numbers beside it, ``phones`` in E.164."""

    row_id: int
    title: str
    words: Sequence[str | None] = ()
    phones: Sequence[str | None] = ()


@dataclass(frozen=True)
class SearchHit:
    """How a row that was found is shown: a link, a line below it, and a word of warning beside it."""

    title: Text
    href: str
    detail: Text = ""
    tag: Text = ""


@dataclass(frozen=True)
class SearchDocuments:
    """A kind of row that the search over everything finds.

    ``read`` gives the words of rows by their ids; one that it leaves out is not found any more (nothing of a protected
    person may be given). It is called in the transaction that changed a row of ``model``; what statements write is
    found after ``brobygg reindex``. ``show`` gets rows that the reader may see by the scope of ``model``, and answers
    in the same order. Where the ``module`` is off, nothing is found."""

    kind: str
    label: Text
    model: type[Any]
    read: Callable[[Sequence[int]], Sequence[SearchWords]]
    show: Callable[[Sequence[Any]], Sequence[SearchHit]]
    order: int = 100
    module: str = ""


@dataclass(frozen=True)
class MigrationLineage:
    """A plugin's own tables: their prefix, and the folder with its own Alembic versions."""

    name: str
    table_prefix: str
    folder: Path


@dataclass(frozen=True)
class PersonData:
    """What a plugin keeps about one participant, for the person's own export."""

    title: str
    rows: Sequence[Mapping[str, object]] = field(default_factory=tuple)


@dataclass(frozen=True)
class SampleWorld:
    """What the sample data consist of, by ids, for plugins that add theirs."""

    closed_programme_id: int
    running_programme_id: int


@dataclass(frozen=True)
class AuditName:
    """How the audit log names a row that a line is about, to who may see it.

    ``kind`` is the subject of a line, and what stands before ``_id`` or ``_ids`` in its details. ``name`` and
    ``address`` are expressions over ``model``: what the row is called, and the public id that its page ``endpoint``
    takes; a name may be a text by language. Without a name only the page is linked: reading the names of participants
    is itself written down.
    """

    kind: str
    model: type[Any]
    name: Any = None
    address: Any = None
    endpoint: str = ""


@dataclass
class Feature:
    """Everything a core feature adds; a plugin gives the same through hooks of the same names."""

    name: str
    blueprints: Sequence[Blueprint] = ()
    nav_items: Sequence[NavItem] = ()
    panels: Sequence[Panel] = ()
    history_kinds: Sequence[HistoryKind] = ()
    subscriptions: Sequence[Subscription] = ()
    periodic_jobs: Sequence[PeriodicJob] = ()
    scopes: Sequence[Scope] = ()
    public_endpoints: Sequence[PublicEndpoint] = ()
    modules: Sequence[Module] = ()
    message_purposes: Sequence[MessagePurpose] = ()
    sms_gateways: Sequence[GatewayFactory] = ()
    registers: Sequence[RegisterFactory] = ()
    stage_requirements: Sequence[StageRequirement] = ()
    merge_steps: Sequence[MergeStep] = ()
    approach_reasons: Sequence[ApproachReason] = ()
    task_places: Sequence[TaskPlace] = ()
    search_documents: Sequence[SearchDocuments] = ()
    commands: Sequence["click.Command"] = ()
    translations: Path | None = None
    audit_labels: Mapping[str, Text] = field(default_factory=dict)
    """What the audit log calls each action that this feature writes down."""
    audit_subjects: Mapping[str, Text] = field(default_factory=dict)
    """What it calls that which they are about (the ``subject_type`` of a line)."""
    audit_names: Sequence[AuditName] = ()
    audit_fields: Mapping[str, Text] = field(default_factory=dict)
    """What it calls the details of a line, and the fields that they name. Two features may know the same word."""
