"""The rows behind the figures of commitments, as far as a reader may see them. Nobody is named in any of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from crm.actors import Actor
from crm.employers.models import Contact
from crm.glossary import picklists
from crm.partnerships.counting import FROM_CONTACTS, FROM_PLACEMENTS, Delivered
from crm.partnerships.models import CommitmentEvidence
from crm.partnerships.queries import contacts_shown, places_shown
from crm.placements.models import Placement


@dataclass(frozen=True)
class ShownRow:
    """A placement, a contact or a piece of evidence in words. ``quantity`` where it may be more than one.

    ``placement``, ``contact``: the public id of the row that it is.
    """

    what: str
    on_date: date
    until: date | None = None
    where: str = ""
    placement: str | None = None
    contact: str | None = None
    quantity: int | None = None
    reference: str = ""


@dataclass(frozen=True)
class Shown:
    """What a reader is shown of a commitment, and how much more was counted: of another unit or a protected person."""

    rows: Sequence[ShownRow]
    evidence: Sequence[ShownRow]
    places_unseen: int
    contacts_unseen: int


def rows_shown(actor: Actor, figures: Sequence[Delivered]) -> dict[int, Shown]:
    """What stands behind each of these commitments, by its id: two queries, however many there are."""
    places = {each.id: each for each in places_shown(actor, _all(each.place_ids for each in figures))}
    contacts = {each.id: each for each in contacts_shown(actor, _all(each.contact_ids for each in figures))}
    kinds = dict(picklists.options("placement_type", actor.language))
    channels = dict(picklists.options("contact_channel", actor.language))
    found = {}
    for row in figures:
        own = row.commitment.partnership.employer_id
        seen_places = [places[each] for each in row.place_ids if each in places]
        seen_contacts = [contacts[each] for each in row.contact_ids if each in contacts]
        rows = [_place(each, kinds, own) for each in seen_places] + [_contact(each, channels) for each in seen_contacts]
        found[row.commitment.id] = Shown(
            rows=sorted(rows, key=lambda each: each.on_date, reverse=True),
            evidence=[_evidence(each, counts=source_of(row.commitment.kind) == "evidence") for each in row.evidence],
            places_unseen=len(row.place_ids) - len(seen_places),
            contacts_unseen=len(row.contact_ids) - len(seen_contacts),
        )
    return found


def source_of(kind: str) -> str:
    """What is counted for a kind of commitment: placements, contacts or evidence."""
    if kind in FROM_PLACEMENTS:
        return "placements"
    return "contacts" if kind in FROM_CONTACTS else "evidence"


def cells(figures: Sequence[Delivered], shown: dict[int, Shown], kinds: dict[str, str]) -> list[list[str]]:
    """The same as rows of a file; what is not shown is one row with its number."""
    lines = []
    for row in figures:
        each, found = row.commitment, shown[row.commitment.id]
        head = [each.text, kinds[each.kind]]
        for one in (*found.rows, *found.evidence):
            until = one.until.isoformat() if one.until else ""
            counts = one in found.rows or source_of(each.kind) == "evidence"
            number = str(one.quantity or 1) if counts else ""
            lines.append([*head, one.what, one.on_date.isoformat(), until, one.where, number, one.reference])
        if found.places_unseen:
            lines.append([*head, _("Placements that you do not see"), "", "", "", str(found.places_unseen), ""])
        if found.contacts_unseen:
            lines.append([*head, _("Contacts of other units"), "", "", "", str(found.contacts_unseen), ""])
    return lines


def headings() -> list[str]:
    """The first row of such a file."""
    return [
        _("Commitment"), _("What was promised"), _("What was counted"), _("From"), _("Until"), _("Where"),
        _("How many"), _("Where the document is"),
    ]  # fmt: skip


def _place(place: Placement, kinds: dict[str, str], own_employer_id: int) -> ShownRow:
    return ShownRow(
        what=kinds.get(place.kind, place.kind),
        on_date=place.starts_on,
        until=place.ends_on,
        where=place.employer.name if place.employer_id != own_employer_id else "",
        placement=place.public_id,
    )


def _contact(contact: Contact, channels: dict[str, str]) -> ShownRow:
    return ShownRow(
        what=channels.get(contact.channel, contact.channel),
        on_date=contact.on_date,
        contact=contact.public_id,
    )


def _evidence(evidence: CommitmentEvidence, *, counts: bool) -> ShownRow:
    return ShownRow(
        what=evidence.text,
        on_date=evidence.on_date,
        quantity=evidence.quantity if counts else None,
        reference=evidence.link or "",
    )


def _all(groups: Iterable[frozenset[int]]) -> set[int]:
    return set().union(*groups)
