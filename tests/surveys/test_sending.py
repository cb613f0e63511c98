"""From due rows to messages: who is written to, through which channel, how often, until when."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from crm import clock
from crm.db import current_session, transaction
from crm.history.models import HistoryLine
from crm.messaging.models import Channel, MessageState
from crm.messaging.states import move
from crm.messaging.suppression import suppress
from crm.participants.models import ConsentKind
from crm.participants.services.consents import record_consent
from crm.participants.services.protection import protect
from crm.tasks.models import Task
from surveys.dispositions import DueState, StopReason
from surveys.models import Answer, DueRow, FollowUpPlan, MessageText, Response
from surveys.plans.queries import newest_published
from surveys.reconciling import catch_up, reconcile
from surveys.sweeping import sweep
from tests.surveys.scene import SYSTEM, Scene


def test_the_invitation_goes_through_the_first_channel_only(scene: Scene) -> None:
    exit_ = scene.leave(scene.person(first_name="Amir", channels=["sms", "email"]))
    scene.work()
    (sms,) = scene.mailbox()
    assert sms.channel is Channel.SMS
    assert "Hej Amir! Karin Lind på" in sms.text
    assert f"http://localhost/s/{scene.token(exit_)}" in sms.text
    assert f"http://localhost/o/{scene.opt_out_token(exit_)}" in sms.text
    assert "{" not in sms.text


def test_the_mail_carries_every_value_and_a_way_out(scene: Scene) -> None:
    exit_ = scene.leave(scene.person(first_name="Åsa", channels=["email"]))
    scene.work()
    (mail,) = scene.mailbox()
    assert mail.subject == "Berätta hur det var"
    assert "9 december 2026" in mail.text
    assert "Karin Lind, 070-111 22 33" in mail.text
    assert scene.token(exit_) in mail.text
    assert "{" not in mail.text


def test_sending_twice_sends_once(scene: Scene) -> None:
    scene.leave()
    for _minute in range(3):
        scene.work()
    assert len(scene.mailbox()) == 1


def test_an_accepted_invitation_starts_the_time_and_leaves_one_line(scene: Scene) -> None:
    exit_ = scene.leave()
    scene.work()
    row = scene.row(exit_)
    assert (row.state, row.closes_on) == (DueState.SENT_WAITING, date(2026, 12, 9))
    lines = list(current_session().scalars(select(HistoryLine).where(HistoryLine.kind == "surveys.sent")))
    assert [line.summary["en"] for line in lines] == ["Survey sent (e-mail)"]


def test_one_reminder_goes_through_every_channel(scene: Scene) -> None:
    scene.leave()
    scene.work()
    scene.days_pass(4)
    scene.work()
    assert len(scene.mailbox()) == 1
    scene.days_pass(1)
    scene.work()
    scene.work()
    assert sorted(item.channel.value for item in scene.mailbox()[1:]) == ["email", "sms"]
    scene.days_pass(5)
    scene.work()
    assert len(scene.mailbox()) == 3


def test_after_a_standstill_nobody_gets_two_reminders_at_once(scene: Scene) -> None:
    with transaction() as session:
        session.scalars(select(FollowUpPlan).where(FollowUpPlan.key == "exit")).one().reminder_days = [3, 6, 9]
    scene.leave(scene.person(channels=["email"]))
    scene.work()
    scene.days_pass(12)
    scene.work()
    assert [message.step for message in scene.outbox()] == [0, 3]


def test_nobody_is_reminded_after_finishing(scene: Scene) -> None:
    exit_ = scene.leave()
    scene.work()
    with transaction() as session:
        row = session.get_one(DueRow, scene.row(exit_).id)
        row.state, row.reason = DueState.ANSWERED, StopReason.COMPLETED.value
    scene.days_pass(6)
    scene.work()
    assert len(scene.mailbox()) == 1


def test_a_wave_closes_after_its_last_day(scene: Scene) -> None:
    exit_ = scene.leave()
    scene.work()
    scene.travel(datetime(2026, 12, 9, 20, tzinfo=UTC))
    scene.work()
    assert scene.row(exit_).state is DueState.SENT_WAITING
    scene.travel(datetime(2026, 12, 9, 23, 30, tzinfo=UTC))
    scene.work()
    row = scene.row(exit_)
    assert (row.state, row.reason) == (DueState.CLOSED_WITHOUT_ANSWER, StopReason.DEADLINE_PASSED)


@pytest.mark.parametrize(
    ("answered", "state", "reason"),
    [
        (1, DueState.CLOSED_WITHOUT_ANSWER, StopReason.BROKEN_OFF),
        (4, DueState.PARTLY_ANSWERED, StopReason.DEADLINE_PASSED),
    ],
)
def test_what_was_answered_decides_how_a_closed_wave_counts(
    scene: Scene, answered: int, state: DueState, reason: StopReason
) -> None:
    exit_ = scene.leave()
    scene.work()
    answer_some(scene, exit_, answered)
    scene.days_pass(30)
    scene.work()
    row = scene.row(exit_)
    assert (row.state, row.reason) == (state, reason)


def answer_some(scene: Scene, exit_: object, number: int) -> None:
    row = scene.row(exit_)  # type: ignore[arg-type]
    keys = ["good_treatment", "closer_to_work", "positive_experience", "more_motivated", "got_tools"]
    with transaction() as session:
        version = newest_published(1)
        assert version is not None
        response = Response(
            due_id=row.id, version_ref_id=version.id, language="sv", started_at=clock.now(), last_at=clock.now()
        )
        response.answers = [Answer(question=key, choice="4") for key in keys[:number]]
        session.add(response)


def test_an_opt_out_stops_the_reminder(scene: Scene) -> None:
    exit_ = scene.leave()
    scene.work()
    with transaction():
        record_consent(
            SYSTEM,
            participant_id=scene.row(exit_).participant_id,
            kind=ConsentKind.SURVEYS,
            given=False,
            source="opt_out_page",
        )
    row = scene.row(exit_)
    assert (row.state, row.reason) == (DueState.DECLINED, StopReason.OPTED_OUT)
    scene.days_pass(6)
    scene.work()
    assert len(scene.mailbox()) == 1


def test_protection_between_planning_and_sending_sends_nothing(scene: Scene) -> None:
    exit_ = scene.leave()
    sweep()
    with transaction():
        protect(SYSTEM, participant_id=scene.row(exit_).participant_id, named_staff_ids=[scene.coordinator.id])
    scene.work()
    assert scene.mailbox() == []
    assert scene.row(exit_).reason == StopReason.PROTECTED


def test_a_failed_mail_hands_over_to_sms(scene: Scene) -> None:
    exit_ = scene.leave()
    scene.work()
    bounce(scene)
    assert scene.row(exit_).state is DueState.SENT_WAITING
    scene.work()
    assert [item.channel for item in scene.mailbox()] == [Channel.EMAIL, Channel.SMS]


def test_without_another_channel_a_bounce_is_a_task_and_a_new_address_is_tried(scene: Scene) -> None:
    person = scene.person(phone=None)
    exit_ = scene.leave(person)
    scene.work()
    bounce(scene)
    row = scene.row(exit_)
    assert (row.state, row.reason) == (DueState.NOT_POSSIBLE, StopReason.BOUNCED)
    assert current_session().query(Task).filter_by(kind="surveys.no_address").count() == 1
    reconcile()
    assert scene.row(exit_).state is DueState.NOT_POSSIBLE
    with transaction() as session:
        session.get_one(type(person), person.id).email = "new@example.net"
    reconcile()
    scene.work()
    assert [item.to for item in scene.mailbox()][1:] == ["new@example.net"]
    assert scene.row(exit_).state is DueState.SENT_WAITING


def bounce(scene: Scene) -> None:
    """The receiver's server sends the mail back after it had taken it."""
    with transaction() as session:
        message = session.get_one(type(scene.outbox()[0]), scene.outbox()[0].id)
        move(message, MessageState.FAILED, reason="bounced")


