"""Why outreach sends messages."""

from crm.extension_points import MessagePurpose
from outreach.events import mail as events
from outreach.materials.mail import material_purpose


def message_purposes() -> tuple[MessagePurpose, ...]:
    """All of them."""
    return (material_purpose(), *events.message_purposes())
