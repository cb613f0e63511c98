"""When an agreement is told about, ends and is renewed: month ends, leap years, and the clock where the unit is."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.accounts.models import Unit
from crm.agreements.models import AgreementStatus
from crm.agreements.services.following import renew_agreement
from crm.agreements.services.sending import send_agreement
from crm.agreements.services.signing import NothingToSign, sign_for_us, sign_on_behalf
from crm.agreements.states import months_later, two_months_before
from crm.agreements.tasks import look_after_agreements
from crm.db import current_session, transaction
from crm.errors import DomainError
from tests.agreements.conftest import Table, row, sent, write
from tests.agreements.test_lifecycle import both_sign, open_tasks

Jump = Callable[[datetime], None]
S = AgreementStatus
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("ends_on", "told_on"),
    [
        (date(2027, 4, 30), date(2027, 2, 28)),
        (date(2028, 4, 30), date(2028, 2, 29)),
        (date(2027, 2, 28), date(2026, 12, 28)),
        (date(2028, 2, 29), date(2027, 12, 29)),
        (date(2027, 8, 31), date(2027, 6, 30)),
        (date(2027, 12, 31), date(2027, 10, 31)),
        (date(2027, 1, 31), date(2026, 11, 30)),
    ],
)
def test_the_task_comes_two_calendar_months_before_the_end_also_at_month_ends(
    table: Table, jump: Jump, ends_on: date, told_on: date
) -> None:
    assert two_months_before(ends_on) == told_on
    agreement_id = sent(table, ends_on=ends_on, review_on=date(2026, 12, 1))
    both_sign(table, agreement_id)
    noon = datetime(told_on.year, told_on.month, told_on.day, 11, tzinfo=UTC)
    jump(noon - timedelta(days=1))
    assert look_after_agreements() == "nothing due"
    jump(noon)
    assert look_after_agreements() == "1 ending soon"
    assert look_after_agreements() == "nothing due"
    [task] = open_tasks("agreement.ends_soon")
    assert (task.owner_id, task.due_on) == (table.owner_id, told_on)


@pytest.mark.parametrize(
    ("zone", "told_at", "over_at"),
    [
        # Two months before 30 April it is winter time in Europe, and at the end summer time.
        ("Europe/Stockholm", datetime(2027, 2, 27, 23, tzinfo=UTC), datetime(2027, 4, 30, 22, tzinfo=UTC)),
        ("Atlantic/Azores", datetime(2027, 2, 28, 1, tzinfo=UTC), datetime(2027, 5, 1, 0, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2027, 2, 27, 11, tzinfo=UTC), datetime(2027, 4, 30, 12, tzinfo=UTC)),
    ],
)
def test_days_begin_where_the_unit_is(
    table: Table, jump: Jump, zone: str, told_at: datetime, over_at: datetime
) -> None:
    with transaction():
        current_session().get_one(Unit, table.unit_id).time_zone = zone
    agreement_id = sent(table, ends_on=date(2027, 4, 30), review_on=date(2026, 12, 1))
    both_sign(table, agreement_id)
    for moment, before, after in ((told_at, S.ACTIVE, S.EXPIRING), (over_at, S.EXPIRING, S.EXPIRED)):
        jump(moment - MINUTE)
        look_after_agreements()
        assert row(agreement_id).status is before
        jump(moment)
        look_after_agreements()
        assert row(agreement_id).status is after


@pytest.mark.parametrize(
    ("first", "last", "next_last"),
    [
        (date(2027, 3, 1), date(2028, 2, 29), date(2029, 2, 28)),
        (date(2027, 5, 1), date(2027, 10, 31), date(2028, 4, 30)),
        (date(2027, 1, 15), date(2027, 2, 3), date(2027, 2, 23)),
    ],
)
def test_a_renewal_lasts_as_long_in_whole_months_where_it_was_whole_months(
    table: Table, jump: Jump, first: date, last: date, next_last: date
) -> None:
    agreement_id = sent(table, starts_on=first, ends_on=last, review_on=first)
    both_sign(table, agreement_id)
    jump(datetime(first.year, first.month, first.day, 11, tzinfo=UTC))
    look_after_agreements()
    with transaction():
        renewal = renew_agreement(table.actor, agreement_id=agreement_id)
        assert (renewal.starts_on, renewal.ends_on) == (last + timedelta(days=1), next_last)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(-40, 40))
def test_months_later_is_that_month_and_never_a_later_day(day: date, months: int) -> None:
    found = months_later(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).day == 1)


def test_nobody_signs_an_agreement_whose_last_day_has_passed(table: Table, jump: Jump) -> None:
    agreement_id = sent(table, ends_on=date(2026, 11, 28), review_on=date(2026, 11, 20))
    jump(datetime(2026, 11, 28, 22, 59, tzinfo=UTC))
    with transaction():
        sign_for_us(table.actor, agreement_id=agreement_id, role="Konsulent")
    jump(datetime(2026, 11, 28, 23, 0, tzinfo=UTC))
    with pytest.raises(NothingToSign, match="last day"), transaction():
        sign_on_behalf(table.actor, agreement_id=agreement_id, name="Eva", role="Chef", reason="papper")
    assert row(agreement_id).status is S.SENT


def test_a_draft_whose_last_day_has_passed_is_not_sent(table: Table, jump: Jump) -> None:
    agreement_id = write(table, ends_on=date(2026, 11, 28), review_on=date(2026, 11, 20))
    jump(datetime(2026, 11, 29, 11, tzinfo=UTC))
    with pytest.raises(DomainError, match="last day"), transaction():
        send_agreement(table.actor, agreement_id=agreement_id)


def test_the_link_lasts_to_the_end_of_its_last_day_where_the_unit_is(table: Table) -> None:
    [link] = row(sent(table)).links
    assert link.expires_at == datetime(2026, 12, 18, 22, 59, 59, tzinfo=UTC)
