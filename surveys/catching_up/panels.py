"""The card on the Today page: what of the surveys waits for people."""

from collections.abc import Mapping
from typing import Any

from flask import render_template

from crm.accounts.current import current_actor
from crm.accounts.web_ports import module_on
from crm.actors import Role
from crm.extension_points import Panel
from surveys.catching_up.queries import count_waiting
from surveys.interviews.queries import count_calls
from surveys.modules import CALLS
from surveys.plans.queries import all_plans


def today_card(context: Mapping[str, Any]) -> str:
    """Late surveys, people out of reach, people to call. Nothing when nothing waits."""
    actor = current_actor()
    plans = all_plans()
    late, unreachable = count_waiting(actor, plans)
    calls = count_calls(actor, plans) if module_on(CALLS.key) else 0
    if not (late or unreachable or calls):
        return ""
    return render_template("surveys/catching_up/today_card.html", late=late, unreachable=unreachable, calls=calls)


def panels() -> tuple[Panel, ...]:
    """The card."""
    workers = frozenset({Role.COORDINATOR, Role.MANAGER})
    return (Panel("today.cards", "surveys.today", today_card, order=40, roles=workers),)
