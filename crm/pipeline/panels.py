"""What managers see of it on the Today page."""

from collections.abc import Mapping
from typing import Any

from flask import render_template

from crm.accounts.current import current_actor
from crm.pipeline.queries import BoardFilter
from crm.pipeline.stalled import count_stalled


def stalled_panel(context: Mapping[str, Any]) -> str:
    """How many employers are friendly but stuck; nothing when none is. One query."""
    count = count_stalled(current_actor(), BoardFilter())
    return render_template("pipeline/_today.html", count=count) if count else ""
