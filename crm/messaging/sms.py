"""SMS through the gateway that is set up."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select

from crm.db import current_session
from crm.extension_points import SendResult, SmsGateway
from crm.messaging import crash_points
from crm.messaging.addresses import address_hash
from crm.messaging.fences import Fence
from crm.messaging.models import Channel, OutboxMessage
from crm.messaging.rendering import Letter
from crm.settings import Settings

log = structlog.get_logger()
# Clocks of gateways and ours differ; within this much of a message's time on the wire another may be meant.
CLOCK_MARGIN = timedelta(minutes=2)
LONGEST_SENDER = 11


class GatewayTransport:
    """Hands letters to a gateway. The reference is the message's return token, which callbacks bring back."""

    broken = False

    def __init__(self, gateway: SmsGateway, settings: Settings) -> None:
        self._gateway = gateway
        self._settings = settings
        self.key = gateway.key

    def send(self, letter: Letter, fence: Fence) -> SendResult | None:
        """Send one letter (see Transport.send). A gateway that raises is a gateway of which we do not know
        what it did."""
        rendered = letter.rendered
        crash_points.reach("before_wire")
        if not fence.pass_through():
            return None
        crash_points.reach("after_wire")
        if not fence.still_ours():
            return SendResult("retry", reply="The sender was stopped for too long before the request")
        try:
            result = self._gateway.send(
                sender=rendered.sender or self._settings.mail_from_name[:LONGEST_SENDER],
                to=rendered.to,
                text=rendered.text,
                reference=letter.return_token,
            )
        except Exception as error:
            log.exception("gateway_failed", gateway=self.key)
            return SendResult("unknown", reply=type(error).__name__)
        crash_points.reach("after_accept")
        return result

    def ask(self, letter: Letter, *, since: datetime, until: datetime) -> SendResult | None:
        """Ask the gateway's history (see Receiver.ask)."""
        if not self._gateway.askable:
            return SendResult("unknown", reply="This gateway cannot be asked.")
        hashed = address_hash(Channel.SMS, letter.rendered.to)
        known, in_doubt = self._recorded(hashed, since, until)
        # The read is over; no transaction stays open while the gateway thinks.
        current_session().rollback()
        try:
            return self._gateway.ask(
                to=letter.rendered.to,
                reference=letter.return_token,
                since=since,
                until=until,
                known_references=known,
                in_doubt=in_doubt,
            )
        except Exception as error:
            log.exception("gateway_failed", gateway=self.key)
            return SendResult("unknown", reply=type(error).__name__)

    def close(self) -> None:
        """Nothing is held open."""

    def _recorded(self, hashed: str, since: datetime, until: datetime) -> tuple[list[str], int]:
        """The gateway's references for this number, and how many messages to it went on the wire then and
        have none."""
        session = current_session()
        known = session.scalars(
            select(OutboxMessage.gateway_ref).where(
                OutboxMessage.address_hash == hashed,
                OutboxMessage.gateway == self.key,
                OutboxMessage.gateway_ref.is_not(None),
            )
        )
        in_doubt = session.scalar(
            select(func.count())
            .select_from(OutboxMessage)
            .where(
                OutboxMessage.address_hash == hashed,
                OutboxMessage.channel == Channel.SMS,
                OutboxMessage.gateway_ref.is_(None),
                OutboxMessage.on_wire_at.between(since - CLOCK_MARGIN, until + CLOCK_MARGIN),
            )
        )
        return [reference for reference in known if reference], max(1, in_doubt or 0)
