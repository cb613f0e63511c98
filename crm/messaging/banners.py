"""What every page of staff says when messages are in doubt."""

from flask_babel import ngettext
from sqlalchemy import func, select

from crm.accounts.current import current_actor
from crm.accounts.scopes import condition, scoped
from crm.actors import Role
from crm.db import current_session
from crm.messaging.models import MessageState, OutboxMessage
from crm.web.ports import Banner


def doubt_banners() -> list[Banner]:
    """One banner when the person signed in can settle messages in doubt, else none."""
    actor = current_actor()
    if not actor.has_role(Role.COORDINATOR, Role.MANAGER):
        return []
    statement = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state == MessageState.UNKNOWN)
    count = current_session().scalar(scoped(statement, condition(OutboxMessage, actor))) or 0
    if not count:
        return []
    text = ngettext(
        "One message is in doubt: nobody knows whether it arrived.",
        "%(num)d messages are in doubt: nobody knows whether they arrived.",
        count,
    )
    return [Banner(kind="warning", text=text)]
