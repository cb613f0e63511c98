"""The list of contacts across employers, and the same as a file."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, DateField, SelectField
from wtforms.validators import Optional

from crm.accounts.audit import record
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.queries import unit_choices
from crm.actors import Actor
from crm.db import transaction
from crm.employers.blueprint import blueprint
from crm.employers.contact_list import (
    MINE,
    ContactFilter,
    contact_page,
    contacts_for_file,
    who_may_be_chosen,
)
from crm.employers.forms import reader_language
from crm.employers.queries import STAFF
from crm.glossary import picklists
from crm.lazy_texts import lazy_gettext as _l
from crm.web.downloads import download
from crm.web.forms import BaseForm, choices
from crm.web.paging import requested_page

HEADINGS = (
    _l("Day"), _l("Employer"), _l("Kind of contact"), _l("Purpose"), _l("Outcome"), _l("A participant was there"),
    _l("Who"), _l("Unit"),
)  # fmt: skip


class ContactFilterForm(BaseForm):
    """What the list of contacts shows; read from the address."""

    class Meta(BaseForm.Meta):
        """A filter changes nothing."""

        csrf = False

    channel = SelectField(_l("Kind of contact"), default="")
    purpose = SelectField(_l("Purpose"), default="")
    outcome = SelectField(_l("Outcome"), default="")
    since = DateField(_l("From"), validators=[Optional()])
    until = DateField(_l("Until"), validators=[Optional()])
    who = SelectField(_l("Who"), default="")
    unit = SelectField(_l("Unit"), default="")
    present = BooleanField(_l("A participant was there"))

    def prepare(self, actor: Actor) -> None:
        """Fill in the lists, and take a field away where there is nothing to choose."""
        language = reader_language()
        for name in ("channel", "purpose", "outcome"):
            self[name].choices = choices(picklists.options(f"contact_{name}", language), empty=_l("All"))
        people = [(str(staff_id), name) for staff_id, name in who_may_be_chosen(actor)]
        self.who.choices = choices([(MINE, _l("My own")), *people], empty=_l("Everybody's"))
        units = [(str(unit_id), name) for unit_id, name in unit_choices(actor.unit_ids)]
        self.unit.choices = choices(units, empty=_l("All"))
        if len(units) < 2:
            del self.unit


@blueprint.get("/contacts")
@require(*STAFF)
def contacts() -> ResponseReturnValue:
    """Contacts of one's units, filtered by the address."""
    actor = current_actor()
    form, filters = _filter_of(actor)
    language = reader_language()
    return render_template(
        "employers/contacts.html",
        form=form,
        page=contact_page(actor, filters, page=requested_page()),
        kinds=dict(picklists.options("contact_channel", language)),
        purposes=dict(picklists.options("contact_purpose", language)),
        outcomes=dict(picklists.options("contact_outcome", language)),
    )


@blueprint.get("/contacts/export.csv")
@require(*STAFF)
def export_contacts() -> ResponseReturnValue:
    """The list as a file, with the same filters and without notes. That it was taken stands in the audit log."""
    actor = current_actor()
    _form, filters = _filter_of(actor)
    rows = list(contacts_for_file(actor, filters))
    answer = download("contacts", "csv", [str(each) for each in HEADINGS], rows)
    with transaction():
        record(actor, "contacts.exported", subject_type="contact", details={"rows": len(rows), "kind": "csv"})
    return answer


def _filter_of(actor: Actor) -> tuple[ContactFilterForm, ContactFilter]:
    """The form and the filter; what cannot be read, or may not be chosen, is as if it had not been said."""
    form = ContactFilterForm(request.args)
    form.prepare(actor)
    form.validate()
    said = {field.name: field.data for field in form if not field.errors}
    who, unit = said.get("who") or "", said.get("unit") or ""
    return form, ContactFilter(
        channel=said.get("channel") or "",
        purpose=said.get("purpose") or "",
        outcome=said.get("outcome") or "",
        participant_present=bool(said.get("present")),
        since=said.get("since"),
        until=said.get("until"),
        staff_id=actor.staff_id if who == MINE else int(who) if who else None,
        unit_id=int(unit) if unit else None,
    )
