"""What Flask-Security says, in our words.

The library looks its texts up in our catalogue, by the English text. ``N_`` only marks them for the
catalogue; they are plain texts, because some are kept in the session and lazy ones cannot be.
"""


def N_(text: str) -> str:  # noqa: N802 - the name that the catalogue's extractor looks for
    """Mark a text for translation and leave it as it is."""
    return text


_WRONG = N_("The e-mail address or the password is wrong, or the account is locked for a while.")
_LINK_OLD = N_("The link no longer works. Ask for a new one.")

MESSAGES: dict[str, tuple[str, str]] = {
    "API_ERROR": (N_("This does not look right. Check what you wrote."), "error"),
    "GENERIC_AUTHN_FAILED": (_WRONG, "error"),
    "GENERIC_RECOVERY": (
        N_("If the address belongs to an account, a message with a link is on its way to it."),
        "info",
    ),
    "UNAUTHORIZED": (N_("You may not open this page."), "error"),
    "UNAUTHENTICATED": (N_("Sign in to open this page."), "info"),
    "REAUTHENTICATION_REQUIRED": (N_("Write your password again before you change this."), "info"),
    "PASSWORD_MISMATCH": (N_("The password is wrong."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (N_("The two do not match. Write the same in both."), "error"),
    "INVALID_REDIRECT": (N_("The link leads outside Brobygg."), "error"),
    "INVALID_RECOVERY_CODE": (N_("This recovery code is wrong or has been used."), "error"),
    "NO_RECOVERY_CODES_SETUP": (N_("You have no recovery codes yet."), "info"),
    "PASSWORD_RESET_REQUEST": (
        N_("If the address belongs to an account, a message with a link is on its way to it."),
        "info",
    ),
    "PASSWORD_RESET_EXPIRED": (_LINK_OLD, "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (_LINK_OLD, "error"),
    "DISABLED_ACCOUNT": (_WRONG, "error"),
    "EMAIL_NOT_PROVIDED": (N_("Write your e-mail address."), "error"),
    "INVALID_EMAIL_ADDRESS": (N_("Write an e-mail address, like name@example.org."), "error"),
    "INVALID_CODE": (N_("The code is wrong or too old."), "error"),
    "INVALID_INPUT": (N_("This does not look right. Check what you wrote."), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("Write a password."), "error"),
    "PASSWORD_INVALID_LENGTH": (N_("Write at least %(length)s characters."), "error"),
    "PASSWORD_TOO_SIMPLE": (N_("This password is too easy to guess."), "error"),
    "USER_DOES_NOT_EXIST": (_WRONG, "error"),
    "INVALID_PASSWORD": (N_("The password is wrong."), "error"),
    "FORGOT_PASSWORD": (N_("Forgotten your password?"), "info"),
    "PASSWORD_RESET_NO_LOGIN": (N_("Your password has been changed. Sign in with the new one."), "success"),
    "PASSWORD_IS_THE_SAME": (N_("The new password must differ from the old one."), "error"),
    "PASSWORD_CHANGE": (
        N_("Your password has been changed. You have been signed out everywhere else."),
        "success",
    ),
    "LOGIN": (N_("Sign in to open this page."), "info"),
    "REFRESH": (N_("Write your password again before you change this."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you. You can change it now."), "info"),
    "ANONYMOUS_USER_REQUIRED": (N_("You are signed in already."), "info"),
    "TWO_FACTOR_INVALID_TOKEN": (N_("The code is wrong or too old."), "error"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("You are signed in."), "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (N_("Two-step sign-in is on."), "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("Start again: write your e-mail address and password."), "error"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (N_("Choose one of the alternatives."), "error"),
    "TWO_FACTOR_DISABLED": (N_("Two-step sign-in is off."), "success"),
    "TWO_FACTOR_SETUP_EXPIRED": (N_("That took too long. Start again."), "error"),
}
