"""Two entries of the same: side by side, merged, taken apart again."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import condition, scoped, visible_one
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.blueprint import blueprint
from crm.employers.merge_counts import what_moves
from crm.employers.merge_models import EmployerMerge, PersonMerge
from crm.employers.merge_queries import (
    EMPLOYER_LABELS,
    PERSON_LABELS,
    differ_in_law,
    merges_into,
    names_of,
    person_merges_into,
    side_by_side,
)
from crm.employers.models import ContactPerson, Employer, Position
from crm.employers.people_queries import employer_named
from crm.employers.queries import STAFF, employer_of_id, person_of_id, positions_of
from crm.employers.services.merging import DifferentNumbers
from crm.employers.text_index import text_index
from crm.errors import DomainError, NotVisible
from crm.web.undo import flash_undo

_MERGERS = (Role.MANAGER, Role.ADMINISTRATOR)
_MOST_LIKELY = 10


@blueprint.route("/employers/<public_id>/merge", methods=["GET", "POST"])
@require(*_MERGERS)
def merge_employer(public_id: str) -> ResponseReturnValue:
    """Find the second entry of an employer, look at both side by side, and make them one."""
    actor = current_actor()
    kept = visible_one(Employer, actor, public_id)
    typed = request.values.get("other", "").strip()
    other = _other_employer(actor, typed) if typed else None
    missing = bool(typed) and other in (None, kept)
    likely = _likely_employers(actor, kept, typed) if missing else []
    error = _("No other employer has exactly this name or number.") if missing and not likely else None
    unseen = None
    if request.method == "POST" and other is not None and not missing:
        ids, chosen, seen = (kept.id, other.id), _chosen(EMPLOYER_LABELS), "numbers_seen" in request.form
        try:
            with transaction():
                made = services.merge_employers(
                    actor, kept_id=ids[0], gone_id=ids[1], from_gone=chosen, numbers_seen=seen
                ).public_id
            flash_undo(_("The two are one now. Both histories are here."), url_for(".undo_merge", public_id=made))
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DifferentNumbers as refused:
            unseen = str(refused.message)
            kept, other = visible_one(Employer, actor, public_id), _other_employer(actor, typed)
        except DomainError as refused:
            error = str(refused.message)
            kept, other = visible_one(Employer, actor, public_id), _other_employer(actor, typed)
    done = merges_into(actor, kept.id)
    ready = other is not None and not missing and error is None
    page = render_template(
        "employers/merge.html", kept=kept, other=other if ready else None, typed=typed, error=error,
        beside=side_by_side(kept, other, EMPLOYER_LABELS) if ready else [], done=done,
        moves=what_moves("employer", gone_id=other.id, kept_id=kept.id) if ready and other else [],
        names=names_of(Employer, [each.gone_id for each in done]), undo="employers.undo_merge",
        back=url_for(".show", public_id=public_id), candidates=[], likely=likely, unseen=unseen,
        in_law=differ_in_law(kept, other) if ready and other else False,
    )  # fmt: skip
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/merges/<public_id>/undo")
@require(*_MERGERS)
def undo_merge(public_id: str) -> ResponseReturnValue:
    """Make two employers of one again."""
    actor = current_actor()
    merge = visible_one(EmployerMerge, actor, public_id)
    merge_id, kept = merge.id, employer_of_id(actor, merge.kept_id)
    if kept is None:
        raise NotVisible(_("Not found, or not visible to you."))
    back = url_for(".show", public_id=kept.public_id)
    with transaction():
        services.undo_employer_merge(actor, merge_id=merge_id)
    flash(_("They are two again."), "success")
    return redirect(back, code=303)


@blueprint.route("/people/<public_id>/merge", methods=["GET", "POST"])
@require(*STAFF)
def merge_person(public_id: str) -> ResponseReturnValue:
    """The same for contact persons: those of the same employers, or of the same name, are offered."""
    actor = current_actor()
    kept = visible_one(ContactPerson, actor, public_id)
    candidates = _same_person(actor, kept)
    other = next((each for each in candidates if each.public_id == request.values.get("other")), None)
    error = None
    if request.method == "POST" and other is not None:
        ids, chosen = (kept.id, other.id), _chosen(PERSON_LABELS)
        try:
            with transaction():
                made = services.merge_persons(actor, kept_id=ids[0], gone_id=ids[1], from_gone=chosen).public_id
            undo = url_for(".undo_person_merge", public_id=made)
            flash_undo(_("The two are one now. Both histories are here."), undo)
            return redirect(url_for(".show_person", public_id=public_id), code=303)
        except DomainError as refused:
            error = str(refused.message)
            kept, other = visible_one(ContactPerson, actor, public_id), None
    done = person_merges_into(actor, kept.id)
    page = render_template(
        "employers/merge.html", kept=kept, other=other, typed="", error=error, done=done,
        beside=side_by_side(kept, other, PERSON_LABELS) if other else [],
        moves=what_moves("contact_person", gone_id=other.id, kept_id=kept.id) if other else [],
        names=names_of(ContactPerson, [each.gone_id for each in done]), undo="employers.undo_person_merge",
        back=url_for(".show_person", public_id=public_id), candidates=candidates, likely=[],
    )  # fmt: skip
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/person-merges/<public_id>/undo")
@require(*STAFF)
def undo_person_merge(public_id: str) -> ResponseReturnValue:
    """Make two contact persons of one again."""
    actor = current_actor()
    merge = visible_one(PersonMerge, actor, public_id)
    merge_id, kept = merge.id, person_of_id(actor, merge.kept_id)
    if kept is None:
        raise NotVisible(_("Not found, or not visible to you."))
    back = url_for(".show_person", public_id=kept.public_id)
    with transaction():
        services.undo_person_merge(actor, merge_id=merge_id)
    flash(_("They are two again."), "success")
    return redirect(back, code=303)


def _chosen(labels: dict[str, object]) -> list[str]:
    return [name for name in labels if request.form.get(f"take-{name}") == "gone"]


def _other_employer(actor: Actor, typed: str) -> Employer | None:
    by_id = scoped(select(Employer), condition(Employer, actor)).where(Employer.public_id == typed)
    return current_session().scalar(by_id) or employer_named(actor, typed)


def _likely_employers(actor: Actor, kept: Employer, typed: str) -> list[Employer]:
    """Others in use that have every word of what was typed, by name."""
    statement = (
        scoped(select(Employer), condition(Employer, actor))
        .where(text_index().find(typed).condition, Employer.archived_at.is_(None), Employer.id != kept.id)
        .order_by(Employer.sort_name, Employer.id)
        .limit(_MOST_LIKELY)
    )
    return list(current_session().scalars(statement))


def _same_person(actor: Actor, person: ContactPerson) -> list[ContactPerson]:
    """Who may be the same person: of the same name, or at the same employers."""
    employers = [each.employer_id for each in positions_of(actor, person.id)]
    there = select(Position.person_id).where(Position.employer_id.in_(employers))
    statement = (
        select(ContactPerson)
        .where(
            (ContactPerson.sort_name == person.sort_name) | ContactPerson.id.in_(there),
            ContactPerson.id != person.id,
            ContactPerson.merged_into_id.is_(None),
        )
        .order_by((ContactPerson.sort_name == person.sort_name).desc(), ContactPerson.sort_name, ContactPerson.id)
        .limit(50)
    )
    return list(current_session().scalars(scoped(statement, condition(ContactPerson, actor))))
