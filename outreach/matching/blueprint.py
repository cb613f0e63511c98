"""The blueprint that this room's routes share."""

from flask import Blueprint

from outreach.matching.modules import only_where_it_is_on

blueprint = Blueprint("outreach_matching", __name__, template_folder="templates", url_prefix="/matching")
blueprint.before_request(only_where_it_is_on)
