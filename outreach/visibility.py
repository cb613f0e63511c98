"""Who sees which rows of outreach."""

from crm.extension_points import Scope
from outreach.calendars import wiring as calendars
from outreach.calling import wiring as calling
from outreach.events import wiring as events
from outreach.lists.models import CallEntry, CallList, CallListCaller
from outreach.lists.scopes import caller_scope, entry_scope, list_scope
from outreach.matching import wiring as matching
from outreach.materials.models import MaterialMail
from outreach.materials.queries import own_material
from outreach.scripts.models import CallScript, CallScriptVersion
from outreach.scripts.queries import script_scope, version_scope
from outreach.visits import wiring as visits


def scopes() -> tuple[Scope, ...]:
    """The scopes of every guarded model."""
    return (
        Scope(CallList, list_scope),
        Scope(CallListCaller, caller_scope),
        Scope(CallEntry, entry_scope),
        Scope(MaterialMail, own_material),
        Scope(CallScript, script_scope),
        *calling.SCOPES,
        Scope(CallScriptVersion, version_scope),
        *visits.SCOPES,
        *matching.SCOPES,
        *events.SCOPES,
        *calendars.SCOPES,
    )
