"""What follows an event: tasks for those who came and those who did not, and evidence for commitments."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import EmployerRelationship
from crm.errors import DomainError
from crm.history.services import remove_line
from crm.languages import in_all_languages
from crm.partnerships.fields import EvidenceFields
from crm.partnerships.models import CommitmentEvidence
from crm.partnerships.services.commitments import add_evidence
from crm.tasks.models import TaskState
from crm.tasks.services import add_task, cancel_tasks, revive_tasks
from crm.web.clean import clean_line
from outreach.events.lines import LINE, invitations_of, locked_event, tell_history, write_down
from outreach.events.models import Answer, EventInvitation, MailState, OutreachEvent

CAME, ABSENT, SILENT = GROUPS = ("came", "absent", "silent")
KIND = "outreach.event_follow_up"
WITHIN = timedelta(days=7)
_LEFT = frozenset({MailState.SENT, MailState.IN_DOUBT, MailState.FAILED})
"""Who does not answer was asked."""


def employers_in(group: str, rows: Sequence[EventInvitation]) -> dict[int, list[EventInvitation]]:
    """The employers of a group with their invitations. Who sent somebody has come, whoever else did not."""
    came = {each.employer_id for each in rows if each.came}
    if group == CAME:
        chosen = [each for each in rows if each.came]
    elif group == ABSENT:
        chosen = [each for each in rows if each.came == 0 and each.answer is Answer.YES]
    else:
        chosen = [each for each in rows if each.answer is Answer.WAITING and each.mail in _LEFT and not each.came]
    found: dict[int, list[EventInvitation]] = {}
    for each in chosen:
        elsewhere = group != CAME and each.employer_id in came
        if each.employer_id is not None and each.withdrawn_at is None and not elsewhere:
            found.setdefault(each.employer_id, []).append(each)
    return found


def follow_up(actor: Actor, *, event_id: int, group: str, due_on: date, title: str | None = None) -> int:
    """A task for every employer of a group: for whoever is responsible there, else for whoever holds the event.

    Returns how many. ``title``: what is to be done, instead of the usual words. May be repeated: one task for each
    employer and group.
    Raises DomainError for a day that has passed or a group in which nobody is; NotVisible.
    """
    event = locked_event(actor, event_id)
    if group not in GROUPS:
        raise DomainError(_("Choose one of the alternatives."), field="group")
    if due_on < clock.today(event.zone):
        raise DomainError(_("This day has passed."), field="due_on")
    found = employers_in(group, invitations_of(event))
    if not found:
        raise DomainError(_("Nobody is in this group."), field="group")
    owners = _owners(event, list(found))
    text = clean_line(title or "")[:200]
    for employer_id, rows in found.items():
        task = add_task(
            actor,
            title={"": text} if text else in_all_languages(lambda: _usual(group, event)),
            due_on=due_on,
            unit_id=event.unit_id,
            owner_id=owners.get(employer_id) or event.owner_id or actor.staff_id,
            kind=KIND,
            source_ref=_ref(event, group, rows[0]),
            employer_id=employer_id,
            contact_person_id=rows[0].person_id,
        )
        # One that was cancelled is open again; a colleague's own page may be the only one that shows it.
        if task.state is TaskState.CANCELLED:
            revive_tasks(actor, kind=KIND, source_ref=_ref(event, group, rows[0]))
        tell_history(actor, rows[0], _step(group), lambda: _("To do: %(task)s", task=text or _usual(group, event)))
    write_down(actor, event, "event_followed_up", group=group, tasks=len(found))
    return len(found)


def drop_follow_up(actor: Actor, *, event_id: int, group: str) -> int:
    """Cancel the open tasks of a group. Returns how many. May be repeated. Raises NotVisible."""
    event = locked_event(actor, event_id)
    rows = invitations_of(event)
    refs = {row.employer_id: _ref(event, group, row) for row in rows}
    cancelled = {key: cancel_tasks(actor, kind=KIND, source_ref=ref) for key, ref in refs.items()}
    for row in rows:
        if cancelled[row.employer_id]:
            remove_line(LINE, f"{row.public_id}:{_step(group)}")
    count = sum(cancelled.values())
    if count:
        write_down(actor, event, "event_follow_up_dropped", group=group, tasks=count)
    return count


def offer_as_evidence(
    actor: Actor, *, event_id: int, commitment_id: int, contact_id: int | None, submission_key: str | None = None
) -> CommitmentEvidence:
    """The event shows that an employer keeps a promise. Its people were there, or it was held with it.

    Raises DomainError for an event outside the commitment's time, NotVisible.
    """
    event = locked_event(actor, event_id)
    given = EvidenceFields(on_date=event.day, text=event.title, contact_id=contact_id)
    evidence = add_evidence(actor, commitment_id=commitment_id, given=given, submission_key=submission_key)
    write_down(actor, event, "event_offered_as_evidence", commitment_id=commitment_id)
    return evidence


def _usual(group: str, event: OutreachEvent) -> str:
    if group == CAME:
        return str(_("Thank them for coming to %(event)s, and agree what comes next", event=event.title))
    if group == ABSENT:
        return str(_("They did not come to %(event)s: ask how it went, and send what they missed", event=event.title))
    return str(_("No answer to the invitation to %(event)s: call them", event=event.title))


def _step(group: str) -> str:
    """What tells the line of a task in the history from others of the same invitation."""
    return f"follow-{group}"


def _ref(event: OutreachEvent, group: str, row: EventInvitation) -> str:
    """One task for each employer: it is named by its number, whoever of it stands first in the list."""
    return f"{event.public_id}:{group}:{row.employer_id}"


def _owners(event: OutreachEvent, employer_ids: list[int]) -> dict[int, int]:
    statement = select(EmployerRelationship.employer_id, EmployerRelationship.owner_id).where(
        EmployerRelationship.unit_id == event.unit_id,
        EmployerRelationship.employer_id.in_(employer_ids),
        EmployerRelationship.owner_id.is_not(None),
    )
    because = "who is responsible in the unit of an event that has been checked"
    rows = current_session().execute(trusted(statement, because=because))
    return {row[0]: row[1] for row in rows if row[1] is not None}
