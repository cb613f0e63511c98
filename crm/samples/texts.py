"""Texts that the features write themselves in these words, for history that is written as rows."""

from flask_babel import gettext as _


def started() -> str:
    """The line of a start."""
    return str(_("Participation started"))


def ended() -> str:
    """The line of an exit."""
    return str(_("Participation ended"))
