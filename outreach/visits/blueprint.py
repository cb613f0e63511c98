"""The blueprint that the pages of visits share."""

from flask import Blueprint, request

from outreach.visits.modules import only_where_it_is_on

blueprint = Blueprint("outreach_visits", __name__, template_folder="templates")
ANYBODY = "outreach_visits.day"
"""Answers devices on which nobody is signed in: one that was cut off has to hear of it."""


@blueprint.before_request
def _where_it_is_on() -> None:
    if request.endpoint != ANYBODY:
        only_where_it_is_on()
