"""What the mailing of information sheets adds to the application."""

from collections.abc import Mapping

from crm.extension_points import Panel, Text
from crm.lazy_texts import lazy_gettext as _l
from outreach.materials.panels import material_card
from outreach.materials.queries import STAFF
from outreach.materials.routes import blueprint

BLUEPRINT = blueprint
PANELS = (Panel("employer.panels", "outreach.material", material_card, order=62, roles=frozenset(STAFF)),)
ACTIONS: Mapping[str, Text] = {"outreach_material.sent": _l("Information sheet sent")}
