"""What the pages of a partnership and of a commitment are made of."""

from typing import Any

from crm.accounts.queries import unit_choices
from crm.actors import Actor
from crm.employers.models import Employer
from crm.employers.queries import positions_at, staff_of_units
from crm.glossary import picklists
from crm.partnerships.counting import FROM_CONTACTS, FROM_PLACEMENTS, STATUS_COLORS, overlapping
from crm.partnerships.forms import EndForm, EvidenceForm, PartnershipForm, ReviewForm, people_choices
from crm.partnerships.frameworks import FRAMEWORKS
from crm.partnerships.models import Commitment, Partnership
from crm.partnerships.queries import contacts_shown, counted, places_shown
from crm.web.filters import today
from crm.web.forms import choices


def partnership_context(actor: Actor, partnership: Partnership, **forms: Any) -> dict[str, Any]:
    """Everything that partnerships/show.html wants; ``forms`` are those that could not be saved."""
    figures = counted(partnership.commitments, on=today())
    return {
        "partnership": partnership,
        "rows": [figures[each.id] for each in partnership.commitments],
        "twice": overlapping(partnership.commitments),
        **words(actor),
        "end_form": forms.get("end_form") or EndForm(formdata=None, data={"ended_on": today()}),
        "review_form": forms.get("review_form") or ReviewForm(formdata=None),
    }


def commitment_context(actor: Actor, commitment: Commitment, form: EvidenceForm) -> dict[str, Any]:
    """Everything that partnerships/commitment.html wants."""
    row = counted([commitment], on=today())[commitment.id]
    places = places_shown(actor, row.place_ids)
    contacts = contacts_shown(actor, row.contact_ids)
    return {
        "commitment": commitment,
        "partnership": commitment.partnership,
        "row": row,
        "form": form,
        "places": places,
        "contacts": contacts,
        "places_unseen": len(row.place_ids) - len(places),
        "contacts_unseen": len(row.contact_ids) - len(contacts),
        "source": source_of(commitment.kind),
        "frameworks": FRAMEWORKS,
        "places_words": dict(picklists.options("placement_type", actor.language)),
        "channel_words": dict(picklists.options("contact_channel", actor.language)),
        **words(actor),
    }


def source_of(kind: str) -> str:
    """What is counted for a kind of commitment: placements, contacts or evidence."""
    if kind in FROM_PLACEMENTS:
        return "placements"
    return "contacts" if kind in FROM_CONTACTS else "evidence"


def words(actor: Actor) -> dict[str, Any]:
    """Labels in the reader's language."""
    return {
        "kinds": dict(picklists.options("commitment_type", actor.language)),
        "statuses": dict(picklists.options("commitment_status", actor.language)),
        "status_colors": STATUS_COLORS,
    }


def prepare_partnership_form(form: PartnershipForm, actor: Actor, employer: Employer, own: Partnership | None) -> None:
    """Fill in units, colleagues and contact persons; who stands there now stays a choice."""
    units = unit_choices(actor.unit_ids)
    form.unit_id.choices = choices(units)
    staff = {each.id: each.name for each in staff_of_units(actor.unit_ids)}
    people = {each.person_id: each.person.name for each in positions_at(actor, employer.id) if each.left_on is None}
    if own is not None:
        staff |= {own.owner.id: own.owner.name} if own.owner else {}
        people |= {own.person.id: own.person.name} if own.person else {}
    form.owner_id.choices = choices(staff.items(), empty="–")
    form.person_id.choices = people_choices(list(people.items()))
