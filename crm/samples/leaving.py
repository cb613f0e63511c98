"""A colleague who has left: her account is closed, her employers are with those who stayed, one file is kept."""

from datetime import date

from flask_security.utils import hash_password

from crm import clock
from crm.accounts.current import actor_for
from crm.accounts.models import Staff
from crm.accounts.scopes import visible
from crm.accounts.services import disable_staff, ensure_roles
from crm.actors import Actor, Role
from crm.attachments.services import add_attachment
from crm.db import current_session, new_public_id
from crm.employers.models import Contact, EmployerRelationship
from crm.employers.services.handovers import Assignment, HandoverWish, hand_over_many
from crm.employers.services.responsible import hand_over_relationship
from crm.samples.days import on_days
from crm.samples.organisation import ACTOR, Organisation
from crm.web.downloads import xlsx_file

_CAME_AGO, _LEFT_AGO = 150, 60
_NOTES = (
    "Ring helst på förmiddagen. De vill träffa personen innan de säger ja.",
    "Chefen slutar i sommar; fråga efter den nya.",
    "Har tagit emot två av oss tidigare och vill gärna ha fler.",
)


def fill_leaving(organisation: Organisation) -> None:
    """Let somebody come, take over three employers, and leave again. Runs inside ``transaction()``."""
    unit = organisation.swedish
    stays = organisation.coordinators[unit.id]
    with on_days() as go:
        go(_CAME_AGO)
        leaver = _newcomer(stays)
        rows = _first_employers(organisation.actor(unit))
        for row in rows:
            hand_over_relationship(
                organisation.actor(unit), relationship_id=row.id, version=None, owner_id=leaver.id,
                note="Du är ny och får tre att börja med.",
            )  # fmt: skip
        go(_LEFT_AGO)
        given = [Assignment(row.id, stays.id, note) for row, note in zip(rows, _NOTES, strict=True)]
        hand_over_many(actor_for(leaver), HandoverWish(leaver.id, given))
        disable_staff(ACTOR, staff_id=leaver.id)
        _keep_a_file(organisation.actor(unit), unit_id=unit.id, today=go(0))


def _newcomer(colleague: Staff) -> Staff:
    leaver = Staff(
        name="Maj Ljungdal",
        email="maj.ljungdal@example.org",
        unit=colleague.unit,
        language="sv",
        # Nobody knows this password: the account is closed.
        password=hash_password(new_public_id() + new_public_id()),
        fs_uniquifier=new_public_id() + new_public_id(),
        confirmed_at=clock.now(),
        create_datetime=clock.now(),
        roles=[ensure_roles()[Role.COORDINATOR]],
    )
    current_session().add(leaver)
    current_session().flush()  # The employers name it.
    return leaver


def _first_employers(actor: Actor) -> list[EmployerRelationship]:
    statement = visible(EmployerRelationship, actor).where(EmployerRelationship.owner_id == actor.staff_id)
    return list(current_session().scalars(statement.order_by(EmployerRelationship.id).limit(len(_NOTES))))


def _keep_a_file(actor: Actor, *, unit_id: int, today: date) -> None:
    """The working hours that an employer handed out at the last visit."""
    visits = visible(Contact, actor).where(Contact.staff_id == actor.staff_id, Contact.channel == "visit")
    newest = current_session().scalars(visits.order_by(Contact.on_date.desc(), Contact.id.desc()).limit(1)).one()
    hours = [[day, "07.00–16.00"] for day in ("Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag")]
    add_attachment(
        actor, owner_kind="contact", owner_ref=newest.public_id, unit_id=unit_id, filename="Arbetstider.xlsx",
        data=xlsx_file(["Arbetstider", f"{today:%Y}"], hours),
    )  # fmt: skip
