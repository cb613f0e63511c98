"""The line that a contact leaves in the history of the employer and of the persons met."""

from datetime import time

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.fields import NextStep
from crm.employers.models import Contact, ContactPerson
from crm.employers.ways import BASES
from crm.glossary import picklists
from crm.history.services import Subject, write_line
from crm.languages import in_all_languages
from crm.web.filters import show_date

KIND = "contact"
_NOON = time(12)
_AT_MOST = 2
"""So many names stand in the summary; of more, their number."""


def write_contact_line(actor: Actor, contact: Contact, next_step: NextStep | None, *, zone: str) -> None:
    """Write, or write again, the line of a contact. May be repeated."""
    names = _names_of(contact)
    today = contact.on_date == clock.today(zone)
    subjects = [Subject(employer_id=contact.employer_id)]
    subjects += [Subject(contact_person_id=met.person_id) for met in contact.met]
    if contact.workplace_id is not None:
        subjects.append(Subject(workplace_id=contact.workplace_id))
    write_line(
        actor,
        kind=KIND,
        source_ref=contact.public_id,
        # The newest of a day stands on top of that day; of days gone by only the day is known.
        at=contact.created_at if today else clock.local_instant(contact.on_date, _NOON, zone),
        summary=in_all_languages(lambda: _summary(contact, names)),
        detail=in_all_languages(lambda: _detail(contact, next_step)),
        unit_id=contact.unit_id,
        subjects=subjects,
    )


def _summary(contact: Contact, names: list[str]) -> str:
    channel = picklists.label("contact_channel", contact.channel, _language())
    if not names:
        return channel
    if len(names) > _AT_MOST:
        many = ngettext("%(num)d person", "%(num)d people", len(names))
        names = [str(many)]
    return str(_("%(channel)s, met %(names)s", channel=channel, names=", ".join(names)))


def _detail(contact: Contact, next_step: NextStep | None) -> str:
    outcome = picklists.label("contact_outcome", contact.outcome, _language())
    facts = [_("Outcome: %(outcome)s", outcome=outcome)]
    if contact.basis in BASES:
        why = _("Why we approach them")
        facts.append(f"{why}: {BASES[contact.basis]}")
    if next_step is not None and next_step.text:
        facts.append(_("Next step: %(text)s, %(day)s", text=next_step.text, day=show_date(next_step.due_on)))
    elif next_step is not None:
        facts.append(_("Next step: %(day)s", day=show_date(next_step.due_on)))
    return "\n".join(filter(None, (contact.note, " · ".join(facts))))


def _language() -> str:
    locale = get_locale()
    return str(locale.language) if locale else "en"


def _names_of(contact: Contact) -> list[str]:
    ids = [met.person_id for met in contact.met]
    if not ids:
        return []
    statement = select(ContactPerson.name).where(ContactPerson.id.in_(ids)).order_by(ContactPerson.sort_name)
    return list(current_session().scalars(trusted(statement, because="persons met, checked when they were chosen")))
