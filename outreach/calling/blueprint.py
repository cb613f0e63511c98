"""Where the pages of calls hang."""

from flask import Blueprint
from werkzeug.exceptions import NotFound

from crm.accounts.web_ports import module_on
from outreach.calling.queries import STAFF as STAFF
from outreach.scripts.modules import CALLS

blueprint = Blueprint("outreach_calls", __name__, template_folder="templates")


@blueprint.before_request
def only_where_it_is_on() -> None:
    """A unit that does not call employers has no such pages."""
    if not module_on(CALLS.key):
        raise NotFound
