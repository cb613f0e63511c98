"""What the board shows in the sample data: partners beside employers, and a view that the unit shares."""

from itertools import islice

from crm.actors import Actor
from crm.employers.fields import EmployerFields
from crm.employers.models import EmployerKind, Stage
from crm.employers.rules import SIMILAR_NAME
from crm.employers.saved_views import save_view
from crm.employers.services.employers import add_employer
from crm.employers.services.relationships import change_stage, take_relationship
from crm.pipeline.feature import BOARD
from crm.samples.days import on_days
from crm.samples.names import swedish_numbers
from crm.samples.organisation import Organisation

_PARTNERS = (
    ("Samordningsförbundet Älvdalen", Stage.AGREEMENT, 75),
    ("Vuxenutbildningen i Ersboda", Stage.CONTACT, 66),
    ("Försäkringskassan, lokalkontoret", Stage.NEW, 8),
)


def fill_pipeline(organisation: Organisation) -> None:
    """Switch the board on, and add partner authorities and a shared view. Runs inside ``transaction()``."""
    units = (organisation.swedish, organisation.norwegian, organisation.manager.unit)
    for unit in units:
        unit.modules = sorted({*unit.modules, BOARD.key})
    actor = organisation.actor(organisation.swedish)
    with on_days() as go:
        # The numbers before these are those of the employers.
        for (name, stage, days_ago), number in zip(_PARTNERS, islice(swedish_numbers(), 60, None), strict=False):
            go(days_ago)
            _partner(actor, name, stage, number)
    save_view(actor, name="Partner", query="kind=partner_authority&c=place&c=stage&c=next", shared=True)


def _partner(actor: Actor, name: str, stage: Stage, number: str) -> None:
    fields = EmployerFields(name=name, kind=EmployerKind.PARTNER_AUTHORITY, org_number=number)
    employer = add_employer(actor, fields=fields, confirmed={SIMILAR_NAME})
    relationship = take_relationship(
        actor, employer_id=employer.id, unit_id=actor.unit_id or 0, owner_id=actor.staff_id
    )
    change_stage(actor, relationship_id=relationship.id, stage=stage.value)
