"""Places in a page that others fill: ``{{ slot("employer.panels", employer=employer) }}``.

Each panel runs on its own. One that fails is replaced by a line that says so and is logged by its owner; the
rest of the page stands.
"""

from typing import Any

import structlog
from flask import Flask, current_app, render_template
from markupsafe import Markup

from crm.extension_points import Panel
from crm.web.ports import ports

EXTENSION = "brobygg.slots"

log = structlog.get_logger()


def register_panel(app: Flask, panel: Panel, *, owner: str = "crm") -> None:
    """Add a panel to its slot. ``owner`` is the plugin that the log names when the panel fails."""
    slots: dict[str, list[tuple[str, Panel]]] = app.extensions.setdefault(EXTENSION, {})
    slots.setdefault(panel.slot, []).append((owner, panel))
    slots[panel.slot].sort(key=lambda pair: (pair[1].order, pair[1].key))


def _render(panel: Panel, owner: str, context: dict[str, Any]) -> str:
    try:
        with ports().isolated():
            return panel.render(context)
    except Exception:
        log.exception("panel.failed", slot=panel.slot, panel=panel.key, plugin=owner)
        return render_template("web/_panel_failed.html")


def slot(name: str, /, **context: Any) -> Markup:
    """The panels of a slot that the person signed in may see, joined. Empty when there are none."""
    actor = ports().actor()
    if actor is None:
        return Markup("")
    panels: list[tuple[str, Panel]] = current_app.extensions.get(EXTENSION, {}).get(name, [])
    shown = [(owner, panel) for owner, panel in panels if actor.has_role(*panel.roles)]
    return Markup("\n").join(Markup(_render(panel, owner, context)) for owner, panel in shown)
