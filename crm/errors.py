"""Domain errors: what services raise, in the user's words. The web layer turns them into messages in one place."""

from collections.abc import Mapping
from datetime import timedelta


class DomainError(Exception):
    """A rule of the field was broken. ``message`` is for the user and translated; ``field`` names a form field."""

    def __init__(self, message: object, *, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field


class NotVisible(DomainError):
    """The object does not exist, or the actor may not see it. The two are never told apart."""


class NotAllowed(DomainError):
    """The actor sees the object but may not do this."""


class EditConflict(DomainError):
    """Somebody else saved the same row first. ``current`` maps field names to what now stands there."""

    def __init__(self, message: object, *, current: Mapping[str, object]) -> None:
        super().__init__(message)
        self.current = dict(current)


class RegisterUnavailable(DomainError):
    """A business register does not answer, or refuses. What is known already stays as it is.

    ``reason`` is one of unreachable, timeout, refused, busy, failed, unreadable; ``retry_after`` how long it asked to
    be left alone.
    """

    def __init__(self, message: object, *, reason: str = "failed", retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after = retry_after


class FilesUnavailable(DomainError):
    """The store of attached files does not answer, or refuses. What it keeps stays as it is."""


class UnscopedQuery(RuntimeError):
    """A query for guarded rows ran in a staff request without a visibility scope. A programming error."""


class PluginError(RuntimeError):
    """A plugin is missing, misspelt or inconsistent. Stops the start with a clear message."""


class SettingsError(RuntimeError):
    """The environment is wrong. Lists every fault at once."""
