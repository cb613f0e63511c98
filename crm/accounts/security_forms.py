"""Flask-Security's forms with our labels and our messages."""

from typing import Any

from flask_security import (
    ChangePasswordForm,
    ForgotPasswordForm,
    LoginForm,
    MfRecoveryForm,
    ResetPasswordForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
)
from flask_security.forms import EqualToLocalize, IsString, password_required
from flask_security.utils import get_message
from wtforms import EmailField, PasswordField, RadioField, StringField
from wtforms.validators import DataRequired, Length

from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import choices
from crm.web.messages import OurMessages

_NEW = {"autocomplete": "new-password"}
# Far above what a new password may have; what is longer would only be refused by the hash, and not in words.
_LENGTH = Length(max=1000)


class OurWords:
    """Mixin: WTForms' own messages in our words and the reader's language."""

    class Meta:
        """Where WTForms looks for translations."""

        def get_translations(self, form: Any) -> OurMessages:
            """Our table of messages."""
            return OurMessages()


class SignInForm(OurWords, LoginForm):
    """E-mail and password. Sessions end by themselves, so nothing is remembered longer."""

    email = EmailField(
        _l("E-mail"),
        validators=LoginForm.email.kwargs["validators"],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[IsString(), password_required, _LENGTH],
        render_kw={"autocomplete": "current-password"},
    )
    remember = None  # type: ignore[assignment]  # how WTForms leaves a field out

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The library puts a link here; ours stands beside the button.
        self.password.description = ""


class AskResetForm(OurWords, ForgotPasswordForm):
    """The address that a link is sent to."""

    email = EmailField(
        _l("E-mail"),
        validators=ForgotPasswordForm.email.kwargs["validators"],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


class ResetForm(OurWords, ResetPasswordForm):
    """A new password, twice, from the link in the mail."""

    password = PasswordField(_l("New password"), validators=[IsString(), password_required, _LENGTH], render_kw=_NEW)
    password_confirm = PasswordField(
        _l("The new password again"),
        validators=[
            IsString(),
            EqualToLocalize("password", message="RETYPE_PASSWORD_MISMATCH"),
            password_required,
        ],
        render_kw=_NEW,
    )


class ChangeForm(OurWords, ChangePasswordForm):
    """The old password and a new one, twice."""

    password = PasswordField(
        _l("Your password now"), validators=[DataRequired(), _LENGTH], render_kw={"autocomplete": "current-password"}
    )
    new_password = PasswordField(
        _l("New password"), validators=[IsString(), password_required, _LENGTH], render_kw=_NEW
    )
    new_password_confirm = PasswordField(
        _l("The new password again"),
        validators=[
            IsString(),
            EqualToLocalize("new_password", message="RETYPE_PASSWORD_MISMATCH"),
            password_required,
        ],
        render_kw=_NEW,
    )


class ConfirmForm(OurWords, VerifyForm):
    """The password once more, before something is changed that would let others in."""

    password = PasswordField(
        _l("Password"),
        validators=[IsString(), password_required, _LENGTH],
        render_kw={"autocomplete": "current-password"},
    )


class CodeForm(OurWords, TwoFactorVerifyCodeForm):
    """The code that the authenticator app shows."""

    code = StringField(
        _l("Code from your app"),
        validators=[DataRequired()],
        filters=[lambda value: "".join(value.split()) if isinstance(value, str) else value],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "10"},
    )

    def validate(self, **kwargs: Any) -> bool:
        """Take no code while the account is locked; say no more than that the code is wrong."""
        if self.user is not None and self.user.is_locked():
            self.form_errors.append(get_message("TWO_FACTOR_INVALID_TOKEN")[0])
            return False
        return bool(super().validate(**kwargs))


class RecoveryForm(OurWords, MfRecoveryForm):
    """A recovery code instead of one from the app. A wrong one counts as a wrong password does."""

    code = StringField(
        _l("Recovery code"),
        validators=[IsString(), DataRequired()],
        filters=[lambda value: value.strip().lower() if isinstance(value, str) else value],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )

    def validate(self, **kwargs: Any) -> bool:
        """Count a wrong code, and take none while the account is locked."""
        if self.user is None or self.user.is_locked():
            self.form_errors.append(get_message("INVALID_RECOVERY_CODE")[0])
            return False
        valid = bool(super().validate(**kwargs))
        if not valid and self.code.data:
            self.user.track_failed_authn("recovery code", True)
        return valid


class SetUpForm(OurWords, TwoFactorSetupForm):
    """Switches two-step sign-in on (with an app) or off."""

    setup = RadioField(
        _l("Two-step sign-in"),
        choices=choices([("disable", _l("Off")), ("authenticator", _l("With an app"))]),
        validate_choice=False,
    )


class HelpForm(OurWords, TwoFactorRescueForm):
    """Ways to go on without the telephone: a recovery code. The library adds it for who has one."""

    help_setup = RadioField(_l("Ways"), choices=[])


FORMS: dict[str, Any] = {
    "login_form": SignInForm,
    "forgot_password_form": AskResetForm,
    "reset_password_form": ResetForm,
    "change_password_form": ChangeForm,
    "verify_form": ConfirmForm,
    "two_factor_verify_code_form": CodeForm,
    "two_factor_setup_form": SetUpForm,
    "two_factor_rescue_form": HelpForm,
    "mf_recovery_form": RecoveryForm,
}
