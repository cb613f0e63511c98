"""What the services of this feature share: the row that is changed, its line in the history, its line in the log."""

from collections.abc import Callable
from datetime import date

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.agreements.models import Agreement, AgreementStatus
from crm.agreements.queries import AgreementFacts
from crm.db import current_session
from crm.errors import EditConflict
from crm.glossary import picklists
from crm.history.services import Subject, write_line
from crm.languages import in_all_languages, in_language
from crm.tasks.services import add_task, cancel_tasks

HISTORY_KIND = "agreement"
TO_SIGN, ENDS_SOON, NOT_ANSWERED, REFUSED = (
    "agreement.to_sign",
    "agreement.ends_soon",
    "agreement.not_answered",
    "agreement.refused",
)
"""Kinds of tasks that agreements make for whoever is responsible."""
_NAMED = "the agreement was named by a valid link, or by the system's own list"


def changed_row(actor: Actor, agreement_id: int, version: int | None = None) -> Agreement:
    """The agreement, locked. Raises NotVisible, and EditConflict when somebody saved after ``version``."""
    agreement = locked(Agreement, actor, agreement_id)
    if version is not None and version != agreement.version_id:
        message = _("Somebody else changed this agreement while you had it open. Look at it again.")
        raise EditConflict(message, current={"version": agreement.version_id})
    return agreement


def named_row(agreement_id: int) -> Agreement | None:
    """The agreement of a link or of a job, locked."""
    statement = select(Agreement).where(Agreement.id == agreement_id).with_for_update(of=Agreement)
    statement = statement.execution_options(populate_existing=True)
    return current_session().scalar(trusted(statement, because=_NAMED))


def log(actor: Actor, agreement: Agreement, action: str, **details: object) -> None:
    """A line in the audit log."""
    record(actor, action, subject_type="agreement", subject_id=agreement.id, unit_id=agreement.unit_id, details=details)


def tell(
    actor: Actor, agreement: Agreement, step: str, summary: Callable[[str], object], *, detail: str | None = None
) -> None:
    """A line in the employer's history; ``summary`` gets what the kind of agreement is called in each language."""
    names = {lang: type_name(agreement, lang) for lang in ("en", "sv", "nb", "da")}

    def write() -> object:
        return summary(in_language(names, str(get_locale())))

    write_line(
        actor,
        kind=HISTORY_KIND,
        source_ref=f"{agreement.public_id}:{step}",
        at=clock.now(),
        summary=in_all_languages(write),
        detail={"": detail} if detail else None,
        unit_id=agreement.unit_id,
        subjects=[Subject(employer_id=agreement.employer_id)],
    )


def type_name(agreement: Agreement | AgreementFacts, language: str) -> str:
    """What the kind of agreement is called."""
    return picklists.label("agreement_type", agreement.type, language)


def ask_owner(
    actor: Actor, agreement: Agreement, kind: str, title: Callable[[], object], *, due_on: date, step: str = ""
) -> None:
    """A task for whoever is responsible for the agreement; the unit's where they are gone. May be repeated."""
    owner = agreement.owner
    add_task(
        actor,
        kind=kind,
        source_ref=source_ref(agreement, step),
        title=in_all_languages(title),
        due_on=due_on,
        unit_id=agreement.unit_id,
        owner_id=owner.id if owner and owner.active else None,
        employer_id=agreement.employer_id,
    )


def settle_tasks(actor: Actor, agreement: Agreement, *kinds: str) -> None:
    """Take back tasks that are no longer to be done."""
    for kind in kinds:
        cancel_tasks(actor, kind=kind, source_ref=source_ref(agreement))


def source_ref(agreement: Agreement, step: str = "") -> str:
    """What a task of an agreement names as its source."""
    return f"{agreement.public_id}:{step}" if step else agreement.public_id


def local_today(agreement: Agreement) -> date:
    """Today where the unit of the agreement is."""
    return clock.today(agreement.unit.time_zone)


def has_passed(agreement: Agreement) -> bool:
    """Whether the last day of the agreement lies behind us: then nobody signs it any more."""
    return agreement.ends_on is not None and agreement.ends_on < local_today(agreement)


def is_over(status: AgreementStatus) -> bool:
    """Whether nothing follows any more but a successor."""
    ends = {"expired", "renewed", "terminated", "refused", "replaced"}
    return status.value in ends
