"""Planning many messages at once: one row for each, however often it is asked for."""

from dataclasses import replace

from sqlalchemy import func, select

from crm import clock
from crm.db import current_session, transaction
from crm.messaging.models import Channel, MessageState, OutboxMessage
from crm.messaging.outbox import sweep
from crm.messaging.planning import Wanted, plan_messages
from tests.messaging.postman import ACTOR, PURPOSE, Postman


def wanted(ref: int) -> Wanted:
    return Wanted(purpose=PURPOSE, purpose_ref=str(ref), channel=Channel.EMAIL, not_before=clock.now(), unit_id=None)


def count() -> int:
    return current_session().scalar(select(func.count()).select_from(OutboxMessage)) or 0


def test_many_messages_are_planned_once_each_and_what_is_there_stays_as_it_is(postman: Postman) -> None:
    with transaction():
        plan_messages(ACTOR, [wanted(ref) for ref in range(5)])
    assert sweep().accepted == 5
    with transaction():
        plan_messages(ACTOR, [wanted(ref) for ref in range(7)])
    rows = current_session().scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [row.state for row in rows] == [MessageState.ACCEPTED] * 5 + [MessageState.PLANNED] * 2
    assert len({row.message_id for row in rows}) == len({row.return_token for row in rows}) == 7


def test_the_same_message_twice_in_one_list_is_one(postman: Postman) -> None:
    with transaction():
        plan_messages(ACTOR, [wanted(1), wanted(1)])
        plan_messages(ACTOR, [])
    assert count() == 1


def test_another_step_issue_or_channel_is_another_message(postman: Postman) -> None:
    one = wanted(1)
    with transaction():
        plan_messages(ACTOR, [one, replace(one, step=1), replace(one, issue=1), replace(one, channel=Channel.SMS)])
    assert count() == 4
