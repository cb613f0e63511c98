"""What the page of one visit is made of."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from crm.accounts.current import current_actor
from crm.employers.forms import reader_language
from crm.employers.queries import positions_at
from crm.glossary import picklists
from crm.note_guard.guard import Finding
from crm.web.filters import today
from outreach.visits.forms import CancelForm, LogForm, empty_log
from outreach.visits.models import Visit, VisitState
from outreach.visits.queries import contact_of
from outreach.visits.shown import shown
from outreach.visits.words import COLORS, STATES


def visit_page(
    visit: Visit,
    *,
    log_form: LogForm | None = None,
    cancel_form: CancelForm | None = None,
    findings: list[Finding] | None = None,
) -> ResponseReturnValue:
    """The page; with a form that was refused it answers 422."""
    actor = current_actor()
    planned = visit.state is VisitState.PLANNED
    form = log_form or LogForm(formdata=None, data=empty_log(visit))
    form.prepare(positions_at(actor, visit.employer_id))
    cancelling = cancel_form or CancelForm(formdata=None, data={"version": visit.version_id})
    page = render_template(
        "visits/show.html",
        visit=visit,
        row=shown(actor, [visit], day=today())[0],
        contact=contact_of(actor, visit),
        form=form,
        cancel_form=cancelling,
        cancelling=cancel_form is not None,
        findings=findings or [],
        planned=planned,
        **words(visit),
        ask_basis=visit.employer.do_not_contact,
    )
    return page, 422 if log_form is not None or cancel_form is not None else 200


def words(visit: Visit) -> dict[str, Any]:
    """The words of a visit's state and purpose."""
    language = reader_language()
    purpose = picklists.label("contact_purpose", visit.purpose, language) if visit.purpose else None
    return {"state": STATES[visit.state], "color": COLORS[visit.state], "purpose": purpose}
