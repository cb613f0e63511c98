"""Who is invited, who is left out and why; mail that leaves, and mail that must not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from crm import clock
from crm.actors import respondent_actor
from crm.db import transaction
from crm.employers.models import Employer, Position
from crm.errors import DomainError
from crm.history.models import HistoryLine
from crm.messaging.models import Channel
from crm.messaging.suppression import suppress
from outreach.events.choosing import InviteWish, plan_invitations
from outreach.events.fields import EventFields
from outreach.events.links import visit_by_token
from outreach.events.models import Answer, MailState, OutreachEvent
from outreach.events.queries import reminders_too_late
from outreach.events.services.answering import want_no_more, want_them_again
from outreach.events.services.inviting import give_back, invite, send_again, withdraw, withdraw_batch
from outreach.events.services.planning import cancel_event, change_event, hold_event, values_of
from outreach.events.services.reminding import remind, remind_now
from outreach.events.tokens import reply_token
from outreach.events.words import MAIL_REASONS
from tests.outreach_events.conftest import DAY, NOW, Breakfast


def _reasons(place: Breakfast, *employers: Employer, **wish: object) -> dict[str, str]:
    event = place.event()
    ids = [each.id for each in employers]
    found = plan_invitations(place.coordinator, event, InviteWish(ids, **wish))  # type: ignore[arg-type]
    return {each.employer: each.reason for each in found.left_out}


def test_everybody_who_is_left_out_is_left_out_for_a_reason(place: Breakfast) -> None:
    rows = [
        place.employer("Fri AB"),
        place.employer("Nej AB", do_not_contact=True),
        place.employer("Reklam AB", advertising_block=True),
        place.employer("Sak AB", wants="case_based"),
        place.employer("Ofrågad AB", wants=None),
        place.employer("Stum AB", email=None, person=None),
    ]
    bad = place.employer("Illa AB")
    bad.relationships[0].prior_experience = "bad"
    place.world.session.commit()
    assert _reasons(place, *rows, bad) == {
        "Nej AB": "do_not_contact",
        "Reklam AB": "advertising_block",
        "Sak AB": "no_general",
        "Ofrågad AB": "not_asked",
        "Stum AB": "no_address",
        "Illa AB": "bad_experience",
    }
    assert "Ofrågad AB" not in _reasons(place, *rows, unasked=True)


def test_one_by_one_their_wish_about_general_mail_does_not_matter_and_a_block_does(place: Breakfast) -> None:
    rows = [place.employer("Sak AB", wants="case_based"), place.employer("Nej AB", do_not_contact=True)]
    assert _reasons(place, *rows, general=False) == {"Nej AB": "do_not_contact"}


def test_an_address_that_bounced_or_a_person_who_wants_no_mail_is_not_written_to(place: Breakfast) -> None:
    dead = place.employer("Studs AB", person=None)
    with transaction():
        suppress(
            place.coordinator, channel=Channel.EMAIL, address="info@studs.example", reason="hard_bounce", source=None
        )
    quiet = place.employer("Tyst AB", email=None, person=None)
    place.person(quiet, "Nils Nej", do_not_mail=True)
    assert _reasons(place, dead, quiet) == {"Studs AB": "bad_address", "Tyst AB": "person_no_mail"}


def test_who_decides_is_invited_or_everybody(place: Breakfast) -> None:
    employer = place.employer("Två AB")
    boss = place.person(employer, "Bo Boss")
    place.world.session.scalars(select(Position).where(Position.person_id == boss.id)).one().decides = True
    place.world.session.commit()
    event = place.event()
    one = plan_invitations(place.coordinator, event, InviteWish([employer.id]))
    assert [each.person for each in one.will] == ["Bo Boss"]
    both = plan_invitations(place.coordinator, event, InviteWish([employer.id], everybody=True))
    assert [each.person for each in both.will] == ["Bo Boss", "Eva Ek"]


def test_somebody_who_works_at_two_of_them_is_invited_once(place: Breakfast) -> None:
    first, second = place.employer("Ett AB", person=None, email=None), place.employer("Två AB", person=None, email=None)
    person = place.person(first, "Eva Ek")
    place.world.save(Position(employer_id=second.id, person_id=person.id))
    rows = place.invite(place.event(), first, second)
    assert [(each.person_id, each.employer_id) for each in rows] == [(person.id, first.id)]


def test_an_invitation_speaks_the_language_of_the_employers_country(place: Breakfast) -> None:
    norwegian = place.employer("Fjell AS", country="NO")
    row = place.invite(place.event(language="en"), norwegian, place.employer("Suomi Oy", country="FI"))
    assert [each.language for each in row] == ["nb", "en"]


def test_the_same_sending_twice_invites_once_and_leaves_a_minute_later(place: Breakfast) -> None:
    event, employer = place.event(), place.employer("Fri AB")
    rows = place.invite(event, employer)
    assert len(place.invite(event, employer)) == 1
    assert rows[0].mail is MailState.PLANNED
    assert not place.mail(NOW + timedelta(seconds=30))
    mail = place.mail(NOW + timedelta(minutes=2))["eva@fri.example"][0]
    assert reply_token(rows[0].public_id) in mail.text
    assert place.rows(event)[0].mail is MailState.SENT
    lines = place.world.session.scalars(select(HistoryLine).where(HistoryLine.kind == "outreach.event")).all()
    assert [each.summary["en"] for each in lines] == ["Invited to Frukost om arbete"]


def test_a_sending_is_taken_back_as_far_as_it_has_not_left(place: Breakfast) -> None:
    event = place.event()
    place.invite(event, place.employer("Ett AB"), place.employer("Två AB"))
    with transaction():
        assert withdraw_batch(place.coordinator, batch="batch-1") == (2, 0)
    assert not place.mail(NOW + timedelta(minutes=2))
    place.invite(event, place.employer("Tre AB"), batch="batch-2")
    place.mail(NOW + timedelta(minutes=2))
    with transaction():
        assert withdraw_batch(place.coordinator, batch="batch-2") == (0, 1)


def test_who_was_taken_back_can_be_invited_anew(place: Breakfast) -> None:
    event, employer = place.event(), place.employer("Fri AB")
    place.invite(event, employer)
    with transaction():
        withdraw_batch(place.coordinator, batch="batch-1")
    rows = place.invite(event, employer, batch="batch-2")
    assert len(rows) == 1
    assert rows[0].withdrawn_at is None
    assert len(place.mail(NOW + timedelta(minutes=2))["eva@fri.example"]) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"do_not_contact": True}, "do_not_contact"),
        ({"advertising_block": True}, "advertising_block"),
        ({"archived_at": NOW}, "archived"),
    ],
)
def test_a_block_that_comes_after_planning_holds(place: Breakfast, change: dict[str, object], reason: str) -> None:
    event, employer = place.event(), place.employer("Fri AB")
    place.invite(event, employer)
    for name, value in change.items():
        setattr(employer, name, value)
    place.world.session.commit()
    assert not place.mail(NOW + timedelta(minutes=2))
    row = place.rows(event)[0]
    assert (row.mail, row.mail_reason) == (MailState.NOT_SENT, reason)


def test_a_person_who_left_or_wants_no_mail_after_planning_gets_none(place: Breakfast) -> None:
    event = place.event()
    rows = place.invite(event, place.employer("Ett AB"), place.employer("Två AB"))
    first, second = rows[0].person, rows[1].person
    assert first
    assert second
    first.do_not_mail = True
    second.positions[0].left_on = NOW.date()
    place.world.session.commit()
    assert not place.mail(NOW + timedelta(minutes=2))
    assert [each.mail_reason for each in place.rows(event)] == ["person_no_mail", "person_left"]


def test_who_wants_no_invitations_gets_none_of_any_event_until_they_want_them_again(place: Breakfast) -> None:
    event, employer = place.event(), place.employer("Fri AB", email=None)
    row = place.invite(event, employer)[0]
    invitation = visit_by_token(reply_token(row.public_id)).invitation
    with transaction():
        want_no_more(respondent_actor(), invitation=invitation)
        want_no_more(respondent_actor(), invitation=invitation)
    assert _reasons(place, employer) == {"Fri AB": "opted_out"}
    assert not place.mail(NOW + timedelta(minutes=2))
    with transaction():
        want_them_again(respondent_actor(), invitation=invitation)
    assert not _reasons(place, employer)


def test_who_works_at_two_employers_and_wants_no_invitations_gets_none_through_the_other_one(place: Breakfast) -> None:
    first, second = place.employer("Fri AB", email=None), place.employer("Sen AB", email=None, person=None)
    row = place.invite(place.event(), first)[0]
    assert row.person is not None
    row.person.positions.append(Position(employer_id=second.id, title="Chair"))
    place.world.session.commit()
    invitation = visit_by_token(reply_token(row.public_id)).invitation
    with transaction():
        want_no_more(respondent_actor(), invitation=invitation)
    assert _reasons(place, first, second) == {"Fri AB": "opted_out", "Sen AB": "opted_out"}
    with transaction():
        want_them_again(respondent_actor(), invitation=invitation)
    assert not _reasons(place, first)
    assert not _reasons(place, second)


def test_who_was_withdrawn_at_one_employer_can_be_invited_with_another_one(place: Breakfast) -> None:
    event = place.event()
    first, second = place.employer("Fri AB", email=None), place.employer("Sen AB", email=None, person=None)
    row = place.invite(event, first)[0]
    assert row.person is not None
    row.person.positions.append(Position(employer_id=second.id, title="Chair"))
    place.world.session.commit()
    with transaction():
        withdraw(place.coordinator, invitation_id=row.id)
    rows = place.invite(event, second, batch="batch-2")
    assert [(each.employer_id, each.withdrawn_at) for each in rows] == [(second.id, None)]


def test_a_cancelled_event_tells_those_invited_but_not_those_who_said_no(place: Breakfast) -> None:
    event = place.event()
    rows = place.guests(event, 4)
    place.mail(NOW + timedelta(minutes=2))
    place.says(rows[0], True)
    place.says(rows[1], False)
    with transaction():
        withdraw(place.coordinator, invitation_id=rows[3].id)
        cancel_event(place.coordinator, event_id=event.id, because="Snow")
    found = place.mail(NOW + timedelta(minutes=4))
    told = {to for to, mails in found.items() if any(str(each.subject).startswith("Inställt") for each in mails)}
    assert told == {"eva@firma0.example", "eva@firma2.example"}
    assert any("Snow" in each.text for each in found["eva@firma2.example"])


def test_cancelling_is_taken_back_before_anybody_hears_of_it(place: Breakfast) -> None:
    event = place.event()
    place.guests(event, 1)
    place.mail(NOW + timedelta(minutes=2))
    with transaction():
        cancel_event(place.coordinator, event_id=event.id)
    with transaction():
        hold_event(place.coordinator, event_id=event.id)
    assert len(place.mail(NOW + timedelta(minutes=5))["eva@firma0.example"]) == 1


def test_who_has_heard_that_it_is_cancelled_hears_that_it_is_held(place: Breakfast) -> None:
    event = place.event()
    place.guests(event, 1)
    place.mail(NOW + timedelta(minutes=2))
    with transaction():
        cancel_event(place.coordinator, event_id=event.id)
    place.mail(NOW + timedelta(minutes=4))
    with transaction():
        hold_event(place.coordinator, event_id=event.id)
    assert len(place.mail(NOW + timedelta(minutes=6))["eva@firma0.example"]) == 3


def test_a_new_time_is_told_once_and_a_new_text_is_not(place: Breakfast) -> None:
    event = place.event()
    place.guests(event, 1)
    place.mail(NOW + timedelta(minutes=2))
    names = EventFields.__dataclass_fields__
    fields = EventFields(**{name: value for name, value in values_of(event).items() if name in names})  # type: ignore[arg-type]
    with transaction():
        change_event(place.coordinator, event_id=event.id, version=1, given=replace(fields, text="New"), tell=True)
    assert len(place.mail(NOW + timedelta(minutes=4))["eva@firma0.example"]) == 1
    later = replace(fields, starts_at=datetime(2026, 12, 3, 8, 30))
    with transaction():
        change_event(place.coordinator, event_id=event.id, version=2, given=later, tell=True)
    told = place.mail(NOW + timedelta(minutes=6))["eva@firma0.example"][1:]
    assert len(told) == 1
    assert "08:30" in told[0].text


def test_an_invitation_that_holds_again_is_sent_and_a_yes_waits_where_there_is_no_room(place: Breakfast) -> None:
    event = place.event(capacity=1)
    first, second = place.guests(event, 2)
    place.says(first, True)
    with transaction():
        withdraw(place.coordinator, invitation_id=first.id)
    place.says(second, True)
    with transaction():
        row = give_back(place.coordinator, invitation_id=first.id)
        assert row.answer is Answer.QUEUED


def test_sending_again_is_for_those_who_have_not_answered(place: Breakfast) -> None:
    event = place.event()
    first, second = place.guests(event, 2)
    place.mail(NOW + timedelta(minutes=2))
    place.says(first, False)
    with pytest.raises(DomainError), transaction():
        send_again(place.coordinator, invitation_id=first.id)
    with transaction():
        send_again(place.coordinator, invitation_id=second.id)
    assert len(place.mail(NOW + timedelta(minutes=4))["eva@firma1.example"]) == 2


def test_nobody_is_invited_when_the_time_to_answer_is_over(place: Breakfast) -> None:
    event, employer = place.event(), place.employer("Fri AB")
    with clock.travelling(NOW + timedelta(days=13)), pytest.raises(DomainError):
        place.invite(event, employer)


BEFORE_DAWN = datetime(2026, 12, 3, 5, 0, tzinfo=UTC)
"""Six in the morning in Stockholm: the breakfast begins at eight, and quiet hours last until nine."""


def test_what_quiet_hours_would_hold_until_the_event_has_begun_does_not_leave_and_says_why(
    place: Breakfast, november: Callable[[datetime], None]
) -> None:
    place.unit.quiet_from, place.unit.quiet_until = 20, 9
    place.world.session.commit()
    event = place.event(reply_by=None, remind_on=DAY)
    first, second = place.employer("Fri AB", email=None), place.employer("Sen AB", email=None)
    row = place.invite(event, first)[0]
    place.mail(NOW + timedelta(minutes=2))
    place.says(row, True)
    place.mail(NOW + timedelta(minutes=4))
    november(BEFORE_DAWN)
    with pytest.raises(DomainError, match="waits until the morning"), transaction():
        invite(place.coordinator, event_id=event.id, wish=InviteWish([second.id], general=False), batch="late")
    with pytest.raises(DomainError, match="waits until the morning"), transaction():
        remind_now(place.coordinator, event_id=event.id, of="event")
    with transaction():
        assert remind(place.coordinator, event_id=event.id, now=clock.now(), morning=time(5)) == 1
    sent = len(place.mail(BEFORE_DAWN)["eva@fri.example"])
    assert reminders_too_late(place.world.session.get_one(OutreachEvent, event.id)) == 1
    assert len(place.mail(datetime(2026, 12, 3, 8, 5, tzinfo=UTC))["eva@fri.example"]) == sent


def test_an_invitation_that_would_come_too_late_is_taken_back_at_once(place: Breakfast) -> None:
    """It was planned in time; then the event was moved to the morning after, before the quiet hours are over."""
    event, employer = place.event(), place.employer("Fri AB", email=None)
    place.invite(event, employer)
    place.unit.quiet_from, place.unit.quiet_until = 8, 23
    event.starts_at, event.ends_at, event.reply_by = NOW + timedelta(hours=3), NOW + timedelta(hours=4), None
    place.world.session.commit()
    assert not place.mail(NOW + timedelta(minutes=2))
    assert [(each.mail, each.mail_reason) for each in place.rows(event)] == [(MailState.NOT_SENT, "begun")]
    assert "begun" in MAIL_REASONS


def test_an_address_that_wants_no_invitations_gets_none_as_somebody_else_s_either(place: Breakfast) -> None:
    event = place.event()
    first = place.employer("Fri AB", email=None)
    second = place.employer("Sen AB", email=None, person=None)
    place.person(second, "Eva Ek-Berg", email="EVA@fri.example")
    third = place.employer("Vind AB", email="eva@fri.example", person=None)
    one, two = place.invite(event, first, second)
    with transaction():
        want_no_more(respondent_actor(), invitation=visit_by_token(reply_token(one.public_id)).invitation)
    assert not place.mail(NOW + timedelta(minutes=2))
    assert [each.mail_reason for each in place.rows(event)] == ["opted_out", "opted_out"]
    assert _reasons(place, first, second, third) == dict.fromkeys(("Fri AB", "Sen AB", "Vind AB"), "opted_out")
    with transaction():
        want_them_again(respondent_actor(), invitation=visit_by_token(reply_token(two.public_id)).invitation)
    assert not _reasons(place, first, second, third)
