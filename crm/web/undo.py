"""A message with a button that takes back what was just done."""

from flask import flash
from flask_babel import gettext as _

from crm.extension_points import Text


def flash_undo(text: Text, action: str, **fields: object) -> None:
    """Tell what was done, with an "Undo" button that posts ``fields`` to the address ``action``."""
    hidden = {name: str(value) for name, value in fields.items()}
    message = {"text": str(text), "action": action, "label": _("Undo"), "fields": hidden}
    # Flask keeps what is flashed as JSON in the session, so a mapping arrives as it was.
    flash(message, "success")  # type: ignore[arg-type]
