"""What an employer wants of us and how it went so far, as one unit knows it."""

from flask_babel import get_locale
from flask_babel import gettext as _

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import locked
from crm.actors import Actor
from crm.db import current_session
from crm.employers.fields import Preferences
from crm.employers.models import EmployerRelationship
from crm.employers.rules import check_version
from crm.employers.services.lines import write_employer_line
from crm.employers.services.responsible import employer_of, record_relationship
from crm.employers.ways import BAD, INFORMATION, REASONS, UNHAPPY
from crm.errors import DomainError
from crm.glossary import picklists
from crm.languages import in_all_languages
from crm.tasks.services import add_task
from crm.tasks.working_days import add_working_days

REPAIR = "employer.repair"
_DAYS_TO_REPAIR = 3


def set_preferences(
    actor: Actor, *, relationship_id: int, version: int | None, wanted: Preferences
) -> EmployerRelationship:
    """Note what information an employer wants and how it went so far.

    A bad experience begins with a task to repair it, not with a new request. May be repeated.
    Raises NotVisible, EditConflict, and DomainError for a bad experience without a reason.
    """
    relationship = locked(EmployerRelationship, actor, relationship_id)
    before = preferences_of(relationship)
    check_version(relationship, version, vars(before))
    _check(wanted)
    if wanted.prior_experience not in UNHAPPY:
        wanted = Preferences(wanted.preferred_information, wanted.prior_experience, None, wanted.note)
    if wanted == before:
        return relationship
    for name, value in vars(wanted).items():
        setattr(relationship, name, value)
    relationship.version_id += 1
    record_relationship(actor, relationship, "relationship.preferences_set")
    if wanted.prior_experience != before.prior_experience:
        _experience_changed(actor, relationship)
    return relationship


def preferences_of(relationship: EmployerRelationship) -> Preferences:
    """What stands there."""
    return Preferences(**{name: getattr(relationship, name) for name in Preferences.__dataclass_fields__})


def _check(wanted: Preferences) -> None:
    if wanted.preferred_information not in (None, *INFORMATION):
        raise DomainError(_("Choose one of the alternatives."), field="preferred_information")
    if wanted.prior_experience not in picklists.codes("prior_experience"):
        raise DomainError(_("Choose one of the alternatives."), field="prior_experience")
    if wanted.prior_experience_reason not in (None, *REASONS):
        raise DomainError(_("Choose one of the alternatives."), field="prior_experience_reason")
    if wanted.prior_experience == BAD and wanted.prior_experience_reason is None:
        raise DomainError(_("Say what went wrong, so that it can be repaired."), field="prior_experience_reason")


def _experience_changed(actor: Actor, relationship: EmployerRelationship) -> None:
    code, reason = relationship.prior_experience, REASONS.get(relationship.prior_experience_reason or "")

    def summary() -> str:
        label = picklists.label("prior_experience", code, str(get_locale() or "en"))
        return str(_("Experience so far: %(label)s", label=f"{label}, {reason}" if reason else label))

    write_employer_line(
        actor,
        kind="relationship",
        employer_id=relationship.employer_id,
        unit_id=relationship.unit_id,
        summary=summary,
    )
    if code == BAD:
        _plan_repair(actor, relationship)


def _plan_repair(actor: Actor, relationship: EmployerRelationship) -> None:
    name = employer_of(relationship).name
    unit = current_session().get_one(Unit, relationship.unit_id)
    add_task(
        actor,
        kind=REPAIR,
        source_ref=f"{relationship.public_id}:{relationship.version_id}",
        title=in_all_languages(lambda: _("Repair the bad experience of %(name)s", name=name)),
        due_on=add_working_days(clock.today(unit.time_zone), _DAYS_TO_REPAIR, unit.country),
        unit_id=relationship.unit_id,
        owner_id=relationship.owner_id,
        employer_id=relationship.employer_id,
    )
