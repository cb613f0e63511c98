"""Structured logs on standard error. Never names, addresses, numbers, tokens or answers."""

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from crm.settings import Settings

_TOKEN_IN_PATH = re.compile(r"(/(?:s|o|hooks|invitation|reset)/)[^/?\s\"]+")


def mask_tokens(text: str) -> str:
    """``text`` with the tokens of personal links hidden."""
    return _TOKEN_IN_PATH.sub(r"\1***", text)


class _MaskTokens(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = mask_tokens(record.getMessage())
        record.args = ()
        return True


def configure_logging(settings: Settings) -> None:
    """Lines for people in development, JSON for machines otherwise."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_MaskTokens())
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
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
    return {key: mask_tokens(value) if isinstance(value, str) else value for key, value in event.items()}
