"""The form of a contact as it stands on an employer's page before anybody has typed anything.

Almost all of it is the same at every employer and kept as it was written (crm.employers.usual_fields); what one
employer has of its own is three fields. The whole form is made only when something is to be read from it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from crm.employers.contact_forms import ContactForm, fill_own_choices
from crm.employers.models import Workplace
from crm.employers.queries import PersonAt
from crm.employers.usual_fields import UsualFields, usual_fields
from crm.web.forms import BaseForm


class OwnChoices(BaseForm):
    """Those fields of a contact whose choices are the employer's own."""

    person_ids = ContactForm.person_ids
    workplace_id = ContactForm.workplace_id
    sheet = ContactForm.sheet


@dataclass(frozen=True)
class NewContact:
    """An empty form of a contact. ``key`` makes one contact of it, however often it is sent."""

    key: str
    usual: UsualFields
    own: OwnChoices | None


def new_contact(
    people: Sequence[PersonAt], workplaces: Sequence[Workplace], *, sheets: Sequence[tuple[int, str]]
) -> NewContact:
    """The empty form for an employer with these people, workplaces in use and information sheets."""
    own: OwnChoices | None = None
    if people or workplaces or sheets:
        # The token against forgery stands in the form around these fields.
        own = OwnChoices(formdata=None, meta={"csrf": False})
        fill_own_choices(own, people, workplaces=workplaces, sheets=sheets)
    return NewContact(key=secrets.token_urlsafe(16), usual=usual_fields(), own=own)
