"""Whom others have named: found, laid aside, and both sides say who named whom."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session, transaction
from crm.employers.services import merge_employers, undo_employer_merge
from crm.errors import DomainError, NotVisible
from crm.tasks.models import Task, TaskState
from outreach.calling.models import Call, Referral
from outreach.calling.queries import employer_called, referrals_about, referrals_of, who_named
from outreach.calling.services.outcome import NO_MAIL, MaterialChoice
from outreach.calling.services.referring import reopen_referral, settle_referral
from tests.outreach_calling.desk import Desk, count

Browser = Callable[[str], FlaskClient]
TO_THE_OTHERS = ("go", "yes", "next", "next", "good", "next", "maybe", "no_call")


def named(desk: Desk, *, mention: str = "yes") -> int:
    """Somebody names another employer; the id of the referral."""
    call_id = desk.begin()
    fields = {"referral_company": "Plåt & Co, 08-50 00 00 03", "referral_may_mention": mention}
    desk.walk(call_id, *TO_THE_OTHERS, ("yes", fields), "done")
    desk.close(call_id, person_id=desk.person_id, nothing_planned=True, material=MaterialChoice(receiver=NO_MAIL))
    found = current_session().scalars(trusted(select(Referral.id), because="a test reads all")).one()
    current_session().rollback()
    return int(found)


def task() -> Task:
    current_session().rollback()
    statement = select(Task).where(Task.kind == "outreach.referral")
    return current_session().scalars(trusted(statement, because="a test reads all")).one()


def test_who_is_found_is_kept_with_who_named_them_and_the_task_is_done(desk: Desk) -> None:
    referral_id = named(desk)
    other = desk.world.employer("Plåt & Co")
    assert task().state is TaskState.OPEN
    with transaction():
        for _each in range(2):
            settle_referral(desk.caller, referral_id=referral_id, employer_id=other.id)
    assert task().state is TaskState.DONE
    assert [each.id for each in referrals_about(desk.manager, other.id)] == [referral_id]
    assert [each.id for each in referrals_about(desk.manager, desk.employer_id)] == [referral_id]
    found = who_named(other.id)
    assert found is not None
    assert found.from_employer_id == desk.employer_id
    with transaction():
        reopen_referral(desk.caller, referral_id=referral_id)
    assert task().state is TaskState.OPEN
    assert who_named(other.id) is None


def test_who_did_not_want_to_be_mentioned_is_not(desk: Desk) -> None:
    referral_id = named(desk, mention="no")
    other = desk.world.employer("Plåt & Co")
    with transaction():
        settle_referral(desk.caller, referral_id=referral_id, employer_id=other.id)
    assert who_named(other.id) is None


def test_other_units_do_not_see_who_named_whom(desk: Desk) -> None:
    referral_id = named(desk)
    assert referrals_of(desk.stranger) == []
    with pytest.raises(NotVisible), transaction():
        settle_referral(desk.stranger, referral_id=referral_id, employer_id=None)


def test_an_employer_is_found_by_its_whole_name_or_its_number_alone(desk: Desk) -> None:
    other = desk.world.employer("Plåt & Co", org_number="5560360793")
    assert employer_called(desk.caller, " plåt & co ").id == other.id
    assert employer_called(desk.caller, "556036-0793").id == other.id
    with pytest.raises(DomainError):
        employer_called(desk.caller, "Plåt")
    desk.world.employer("Plåt & Co")
    with pytest.raises(DomainError, match="number"):
        employer_called(desk.caller, "Plåt & Co")


def test_calls_and_referrals_follow_when_two_employers_are_one(desk: Desk) -> None:
    named(desk)
    kept = desk.world.employer("Nordlys Bageri & Konditori AB").id
    with transaction():
        merge_id = merge_employers(desk.manager, kept_id=kept, gone_id=desk.employer_id).id
    assert (count(Call, Call.employer_id == kept), count(Referral, Referral.from_employer_id == kept)) == (1, 1)
    with transaction():
        undo_employer_merge(desk.manager, merge_id=merge_id)
    assert (count(Call, Call.employer_id == kept), count(Referral, Referral.from_employer_id == kept)) == (0, 0)


def test_the_page_says_who_named_whom_and_every_press_can_be_taken_back(
    browser: Browser, outside: Desk, outreach_app: object
) -> None:
    client = browser("caller")
    with client.application.test_request_context():
        named(outside)
        public_id = current_session().scalars(trusted(select(Referral.public_id), because="a test reads all")).one()
        outside.world.employer("Plåt & Co")
    page = client.get("/referrals")
    for text in ("Plåt &amp; Co, 08-50 00 00 03", "Nordlys Bageri AB", "We may say who it was"):
        assert text in page.text, text
    wrong = client.post(f"/referrals/{public_id}/found", data={"employer": "Nobody"}, follow_redirects=True)
    assert "No employer here has this name or number" in wrong.text
    found = client.post(f"/referrals/{public_id}/found", data={"employer": "Plåt & Co"}, follow_redirects=True)
    assert "Undo" in found.text
    assert "Plåt &amp; Co" in client.get("/referrals?show=settled").text
    assert "Has named" in client.get(f"/employers/{outside.employer}/details").text
    client.post(f"/referrals/{public_id}/reopen")
    client.post(f"/referrals/{public_id}/aside")
    assert "Laid aside" in client.get("/referrals?show=settled").text
    assert "Nobody is waiting here" in client.get("/referrals").text
