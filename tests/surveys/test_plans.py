"""Plans: a change is shown before it is saved, and holds for everybody at once."""

from datetime import date

from sqlalchemy import select

from crm.db import current_session
from surveys.dispositions import DueState
from surveys.models import FollowUpPlan
from tests.surveys.scene import Office


def plan(office: Office, key: str, unit: bool = False) -> FollowUpPlan:
    with office.inside():
        statement = select(FollowUpPlan).where(
            FollowUpPlan.key == key, FollowUpPlan.unit_id.is_not(None) if unit else FollowUpPlan.unit_id.is_(None)
        )
        found = current_session().scalars(statement).one()
        current_session().expunge(found)
        return found


def fields(found: FollowUpPlan, **changes: object) -> dict[str, object]:
    values: dict[str, object] = {
        "days_after": found.days_after,
        "channels": list(found.channels),
        "reminder_days": ", ".join(map(str, found.reminder_days)),
        "close_days": found.close_days,
        "self_sending_days": found.self_sending_days,
        "active": "y",
        "version": found.version_id,
    }
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def test_a_change_is_shown_before_it_is_saved(office: Office) -> None:
    with office.inside() as scene:
        exit_ = scene.leave(on=date(2026, 11, 18))
        scene.leave(scene.person(email=None, phone=None))
    found = plan(office, "follow_up_90")
    client = office.signed_in(office.administrator)
    page = client.post(f"/surveys/plans/{found.public_id}", data=fields(found, days_after=60))
    assert page.status_code == 200
    assert "17 Jan 2027" in page.text
    assert "16 Feb 2027" in page.text
    assert "1: there is no phone number and no e-mail address" in page.text
    with office.inside() as scene:
        assert scene.row(exit_, "follow_up_90").due_on == date(2027, 2, 16)


def test_a_saved_plan_holds_for_old_exits_too(office: Office) -> None:
    with office.inside() as scene:
        exit_ = scene.leave(on=date(2026, 11, 18))
    found = plan(office, "follow_up_90")
    client = office.signed_in(office.administrator)
    client.post(f"/surveys/plans/{found.public_id}", data=fields(found, days_after=60, confirmed="yes"))
    with office.inside() as scene:
        assert scene.row(exit_, "follow_up_90").due_on == date(2027, 1, 17)


def test_a_plan_that_is_switched_off_stops_what_was_not_sent(office: Office) -> None:
    with office.inside() as scene:
        exit_ = scene.leave()
    found = plan(office, "follow_up_90")
    client = office.signed_in(office.administrator)
    client.post(f"/surveys/plans/{found.public_id}", data=fields(found, active=None, confirmed="yes"))
    with office.inside() as scene:
        assert scene.row(exit_, "follow_up_90").state is DueState.SUPERSEDED
    again = plan(office, "follow_up_90")
    client.post(f"/surveys/plans/{found.public_id}", data=fields(again, confirmed="yes"))
    with office.inside() as scene:
        assert scene.row(exit_, "follow_up_90").state is DueState.NOT_YET_DUE


def test_two_who_change_the_same_plan_do_not_overwrite_each_other(office: Office) -> None:
    found = plan(office, "exit")
    client = office.signed_in(office.administrator)
    client.post(f"/surveys/plans/{found.public_id}", data=fields(found, close_days=30, confirmed="yes"))
    answer = client.post(f"/surveys/plans/{found.public_id}", data=fields(found, close_days=40, confirmed="yes"))
    assert answer.status_code == 422
    assert plan(office, "exit").close_days == 30


def test_a_manager_makes_a_plan_of_their_own_unit_and_leaves_the_common_one(office: Office) -> None:
    with office.inside() as scene:
        unit = scene.unit.public_id
        exit_ = scene.leave(on=date(2026, 11, 18))
    common = plan(office, "follow_up_90")
    client = office.signed_in(office.manager)
    refused = client.post(f"/surveys/plans/{common.public_id}", data=fields(common, days_after=10, confirmed="yes"))
    assert refused.status_code == 422
    client.post(f"/surveys/plans/{common.public_id}/own", data={"unit": unit})
    own = plan(office, "follow_up_90", unit=True)
    client.post(f"/surveys/plans/{own.public_id}", data=fields(own, days_after=100, confirmed="yes"))
    with office.inside() as scene:
        assert scene.row(exit_, "follow_up_90").due_on == date(2027, 2, 26)


def test_a_reminder_after_the_end_is_refused_with_words(office: Office) -> None:
    found = plan(office, "exit")
    client = office.signed_in(office.administrator)
    answer = client.post(f"/surveys/plans/{found.public_id}", data=fields(found, reminder_days="5, 25"))
    assert answer.status_code == 422
    assert "The last reminder must come before the survey closes." in answer.text


def test_coordinators_do_not_change_plans(office: Office) -> None:
    assert office.signed_in(office.coordinator).get("/surveys/plans").status_code == 403
