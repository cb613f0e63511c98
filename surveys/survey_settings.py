"""The plugin's own settings, read from the environment and checked when the application is made."""

from collections.abc import Mapping
from typing import cast

from flask import current_app

from crm.errors import SettingsError
from crm.settings import Settings

RETENTION = "BROBYGG_SURVEYS_RETENTION_MONTHS"
_DEFAULT_MONTHS = 24


def check_settings(environment: Mapping[str, str]) -> None:
    """Raises SettingsError for a setting of surveys that is wrong."""
    _months(environment)


def retention_months() -> int:
    """How many months after the exit answers are kept; the privacy page says it."""
    settings = cast(Settings, current_app.extensions["brobygg.settings"])
    return _months(settings.environment)


def _months(environment: Mapping[str, str]) -> int:
    text = environment.get(RETENTION, "").strip() or str(_DEFAULT_MONTHS)
    if not text.isdigit() or not 6 <= int(text) <= 120:
        raise SettingsError(f"{RETENTION}: whole months from 6 to 120, not '{text}'")
    return int(text)
