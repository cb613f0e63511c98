"""How often one address may try to sign in, ask for a link or open an invitation."""

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

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
}


def _check_limit() -> None:
    """Raises RateLimitExceeded (429) for who tries too often."""
    limit = LIMITS.get(request.endpoint or "")
    if limit is None or request.method != "POST" or not current_app.config.get("RATELIMIT_ENABLED", True):
        return
    limiter: Limiter = current_app.extensions[EXTENSION]
    with limiter.limit(limit):
        pass


def init_limits(app: Flask, settings: Settings) -> None:
    """Count in Redis where there is one, so that all processes count together; else, or when it is away,
    in memory.
    """
    app.extensions[EXTENSION] = Limiter(
        get_remote_address,
        app=app,
        storage_uri=settings.redis_url or "memory://",
        in_memory_fallback_enabled=settings.redis_url is not None,
        strategy="fixed-window",
        key_prefix="brobygg",
    )
    app.before_request(_check_limit)
