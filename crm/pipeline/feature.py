"""What this feature adds to the application."""

from crm.actors import Role
from crm.employers.queries import STAFF
from crm.extension_points import Feature, Module, NavItem, Panel
from crm.lazy_texts import lazy_gettext as _l
from crm.pipeline.panels import stalled_panel
from crm.pipeline.routes import blueprint

BOARD = Module(
    key="pipeline.board",
    label=_l("Board of employers"),
    description=_l("Employers as cards under their stages, to be moved with mouse, finger or keyboard."),
)


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="pipeline",
        blueprints=[blueprint],
        modules=[BOARD],
        nav_items=[
            NavItem(
                key="pipeline",
                label=_l("Pipeline"),
                endpoint="pipeline.index",
                order=35,
                roles=frozenset(STAFF),
                module=BOARD.key,
            )
        ],
        panels=[
            Panel("today.cards", "pipeline.stalled", stalled_panel, order=60, roles=frozenset({Role.MANAGER})),
        ],
    )
