"""Signing in: puts Flask-Security, default deny and rate limits into the application."""

from typing import Any, cast

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_security import Security
from flask_wtf import FlaskForm

from crm.accounts.datastore import StaffDatastore
from crm.accounts.limits import init_limits
from crm.accounts.permissions import init_permissions
from crm.accounts.security_config import security_config
from crm.accounts.security_events import listen
from crm.accounts.security_forms import FORMS
from crm.accounts.security_mail import SecurityMail
from crm.accounts.security_passwords import Passwords
from crm.accounts.security_totp import OneTimeCodes
from crm.db import current_session, db
from crm.settings import Settings


def init_sign_in(app: Flask, settings: Settings) -> None:
    """Add sign-in to the application. Call it after the database and the languages are set up."""
    app.config.from_mapping(security_config(settings))
    init_limits(app, settings)
    init_permissions(app)
    security = Security(
        app,
        StaffDatastore(db),
        mail_util_cls=SecurityMail,
        password_util_cls=Passwords,
        totp_cls=OneTimeCodes,
        render_template=_page,  # type: ignore[arg-type]  # the views hand on whatever Flask can answer with
        **FORMS,
    )
    # Flask-Principal would load the person before every request, those of strangers included, for permissions that
    # nothing here uses: who may do what is asked in crm/accounts/permissions.py. Without a loader it knows nobody.
    security.principal.identity_loaders.clear()
    # What is hashed here is an argon2 hash already; many rounds more would only cost time.
    security.hashing_context.update(sha256_crypt__rounds=1000)
    app.before_request(_no_early_writes)
    listen(app)


def security_of(app: Flask | None = None) -> Security:
    """Flask-Security as this application set it up."""
    return cast(Security, (app or current_app).extensions["security"])


def _page(template: str, **context: Any) -> ResponseReturnValue:
    """A page of sign-in; 422 when it shows a form again because something in it was wrong."""
    forms = [value for value in context.values() if isinstance(value, FlaskForm)]
    status = 422 if request.method == "POST" and any(form.errors for form in forms) else 200
    return render_template(template, **context), status


def _no_early_writes() -> None:
    """The library's views change the loaded person; nothing of that may reach the database before the end."""
    if request.blueprint == "security":
        current_session().autoflush = False
