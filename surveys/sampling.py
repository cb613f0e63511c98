"""The surveys of the sample data: a closed programme from a list, a running one played through day by day."""

from crm.actors import system_actor
from crm.db import transaction
from crm.extension_points import SampleWorld
from surveys.installing import ensure_content
from surveys.sampling_closed import fill_closed_programme
from surveys.sampling_running import play_running_programme


def add_sample_data(sample: SampleWorld) -> None:
    """Add questionnaires and plans where they are missing, and the surveys of both sample programmes."""
    with transaction():
        ensure_content(system_actor("surveys.samples"))
    with transaction():
        fill_closed_programme(sample.closed_programme_id)
    play_running_programme(sample.running_programme_id)
