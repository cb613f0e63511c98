"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from crm.extension_points import Text

ACTIONS: Mapping[str, Text] = {
    "employer.added": _l("Employer added"),
    "employer.changed": _l("Employer changed"),
    "employer.archived": _l("Employer archived"),
    "employer.restored": _l("Employer taken out of the archive"),
    "employer.blocked": _l("Employer marked as do not contact"),
    "employer.unblocked": _l("Do not contact removed"),
    "employer.warning_changed": _l("Warning changed"),
    "employers.exported": _l("Employers exported"),
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
    "relationship.taken": _l("Responsibility taken"),
    "relationship.handed_over": _l("Responsibility handed over"),
}

SUBJECTS: Mapping[str, Text] = {
    "employer": _l("Employer"),
    "workplace": _l("Workplace"),
    "contact_person": _l("Contact person"),
}
