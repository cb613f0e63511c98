"""What sign-in mail says.

Rendered when it leaves, so that its links are fresh and stand nowhere in plain text.
"""

from datetime import timedelta
from typing import Protocol

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_security.recoverable import generate_reset_password_token

from crm.accounts.invitation_tokens import invitation_is_open, invitation_token
from crm.accounts.mail_port import PURPOSE, MailKind
from crm.accounts.models import Staff
from crm.accounts.security_config import RESET_WITHIN
from crm.db import current_session
from crm.extension_points import MessagePurpose, Rendered
from crm.lazy_texts import lazy_gettext as _l
from crm.settings import Settings


class PlannedMail(Protocol):
    """What this module needs to know of a message in the outbox."""

    @property
    def purpose_ref(self) -> str:
        """The kind of mail, and a random part."""
        ...

    @property
    def staff_id(self) -> int | None:
        """Whom it is for."""
        ...


def mail_purpose() -> MessagePurpose:
    """Sign-in mail as the outbox knows it. It does not wait for the morning: somebody waits for it."""
    return MessagePurpose(
        key=PURPOSE, label=_l("Sign-in mail"), check=reason_not_to_send, render=render_mail, quiet=False
    )


def reason_not_to_send(message: PlannedMail) -> str | None:
    """Why a planned message must not leave any more:

    the person is gone or disabled, or the invitation is spent.
    """
    staff = _staff_of(message)
    if staff is None:
        return "staff_gone"
    if _kind_of(message) is MailKind.INVITATION:
        return None if invitation_is_open(staff) else "invitation_spent"
    return None if staff.active else "staff_disabled"


def render_mail(message: PlannedMail) -> Rendered:
    """The text in the language of the person, with a link made now."""
    staff = _staff_of(message)
    if staff is None:
        raise LookupError("the person is gone")
    kind = _kind_of(message)
    # Straight from the environment: what the shell adds to every page needs a request, and there is none.
    template = current_app.jinja_env.get_template(f"accounts/mail_{kind.value}.txt")
    with force_locale(staff.language):
        return Rendered(
            to=staff.email,
            subject=_subject(kind),
            text=template.render(
                name=staff.name,
                organisation=_settings().organisation,
                link=_link(kind, staff),
                **_times(kind, staff),
            ),
            language=staff.language,
        )


def _kind_of(message: PlannedMail) -> MailKind:
    return MailKind(message.purpose_ref.partition(":")[0])


def _staff_of(message: PlannedMail) -> Staff | None:
    return None if message.staff_id is None else current_session().get(Staff, message.staff_id)


def _subject(kind: MailKind) -> str:
    subjects = {
        MailKind.INVITATION: _("Your account in Brobygg"),
        MailKind.RESET: _("Choose a new password for Brobygg"),
        MailKind.PASSWORD_CHANGED: _("Your password for Brobygg has been changed"),
    }
    return str(subjects[kind])


def _link(kind: MailKind, staff: Staff) -> str:
    base = _settings().base_url
    if kind is MailKind.INVITATION:
        return f"{base}/invitation/{invitation_token(staff)}"
    if kind is MailKind.RESET:
        token = generate_reset_password_token(staff)  # type: ignore[no-untyped-call]  # the library's
        return f"{base}/reset/{token}"
    return f"{base}/reset"


def _times(kind: MailKind, staff: Staff) -> dict[str, object]:
    if kind is MailKind.INVITATION:
        return {"expires_at": staff.invitation_expires_at}
    return {"hours": RESET_WITHIN // timedelta(hours=1)}


def _settings() -> Settings:
    settings: Settings = current_app.extensions["brobygg.settings"]
    return settings
