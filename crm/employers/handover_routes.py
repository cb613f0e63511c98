"""Handing over many employers: who leaves, who takes which, a look at it before it happens, and what became of it."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.audit import record
from crm.accounts.current import current_actor
from crm.accounts.models import Staff
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.documents.pdf import PdfUnavailable, make_pdf
from crm.employers import services
from crm.employers.blueprint import blueprint
from crm.employers.handover_forms import (
    LONGEST_NOTE,
    HandoverForm,
    Row,
    assignments,
    mark_of,
    read_rows,
    receivers,
    town_field,
)
from crm.employers.handover_mail import letter_of
from crm.employers.handover_models import Handover, Telling
from crm.employers.handover_queries import (
    Held,
    contacts_at,
    employers_of,
    handovers_of,
    held_by,
    no_address_for_a_letter,
    not_told_because,
    receivers_of,
    told,
    who_holds,
)
from crm.employers.queries import STAFF, staff_of_units
from crm.employers.services.handovers import PURPOSE, HandoverWish
from crm.errors import DomainError, NotVisible
from crm.note_guard.guard import TICK, find_sensitive
from crm.web.downloads import attachment
from crm.web.undo import flash_undo


@blueprint.get("/handovers")
@require(*STAFF)
def handovers() -> ResponseReturnValue:
    """Whose employers can be handed over, and what has been."""
    actor = current_actor()
    return render_template("employers/handovers.html", holders=who_holds(actor), handovers=handovers_of(actor))


@blueprint.route("/handover/<staff_public_id>", methods=["GET", "POST"])
@require(*STAFF)
def hand_over_many(staff_public_id: str) -> ResponseReturnValue:
    """Choose who takes which employers; look at it; do it."""
    actor = current_actor()
    form = HandoverForm()
    wish = _read(actor, staff_public_id, form)
    step = request.form.get("step")
    if form.validate_on_submit() and _is_complete(wish):
        if step == "look":
            return _look(wish)
        if step == "do":
            # What was changed since somebody looked at it is looked at once more; so is a note that was pointed out.
            is_old = request.form.get("seen", mark_of(wish.rows)) != mark_of(wish.rows)
            if is_old or _findings(wish):
                return _look(wish, is_old=is_old), 422
            try:
                return _do(actor, wish)
            except DomainError as error:
                form.add_error(error)
                wish = _read(actor, staff_public_id, form)
    return _form_page(wish), 422 if form.is_submitted() and step != "back" else 200


@blueprint.get("/handovers/<public_id>")
@require(*STAFF)
def handover(public_id: str) -> ResponseReturnValue:
    """What a handover did, how far telling the employers has come, and the button that takes it back."""
    actor = current_actor()
    found = visible_one(Handover, actor, public_id)
    return render_template(
        "employers/handover.html",
        handover=found,
        employers=employers_of(found),
        told=told(found, PURPOSE),
        may_undo=found.undone_at is None and (actor.has_role(Role.MANAGER) or found.by_id == actor.staff_id),
    )


@blueprint.post("/handovers/<public_id>/undo")
@require(*STAFF)
def undo_handover(public_id: str) -> ResponseReturnValue:
    """Take a handover back."""
    actor = current_actor()
    handover_id = visible_one(Handover, actor, public_id).id
    try:
        with transaction():
            found = services.undo_handover(actor, handover_id=handover_id)
            back = sum(1 for item in found.items if item.undone)
        flash(ngettext("One employer was given back.", "%(num)d employers were given back.", back), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for(".handover", public_id=public_id), code=303)


@blueprint.get("/handovers/<public_id>/letters.pdf")
@require(*STAFF)
def handover_letters(public_id: str) -> ResponseReturnValue:
    """A letter to each employer that may be contacted, one on each page."""
    actor = current_actor()
    found = visible_one(Handover, actor, public_id)
    items = [item for item in found.items if not item.was_deputy and not item.undone]
    ids = [item.relation.employer_id for item in items]
    to, known = receivers_of(ids), contacts_at(ids)
    letters = [letter_of(item, to.get(at), known.get(at)) for at, item in zip(ids, items, strict=True)]
    letters = [each for each in letters if not each.employer.do_not_contact]
    language = letters[0].unit.language if letters else actor.language
    try:
        with force_locale(language):
            title = _("Who is responsible now")
            html = render_template("employers/handover_letters.html", title=title, lang=language, letters=letters)
            body = make_pdf(html)
    except PdfUnavailable:
        flash(_("PDF files need Pango on the server (Debian: libpango-1.0-0)."), "warning")
        return redirect(url_for(".handover", public_id=public_id), code=303)
    with transaction():
        details = {"letters": len(letters)}
        record(actor, "handover.letters", subject_type="employer_handover", subject_id=found.id, details=details)
    return attachment(f"letters-{public_id}.pdf", body)


@dataclass(frozen=True)
class _Wish:
    """Whose employers go where, as it was sent so far."""

    leaver: Staff
    colleagues: list[Staff]
    form: HandoverForm
    rows: list[Row]

    @property
    def moving(self) -> list[Row]:
        """What is handed over."""
        return [row for row in self.rows if row.moves]


def _read(actor: Actor, staff_public_id: str, form: HandoverForm) -> _Wish:
    leaver = _leaver(actor, staff_public_id)
    held = held_by(actor, leaver.id)
    colleagues = [each for each in staff_of_units(_units_of(actor, held)) if each.id != leaver.id]
    form.prepare(colleagues)
    allowed = frozenset(value for value, _label in receivers(colleagues))
    rows = read_rows(held, request.form, to_all=form.to_all.data or "", allowed=allowed)
    return _Wish(leaver, colleagues, form, rows)


def _is_complete(wish: _Wish) -> bool:
    """Whether somebody takes something over and knows what they must; if not, the form says what is missing."""
    form, moving = wish.form, wish.moving
    if not moving:
        form.form_errors.append(_("Choose who takes over, for all or for each."))
    elif not form.note.data and not all(row.note for row in moving):
        form.note.errors = [_("Write what your colleagues must know: one note for all, or one for each.")]
    elif any(row.error for row in wish.rows):
        form.form_errors.append(_("A note is too long. It is marked in the list."))
    return not form.errors and not form.form_errors


def _form_page(wish: _Wish) -> str:
    return render_template(
        "employers/hand_over_many.html", leaver=wish.leaver, form=wish.form, towns=_by_town(wish.rows),
        town_field=town_field, sent=request.form, colleagues=receivers(wish.colleagues), longest=LONGEST_NOTE,
        count=len(wish.rows),
    )  # fmt: skip


def _leaver(actor: Actor, public_id: str) -> Staff:
    """Oneself, or for managers somebody of their units; also who may not sign in any more. Raises NotVisible."""
    staff: Staff | None = current_session().scalar(select(Staff).where(Staff.public_id == public_id))
    may = staff is not None and (
        staff.id == actor.staff_id or (actor.has_role(Role.MANAGER) and staff.unit_id in actor.unit_ids)
    )
    if staff is None or not may:
        raise NotVisible(_("Not found, or not visible to you."))
    return staff


def _units_of(actor: Actor, held: list[Held]) -> set[int]:
    return {each.relationship.unit_id for each in held} | {actor.unit_id or 0}


def _by_town(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    grouped = groupby(rows, key=lambda row: row.held.employer.municipality or "")
    return [(town, list(of_town)) for town, of_town in grouped]


def _findings(wish: _Wish) -> list[object]:
    if request.form.get(TICK):
        return []
    return [*find_sensitive("\n".join([wish.form.note.data or "", *(row.note for row in wish.moving)]))]


def _look(wish: _Wish, *, is_old: bool = False) -> str:
    """The page on which everything stands before it happens."""
    moving, leaver = wish.moving, wish.leaver
    # Where only the deputy changes, nobody is told.
    to_tell = [row.held.employer.id for row in moving if not row.held.is_deputy(leaver.id)]
    return render_template(
        "employers/hand_over_look.html",
        leaver=leaver,
        form=wish.form,
        rows=moving,
        staying=len(wish.rows) - len(moving),
        names={str(staff.id): staff.name for staff in wish.colleagues},
        totals=Counter(row.target for row in moving),
        to_tell=to_tell,
        not_told=_not_told(wish.form.telling.data, to_tell),
        tasks=sum(row.held.open_tasks for row in moving if not row.held.is_deputy(leaver.id)),
        findings=_findings(wish),
        is_old=is_old,
        sent=[(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_AGAIN],
        seen=mark_of(moving),
    )


def _not_told(telling: str | None, employer_ids: list[int]) -> dict[int, str]:
    """Whom no mail or letter reaches, and why."""
    if telling == Telling.MAIL.value:
        return not_told_because(employer_ids)
    return no_address_for_a_letter(employer_ids) if telling == Telling.LETTER.value else {}


_NOT_AGAIN = frozenset({"csrf_token", "step", "seen", TICK})


def _do(actor: Actor, wish: _Wish) -> ResponseReturnValue:
    """Hand over, all of it or nothing. Raises DomainError."""
    form = wish.form
    given = HandoverWish(
        from_id=wish.leaver.id, assignments=assignments(wish.rows), note=form.note.data or None,
        telling=Telling(form.telling.data), submission_key=(form.submission_key.data or "")[:40] or None,
    )  # fmt: skip
    with transaction():
        done = services.hand_over_many(actor, given)
        made, count = done.public_id, len(done.items)
    text = ngettext("One employer is handed over.", "%(num)d employers are handed over.", count)
    flash_undo(text, url_for(".undo_handover", public_id=made))
    return redirect(url_for(".handover", public_id=made), code=303)
