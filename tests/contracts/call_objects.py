"""A call that goes on, and an employer that was named during another one."""

from crm import clock
from crm.accounts.models import Staff, Unit
from outreach.calling.models import Call, Referral
from outreach.scripts.keeping import walk_to_json
from outreach.scripts.models import CallScript, CallScriptVersion, VersionState
from outreach.scripts.shipped import shipped_scripts, shipped_text
from outreach.scripts.walking import begin
from tests.world import World


def call_objects(world: World, unit: Unit, staff: Staff, *, note: str) -> dict[str, str]:
    """One of each, of ``staff`` and their unit."""
    now = clock.now()
    script = world.save(
        CallScript(key=f"call{staff.id}", unit_id=unit.id, titles={"en": note}, folded=note, created_at=now)
    )
    version = world.save(
        CallScriptVersion(
            script_id=script.id, number=1, text=shipped_text("employer_first_call"), state=VersionState.PUBLISHED,
            created_at=now, changed_at=now, published_at=now,
        )
    )  # fmt: skip
    employer = world.employer(phone="+46850000001")
    call = Call(
        employer_id=employer.id, unit_id=unit.id, staff_id=staff.id, script_version_id=version.id, language="sv",
        walk=walk_to_json(begin(shipped_scripts()[0])), note=note, fields={}, submission_key=f"call-{staff.id}",
        started_at=now, saved_at=now,
    )  # fmt: skip
    referral = Referral(
        from_employer_id=employer.id, named=note, unit_id=unit.id, staff_id=staff.id, created_at=now
    )  # fmt: skip
    return {"calls": world.save(call).public_id, "referrals": world.save(referral).public_id}
