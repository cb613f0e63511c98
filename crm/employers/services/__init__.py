"""What can be done with employers: the face of this folder."""

from crm.employers.services.contacts import change_contact, log_contact, remove_contact, restore_contact
from crm.employers.services.employers import (
    add_employer,
    archive_employer,
    change_employer,
    restore_employer,
    set_do_not_contact,
    set_warning,
)
from crm.employers.services.persons import (
    add_contact_person,
    add_position,
    change_contact_person,
    leave_position,
    return_to_position,
)
from crm.employers.services.relationships import (
    change_stage,
    hand_over_relationship,
    take_relationship,
)
from crm.employers.services.workplaces import (
    add_workplace,
    archive_workplace,
    change_workplace,
    restore_workplace,
)

__all__ = [
    "add_contact_person",
    "add_employer",
    "add_position",
    "add_workplace",
    "archive_employer",
    "archive_workplace",
    "change_contact",
    "change_contact_person",
    "change_employer",
    "change_stage",
    "change_workplace",
    "hand_over_relationship",
    "leave_position",
    "log_contact",
    "remove_contact",
    "restore_contact",
    "restore_employer",
    "restore_workplace",
    "return_to_position",
    "set_do_not_contact",
    "set_warning",
    "take_relationship",
]
