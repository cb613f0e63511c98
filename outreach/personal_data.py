"""What outreach keeps about participants, for their own export and for erasing."""

from collections.abc import Sequence

from crm.extension_points import PersonData
from outreach.matching.own_data import export_matching


def export_person(participant_id: int) -> Sequence[PersonData]:
    """Everything that is kept about a person, in words."""
    return (*export_matching(participant_id),)


def erase_person(participant_id: int) -> None:
    """Erase what does not cascade with the participant's row."""
