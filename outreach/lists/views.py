"""From which employers a list is made: the views of the list of employers, saved and ready-made."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import request, url_for
from flask_babel import gettext as _

from crm.actors import Actor
from crm.employers.saved_views import arguments_of, query_of, ready_made, views_for


def view_choices(actor: Actor, query: str) -> Sequence[tuple[str, str]]:
    """Query and name of every view; what the address shows stands first where it is none of them."""
    links = [*ready_made(arguments_of("")), *views_for(actor)]
    mine = url_for("employers.index")
    named = {_query(each.href): str(each.name) for each in links if urlsplit(each.href).path == mine}
    if query in named:
        return list(named.items())
    return [(query, _("The filters that were set in the list")), *named.items()]


def query_here() -> str | None:
    """The filters of the address, in the order that views keep them; None where none was chosen."""
    if "view" in request.args:
        return query_of(arguments_of(request.args["view"][:1000]))
    return query_of(request.args) if any(request.args.values()) else None


def _query(href: str) -> str:
    return query_of(arguments_of(urlsplit(href).query))
