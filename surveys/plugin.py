"""Everything that surveys add to Brobygg, in one place."""

from collections.abc import Sequence
from pathlib import Path

from crm.events import EnrolmentExited, EnrolmentReopened, ExitChanged, ParticipantChanged
from crm.extension_points import Feature, MigrationLineage, PersonData, SampleWorld, Subscription
from crm.hookspecs import hookimpl
from crm.settings import Settings
from surveys.audit_labels import ACTIONS, SUBJECTS
from surveys.catching_up.panels import panels as today_panels
from surveys.commands import surveys_commands
from surveys.endpoints import blueprints, nav_items, public_endpoints
from surveys.exits.panels import panels as exit_panels
from surveys.history_kinds import history_kinds
from surveys.jobs import periodic_jobs
from surveys.modules import CALLS
from surveys.personal_data import erase_person, export_person
from surveys.planning import (
    on_enrolment_exited,
    on_enrolment_reopened,
    on_exit_changed,
    on_participant_changed,
)
from surveys.results.panels import panels as result_panels
from surveys.sampling import add_sample_data
from surveys.sending.purposes import message_purposes
from surveys.simulation.command import simulate
from surveys.survey_settings import check_settings
from surveys.visibility import scopes

FOLDER = Path(__file__).parent


class SurveysPlugin:
    """The plugin as pluggy sees it."""

    @hookimpl
    def brobygg_feature(self, settings: Settings) -> Feature:
        """Questionnaires, follow-up plans, invitations, responses."""
        check_settings(settings.environment)
        translations = FOLDER / "translations"
        return Feature(
            name="surveys",
            audit_labels=ACTIONS,
            audit_subjects=SUBJECTS,
            blueprints=blueprints(),
            public_endpoints=public_endpoints(),
            panels=(*result_panels(), *exit_panels(), *today_panels()),
            nav_items=nav_items(),
            modules=(CALLS,),
            history_kinds=history_kinds(),
            subscriptions=_subscriptions(),
            periodic_jobs=periodic_jobs(),
            scopes=scopes(),
            message_purposes=message_purposes(),
            commands=(surveys_commands, simulate),
            translations=translations if translations.is_dir() else None,
        )

    @hookimpl
    def brobygg_migrations(self) -> MigrationLineage:
        """The lineage of the survey tables."""
        return MigrationLineage(name="surveys", table_prefix="survey_", folder=FOLDER / "migrations")

    @hookimpl
    def brobygg_sample_data(self, sample: SampleWorld) -> None:
        """The surveys of the sample programmes."""
        add_sample_data(sample)

    @hookimpl
    def brobygg_export_person(self, participant_id: int) -> Sequence[PersonData]:
        """The surveys of a person with every answer."""
        return export_person(participant_id)

    @hookimpl
    def brobygg_erase_person(self, participant_id: int) -> None:
        """Erase the surveys of a person with every answer."""
        erase_person(participant_id)


def _subscriptions() -> tuple[Subscription, ...]:
    return (
        Subscription(EnrolmentExited.key, on_enrolment_exited),
        Subscription(ExitChanged.key, on_exit_changed),
        Subscription(EnrolmentReopened.key, on_enrolment_reopened),
        Subscription(ParticipantChanged.key, on_participant_changed),
    )


plugin = SurveysPlugin()
