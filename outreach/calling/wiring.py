"""What calls add to the application."""

from collections.abc import Mapping

from flask import url_for

from crm.extension_points import Panel, Scope, TaskPlace, Text
from crm.lazy_texts import lazy_gettext as _l
from outreach.calling import closing_routes as closing_routes
from outreach.calling import referral_routes as referral_routes
from outreach.calling import routes as routes
from outreach.calling.blueprint import STAFF, blueprint
from outreach.calling.models import Call, Referral
from outreach.calling.panels import employer_card, list_links, next_button, referrals_card, today_card
from outreach.calling.queries import own_calls, own_referrals
from outreach.calling.services.carrying import REFERRAL

BLUEPRINT = blueprint
PANELS = (
    Panel("call_list.next", "outreach.next_call", next_button, roles=frozenset(STAFF)),
    Panel("call_list.links", "outreach.call_links", list_links, roles=frozenset(STAFF)),
    Panel("employer.running", "outreach.script_call", employer_card, order=80, roles=frozenset(STAFF)),
    Panel("employer.panels", "outreach.referrals", referrals_card, order=65, roles=frozenset(STAFF)),
    Panel("today.cards", "outreach.open_calls", today_card, order=30, roles=frozenset(STAFF)),
)
TASK_PLACES = (
    TaskPlace(REFERRAL, _l("Find the employer"), lambda ref: url_for("outreach_calls.referrals", _anchor=f"r-{ref}")),
)
SCOPES = (Scope(Call, own_calls), Scope(Referral, own_referrals))
ACTIONS: Mapping[str, Text] = {
    "outreach_call.begun": _l("Call with a script begun"),
    "outreach_call.discarded": _l("Call with a script thrown away"),
    "outreach_call.closed": _l("Call with a script closed"),
    "outreach_referral.settled": _l("Employer that somebody named dealt with"),
    "outreach_referral.reopened": _l("Employer that somebody named taken up again"),
}
SUBJECTS: Mapping[str, Text] = {"outreach_referral": _l("Employer that somebody named")}
