"""What every page of staff says about messages: that sending is held, that some are in doubt."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from crm.accounts.current import current_actor
from crm.actors import Actor, Role
from crm.jobs.banners import late_banners
from crm.jobs.heartbeats import read_signs, signs_with
from crm.messaging.hold import Hold, hold_since, hold_value
from crm.messaging.queries import any_doubt, doubt_count
from crm.web.ports import Banner

# One statement for what every page asks: heartbeats, the hold, and whether any message is in doubt.
_ASKED = signs_with(hold_value(), hold_since(), any_doubt())


def staff_banners() -> list[Banner]:
    """What every page of staff says: that the system stands still, that sending is held, that messages are in doubt."""
    signs, (held, since, in_doubt) = read_signs(_ASKED)
    found = late_banners(signs)
    actor = current_actor()
    if not actor.has_role(Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR):
        return found
    hold = Hold(held, since) if held else None
    return [*found, *_hold_banner(actor, hold), *(_doubt_banner(actor) if in_doubt else [])]


def _hold_banner(actor: Actor, hold: Hold | None) -> list[Banner]:
    if hold is None:
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
