"""A call list that the unit's person calls from, with one entry; its module is switched on."""

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.employers.models import Employer
from outreach.lists.models import CallEntry, CallList, CallListCaller
from outreach.scripts.models import CallScript, CallScriptVersion, VersionState
from outreach.scripts.shipped import shipped_text
from tests.world import World


def list_objects(world: World, unit: Unit, staff: Staff, employer: Employer, *, note: str) -> dict[str, str]:
    """One of each, of the unit."""
    unit.modules = sorted({*unit.modules, "calls"})
    world.save(unit)
    now = clock.now()
    script = world.save(
        CallScript(key=f"list{staff.id}", unit_id=unit.id, titles={"en": note}, folded=note, created_at=now)
    )
    version = CallScriptVersion(
        script_id=script.id, number=1, text=shipped_text("employer_first_call"), state=VersionState.PUBLISHED,
        created_at=now, changed_at=now, published_at=now,
    )  # fmt: skip
    world.save(version)
    call_list = CallList(unit_id=unit.id, name=note, script_id=script.id, created_at=now)
    call_list.callers = [CallListCaller(staff_id=staff.id)]
    world.save(call_list)
    entry = world.save(CallEntry(list_id=call_list.id, employer_id=employer.id, position=1, added_at=now))
    return {"call-lists": call_list.public_id, "campaigns": call_list.public_id, "entries": entry.public_id}
