"""Groups and their members."""

from dataclasses import asdict
from datetime import date

from flask_babel import gettext as _

from crm import clock
from crm.accounts import audit
from crm.accounts.models import Staff
from crm.accounts.scopes import locked, visible
from crm.actors import Actor
from crm.cooperation.fields import GroupFields, MemberFields
from crm.cooperation.models import CooperationGroup, GroupMember
from crm.cooperation.services.checks import check_unit, check_version, short
from crm.cooperation.words import GROUP_KINDS
from crm.db import current_session
from crm.employers.models import Employer
from crm.employers.rules import sort_name
from crm.errors import DomainError
from crm.web.clean import clean_line, clean_text


def add_group(actor: Actor, *, unit_id: int, given: GroupFields, submission_key: str | None = None) -> CooperationGroup:
    """A group of a unit. The same form sent twice makes one. Raises DomainError for a field that is wrong."""
    session = current_session()
    if submission_key:
        there = session.scalar(
            visible(CooperationGroup, actor).where(CooperationGroup.submission_key == submission_key)
        )
        if there is not None:
            return there
    check_unit(unit_id, actor=actor)
    values = _checked(given)
    group = CooperationGroup(unit_id=unit_id, submission_key=submission_key, created_at=clock.now(), **asdict(values))
    session.add(group)
    session.flush()  # The id stands in the audit entry.
    write_down(actor, group, "group_added")
    return group


def change_group(actor: Actor, *, group_id: int, version: int | None, given: GroupFields) -> CooperationGroup:
    """Correct a group. Raises DomainError, EditConflict when somebody saved meanwhile, NotVisible."""
    group = locked(CooperationGroup, actor, group_id)
    check_version(group.version_id, version, group_values(group))
    for name, value in asdict(_checked(given)).items():
        setattr(group, name, value)
    group.version_id += 1
    write_down(actor, group, "group_changed")
    return group


def end_group(actor: Actor, *, group_id: int, on_date: date | None) -> CooperationGroup:
    """A group meets no more from a day, or goes on with None. Its meetings stay. May be repeated."""
    group = locked(CooperationGroup, actor, group_id)
    if group.ended_on != on_date:
        group.ended_on = on_date
        group.version_id += 1
        write_down(actor, group, "group_ended" if on_date else "group_resumed")
    return group


def add_member(actor: Actor, *, group_id: int, given: MemberFields) -> GroupMember:
    """Somebody joins a group. Raises DomainError for who belongs to it already; NotVisible."""
    group = locked(CooperationGroup, actor, group_id)
    values = _checked_member(given)
    if any(each.name == values.name and each.organisation == values.organisation and each.left_on is None
           for each in group.members):  # fmt: skip
        raise DomainError(_("This member is there already."), field="name")
    member = GroupMember(group=group, employer_id=_employer_id(actor, values.organisation), **asdict(values))
    session = current_session()
    session.add(member)
    session.flush()  # The id stands in the audit entry.
    write_down(actor, group, "group_member_added", member_id=member.id)
    return member


def change_member(actor: Actor, *, member_id: int, version: int | None, given: MemberFields) -> GroupMember:
    """Correct a member, or write when they left. Raises DomainError, EditConflict, NotVisible."""
    member = locked(GroupMember, actor, member_id)
    check_version(member.version_id, version, member_values(member))
    values = _checked_member(given)
    for name, value in asdict(values).items():
        setattr(member, name, value)
    member.employer_id = _employer_id(actor, values.organisation)
    member.version_id += 1
    write_down(actor, member.group, "group_member_changed", member_id=member.id)
    return member


def group_values(group: CooperationGroup) -> dict[str, object]:
    """What stands in the row by field name, with the version."""
    names = GroupFields.__dataclass_fields__
    return {name: getattr(group, name) for name in names} | {"version": group.version_id}


def member_values(member: GroupMember) -> dict[str, object]:
    """What stands in the row by field name, with the version."""
    names = MemberFields.__dataclass_fields__
    return {name: getattr(member, name) for name in names} | {"version": member.version_id}


def write_down(actor: Actor, group: CooperationGroup, action: str, **details: object) -> None:
    """One line of the audit log about a group."""
    audit.record(
        actor, action, subject_type="cooperation_group", subject_id=group.id, unit_id=group.unit_id, details=details
    )


def _employer_id(actor: Actor, organisation: str | None) -> int | None:
    """The employer that is called exactly this, where there is one and no more."""
    if not organisation:
        return None
    called = visible(Employer, actor).where(
        Employer.sort_name == sort_name(organisation), Employer.archived_at.is_(None)
    )
    found = current_session().scalars(called.limit(2)).all()
    return found[0].id if len(found) == 1 else None


def _checked(given: GroupFields) -> GroupFields:
    name = clean_line(given.name)[:160]
    if not name:
        raise DomainError(_("Write what the group is called."), field="name")
    if given.kind not in GROUP_KINDS:
        raise DomainError(_("Choose one of the alternatives."), field="kind")
    if given.owner_id is not None and current_session().get(Staff, given.owner_id) is None:
        raise DomainError(_("Choose a colleague."), field="owner_id")
    note = clean_text(given.note or "")[:2000] or None
    return GroupFields(name=name, kind=given.kind, owner_id=given.owner_id, note=note)


def _checked_member(given: MemberFields) -> MemberFields:
    name = clean_line(given.name)[:160]
    if not name:
        raise DomainError(_("Write the name."), field="name")
    if given.left_on is not None and given.left_on < given.joined_on:
        raise DomainError(_("The end date is before the start date."), field="left_on")
    return MemberFields(
        name=name,
        joined_on=given.joined_on,
        organisation=short(given.organisation, 160),
        left_on=given.left_on,
    )
