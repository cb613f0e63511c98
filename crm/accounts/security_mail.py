"""The mail that Flask-Security wants sent, turned into messages of the outbox."""

from typing import Any

import structlog
from flask_security import MailUtil

from crm.accounts.deferred import write_later
from crm.accounts.mail_port import MailKind, plan_mail
from crm.accounts.models import Staff
from crm.actors import system_actor
from crm.db import current_session

log = structlog.get_logger()

KINDS = {
    "security/email/reset_instructions": MailKind.RESET,
    "security/email/reset_notice": MailKind.PASSWORD_CHANGED,
    "security/email/change_notice": MailKind.PASSWORD_CHANGED,
}


class SecurityMail(MailUtil):
    """Plans a message instead of sending one.

    It is written, rendered and made its link later, when it leaves.
    """

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """Plan the message that ``template`` stands for, to the person in ``user``."""
        kind = KINDS.get(template)
        if kind is None:
            raise ValueError(f"no message of ours for {template}")
        staff_id = int(kwargs["user"].id)

        def plan() -> None:
            staff = current_session().get_one(Staff, staff_id)
            plan_mail(system_actor("accounts.sign_in"), kind, staff)

        write_later(plan)
