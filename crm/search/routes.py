"""The page with what was found."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.reading import seen_many
from crm.employers.approach import closed_to, works_at
from crm.employers.models import Employer
from crm.employers.org_numbers import show_org_number
from crm.employers.queries import STAFF
from crm.employers.registers.finding import why_found
from crm.employers.ways import NEEDS_REASON
from crm.messaging.addresses import show_phone
from crm.search.marking import marker
from crm.search.queries import LAST_PAGE, find, kinds
from crm.web.clean import clean_line

blueprint = Blueprint("search", __name__, template_folder="templates")

LONGEST = 100


@blueprint.get("/search")
@require(*STAFF)
def results() -> ResponseReturnValue:
    """What the reader may see of everything that is found for ``?q=``; ``?kind=``: one kind, ``?page=`` by page."""
    text = clean_line(request.args.get("q", ""))[:LONGEST]
    actor = current_actor()
    kind = request.args.get("kind", "")
    known = kinds()
    kind = kind if kind in known else ""
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE) if kind else 1
    found = find(actor, text, kind=kind or None, page=page) if text else None
    html = render_template(
        "search/results.html",
        text=text,
        results=found,
        kinds=known,
        kind=kind,
        page=page,
        last_page=LAST_PAGE,
        mark=marker(text),
        why=why_found,
        below=_below,
        closed=closed_to(actor, [at for person in found.persons for at in works_at(person.positions)] if found else []),
        needs_reason=NEEDS_REASON,
        phone=show_phone,
    )
    ids = [person.id for person in found.participants] if found else []
    return seen_many(actor, html, participant_ids=ids)


def _below(employer: Employer) -> str:
    """What stands below the name of an employer: the place and the number."""
    number = show_org_number(employer.org_number, employer.country)
    return " · ".join(filter(None, (employer.municipality or employer.city, number)))
