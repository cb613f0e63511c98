"""How the 46elks gateway joins the application."""

from pathlib import Path

from crm.extension_points import Feature, GatewayFactory, PublicEndpoint
from crm.hookspecs import hookimpl
from crm.lazy_texts import lazy_gettext as _l
from crm.settings import Settings
from plugins.elks46.configuration import callback_secret, gateway_from
from plugins.elks46.panels import panels
from plugins.elks46.routes import blueprint

BECAUSE = "46elks posts it: it has no session, and shows with the secret in the address who it is"


class ElksPlugin:
    """The hooks of this plugin."""

    @hookimpl
    def brobygg_feature(self, settings: Settings) -> Feature:
        """A gateway with the key ``elks46``, and the addresses that 46elks posts to."""
        # A secret that is too short stops the start and not the first callback.
        callback_secret(settings.environment)
        return Feature(
            name="elks46",
            blueprints=[blueprint],
            public_endpoints=[
                PublicEndpoint("elks46.incoming", csrf_exempt_because=BECAUSE),
                PublicEndpoint("elks46.delivery", csrf_exempt_because=BECAUSE),
            ],
            panels=panels(),
            sms_gateways=[GatewayFactory(key="elks46", label=_l("46elks"), build=gateway_from)],
            translations=Path(__file__).parent / "translations",
        )


plugin = ElksPlugin()
