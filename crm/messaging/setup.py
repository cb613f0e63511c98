"""Putting messaging together: which way mail and SMS leave, and how long things may take."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app
from flask_mail import Mail

from crm.actors import Role
from crm.errors import SettingsError
from crm.extension_points import NavItem, SmsGateway
from crm.lazy_texts import lazy_gettext as _l
from crm.messaging.bounce_settings import BounceMailbox, bounce_mailbox_from
from crm.messaging.models import Channel
from crm.messaging.receiver_log import ReceiverLog, receiver_log_from
from crm.messaging.timing import Timing, timing_from
from crm.registry import Registry
from crm.settings import Settings

EXTENSION = "brobygg.messaging"


@dataclass(frozen=True)
class Messaging:
    """How this installation sends. ``gateway`` None means that SMS goes into the mailbox or nowhere."""

    settings: Settings
    timing: Timing
    mail: Mail
    gateway: SmsGateway | None
    receiver_log: ReceiverLog | None
    bounces: BounceMailbox | None

    @property
    def channels(self) -> frozenset[Channel]:
        """The channels through which something can leave."""
        has_sms = self.gateway is not None or self.settings.sms == "mailbox"
        return frozenset((Channel.EMAIL, Channel.SMS) if has_sms else (Channel.EMAIL,))


def init_messaging(app: Flask, settings: Settings, registry: Registry) -> None:
    """Bind the ways out. Opens no connection. Raises SettingsError for a gateway that is unknown or not
    configured."""
    app.config.update(_mail_config(settings))
    registry.nav_items.extend(_mailbox_link(settings))
    app.extensions[EXTENSION] = Messaging(
        settings=settings,
        timing=timing_from(settings.environment),
        mail=Mail(app),
        gateway=_gateway(settings, registry),
        receiver_log=receiver_log_from(settings.environment),
        bounces=bounce_mailbox_from(settings.environment),
    )


def _mailbox_link(settings: Settings) -> tuple[NavItem, ...]:
    """The mailbox is in the menu where something lands in it."""
    if "mailbox" not in (settings.mail, settings.sms):
        return ()
    staff = frozenset((Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR))
    link = NavItem("messaging.mailbox", _l("Mailbox"), "messaging.mailbox", order=38, roles=staff, section="settings")
    return (link,)


def current_messaging() -> Messaging:
    """How the running application sends."""
    return cast(Messaging, current_app.extensions[EXTENSION])


def _mail_config(settings: Settings) -> dict[str, object]:
    smtp = settings.smtp
    if smtp is None:
        return {"MAIL_SUPPRESS_SEND": True, "MAIL_DEFAULT_SENDER": settings.mail_from}
    return {
        "MAIL_SERVER": smtp.host,
        "MAIL_PORT": smtp.port,
        "MAIL_USE_TLS": smtp.tls == "starttls",
        "MAIL_USE_SSL": smtp.tls == "tls",
        "MAIL_USERNAME": smtp.username,
        "MAIL_PASSWORD": smtp.password,
        "MAIL_DEFAULT_SENDER": settings.mail_from,
        "MAIL_SUPPRESS_SEND": False,
        "MAIL_DEBUG": 0,
    }


def _gateway(settings: Settings, registry: Registry) -> SmsGateway | None:
    if settings.sms in ("mailbox", "none"):
        return None
    factory = registry.gateways.get(settings.sms)
    if factory is None:
        known = ", ".join(["mailbox", "none", *sorted(registry.gateways)])
        raise SettingsError(f"BROBYGG_SMS: '{settings.sms}' is not known. Known: {known}")
    gateway = factory.build(settings.environment)
    if gateway is None:
        raise SettingsError(f"BROBYGG_SMS={settings.sms}: the settings of this gateway are missing")
    return gateway
