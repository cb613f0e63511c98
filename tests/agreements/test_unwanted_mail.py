"""Whoever wants no mail gets none to sign either: they sign on paper, and staff write it down."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from crm.agreements.services.sending import SIGNED_COPY, SIGNING, send_link_again
from crm.db import current_session, transaction
from crm.employers.models import ContactPerson, Employer
from crm.errors import DomainError
from crm.messaging.models import MailboxItem, MessageState, OutboxMessage
from crm.messaging.outbox import sweep
from tests.agreements.conftest import NOON, Table, row, sent
from tests.agreements.test_lifecycle import both_sign

Jump = Callable[[datetime], None]
Block = Callable[[], None]


def the_employer_wants_no_contact() -> None:
    with transaction() as session:
        session.execute(update(Employer).values(do_not_contact=True, do_not_contact_reason="They said so"))


def the_person_wants_no_mail() -> None:
    with transaction() as session:
        session.execute(update(ContactPerson).values(do_not_mail=True))


blocks = pytest.mark.parametrize("block", [the_employer_wants_no_contact, the_person_wants_no_mail])


def mailed() -> list[str]:
    """Run the outbox, and see who got something."""
    sweep()
    return list(current_session().scalars(select(MailboxItem.to)))


@blocks
def test_no_link_is_mailed_and_none_is_planned(table: Table, jump: Jump, block: Block) -> None:
    block()
    agreement_id = sent(table)
    assert row(agreement_id).links[0].email is None
    with pytest.raises(DomainError, match="They do not want mail"), transaction():
        send_link_again(table.actor, agreement_id=agreement_id)
    assert not current_session().scalars(select(OutboxMessage)).all()
    jump(NOON + timedelta(days=8))
    assert mailed() == []


@blocks
def test_who_says_no_after_the_link_was_planned_gets_neither_it_nor_the_reminder(
    table: Table, jump: Jump, block: Block
) -> None:
    sent(table)
    block()
    for days in (0, 8):
        jump(NOON + timedelta(days=days))
        assert mailed() == []
    messages = current_session().scalars(select(OutboxMessage).where(OutboxMessage.purpose == SIGNING)).all()
    assert {(each.state, each.reason) for each in messages} == {(MessageState.CANCELLED, "do_not_contact")}
    assert len(messages) == 2


@blocks
def test_the_signed_copy_is_not_mailed_to_them_either(table: Table, block: Block) -> None:
    both_sign(table, sent(table))
    block()
    assert mailed() == []
    copy = current_session().scalars(select(OutboxMessage).where(OutboxMessage.purpose == SIGNED_COPY)).one()
    assert (copy.state, copy.reason) == (MessageState.CANCELLED, "do_not_contact")


def test_without_a_block_link_reminder_and_copy_are_mailed(table: Table, jump: Jump) -> None:
    """Otherwise the tests above would be about mail that nobody gets."""
    agreement_id = sent(table)
    assert mailed() == ["eva@example.net"]
    jump(NOON + timedelta(days=8))
    assert mailed() == ["eva@example.net"] * 2
    both_sign(table, agreement_id)
    assert mailed() == ["eva@example.net"] * 3
