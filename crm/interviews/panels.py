"""What the page of an employer shows of interviews."""

from collections.abc import Mapping
from typing import Any

from flask import render_template

from crm.accounts.current import current_actor
from crm.accounts.web_ports import module_on
from crm.interviews.guide import GUIDE
from crm.interviews.modules import INTERVIEWS
from crm.interviews.queries import interviews_at


def employer_panel(context: Mapping[str, Any]) -> str:
    """The newest interview in a few words, with links to all; nothing where the unit has not switched them on."""
    if not module_on(INTERVIEWS.key):
        return ""
    employer = context["employer"]
    found = interviews_at(current_actor(), employer.id)
    newest = found[0].answers if found else {}
    more = any(topic.shown(newest.get(key)) for key, topic in GUIDE.items() if not topic.listed)
    return render_template("interviews/employer_panel.html", employer=employer, found=found, guide=GUIDE, more=more)
