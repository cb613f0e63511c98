"""Reading which sheets can be sent, to whom, and what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, false, select
from sqlalchemy.orm import joinedload

from crm.accounts.scopes import trusted, visible
from crm.actors import Actor, Role
from crm.db import current_session
from crm.documents.models import DocumentKind
from crm.documents.queries import templates
from crm.employers.models import Employer
from crm.employers.queries import positions_at
from crm.languages import in_language
from crm.messaging.models import MessageState, OutboxMessage
from outreach.materials.models import MaterialMail

STAFF = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)
PURPOSE = "outreach_material"
"""Why such a mail is sent, and the name of its messages in the outbox."""
_NOT_SENT = frozenset({MessageState.FAILED, MessageState.CANCELLED})
EMPLOYER = "employer"
"""The key of the employer's own address among the receivers."""


@dataclass(frozen=True)
class Sheet:
    """An information sheet in its newest version."""

    version_id: int
    title: str
    number: int
    languages: tuple[str, ...]

    @property
    def name(self) -> str:
        """The title with its version."""
        return f"{self.title} (v{self.number})"


@dataclass(frozen=True)
class Receiver:
    """Somebody who can be mailed: ``key`` is the number of a contact person, or EMPLOYER."""

    key: str
    name: str
    email: str

    @property
    def person_id(self) -> int | None:
        """The contact person, if it is one."""
        return None if self.key == EMPLOYER else int(self.key)


def own_material(actor: Actor) -> ColumnElement[bool]:
    """What the actor's units have sent."""
    return MaterialMail.unit_id.in_(actor.unit_ids) if actor.has_role(*STAFF) else false()


def sheets_on_offer(actor: Actor) -> list[Sheet]:
    """The newest version of every information sheet in use. Two queries."""
    found = templates(actor, DocumentKind.INFORMATION)
    newest = [template.newest for template in found if template.versions]
    return [
        Sheet(each.id, in_language(each.titles, actor.language), each.number, tuple(each.bodies)) for each in newest
    ]


def receivers_at(actor: Actor, employer: Employer) -> list[Receiver]:
    """Who at an employer can be mailed: contact persons with an address who have not said no, then the employer."""
    if employer.do_not_contact:
        return []
    here = [each.person for each in positions_at(actor, employer.id) if each.left_on is None]
    found = [Receiver(str(each.id), each.name, each.email) for each in here if each.email and not each.do_not_mail]
    return found + ([Receiver(EMPLOYER, employer.name, employer.email)] if employer.email else [])


@dataclass(frozen=True)
class Sent:
    """A mail with a sheet, and what has become of it."""

    mail: MaterialMail
    title: str
    state: MessageState | None
    reason: str | None = None
    """Why it was not sent, as a value."""

    @property
    def name(self) -> str:
        """The title of the sheet with the version that was promised."""
        return f"{self.title} (v{self.mail.version.number})"

    @property
    def receiver(self) -> str:
        """Who gets it."""
        return self.mail.person.name if self.mail.person else self.mail.employer.name


def material_sent_to(actor: Actor, employer_id: int, *, limit: int = 20) -> list[Sent]:
    """What the actor's units have mailed to an employer, the newest first. Two queries."""
    statement = _with_names(visible(MaterialMail, actor)).where(MaterialMail.employer_id == employer_id)
    return _sent(actor, statement.order_by(MaterialMail.id.desc()).limit(limit))


def material_of(actor: Actor, submission_key: str) -> Sent | None:
    """What was mailed with a form, or a call, that has this key. Two queries."""
    statement = _with_names(visible(MaterialMail, actor)).where(MaterialMail.submission_key == submission_key)
    return next(iter(_sent(actor, statement)), None)


def _with_names(statement: Select[MaterialMail]) -> Select[MaterialMail]:
    names = (MaterialMail.version, MaterialMail.person, MaterialMail.staff, MaterialMail.employer)
    return statement.options(*(joinedload(each) for each in names))


def _sent(actor: Actor, statement: Select[MaterialMail]) -> list[Sent]:
    mails = current_session().scalars(statement).all()
    states = _states(mails)
    nowhere = (None, None)
    return [
        Sent(mail, in_language(mail.version.titles, actor.language), *states.get(mail.public_id, nowhere))
        for mail in mails
    ]


def _states(mails: Sequence[MaterialMail]) -> dict[str, tuple[MessageState, str | None]]:
    """Where the newest issue of each mail stands, and why where it was not sent."""
    if not mails:
        return {}
    statement = select(OutboxMessage.purpose_ref, OutboxMessage.state, OutboxMessage.reason).where(
        and_(OutboxMessage.purpose == PURPOSE, OutboxMessage.purpose_ref.in_([mail.public_id for mail in mails]))
    )
    rows = current_session().execute(
        trusted(statement.order_by(OutboxMessage.issue), because="messages of mails that the reader sees")
    )
    return {row.purpose_ref: (row.state, row.reason if row.state in _NOT_SENT else None) for row in rows}
