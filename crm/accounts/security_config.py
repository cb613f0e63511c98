"""Flask-Security's settings, made from ours."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from crm import clock
from crm.accounts.security_messages import MESSAGES
from crm.accounts.sign_in_rules import TWO_FACTOR_ROLES
from crm.actors import Role
from crm.errors import SettingsError
from crm.settings import Settings

SIGN_IN_WITHOUT_USE = timedelta(hours=12)
RESET_WITHIN = timedelta(hours=2)
SHORTEST_PASSWORD = 12

# OWASP's Password Storage Cheat Sheet: argon2id with 19 MiB of memory, two rounds, one thread.
ARGON2 = {
    "argon2__type": "ID",
    "argon2__memory_cost": 19456,
    "argon2__time_cost": 2,
    "argon2__parallelism": 1,
}


def security_config(settings: Settings) -> Mapping[str, object]:
    """The whole configuration of sign-in.

    Raises SettingsError when the roles for two-step sign-in are wrong.
    """
    config: dict[str, object] = {f"SECURITY_MSG_{key}": value for key, value in MESSAGES.items()}
    config |= _addresses() | _features() | _secrets(settings)
    config |= {
        "PERMANENT_SESSION_LIFETIME": SIGN_IN_WITHOUT_USE,
        # Ours for every page (crm/web/headers.py); the library would write "no-store=True", which means nothing.
        "SECURITY_CACHE_CONTROL": None,
        "SECURITY_I18N_DOMAIN": "messages",
        "SECURITY_I18N_DIRNAME": [str(Path(__file__).parent.parent / "translations")],
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_EMAIL_PLAINTEXT": False,
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_EMAIL_SENDER": settings.mail_from,
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_DATETIME_FACTORY": clock.now,
        "SECURITY_TOTP_ISSUER": settings.organisation,
        **_templates(),
        TWO_FACTOR_ROLES: _two_factor_roles(settings),
    }
    return config


def _addresses() -> dict[str, object]:
    return {
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_RESET_URL": "/reset",
        "SECURITY_CHANGE_URL": "/settings/password",
        "SECURITY_VERIFY_URL": "/settings/confirm",
        "SECURITY_TWO_FACTOR_SETUP_URL": "/settings/two-factor",
        "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
        "SECURITY_TWO_FACTOR_RESCUE_URL": "/sign-in/help",
        "SECURITY_TWO_FACTOR_SELECT_URL": "/sign-in/method",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": "/settings/recovery-codes",
        "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery",
        "SECURITY_POST_LOGIN_VIEW": "/",
        "SECURITY_POST_LOGOUT_VIEW": "/sign-in",
        "SECURITY_POST_CHANGE_VIEW": "/settings",
    }


def _templates() -> dict[str, object]:
    pages = {
        "LOGIN_USER": "sign_in",
        "FORGOT_PASSWORD": "ask_reset",
        "RESET_PASSWORD": "reset",
        "CHANGE_PASSWORD": "change_password",
        "VERIFY": "confirm",
        "TWO_FACTOR_SETUP": "two_factor",
        "TWO_FACTOR_VERIFY_CODE": "code",
        "TWO_FACTOR_SELECT": "code_method",
        "MULTI_FACTOR_RECOVERY": "recovery_code",
        "MULTI_FACTOR_RECOVERY_CODES": "recovery_codes",
    }
    return {f"SECURITY_{name}_TEMPLATE": f"accounts/{page}.html" for name, page in pages.items()}


def _features() -> dict[str, object]:
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": dict(ARGON2),
        "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
        "SECURITY_PASSWORD_LENGTH_MIN": SHORTEST_PASSWORD,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_RESET_PASSWORD_WITHIN": RESET_WITHIN,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_TRACKABLE": True,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        # Seconds that a code is taken before and after its own half minute.
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_IMPLEMENTATIONS": {"code": "flask_security.twofactor.CodeTfPlugin"},
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "SECURITY_FRESHNESS": timedelta(minutes=30),
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(minutes=10),
        "SECURITY_API_ENABLED_METHODS": ["session"],
    }


def _secrets(settings: Settings) -> dict[str, object]:
    """Keys of their own for each use, all derived from the one secret of the installation."""
    return {
        "SECURITY_PASSWORD_SALT": _derived(settings, "passwords").hex(),
        "SECURITY_TOTP_SECRETS": {"1": base64.urlsafe_b64encode(_derived(settings, "totp")).decode()},
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [base64.urlsafe_b64encode(_derived(settings, "recovery codes"))],
    }


def _derived(settings: Settings, use: str) -> bytes:
    return hmac.new(settings.secret_key.encode(), f"brobygg {use}".encode(), hashlib.sha256).digest()


def _two_factor_roles(settings: Settings) -> frozenset[Role]:
    """The roles that BROBYGG_TWO_FACTOR_ROLES demands two-step sign-in of, as "administrator,manager"."""
    wanted = settings.environment.get(TWO_FACTOR_ROLES, "")
    try:
        return frozenset(Role(name.strip()) for name in wanted.split(",") if name.strip())
    except ValueError:
        raise SettingsError(f"{TWO_FACTOR_ROLES}: roles from {', '.join(Role)}, not '{wanted}'") from None
