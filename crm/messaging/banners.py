"""What every page of staff says about messages: that sending is held, that some are in doubt."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from crm.accounts.current import current_actor
from crm.actors import Actor, Role
from crm.messaging.hold import current_hold
from crm.messaging.queries import doubt_count
from crm.web.ports import Banner


def doubt_banners() -> list[Banner]:
    """The banners about messages for the person signed in; none when all is well or none of it is theirs."""
    actor = current_actor()
    if not actor.has_role(Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR):
        return []
    return [*_hold_banner(actor), *_doubt_banner(actor)]


def _hold_banner(actor: Actor) -> list[Banner]:
    if current_hold() is None:
        return []
    text = _("No message is sent: sending is held until an administrator releases it.")
    if not actor.has_role(Role.ADMINISTRATOR):
        return [Banner(kind="danger", text=text)]
    return [Banner(kind="danger", text=text, href=url_for("messaging.sending"), link_label=_("Look and release"))]


def _doubt_banner(actor: Actor) -> list[Banner]:
    count = doubt_count(actor)
    if not count:
        return []
    text = ngettext(
        "One message is in doubt: nobody knows whether it arrived.",
        "%(num)d messages are in doubt: nobody knows whether they arrived.",
        count,
    )
    return [Banner(kind="warning", text=text, href=url_for("messaging.doubts"), link_label=_("Settle them"))]