def test_a_suppressed_first_address_leaves_the_second_channel(scene: Scene) -> None:
    person = scene.person()
    exit_ = scene.leave(person)
    sweep()
    with transaction():
        suppress(SYSTEM, channel=Channel.EMAIL, address=person.email or "", reason="hard_bounce", source="test")
    scene.work()
    assert [item.channel for item in scene.mailbox()] == [Channel.SMS]
    assert scene.row(exit_).state is DueState.SENT_WAITING


def test_doubt_is_a_state_and_its_end_too(scene: Scene) -> None:
    exit_ = scene.leave()
    sweep()
    set_state(scene, MessageState.UNKNOWN)
    assert scene.row(exit_).state is DueState.IN_DOUBT
    set_state(scene, MessageState.ACCEPTED)
    assert scene.row(exit_).state is DueState.SENT_WAITING


def set_state(scene: Scene, state: MessageState) -> None:
    with transaction() as session:
        move(session.get_one(type(scene.outbox()[0]), scene.outbox()[0].id), state)


def test_a_week_late_sends_itself_and_a_month_late_waits(scene: Scene) -> None:
    scene.leave(on=date(2026, 11, 10))
    old = scene.leave(on=date(2026, 10, 1))
    scene.work()
    assert len(scene.mailbox()) == 1
    row = scene.row(old)
    assert (row.state, row.confirmed_at) == (DueState.DUE, None)


