"""How the register joins the application."""

from crm.extension_points import Feature
from crm.hookspecs import hookimpl
from crm.register_points import RegisterFactory
from crm.settings import Settings
from plugins.register_se.configuration import register_from


class BolagsverketPlugin:
    """The hook of this plugin."""

    @hookimpl
    def brobygg_feature(self, settings: Settings) -> Feature:
        """A register with the key ``register_se``."""
        # Half a configuration stops the start and not the first look-up.
        register_from(settings.environment)
        factory = RegisterFactory(key="register_se", country="SE", label="Bolagsverket", build=register_from)
        return Feature(name="register_se", registers=[factory])


plugin = BolagsverketPlugin()
