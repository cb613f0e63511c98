"""What the page of one employer is made of."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from crm.actors import Actor, Role
from crm.documents.panels import sheets_of_page
from crm.employers.approach import closed_to
from crm.employers.contact_forms import ContactForm, given_by_address, new_contact_form
from crm.employers.forms import BlockForm, WarningForm, reader_language
from crm.employers.head import Figure, Head
from crm.employers.models import Employer, Workplace
from crm.employers.new_contact import new_contact
from crm.employers.org_numbers import show_org_number
from crm.employers.queries import PersonAt, UnitRelationship, people_at, relationships_to
from crm.employers.stage_queries import stages_of
from crm.employers.stages import KINDS, StageSet
from crm.employers.usual_fields import flag_fields
from crm.employers.ways import INFORMATION, NEEDS_REASON, REASONS, WAYS
from crm.employers.wrong import PARTICIPANTS, spoke_just_now, wrong_with
from crm.glossary import picklists
from crm.history.queries import FIRST_LINES, PER_PAGE, kind_choices, lines_for
from crm.messaging.addresses import show_phone
from crm.tasks.queries import TaskRow, next_with_employer, open_tasks_of_employer
from crm.web.filters import show_date, today
from crm.web.paging import here_with, requested_page
from crm.web.slots import slot

TOLD_WITHIN = timedelta(days=30)


def employer_context(actor: Actor, employer: Employer, form: ContactForm | None = None) -> dict[str, Any]:
    """Everything that employers/show.html wants. ``form`` is a contact that could not be saved yet."""
    people = people_at(actor, employer.id)
    relationships = relationships_to(actor, employer.id)
    own = own_of(actor, relationships)
    tasks = open_tasks_of_employer(actor, employer.id)
    stages = stages_of(own.own.unit_id if own and own.own else actor.unit_id)
    guard, day, always = _guard(relationships), today(), _always(actor, employer)
    head = Head(wrong=wrong_with(employer, own, tasks, day, closed=always["closed"]))
    return {
        **always,
        **_history(actor, employer, [each for each in (*guard, *relationships) if not each.own]),
        # The panels say what is running at the head of the page too.
        "running": slot("employer.running", employer=employer, head=head),
        "head": _with_people(head, tasks),
        "next_step": next_with_employer(tasks, own.own.unit_id if own and own.own else None),
        "own": own,
        "others": [each for each in relationships if each is not own],
        "people": [each for each in people if each.left_on is None],
        "left": [each for each in people if each.left_on is not None],
        "tasks": tasks,
        "tags": _tags(employer, own, stages),
        "who": _who(employer),
        "warning": _warning_in_force(employer, day),
        "guard": guard,
        "just_now": spoke_just_now(actor, guard, day),
        **_log_form(actor, employer, people=people, tasks=tasks, form=form),
        "stages": stages,
        "channel": lambda code: picklists.label("contact_channel", code, reader_language()),
        "outcome": lambda code: picklists.label("contact_outcome", code, reader_language()),
        "person_tags": lambda person: _person_tags(person, day),
        "reader": actor.language,
    }


def details_context(
    actor: Actor, employer: Employer, *, block_form: BlockForm | None = None, warning_form: WarningForm | None = None
) -> dict[str, Any]:
    """Everything that employers/details.html wants; the forms are those that were refused."""
    own = own_of(actor, relationships_to(actor, employer.id))
    return {
        **_always(actor, employer),
        "own": own,
        "workplaces": workplaces_in_use(employer),
        "gone": [place for place in employer.workplaces if place.archived_at is not None],
        "number": show_org_number(employer.org_number, employer.country),
        "kind_label": KINDS[employer.kind],
        "block_form": block_form,
        "warning_form": warning_form,
        "flag_fields": flag_fields(),
        "may_merge": actor.has_role(Role.MANAGER, Role.ADMINISTRATOR),
        "may_set_status": own is not None or actor.has_role(Role.ADMINISTRATOR),
        "information": INFORMATION,
        "reasons": REASONS,
    }


def workplaces_in_use(employer: Employer) -> list[Workplace]:
    """The workplace units of an employer that are not archived."""
    return [place for place in employer.workplaces if place.archived_at is None]


def _always(actor: Actor, employer: Employer) -> dict[str, Any]:
    return {
        "employer": employer,
        "phone": lambda number: show_phone(number, employer.country),
        "closed": bool(closed_to(actor, [employer])),
        "needs_reason": NEEDS_REASON,
    }


def _log_form(
    actor: Actor, employer: Employer, *, people: Sequence[PersonAt], tasks: Sequence[TaskRow], form: ContactForm | None
) -> dict[str, Any]:
    """``form``, one with what the address says, or one that nobody has filled in: ``new``."""
    workplaces, sheets = workplaces_in_use(employer), sheets_of_page(actor, employer.id).choices
    given = {} if form else given_by_address(tasks)
    if form is None and not given:
        return {"form": None, "new": new_contact(people, workplaces, sheets=sheets), "task_at_hand": None}
    filled = form or new_contact_form(**given)
    filled.prepare(people, workplaces, sheets)
    at_hand = next((row for row in tasks if row.task.public_id == filled.task.data), None)
    return {"form": filled, "new": None, "task_at_hand": at_hand}


def _with_people(head: Head, tasks: Sequence[TaskRow]) -> Head:
    """The head with the tasks about participants, after what the panels said: they are no step with the employer."""
    about = [row for row in tasks if row.participant_id is not None]
    if about:
        text = ngettext("One task about a participant", "%(num)d tasks about participants", len(about))
        head.figures.append(Figure(text, PARTICIPANTS))
    return head


def _history(actor: Actor, employer: Employer, others: Sequence[UnitRelationship]) -> dict[str, Any]:
    """The first lines of the history, or a page of it when it is filtered or asked for in full.

    Among the first lines stand none of other units, which would say no more than that there is something: what they
    do is told in a line for each unit.
    """
    kind = request.args.get("kind", "")
    whole = bool(kind) or not request.args.keys().isdisjoint(("lines", "page"))
    lines = PER_PAGE if whole else FIRST_LINES
    page = requested_page()
    return {
        "history": lines_for(
            actor, employer_id=employer.id, kind=kind or None, page=page, per_page=lines, own_only=not whole
        ),
        "history_others": [] if whole else list(dict.fromkeys(_of_another_unit(each) for each in others)),
        "more_history_url": None if whole else f"{here_with(lines='all')}#history",
        "history_kinds": kind_choices(kind),
        "history_kind": kind,
    }


def _of_another_unit(unit: UnitRelationship) -> str:
    """How much contact another unit has had: "Jobbhuset Fjellvik: 8 contacts, the last on 15 Nov 2026"."""
    if not unit.contacts:
        return str(_("%(unit)s: no contact yet", unit=unit.unit))
    said = ngettext(
        "%(unit)s: one contact, on %(day)s", "%(unit)s: %(num)d contacts, the last on %(day)s", unit.contacts,
        unit=unit.unit, day=show_date(unit.last_on),
    )  # fmt: skip
    return str(said)


def _who(employer: Employer) -> Markup:
    """Who they are, in one line."""
    count = employer.employee_count
    size = ngettext("One employee", "%(num)d employees", count) if count else None
    # A number that breaks over two lines reads as two.
    number = show_org_number(employer.org_number, employer.country)
    whole = Markup('<span class="nowrap">%s</span>') % number if number else None
    return Markup(" · ").join(each for each in (str(KINDS[employer.kind]), employer.industry_text, size, whole) if each)


def own_of(actor: Actor, relationships: list[UnitRelationship]) -> UnitRelationship | None:
    """The relationship of the reader's unit, else one of the units below it."""
    mine = [each for each in relationships if each.own]
    return next((each for each in mine if each.own and each.own.unit_id == actor.unit_id), mine[0] if mine else None)


