"""Which passwords are good enough. Length is what counts; there are no rules about kinds of characters."""

from typing import Any

from flask_babel import gettext as _
from flask_security import PasswordUtil

MOST_DIFFERENT = 5
LONGEST = 200


def faults_of(password: str, *, known: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with a password beyond its length, in words.

    ``known`` are the person's name and address.
    """
    if len(password) > LONGEST:
        return [_("Write %(most)s characters at most.", most=LONGEST)]
    folded = password.casefold()
    if len(set(folded)) < MOST_DIFFERENT:
        return [_("This password is too easy to guess.")]
    parts = [part for text in known for part in _words(text) if len(part) >= 5]
    if any(len(folded.replace(part, "")) < 8 for part in parts if part in folded):
        return [_("Do not build the password on your name or e-mail address.")]
    return []


def _words(text: str) -> list[str]:
    return text.casefold().replace("@", " ").replace(".", " ").split()


class Passwords(PasswordUtil):
    """The length from the settings, and our own rules."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """What is wrong with it, or None; and the password in its normal form."""
        faults, normal = super().validate(password, is_register, **kwargs)
        if faults:
            return [str(fault) for fault in faults], normal
        user = kwargs.get("user")
        known = (user.name or "", user.email or "") if user is not None else ()
        return faults_of(normal, known=known) or None, normal
