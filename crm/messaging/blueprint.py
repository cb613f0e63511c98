"""The blueprint that all pages of this feature share."""

from flask import Blueprint

from crm.actors import Role
from crm.messaging import labels

blueprint = Blueprint("messaging", __name__, template_folder="templates")
STAFF = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)


@blueprint.context_processor
def _words() -> dict[str, object]:
    """Labels for every template of this feature."""
    return {
        "state_label": labels.state_label,
        "state_color": labels.state_color,
        "channel_label": labels.channel_label,
        "purpose_label": labels.purpose_label,
        "reason_label": labels.reason_label,
        "suppression_label": labels.suppression_label,
        "segments_label": labels.segments_label,
    }
