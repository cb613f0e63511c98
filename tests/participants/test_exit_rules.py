"""The rules about exits, over many histories."""

from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm import clock
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.participants import rules
from crm.participants.models import Enrolment, EnrolmentExit, EnrolmentStage
from crm.participants.services.exits import change_exit, exit_enrolment, reopen_enrolment
from tests.participants.conftest import Here

TODAY = date(2026, 11, 22)
days = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1))


@pytest.fixture(scope="module")
def words() -> Flask:
    """What translated messages need."""
    from flask_babel import Babel

    app = Flask(__name__)
    Babel(app)
    return app


@given(starts_on=days, exit_on=days)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_exit_date_is_accepted_exactly_from_the_start_to_a_year_ahead(
    words: Flask, starts_on: date, exit_on: date
) -> None:
    good = starts_on <= exit_on <= TODAY + timedelta(days=365)
    with words.app_context():
        if good:
            rules.check_exit_date(exit_on, starts_on=starts_on, today=TODAY)
        else:
            with pytest.raises(DomainError) as refused:
                rules.check_exit_date(exit_on, starts_on=starts_on, today=TODAY)
            assert refused.value.field == "exit_on"


@given(used=st.lists(st.integers(min_value=1, max_value=50)))
def test_the_number_of_an_exit_is_never_used_again(used: list[int]) -> None:
    assert rules.next_number(used) not in used
    assert rules.next_number(used) > max(used, default=0)


steps = st.lists(
    st.sampled_from(["exit", "change", "reopen", "exit_too_early", "exit_unknown_reason"]), min_size=1, max_size=9
)


@given(history=steps, offsets=st.lists(st.integers(min_value=0, max_value=300), min_size=9, max_size=9))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_history_at_most_one_exit_holds_and_the_enrolment_repeats_its_date(
    here: Here, history: list[str], offsets: list[int]
) -> None:
    for step, offset in zip(history, offsets, strict=False):
        day = date(2026, 2, 1) + timedelta(days=offset)
        try:
            with transaction():
                _do(here, step, day)
        except DomainError:
            pass
        _assert_sound(here)
    # The next example begins with an open enrolment again.
    if _exits(here) and _exits(here)[-1].reopened_at is None:
        with transaction():
            reopen_enrolment(here.coordinator, enrolment_id=here.enrolment_id)


def _do(here: Here, step: str, day: date) -> None:
    enrolment_id, actor = here.enrolment_id, here.coordinator
    if step == "exit":
        exit_enrolment(actor, enrolment_id=enrolment_id, exit_on=day, reason="studies")
    elif step == "exit_too_early":
        exit_enrolment(actor, enrolment_id=enrolment_id, exit_on=date(2026, 1, 31), reason="studies")
    elif step == "exit_unknown_reason":
        exit_enrolment(actor, enrolment_id=enrolment_id, exit_on=day, reason="no such reason")
    elif step == "reopen":
        reopen_enrolment(actor, enrolment_id=enrolment_id)
    elif _exits(here):
        change_exit(actor, exit_id=_exits(here)[-1].id, exit_on=day, reason="deceased")


def _exits(here: Here) -> list[EnrolmentExit]:
    statement = select(EnrolmentExit).where(EnrolmentExit.enrolment_id == here.enrolment_id)
    return list(current_session().scalars(statement.order_by(EnrolmentExit.number)))


def _assert_sound(here: Here) -> None:
    current_session().rollback()
    enrolment = current_session().scalars(select(Enrolment).where(Enrolment.id == here.enrolment_id)).one()
    exits = _exits(here)
    holding = [each for each in exits if each.reopened_at is None]
    assert len(holding) <= 1
    assert enrolment.exited_on == (holding[0].exit_on if holding else None)
    assert (enrolment.stage is EnrolmentStage.EXITED) == bool(holding)
    assert [each.number for each in exits] == list(range(1, len(exits) + 1))
    if holding and holding[0].reason == "deceased":
        assert enrolment.participant.deceased_on == holding[0].exit_on


def test_the_day_that_counts_is_the_one_of_the_units_own_clock(here: Here) -> None:
    # 23:30 in Stockholm on 22 November: 365 days ahead is 22 November of the next year, not the 21st.
    late = clock.local_instant(date(2026, 11, 22), clock.time(23, 30), "Europe/Stockholm")
    with clock.travelling(late), transaction():
        ended, _told = exit_enrolment(
            here.coordinator, enrolment_id=here.enrolment_id, exit_on=date(2027, 11, 22), reason="studies"
        )
        assert ended.number == 1
