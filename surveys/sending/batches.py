"""What the messages of one claim need, read at once: a claim of a hundred costs a few queries and not a thousand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.accounts.scopes import trusted
from crm.db import current_session, transaction_memo
from crm.messaging.models import OutboxMessage
from crm.participants.models import Enrolment
from surveys.deciding import Decision, ExitFacts, Reachable
from surveys.facts import facts_of
from surveys.models import DueRow
from surveys.planning import decision_for, failed_addresses
from surveys.plans.queries import PlansInForce, plans_in_force
from surveys.sending.texts import ApprovedTexts

_KEY = "surveys.sending"
_CLAIMED = "the rows of messages that the sender has claimed"


@dataclass(frozen=True)
class SendingBatch:
    """The due rows of some messages with the facts and plans of the moment."""

    rows: Mapping[str, DueRow]
    facts: Mapping[int, ExitFacts]
    plans: PlansInForce
    failed: Mapping[str, frozenset[Reachable]]
    texts: ApprovedTexts = field(default_factory=ApprovedTexts)

    def decision(self, row: DueRow) -> Decision:
        """What the facts and the plan in force say about a row."""
        failed = self.failed.get(row.public_id, frozenset())
        return decision_for(self.facts[row.exit_id], self.plans, row.wave, failed)


def prepare(messages: Sequence[OutboxMessage]) -> None:
    """Read what these messages need, for the rest of the transaction. Seven queries, however many they are."""
    transaction_memo()[_key(messages[0])] = _read(messages)


def batch_of(message: OutboxMessage) -> SendingBatch:
    """The batch that was prepared with this message; for one that stands alone, a batch of its own."""
    memo = transaction_memo()
    found: SendingBatch | None = memo.get(_key(message))
    if found is None or message.purpose_ref not in found.rows:
        found = memo[_key(message)] = _read([message])
    return found


def _key(message: OutboxMessage) -> str:
    return f"{_KEY}:{message.purpose}"


def _read(messages: Sequence[OutboxMessage]) -> SendingBatch:
    plans = plans_in_force()
    statement = (
        select(DueRow)
        .where(DueRow.public_id.in_({message.purpose_ref for message in messages}))
        .options(joinedload(DueRow.participant), joinedload(DueRow.enrolment).joinedload(Enrolment.coordinator))
    )
    rows = list(current_session().scalars(trusted(statement, because=_CLAIMED)))
    return SendingBatch(
        rows={row.public_id: row for row in rows},
        facts=facts_of({row.exit_id for row in rows}, plans.units),
        plans=plans,
        failed=failed_addresses(rows),
    )
