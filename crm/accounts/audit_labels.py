"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping, Sequence

from crm.accounts.models import Staff, Unit
from crm.extension_points import AuditName, Text
from crm.lazy_texts import lazy_gettext as _l

ACTIONS: Mapping[str, Text] = {
    "signed_in": _l("Signed in"),
    "signed_out_everywhere": _l("Signed out everywhere"),
    "account_locked": _l("Account locked after wrong passwords"),
    "password_changed": _l("Password changed"),
    "two_factor_on": _l("Two-step sign-in switched on"),
    "two_factor_off": _l("Two-step sign-in switched off"),
    "own_details_changed": _l("Own details changed"),
    "staff_invited": _l("Staff invited"),
    "staff_invited_again": _l("Staff invited again"),
    "invitation_accepted": _l("Invitation accepted"),
    "staff_changed": _l("Staff changed"),
    "staff_disabled": _l("Staff disabled"),
    "staff_enabled": _l("Staff enabled"),
    "staff_unlocked": _l("Account unlocked"),
    "staff_two_factor_removed": _l("Two-step sign-in removed"),
    "unit_added": _l("Unit added"),
    "unit_changed": _l("Unit changed"),
    "unit_archived": _l("Unit archived"),
    "audit_exported": _l("Audit log exported"),
}

SUBJECTS: Mapping[str, Text] = {
    "staff": _l("Staff"),
    "unit": _l("Unit"),
    "audit_entry": _l("Audit log"),
}

NAMES: Sequence[AuditName] = (
    AuditName("staff", Staff, Staff.name),
    AuditName("unit", Unit, Unit.name),
)

FIELDS: Mapping[str, Text] = {
    "fields": _l("Fields"),
    "kind": _l("Kind"),
    "rows": _l("Rows"),
    "source": _l("Source"),
    "reason": _l("Reason"),
    "number": _l("Number"),
    "year": _l("Year"),
    "language": _l("Language"),
    "added": _l("Added"),
    "changed": _l("Changed"),
    "ended": _l("Ended"),
    "name": _l("Name"),
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "country": _l("Country"),
    "roles": _l("Roles"),
    "unit_id": _l("Unit"),
    "parent_id": _l("Unit above"),
    "time_zone": _l("Time zone"),
    "sms_sender": _l("Sender of SMS"),
    "quiet_from": _l("No messages from"),
    "quiet_until": _l("No messages until"),
    "modules": _l("Modules"),
    "coordinator_figures_agreed": _l("Figures about single coordinators"),
    "staff_ids": _l("Staff"),
    "to_staff_id": _l("To"),
    "from_staff_id": _l("From"),
    "deputy_id": _l("Deputy"),
    "owner_id": _l("Responsible"),
    "participant_ids": _l("Participants"),
    "other": _l("The other one"),
}
"""What the details of its lines are called, and the fields that they name."""
