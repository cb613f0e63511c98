"""Finding plugins through entry points and enabling those that the settings name."""

from importlib.metadata import EntryPoint, entry_points

import pluggy

from crm import hookspecs
from crm.errors import PluginError
from crm.settings import Settings

GROUP = "brobygg.plugins"
BUNDLED = ("surveys", "outreach", "elks46", "register_no", "register_se", "register_dk", "register_fi")


def installed_plugins() -> dict[str, EntryPoint]:
    """The plugins that are installed, by name. Imports none of them."""
    return {point.name: point for point in entry_points(group=GROUP)}


def load_plugins(settings: Settings) -> pluggy.PluginManager:
    """A manager with the enabled plugins, in the order of their names.

    Raises PluginError when an enabled plugin is not installed, cannot be imported or has a misspelt hook.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    installed = installed_plugins()
    wanted = settings.plugins
    if wanted is None:
        wanted = tuple(name for name in BUNDLED if name in installed)
    for name in wanted:
        if name not in installed:
            known = ", ".join(sorted(installed)) or "none"
            raise PluginError(f"Plugin '{name}' is enabled but not installed. Installed: {known}.")
        _register(manager, installed[name])
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(f"A hook of plugin '{error.plugin}' is misspelt: {error}") from error
    return manager


def _register(manager: pluggy.PluginManager, point: EntryPoint) -> None:
    try:
        plugin = point.load()
    except ImportError as error:
        raise PluginError(f"Plugin '{point.name}' cannot be imported: {error}") from error
    unknown = [name for name in dir(plugin) if name.startswith("brobygg_") and not hasattr(hookspecs, name)]
    if unknown:
        raise PluginError(f"Plugin '{point.name}' has hooks that do not exist: {', '.join(unknown)}")
    manager.register(plugin, name=point.name)
