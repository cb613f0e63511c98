"""What the sample installation shows of outreach."""

from crm.extension_points import SampleWorld
from outreach.calling.sampling import add_calls
from outreach.events.sampling import add_events
from outreach.lists.sampling import add_lists
from outreach.matching.sampling import add_matching
from outreach.scripts.sampling import add_scripts
from outreach.visits.sampling import add_visits


def add_sample_data(sample: SampleWorld) -> None:
    """Add the rows of every room."""
    add_scripts()
    add_lists()
    add_visits()
    add_events()
    add_matching()
    add_calls()
