"""Every hook a plugin may implement. A plugin implements any of them; each returns the dataclasses of
crm.extension_points. Hooks are called once, by create_app(), except the two about one person's data.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pluggy

from crm.extension_points import (
    Feature,
    MigrationLineage,
    PersonData,
    SampleWorld,
)

if TYPE_CHECKING:
    from crm.settings import Settings

PROJECT = "brobygg"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def brobygg_feature(settings: "Settings") -> Feature:  # type: ignore[empty-body]
    """Return everything the plugin adds: blueprints, menu items, panels, history kinds, listeners, periodic jobs,
    visibility scopes, public endpoints, modules, message purposes, SMS gateways, commands, translations,
    words for the audit log.

    ``settings`` carries the environment; raise crm.errors.SettingsError for a plugin setting that is wrong.
    """


@hookspec
def brobygg_migrations() -> MigrationLineage:  # type: ignore[empty-body]
    """Return the plugin's own lineage of migrations. Its tables start with the prefix that the lineage names."""


@hookspec
def brobygg_sample_data(sample: "SampleWorld") -> None:
    """Add the plugin's own sample data to what ``sample`` names; called once, when an empty installation is filled.

    Runs outside a transaction: open your own.
    """


@hookspec
def brobygg_export_person(participant_id: int) -> Sequence[PersonData]:  # type: ignore[empty-body]
    """Return everything the plugin keeps about a participant, in words, for the person's own export."""


@hookspec
def brobygg_erase_person(participant_id: int) -> None:
    """Erase what the plugin keeps about a participant beyond rows that cascade with the participant's row.

    Runs inside the erasing transaction. Must be repeatable.
    """
