"""Sample talks and press, and a reference group of employers with its meetings."""

from datetime import timedelta

from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import trusted
from crm.cooperation.fields import AppearanceFields, GroupFields, MemberFields
from crm.cooperation.services.appearances import add_appearance
from crm.cooperation.services.groups import add_group, add_member
from crm.cooperation.services.meetings import add_meeting, follow_up_absence, record_attendance
from crm.db import current_session
from crm.employers.models import Employer
from crm.placements.models import Placement
from crm.samples.organisation import Organisation

_SAID = (
    ("press", 200, "Vägen till jobb går genom butiken", "Lindö Allehanda", "Karlstad", 12_000, False),
    ("talk", 120, "Så arbetar vi med företag", "Näringslivsrådet", "Kristinehamn", 25, True),
    ("talk", 60, "Arbetsträning som leder till anställning", "Socialförvaltningen", "Arvika", 30, True),
    ("conference", 20, "Regional konferens om arbetsmarknad", None, "Karlstad", 140, False),
)
_MEMBERS = ("Annika", "Bengt", "Cecilia", "Dag")


def fill_cooperation(organisation: Organisation) -> None:
    """Add what the Swedish unit shows of all this. Runs inside ``transaction()``."""
    unit, actor, today = organisation.swedish, organisation.actor(organisation.swedish), clock.today()
    for kind, days, title, audience, municipality, reach, asked in _SAID:
        given = AppearanceFields(
            kind=kind, on_date=today - timedelta(days=days), title=title, audience=audience,
            municipality=municipality, reach=reach, by_request=asked,
        )  # fmt: skip
        add_appearance(actor, unit_id=unit.id, given=given)
    wanted = (
        select(Employer.name)
        .join(Placement, Placement.employer_id == Employer.id)
        .where(Placement.unit_id == unit.id)
        .group_by(Employer.id, Employer.name)
        .order_by(Employer.id)
        .limit(len(_MEMBERS))
    )
    names = current_session().scalars(trusted(wanted, because="sample data")).all()
    about = GroupFields(name="Referensgrupp för företag", kind="employers", owner_id=actor.staff_id)
    group = add_group(actor, unit_id=unit.id, given=about)
    members = [
        add_member(actor, group_id=group.id, given=MemberFields(name, today - timedelta(days=300), organisation))
        for name, organisation in zip(_MEMBERS, names, strict=False)
    ]
    ids = [each.id for each in members]
    for days, came in ((150, ids), (90, ids[:3]), (30, ids[:1])):
        meeting = add_meeting(
            actor, group_id=group.id, on_date=today - timedelta(days=days), subject="Platser och stöd"
        )
        record_attendance(
            actor, meeting_id=meeting.id, version=None, present=came, subject="Platser och stöd",
            minutes="Företagen vill ha en kontaktperson var.",
        )  # fmt: skip
    follow_up_absence(actor, attendance_id=next(each.id for each in meeting.attendance if not each.present))
    add_meeting(actor, group_id=group.id, on_date=today + timedelta(days=30))
