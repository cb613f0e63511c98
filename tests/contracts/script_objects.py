"""A call script of a unit for the route tests, published once and with a draft; the module is switched on."""

from crm.accounts.models import Unit
from crm.actors import system_actor
from crm.db import transaction
from outreach.scripts.definition import Answer, Node, NodeKind, Script, Writes
from outreach.scripts.services.drafts import begin_draft
from outreach.scripts.services.publishing import publish_draft
from outreach.scripts.services.scripts import create_script
from tests.world import World


def script_objects(world: World, unit: Unit, *, note: str) -> dict[str, str]:
    """One row of each kind that a parameter of these routes names."""
    unit.modules = [*unit.modules, "calls"]
    world.save(unit)
    greet = Node("greet", NodeKind.SAY, {"en": note}, (Answer("yes", {"en": "Yes"}, "end"),))
    end = Node("end", NodeKind.END, {"en": "Thank you"}, writes=Writes(outcome="not_now"))
    content = Script("script", 1, "greet", (greet, end), {"en": note})
    actor, unit_id = system_actor("tests"), unit.id
    with transaction():
        script = create_script(actor, title={"en": note}, unit_id=unit_id, content=content)
        publish_draft(actor, script_id=script.id)
        begin_draft(actor, script_id=script.id)
        public_id = script.public_id
    return {"call-scripts": public_id, "number": "1", "answer": "yes"}


SCRIPT_PARAMETERS = {"call_scripts": {"key": "greet"}}
"""For routes whose parameters other routes use for something else."""
