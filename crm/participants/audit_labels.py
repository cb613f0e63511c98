"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping, Sequence

from crm.extension_points import AuditName, Text
from crm.lazy_texts import lazy_gettext as _l
from crm.participants.models import Participant

ACTIONS: Mapping[str, Text] = {
    "participant_read": _l("Participant read"),
    "participants_listed": _l("Participants listed"),
    "participants_exported": _l("Participants exported"),
    "participant_added": _l("Participant added"),
    "participant_changed": _l("Participant changed"),
    "participant_archived": _l("Participant archived"),
    "participant_restored": _l("Participant taken out of the archive"),
    "participant_data_given_out": _l("All data of a participant given out"),
    "participant_erased": _l("Participant erased"),
    "death_recorded": _l("Death recorded"),
    "death_taken_back": _l("Recorded death taken back"),
    "protection_set": _l("Protection set"),
    "protection_named": _l("Staff named for a protected person"),
    "protection_removed": _l("Protection removed"),
    "consent_recorded": _l("Consent recorded"),
    "enrolment_started": _l("Participation started"),
    "stage_changed": _l("Stage changed"),
    "enrolment_handed_over": _l("Participant handed over"),
    "deputy_changed": _l("Deputy changed"),
    "enrolment_exited": _l("Exit recorded"),
    "exit_changed": _l("Exit changed"),
    "enrolment_reopened": _l("Exit taken back"),
    "known_status_changed": _l("Known status changed"),
}

SUBJECTS: Mapping[str, Text] = {
    "participant": _l("Participant"),
}

NAMES: Sequence[AuditName] = (
    AuditName("participant", Participant, address=Participant.public_id, endpoint="participants.show"),
)

FIELDS: Mapping[str, Text] = {
    "stage": _l("Stage"),
    "enrolment_id": _l("Enrolment"),
    "exit_id": _l("Exit"),
    "first_name": _l("First name"),
    "last_name": _l("Last name"),
    "birth_year": _l("Year of birth"),
    "sex": _l("Sex"),
    "channels": _l("How do they want to be reached?"),
    "needs_interpreter": _l("Needs an interpreter"),
    "external_ref": _l("Reference in your own list"),
}
"""What the details of its lines are called, and the fields that they name."""
