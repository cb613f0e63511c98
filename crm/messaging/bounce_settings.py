"""Where returned mail is fetched, as the environment says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from crm.errors import SettingsError


@dataclass(frozen=True)
class BounceMailbox:
    """Where returned mail is fetched. ``tls`` False only for a server on this machine."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    tls: bool = True


def bounce_mailbox_from(environment: Mapping[str, str]) -> BounceMailbox | None:
    """What BROBYGG_BOUNCE_IMAP_URL says (imaps://user:password@host/folder). Raises SettingsError."""
    url = environment.get("BROBYGG_BOUNCE_IMAP_URL", "").strip()
    if not url:
        return None
    parts = urlsplit(url)
    on_this_machine = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme not in ("imaps", "imap") or not parts.hostname or not parts.username or not parts.password:
        raise SettingsError("BROBYGG_BOUNCE_IMAP_URL: imaps://user:password@host/folder")
    if parts.scheme == "imap" and not on_this_machine:
        raise SettingsError("BROBYGG_BOUNCE_IMAP_URL: imap:// without TLS only for a server on this machine")
    return BounceMailbox(
        host=parts.hostname,
        port=parts.port or (993 if parts.scheme == "imaps" else 143),
        username=unquote(parts.username),
        password=unquote(parts.password),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        tls=parts.scheme == "imaps",
    )
