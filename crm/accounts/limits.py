"""How often one address may try to sign in, ask for a link or open an invitation."""

import structlog
from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from crm.settings import Settings

EXTENSION = "brobygg.limiter"

# By endpoint; only what is posted counts. Generous, because a whole office may share one address.
LIMITS = {
    "security.login": "60 per 15 minutes",
    "security.two_factor_token_validation": "30 per 15 minutes",
    "security.mf_recovery": "30 per 15 minutes",
    "security.verify": "30 per 15 minutes",
    "security.change_password": "30 per 15 minutes",
    "security.forgot_password": "20 per hour",
    "security.reset_password": "30 per hour",
    "accounts.accept_invitation_page": "30 per hour",
    "accounts.invite": "100 per hour",
    "accounts.resend_invitation": "100 per hour",
    "agreements_signing.sign": "60 per hour",
    "agreements_signing.refuse": "60 per hour",
}

log = structlog.get_logger()


class Attempts:
    """Counts attempts in Redis where there is one, so that all processes count together; else in memory.

    While Redis is away each process counts for itself, rather than let everybody in or nobody.
    """

    def __init__(self, redis_url: str | None) -> None:
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._shared: FixedWindowRateLimiter | None = None
        if redis_url:
            storage = RedisStorage(redis_url, wrap_exceptions=True, key_prefix="brobygg")
            self._shared = FixedWindowRateLimiter(storage)

    def may(self, limit: RateLimitItem, *names: str) -> bool:
        """Count one attempt, and say whether it is still within the limit."""
        if self._shared is not None:
            try:
                return self._shared.hit(limit, *names)
            except StorageError as error:
                log.warning("limits.storage_away", error=type(error).__name__)
        return self._own.hit(limit, *names)


def _check_limit() -> None:
    """Raises TooManyRequests (429) for who tries too often."""
    endpoint = request.endpoint or ""
    limit = LIMITS.get(endpoint)
    if limit is None or request.method != "POST" or not current_app.config.get("RATELIMIT_ENABLED", True):
        return
    attempts: Attempts = current_app.extensions[EXTENSION]
    if not attempts.may(parse(limit), endpoint, request.remote_addr or ""):
        raise TooManyRequests


def init_limits(app: Flask, settings: Settings) -> None:
    """Watch the endpoints above."""
    app.extensions[EXTENSION] = Attempts(settings.redis_url)
    app.before_request(_check_limit)
