"""How the register joins the application."""

from crm.extension_points import Feature
from crm.hookspecs import hookimpl
from crm.register_points import RegisterFactory
from crm.settings import Settings
from plugins.register_dk.configuration import register_from


class CvrPlugin:
    """The hook of this plugin."""

    @hookimpl
    def brobygg_feature(self, settings: Settings) -> Feature:
        """A register with the key ``register_dk``."""
        # Half a configuration stops the start and not the first look-up.
        register_from(settings.environment)
        factory = RegisterFactory(key="register_dk", country="DK", label="CVR", build=register_from)
        return Feature(name="register_dk", registers=[factory])


plugin = CvrPlugin()