def _guard(relationships: list[UnitRelationship]) -> list[UnitRelationship]:
    """The units that have been in contact, the newest contact first."""
    return sorted((each for each in relationships if each.last_on), key=lambda each: str(each.last_on), reverse=True)


def _tags(employer: Employer, own: UnitRelationship | None, stages: StageSet) -> list[tuple[object, str]]:
    found: list[tuple[object, str]] = []
    if own and own.own:
        found.append((stages.label(own.own.stage), stages.color(own.own.stage)))
    if employer.advertising_block and not employer.do_not_contact:
        found.append((_("No advertising"), "warning"))
    if employer.archived_at:
        found.append((_("Archived"), "neutral"))
    return found


def _warning_in_force(employer: Employer, day: date) -> str | None:
    expired = employer.warning_until is not None and employer.warning_until < day
    return None if expired else employer.warning


def _person_tags(person: PersonAt, day: date) -> list[tuple[str, str]]:
    found = []
    if person.decides:
        found.append((_("Decides"), "neutral"))
    if person.do_not_call:
        found.append((_("Do not call"), "danger"))
    if person.do_not_mail:
        found.append((_("Do not mail"), "danger"))
    if person.preferred_way in WAYS:
        found.append((_("Prefers: %(way)s", way=WAYS[person.preferred_way]), "neutral"))
    if person.told_on is None and person.created_at.date() + TOLD_WITHIN < day:
        found.append((_("Not told yet"), "warning"))
    return found
