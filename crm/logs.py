"""Structured logs on standard error. Never names, addresses, numbers, tokens or answers."""

import logging
import re
import sys
from collections.abc import Mapping

import structlog
from structlog.typing import EventDict, WrappedLogger

from crm.settings import Settings

# An address may stand inside another one, as in ?next=%2Fs%2F...: a slash is also written %2F.
_SLASH = r"(?:/|%2[Ff])"
_PART = r"(?:(?!%2[Ff])[^/?&#\s\"'<>])+"
_TOKEN_IN_PATH = re.compile(
    rf"({_SLASH}(?:s|o|agreement|invitation|reset|event|calendars|settings{_SLASH}two-factor){_SLASH}){_PART}"
    # What calls us back has its name in the address, then its secret, then perhaps the token of a message.
    rf"|({_SLASH}hooks{_SLASH}{_PART}{_SLASH}){_PART}(?:{_SLASH}{_PART})*"
)
_TOKEN_IN_QUERY = re.compile(rf"([?&](?:token|secret|state|m)=){_PART}")


def mask_tokens(text: str) -> str:
    """``text`` with the tokens of personal links and the secrets of callback addresses hidden."""
    text = _TOKEN_IN_PATH.sub(lambda found: f"{found[1] or found[2]}***", text)
    return _TOKEN_IN_QUERY.sub(r"\1***", text)


class MaskingFormatter(logging.Formatter):
    """Masks the whole line, its traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        """The line without tokens."""
        return mask_tokens(super().format(record))


def configure_logging(settings: Settings) -> None:
    """Lines for people in development, JSON for machines otherwise."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MaskingFormatter("%(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers = [kept for kept in root.handlers if not getattr(kept, "brobygg", False)]
    handler.brobygg = True  # type: ignore[attr-defined]  # marks ours, so that a second create_app() replaces it
    root.addHandler(handler)
    root.setLevel(logging.WARNING if settings.development else logging.INFO)
    renderer = structlog.dev.ConsoleRenderer() if settings.development else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask_event,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _mask_event(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    return {key: _masked(value) for key, value in event.items()}


def _masked(value: object) -> object:
    """``value`` with tokens hidden, also within lists, tuples and mappings."""
    if isinstance(value, str):
        return mask_tokens(value)
    if isinstance(value, Mapping):
        return {key: _masked(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(each) for each in value]
    return value
