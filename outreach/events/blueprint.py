"""The staff pages of events."""

from flask import Blueprint

from outreach.events.modules import only_with_events

blueprint = Blueprint("outreach_events", __name__, template_folder="templates")
blueprint.before_request(only_with_events)
