"""What employers add to the Today page: the next appointment, and what was promised."""

from collections.abc import Mapping
from typing import Any

from flask import render_template
from sqlalchemy import select

from crm.accounts.current import current_actor
from crm.accounts.scopes import condition, scoped
from crm.actors import Actor
from crm.db import current_session
from crm.employers.forms import reader_language
from crm.employers.models import Contact, Employer
from crm.employers.ways import NEEDS_REASON
from crm.glossary import picklists
from crm.tasks.queries import next_task_with_employer
from crm.web.filters import show_date, today


def next_up(context: Mapping[str, Any]) -> str:
    """The reader's next task with an employer: name, address, telephone, promise, last contact. Three queries."""
    actor = current_actor()
    row = next_task_with_employer(actor, today())
    if row is None:
        return ""
    statement = select(Employer).where(Employer.id == row.task.employer_id)
    employer = current_session().scalar(scoped(statement, condition(Employer, actor)))
    if employer is None:
        return ""
    place = " ".join(filter(None, (employer.postcode, employer.city)))
    return render_template(
        "employers/_today.html",
        row=row,
        employer=employer,
        closed=row.no_advertising and row.phone is None,
        needs_reason=NEEDS_REASON,
        address=", ".join(filter(None, (employer.address, place))),
        last=_last_contact(actor, employer.id),
        reader=actor.language,
    )


def _last_contact(actor: Actor, employer_id: int) -> str:
    """The newest contact of the reader's units: day, kind and outcome."""
    statement = select(Contact.on_date, Contact.channel, Contact.outcome).where(Contact.employer_id == employer_id)
    newest = statement.order_by(Contact.on_date.desc(), Contact.id.desc()).limit(1)
    found = current_session().execute(scoped(newest, condition(Contact, actor))).first()
    if found is None:
        return ""
    day, channel, outcome = found
    language = reader_language()
    words = [picklists.label("contact_channel", channel, language)]
    words.append(picklists.label("contact_outcome", outcome, language))
    return f"{show_date(day)}: {', '.join(words)}"
