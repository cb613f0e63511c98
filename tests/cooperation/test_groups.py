"""Groups: members, meetings, who came, and following up who did not."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select

from crm import clock
from crm.actors import Actor
from crm.cooperation.fields import GroupFields, MemberFields
from crm.cooperation.group_queries import Attendance, attendance_of, figures, group_figures, groups_of
from crm.cooperation.merging import merge_members
from crm.cooperation.models import CooperationGroup, GroupAttendance, GroupMeeting, GroupMember
from crm.cooperation.services import groups, meetings
from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict, NotVisible
from crm.tasks.models import Task, TaskState
from tests.world import World

COMPANIES = ("ICA Supermarket", "Drivabolagen", "Nissma Montering", "Auto-Kemi")


@pytest.fixture(autouse=True)
def june() -> Iterator[None]:
    with clock.travelling(datetime(2026, 6, 30, 10, tzinfo=UTC)):
        yield


@pytest.fixture
def actor(core_app: Flask, world: World) -> Iterator[Actor]:
    with core_app.app_context():
        yield world.actor(world.staff(unit=world.unit("Osby", modules=["groups"])))


def _group(actor: Actor, *names: str) -> CooperationGroup:
    assert actor.unit_id is not None
    with transaction():
        given = GroupFields(name="Employers", kind="employers", owner_id=actor.staff_id)
        group = groups.add_group(actor, unit_id=actor.unit_id, given=given)
        for name in names:
            member = MemberFields(name=f"Head of {name}", joined_on=date(2026, 1, 1), organisation=name)
            groups.add_member(actor, group_id=group.id, given=member)
    return group


def _met(actor: Actor, group: CooperationGroup, on: date, came: int) -> GroupMeeting:
    with transaction():
        meeting = meetings.add_meeting(actor, group_id=group.id, on_date=on)
        present = [each.id for each in group.members][:came]
        meetings.record_attendance(actor, meeting_id=meeting.id, version=None, present=present)
    return meeting


def _tasks() -> list[TaskState]:
    return [each.state for each in current_session().scalars(select(Task).where(Task.kind == meetings.FOLLOW_UP))]


def test_attendance_is_computed_for_each_meeting_and_few_are_pointed_out(actor: Actor, world: World) -> None:
    """Attendance: 4 of 4, 2 of 4 (half is not fewer than half), 1 of 4; together 7 of 12. All four gave places too."""
    for name in COMPANIES:
        unit = world.session.get_one(type(world.unit()), actor.unit_id)
        world.placement(world.enrolment(world.participant(unit), world.programme(unit)), world.employer(name))
    group = _group(actor, *COMPANIES)
    for day, came in ((date(2026, 2, 1), 4), (date(2026, 3, 1), 2), (date(2026, 4, 1), 1)):
        _met(actor, group, day, came)
    [found] = groups_of(actor)
    assert [(each.came, each.expected, each.is_low) for _meeting, each in found.meetings] == [
        (1, 4, True), (2, 4, False), (4, 4, False),
    ]  # fmt: skip
    assert (found.total, found.low) == (Attendance(7, 12), 1)
    assert (found.employers_with_places, found.employers) == (4, 4)
    assert sorted(found.away.values()) == [2, 2]
    assert groups_of(world.actor(world.staff())) == []


def test_only_who_belonged_on_the_day_is_expected(actor: Actor) -> None:
    group = _group(actor, "A", "B", "C")
    gone = group.members[0]
    with transaction():
        given = MemberFields(gone.name, date(2026, 1, 1), gone.organisation, left_on=date(2026, 2, 28))
        groups.change_member(actor, member_id=gone.id, version=1, given=given)
        groups.add_member(actor, group_id=group.id, given=MemberFields("Late", date(2026, 5, 1)))
    first, last = _met(actor, group, date(2026, 2, 1), 1), date(2026, 5, 5)
    assert attendance_of(first) == Attendance(1, 3)
    with transaction():
        meeting = meetings.add_meeting(actor, group_id=group.id, on_date=last)
    with pytest.raises(DomainError), transaction():
        meetings.record_attendance(actor, meeting_id=meeting.id, version=None, present=[gone.id])
    current_session().expire_all()
    assert figures(group, ()).next_on == last
    with transaction():
        coming = meetings.add_meeting(actor, group_id=group.id, on_date=date(2026, 7, 1))
    with pytest.raises(DomainError), transaction():
        meetings.record_attendance(actor, meeting_id=coming.id, version=None, present=[])


def test_an_absence_is_followed_up_by_one_task_that_goes_when_it_was_none(actor: Actor) -> None:
    group = _group(actor, "A", "B")
    meeting = _met(actor, group, date(2026, 6, 1), 1)
    came, away = meeting.attendance
    for _again in range(2):
        with transaction():
            meetings.follow_up_absence(actor, attendance_id=away.id)
    assert _tasks() == [TaskState.OPEN]
    task = current_session().scalars(select(Task).where(Task.kind == meetings.FOLLOW_UP)).one()
    assert (task.due_on, task.owner_id) == (date(2026, 7, 7), actor.staff_id)
    assert "Head of B" in task.title["en"]
    with transaction():
        meetings.drop_follow_up(actor, attendance_id=away.id)
    assert _tasks() == [TaskState.CANCELLED]
    with transaction():
        meetings.follow_up_absence(actor, attendance_id=away.id)
    assert _tasks() == [TaskState.OPEN]
    with transaction():
        everybody = [each.id for each in group.members]
        meetings.record_attendance(actor, meeting_id=meeting.id, version=None, present=everybody)
    assert (_tasks(), away.followed_up_on) == ([TaskState.CANCELLED], None)
    with pytest.raises(DomainError), transaction():
        meetings.follow_up_absence(actor, attendance_id=came.id)


def test_a_meeting_that_was_held_stays_and_one_that_was_not_goes(actor: Actor) -> None:
    group = _group(actor, "A")
    held = _met(actor, group, date(2026, 6, 1), 1)
    with pytest.raises(DomainError), transaction():
        meetings.remove_meeting(actor, meeting_id=held.id)
    with transaction():
        planned = meetings.add_meeting(actor, group_id=group.id, on_date=date(2026, 9, 1))
        again = meetings.add_meeting(actor, group_id=group.id, on_date=date(2026, 9, 1))
        assert planned is again
        meetings.remove_meeting(actor, meeting_id=planned.id)
    assert current_session().scalars(select(GroupMeeting)).all() == [held]
    with pytest.raises(EditConflict), transaction():
        meetings.record_attendance(actor, meeting_id=held.id, version=1, present=[])


def test_members_follow_a_merge_and_other_units_see_nothing(actor: Actor, world: World) -> None:
    employer, kept = world.employer("ICA Supermarket"), world.employer("ICA Maxi")
    group = _group(actor, "ica supermarket", "Nobody AB")
    assert [each.employer_id for each in group.members] == [employer.id, None]
    with transaction():
        memory = merge_members.merge(actor, kept.id, employer.id)
    current_session().expire_all()
    assert group.members[0].employer_id == kept.id
    with transaction():
        merge_members.undo(actor, kept.id, employer.id, memory)
    current_session().expire_all()
    assert group.members[0].employer_id == employer.id
    with pytest.raises(NotVisible), transaction():
        groups.end_group(world.actor(world.staff()), group_id=group.id, on_date=date(2026, 6, 1))
    with pytest.raises(DomainError), transaction():
        groups.add_member(
            actor, group_id=group.id, given=MemberFields("Head of Nobody AB", date(2026, 1, 1), "Nobody AB")
        )


class GroupLife(RuleBasedStateMachine):
    """Whatever happens to members and meetings, attendance adds up. Pure rows: nothing is saved."""

    def __init__(self) -> None:
        super().__init__()
        self.group = CooperationGroup(name="Any", kind="other", members=[], meetings=[])
        self.next_id = 1

    @rule(joined=st.integers(0, 50), length=st.none() | st.integers(0, 50))
    def join(self, joined: int, length: int | None) -> None:
        first = date(2026, 1, 1) + timedelta(days=joined)
        left_on = None if length is None else first + timedelta(days=length)
        self.group.members.append(GroupMember(id=self.next_id, name="Any", joined_on=first, left_on=left_on))
        self.next_id += 1

    @rule(day=st.integers(0, 100), came=st.sets(st.integers(1, 12)))
    def meet(self, day: int, came: set[int]) -> None:
        on = date(2026, 1, 1) + timedelta(days=day)
        meeting = GroupMeeting(id=self.next_id, on_date=on, recorded_on=on, attendance=[])
        for each in self.group.members:
            if each.belongs(on):
                meeting.attendance.append(GroupAttendance(member_id=each.id, present=each.id in came))
        self.group.meetings.append(meeting)
        self.next_id += 1

    @invariant()
    def it_adds_up(self) -> None:
        found = figures(self.group, ())
        assert found.total.expected == sum(each.expected for _meeting, each in found.meetings)
        assert 0 <= found.total.came <= found.total.expected
        for _meeting, each in found.meetings:
            assert each.is_low is (each.expected > 0 and 2 * each.came < each.expected)
        assert set(found.away) <= {each.id for each in self.group.members if each.left_on is None}


GroupLife.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestGroupLife = GroupLife.TestCase


def _change_and_end(client: FlaskClient, group: str) -> None:
    kim = client.get(group).text.split("/groups/members/")[3].split('"')[0]
    gone = {"name": "Kim", "joined_on": "2026-01-01", "left_on": "2026-06-02", "version": "1"}
    assert client.get(f"/groups/members/{kim}").status_code == 200
    assert client.post(f"/groups/members/{kim}", data=gone).status_code == 303
    assert client.post(f"/groups/members/{kim}", data=gone).status_code == 422
    assert client.get(f"{group}/edit").status_code == 200
    changed = {"name": "Reference", "kind": "employers", "version": "1"}
    assert client.post(f"{group}/edit", data=changed).status_code == 303
    assert client.post(f"{group}/edit", data=changed).status_code == 422
    assert client.post(f"{group}/end", data={"ended_on": ""}).status_code == 422
    assert client.post(f"{group}/end", data={"ended_on": "2026-06-30"}).status_code == 303
    assert "Reference" in client.get("/groups?show=ended").text
    assert client.post(f"{group}/resume").status_code == 303


def test_the_pages_of_a_group(core_app: Flask, world: World, sign_in: Callable[[FlaskClient, str], None]) -> None:
    with core_app.app_context():
        unit = world.unit("Osby", modules=["groups"])
        email, unit_id, off = world.staff(unit=unit).email, unit.id, world.staff().email
        world.employer("ICA Supermarket")
    client = core_app.test_client()
    sign_in(client, email)
    assert "No groups yet" in client.get("/groups").text
    form = {"name": "Reference group", "kind": "employers", "unit_id": str(unit_id), "submission_key": "abc"}
    assert client.get("/groups/new").status_code == 200
    assert client.post("/groups/new", data={**form, "name": ""}).status_code == 422
    group = client.post("/groups/new", data=form).location
    assert client.post("/groups/new", data=form).location == group
    member = {"name": "Eva", "organisation": "ICA Supermarket", "joined_on": "2026-01-01"}
    assert client.post(f"{group}/members", data={**member, "name": ""}).status_code == 422
    for name in ("Eva", "Olle", "Kim"):
        assert client.post(f"{group}/members", data={**member, "name": name}).status_code == 303
    assert client.post(f"{group}/meetings", data={"on_date": ""}).status_code == 422
    assert client.post(f"{group}/meetings", data={"on_date": "2026-09-01"}).location == group
    held = client.post(f"{group}/meetings", data={"on_date": "2026-06-01", "subject": "Places"}).location
    page = client.get(held).text
    first = page.split('name="present"')[1].split('value="')[1].split('"')[0]
    assert client.post(held, data={"present": [first], "version": "1", "subject": "Places"}).status_code == 303
    assert "1 of 3 = 33" in client.get(held).text
    assert "Fewer than half" in client.get(group).text
    absence = client.get(held).text.split("/groups/absences/")[1].split("/")[0]
    assert client.post(f"/groups/absences/{absence}/follow-up").status_code == 303
    assert "Followed up" in client.get(held).text
    assert client.post(f"/groups/absences/{absence}/drop").status_code == 303
    assert client.post(held, data={"present": [first], "version": "1"}).status_code == 422
    assert client.post(f"{held}/remove").status_code == 303
    assert "2026-06-01;Places;Eva;ICA Supermarket;Yes" in client.get(f"{group}/attendance.csv").get_data(as_text=True)
    assert client.get(f"{group}/attendance.xlsx").data.startswith(b"PK")
    _change_and_end(client, group)
    elsewhere = core_app.test_client()
    sign_in(elsewhere, off)
    assert elsewhere.get("/groups").status_code == 404
    with core_app.app_context():
        assert group_figures(current_session().scalars(select(CooperationGroup)).one()).employers == 1
