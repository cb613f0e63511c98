"""Everything that outreach adds to Brobygg, in one place."""

from collections.abc import Sequence
from pathlib import Path

from crm.extension_points import Feature, MigrationLineage, PersonData, SampleWorld
from crm.hookspecs import hookimpl
from crm.settings import Settings
from outreach.audit_labels import ACTIONS, SUBJECTS
from outreach.calling import wiring as calling
from outreach.calling.merging import merge_calls
from outreach.endpoints import blueprints, nav_items, public_endpoints
from outreach.events import audit_labels as event_labels
from outreach.events.merging import merge_event_persons, merge_events
from outreach.events.search import event_documents
from outreach.history_kinds import history_kinds
from outreach.jobs import periodic_jobs
from outreach.lists import audit_labels as list_labels
from outreach.lists.merging import merge_entries
from outreach.lists.search import list_documents
from outreach.matching import audit_labels as matching_labels
from outreach.matching.merging import merge_matching
from outreach.modules import modules
from outreach.panels import panels
from outreach.personal_data import erase_person, export_person
from outreach.purposes import message_purposes
from outreach.sampling import add_sample_data
from outreach.scripts import audit_labels as script_labels
from outreach.scripts.command import outreach_commands
from outreach.scripts.search import script_documents
from outreach.subscriptions import subscriptions
from outreach.visibility import scopes
from outreach.visits import audit_labels as visit_labels
from outreach.visits import wiring as visits
from outreach.visits.merging import merge_visits
from outreach.visits.search import visit_documents

FOLDER = Path(__file__).parent


class OutreachPlugin:
    """The plugin as pluggy sees it."""

    @hookimpl
    def brobygg_feature(self, settings: Settings) -> Feature:
        """Call scripts, call lists, visits, events, matching."""
        translations = FOLDER / "translations"
        return Feature(
            name="outreach",
            audit_labels=ACTIONS,
            audit_subjects=SUBJECTS,
            audit_names=(
                *list_labels.NAMES,
                *script_labels.NAMES,
                *visit_labels.NAMES,
                *event_labels.NAMES,
                *matching_labels.NAMES,
            ),
            audit_fields={**list_labels.FIELDS, **script_labels.FIELDS, **event_labels.FIELDS, **visit_labels.FIELDS},
            blueprints=blueprints(),
            public_endpoints=public_endpoints(),
            panels=panels(),
            nav_items=nav_items(),
            modules=modules(),
            history_kinds=history_kinds(),
            subscriptions=subscriptions(),
            periodic_jobs=periodic_jobs(),
            scopes=scopes(),
            task_places=(*visits.TASK_PLACES, *calling.TASK_PLACES),
            search_documents=(event_documents(), visit_documents(), list_documents(), script_documents()),
            merge_steps=(merge_entries, merge_calls, merge_visits, merge_matching, merge_events, merge_event_persons),
            message_purposes=message_purposes(),
            commands=(outreach_commands,),
            translations=translations if translations.is_dir() else None,
        )

    @hookimpl
    def brobygg_migrations(self) -> MigrationLineage:
        """The lineage of the outreach tables."""
        return MigrationLineage(name="outreach", table_prefix="outreach_", folder=FOLDER / "migrations")

    @hookimpl
    def brobygg_sample_data(self, sample: SampleWorld) -> None:
        """Scripts, lists, visits and events of the sample installation."""
        add_sample_data(sample)

    @hookimpl
    def brobygg_export_person(self, participant_id: int) -> Sequence[PersonData]:
        """What outreach keeps about a person."""
        return export_person(participant_id)

    @hookimpl
    def brobygg_erase_person(self, participant_id: int) -> None:
        """Erase what outreach keeps about a person."""
        erase_person(participant_id)


plugin = OutreachPlugin()
