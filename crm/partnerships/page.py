"""What the pages of a partnership and of a commitment are made of."""

from collections.abc import Iterable
from typing import Any

from crm.accounts.queries import unit_choices
from crm.actors import Actor
from crm.attachments.kinds import ACCEPT
from crm.attachments.queries import attachments_of
from crm.employers.models import Employer
from crm.employers.queries import positions_at, relationships_to, staff_of_units
from crm.glossary import picklists
from crm.partnerships.counting import STATUS_COLORS, overlapping
from crm.partnerships.forms import EndForm, EvidenceForm, PartnershipForm, ReviewForm, people_choices
from crm.partnerships.frameworks import FRAMEWORKS
from crm.partnerships.models import Commitment, CommitmentEvidence, Partnership
from crm.partnerships.queries import contacts_shown, counted
from crm.partnerships.shown import rows_shown, source_of
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
    return {
        "commitment": commitment,
        "partnership": commitment.partnership,
        "row": row,
        "form": form,
        "shown": rows_shown(actor, [row])[commitment.id],
        "seen_contacts": {each.id: each for each in contacts_shown(actor, _contacts_of(row.evidence))},
        "files": attachments_of(actor, Commitment.__tablename__, commitment.public_id),
        "accept": ACCEPT,
        "source": source_of(commitment.kind),
        "frameworks": FRAMEWORKS,
        "places_words": dict(picklists.options("placement_type", actor.language)),
        **words(actor),
    }


def paper_context(actor: Actor, partnership: Partnership) -> dict[str, Any]:
    """Everything that partnerships/print.html wants: the figures with the rows behind them."""
    figures = counted(partnership.commitments, on=today())
    rows = [figures[each.id] for each in partnership.commitments]
    return {"partnership": partnership, "rows": rows, "shown": rows_shown(actor, rows), **words(actor)}


def _contacts_of(evidence: Iterable[CommitmentEvidence]) -> set[int]:
    return {each.contact_id for each in evidence if each.contact_id is not None}


def words(actor: Actor) -> dict[str, Any]:
    """Labels in the reader's language."""
    return {
        "kinds": dict(picklists.options("commitment_type", actor.language)),
        "statuses": dict(picklists.options("commitment_status", actor.language)),
        "status_colors": STATUS_COLORS,
    }


def usual_unit(actor: Actor, employer: Employer) -> int | None:
    """Whose a new partnership is: the reader's unit that works with the employer already, else the reader's own."""
    found = (each.own.unit_id for each in relationships_to(actor, employer.id) if each.own)
    return next(found, actor.unit_id)


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