def test_a_message_held_for_weeks_does_not_go_out_by_itself(scene: Scene) -> None:
    exit_ = scene.leave()
    sweep()
    scene.days_pass(30)
    scene.work()
    assert scene.mailbox() == []
    assert scene.row(exit_).state is DueState.DUE


def test_an_edited_text_reaches_what_already_waits(scene: Scene) -> None:
    scene.leave(scene.person(channels=["email"]))
    sweep()
    with transaction() as session:
        text = session.scalars(
            select(MessageText).where(
                MessageText.key == "exit_invitation", MessageText.channel == "email", MessageText.language == "sv"
            )
        ).one()
        text.subject = "Ny rubrik"
    scene.work()
    assert scene.mailbox()[0].subject == "Ny rubrik"


def test_at_night_nothing_leaves_and_nothing_is_lost(scene: Scene) -> None:
    scene.travel(datetime(2026, 11, 18, 21, tzinfo=UTC))
    scene.leave(on=date(2026, 11, 18))
    scene.work()
    assert scene.mailbox() == []
    scene.travel(datetime(2026, 11, 19, 7, 5, tzinfo=UTC))
    scene.work()
    assert len(scene.mailbox()) == 1


def test_ninety_days_run_across_the_change_of_the_clocks(scene: Scene) -> None:
    scene.travel(datetime(2027, 1, 4, 11, tzinfo=UTC))
    exit_ = scene.leave(on=date(2027, 1, 4))
    row = scene.row(exit_, "follow_up_90")
    assert row.due_on == date(2027, 4, 4)
    # 23:30 on the day before in Stockholm's summer time, which began on 28 March.
    scene.travel(datetime(2027, 4, 3, 21, 30, tzinfo=UTC))
    sweep()
    assert scene.row(exit_, "follow_up_90").state is DueState.NOT_YET_DUE
    scene.travel(datetime(2027, 4, 3, 22, 30, tzinfo=UTC))
    sweep()
    assert scene.row(exit_, "follow_up_90").state is DueState.DUE


def test_an_exit_that_no_listener_heard_of_is_planned_by_the_hourly_check(scene: Scene) -> None:
    exit_ = scene.leave()
    with transaction() as session:
        for row in session.scalars(select(DueRow)):
            session.delete(row)
    catch_up()
    assert scene.row(exit_).state is DueState.DUE
    assert scene.row(exit_, "follow_up_90").state is DueState.NOT_YET_DUE


def test_reconciliation_tells_a_unit_once_a_day_about_what_waits(scene: Scene) -> None:
    for _exit in range(3):
        scene.leave(on=date(2026, 9, 1))
    reconcile()
    reconcile()
    task = current_session().query(Task).filter_by(kind="surveys.unit_check").one()
    assert task.title["en"] == "Check the surveys: 3 late, 0 not sent, 0 in doubt"
