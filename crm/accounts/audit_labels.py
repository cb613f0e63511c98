"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from crm.extension_points import Text

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
