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
from crm.employers.services.handovers import hand_over_and_tell, hand_over_many, undo_handover
from crm.employers.services.merging import merge_employers, merge_persons, undo_employer_merge, undo_person_merge
from crm.employers.services.persons import (
    add_contact_person,
    add_position,
    change_contact_person,
    leave_position,
    note_told,
    return_to_position,
)
from crm.employers.services.preferences import set_preferences
from crm.employers.services.relationships import (
    change_stage,
    take_relationship,
    undo_stage_change,
)
from crm.employers.services.responsible import hand_over_relationship
from crm.employers.services.taking import take_for_oneself, undo_taking
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
    "hand_over_and_tell",
    "hand_over_many",
    "hand_over_relationship",
    "leave_position",
    "log_contact",
    "merge_employers",
    "merge_persons",
    "note_told",
    "remove_contact",
    "restore_contact",
    "restore_employer",
    "restore_workplace",
    "return_to_position",
    "set_do_not_contact",
    "set_preferences",
    "set_warning",
    "take_for_oneself",
    "take_relationship",
    "undo_employer_merge",
    "undo_handover",
    "undo_person_merge",
    "undo_stage_change",
    "undo_taking",
]
