"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from crm.employers.handover_models import Handover
from crm.employers.models import Contact, ContactPerson, Employer, EmployerRelationship, Workplace
from crm.extension_points import AuditName, Text
from crm.lazy_texts import lazy_gettext as _l

ACTIONS: Mapping[str, Text] = {
    "employer.added": _l("Employer added"),
    "employer.changed": _l("Employer changed"),
    "employer.refreshed": _l("Employer renewed from the register"),
    "employer.not_in_register": _l("Employer not found in the register"),
    "registers.ask_again": _l("Registers asked again"),
    "employer.status_set": _l("State of the employer set"),
    "employer.status_undone": _l("State of the employer taken back"),
    "employer.archived": _l("Employer archived"),
    "employer.restored": _l("Employer taken out of the archive"),
    "employer.blocked": _l("Employer marked as do not contact"),
    "employer.unblocked": _l("Do not contact removed"),
    "employer.warning_changed": _l("Warning changed"),
    "employers.exported": _l("Employers exported"),
    "contacts.exported": _l("Contacts exported"),
    "workplace.added": _l("Workplace added"),
    "workplace.changed": _l("Workplace changed"),
    "workplace.archived": _l("Workplace archived"),
    "workplace.restored": _l("Workplace taken out of the archive"),
    "contact_person.added": _l("Contact person added"),
    "contact_person.changed": _l("Contact person changed"),
    "position.added": _l("Contact person given a role"),
    "position.left": _l("Contact person left the employer"),
    "position.returned": _l("Contact person came back"),
    "contact.logged": _l("Contact logged"),
    "contact.changed": _l("Contact changed"),
    "contact.removed": _l("Contact removed"),
    "contact.restored": _l("Contact brought back"),
    "relationship.begun": _l("Work with the employer begun"),
    "relationship.moved": _l("Moved to another stage"),
    "relationship.move_undone": _l("Move to another stage undone"),
    "stages.chosen": _l("Stages of the pipeline chosen"),
    "saved_view.saved": _l("View of a list saved"),
    "saved_view.removed": _l("View of a list removed"),
    "saved_view.default_set": _l("Default view of a list chosen"),
    "employers.bulk_done": _l("Many employers changed at once"),
    "employers.bulk_undone": _l("Change of many employers undone"),
    "relationship.taken": _l("Responsibility taken"),
    "relationship.taking_undone": _l("Taking of responsibility undone"),
    "relationship.begin_undone": _l("Beginning of the work with the employer undone"),
    "handover.done": _l("Many employers handed over"),
    "handover.undone": _l("Handover of many employers taken back"),
    "handover.letters": _l("Letters about a handover printed"),
    "relationship.preferences_set": _l("What the employer wants noted"),
    "contact_person.told": _l("Contact person told that details are kept"),
    "employer.merged": _l("Two employers merged"),
    "employer.merge_undone": _l("Merge of two employers undone"),
    "contact_person.merged": _l("Two contact persons merged"),
    "contact_person.merge_undone": _l("Merge of two contact persons undone"),
    "relationship.handed_over": _l("Responsibility handed over"),
    "relationship.given_back": _l("Responsibility given back"),
}

SUBJECTS: Mapping[str, Text] = {
    "employer": _l("Employer"),
    "workplace": _l("Workplace"),
    "contact": _l("Contact"),
    "register": _l("Business register"),
    "employer_handover": _l("Handover of employers"),
    "contact_person": _l("Contact person"),
    "saved_view": _l("View of a list"),
}


def _employer_of(model: Any, column: Any) -> Any:
    """What stands in a column of the employer to which a row belongs."""
    return select(column).where(Employer.id == model.employer_id).scalar_subquery()


NAMES: Sequence[AuditName] = (
    AuditName("employer", Employer, Employer.name, Employer.public_id, "employers.show"),
    AuditName("contact_person", ContactPerson, ContactPerson.name, ContactPerson.public_id, "employers.show_person"),
    *(
        AuditName(
            kind, model, _employer_of(model, Employer.name), _employer_of(model, Employer.public_id), "employers.show"
        )
        for kind, model in (("contact", Contact), ("relationship", EmployerRelationship))
    ),
    AuditName("workplace", Workplace, Workplace.name, _employer_of(Workplace, Employer.public_id), "employers.show"),
    AuditName("employer_handover", Handover, address=Handover.public_id, endpoint="employers.handover"),
)

FIELDS: Mapping[str, Text] = {
    "employers": _l("Employers"),
    "employer_id": _l("Employer"),
    "contact_id": _l("Contact"),
    "relationship_id": _l("Employer"),
    "letters": _l("Letters"),
    "register": _l("Business register"),
    "org_number": _l("Organisation number"),
    "industry": _l("Industry"),
    "industry_text": _l("Industry"),
    "industry_code": _l("Industry code"),
    "industry_scheme": _l("Industry"),
    "industry_retrieved_on": _l("Industry"),
    "legal_form": _l("Legal form"),
    "municipality": _l("Municipality"),
    "municipality_code": _l("Municipality code"),
    "address": _l("Street address"),
    "postcode": _l("Postcode"),
    "city": _l("City"),
    "website": _l("Website"),
    "employee_count": _l("Employees"),
    "advertising_block": _l("Advertising block"),
}
"""What the details of its lines are called, and the fields that they name."""
