"""What mentors promise: what is due, adding, changing, ticking with undo, ending."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.reading import seen_many
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.errors import DomainError
from crm.web.conflicts import refusal
from crm.web.context import local_path
from crm.web.filters import show_date, today
from crm.web.undo import flash_undo
from outreach.matching.blueprint import blueprint
from outreach.matching.forms import DayForm, PromiseForm, new_key
from outreach.matching.models import Mentor
from outreach.matching.promise_queries import PromiseLine, due_promises, matches_to_promise, promise_line
from outreach.matching.promises import CommitmentDone, MentorCommitment
from outreach.matching.scopes import READERS
from outreach.matching.services import commitments as services
from outreach.matching.words import page_words

EVERY_OTHER_WEEK = 14


@blueprint.get("/mentor-commitments")
@require(*READERS)
def promise_list() -> ResponseReturnValue:
    """What is due or overdue of the promises of one's units."""
    actor = current_actor()
    lines = due_promises(actor, today(), mine=False)
    page = render_template("outreach_matching/promises.html", lines=lines, **page_words())
    return seen_many(actor, page, participant_ids=participants_in(lines))


@blueprint.route("/mentors/<public_id>/commitments", methods=["GET", "POST"])
@require(*READERS)
def add_promise(public_id: str) -> ResponseReturnValue:
    """Write down what a mentor promises."""
    actor = current_actor()
    mentor = visible_one(Mentor, actor, public_id)
    matches = matches_to_promise(actor, mentor.id)
    usual = {
        "kind": "meeting", "every_days": EVERY_OTHER_WEEK, "starts_on": today(), "submission_key": new_key(),
        "match_id": matches[-1][0] if matches else None,
    }  # fmt: skip
    form = PromiseForm() if request.method == "POST" else PromiseForm(data=usual)
    form.prepare(matches)
    if form.validate_on_submit():
        mentor_id = mentor.id
        try:
            with transaction():
                services.add_commitment(actor, mentor_id=mentor_id, given=form.as_fields(), submission_key=form.key)
            flash(_("The promise is saved. What is due stands on Today."), "success")
            return redirect(_mentor_page(public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    return _form_page(form, visible_one(Mentor, actor, public_id), None, [])


@blueprint.route("/mentor-commitments/<public_id>", methods=["GET", "POST"])
@require(*READERS)
def show_promise(public_id: str) -> ResponseReturnValue:
    """A promise: how it stands, on which days it was kept; change it."""
    actor = current_actor()
    row = visible_one(MentorCommitment, actor, public_id)
    values = services.commitment_values(row)
    form = PromiseForm() if request.method == "POST" else PromiseForm(data=values)
    line = promise_line(actor, row, today())
    form.prepare(matches_to_promise(actor, row.mentor_id), keep=_kept(line))
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        commitment_id, version = row.id, int(form.version.data or 0)
        try:
            with transaction():
                services.change_commitment(actor, commitment_id=commitment_id, given=form.as_fields(), version=version)
            flash(_("Saved."), "success")
            return redirect(url_for(".show_promise", public_id=public_id), code=303)
        except DomainError as error:
            different = refusal(form, error)
    row = visible_one(MentorCommitment, actor, public_id)
    return _form_page(form, row.mentor, promise_line(actor, row, today()), different)


@blueprint.post("/mentor-commitments/<public_id>/done")
@require(*READERS)
def tick_promise(public_id: str) -> ResponseReturnValue:
    """The mentor did it, today or on the day that is said."""
    actor, form = current_actor(), DayForm()
    row = visible_one(MentorCommitment, actor, public_id)
    commitment_id, back = row.id, _back(url_for(".show_promise", public_id=public_id))
    says_day = "on_date" in request.form
    if says_day and not form.validate_on_submit():
        return _day_refused(public_id, form)
    try:
        with transaction():
            done = services.tick(actor, commitment_id=commitment_id, on_date=form.on_date.data)
            undo, day = url_for(".untick_promise", public_id=done.public_id), done.on_date
        flash_undo(_("Done on %(day)s.", day=show_date(day)), undo, next=back)
    except DomainError as error:
        if says_day:
            form.add_error(error)
            return _day_refused(public_id, form)
        flash(str(error.message), "warning")
    return redirect(back, code=303)


@blueprint.post("/mentor-dones/<public_id>/undo")
@require(*READERS)
def untick_promise(public_id: str) -> ResponseReturnValue:
    """Take a tick back."""
    actor = current_actor()
    done = visible_one(CommitmentDone, actor, public_id)
    done_id, back = done.id, _back(url_for(".show_promise", public_id=done.commitment.public_id))
    with transaction():
        services.untick(actor, done_id=done_id)
    flash(_("Taken back."), "success")
    return redirect(back, code=303)


@blueprint.post("/mentor-commitments/<public_id>/end")
@require(*READERS)
def end_promise(public_id: str) -> ResponseReturnValue:
    """A promise holds no more; the message carries an Undo button."""
    back = _ended(public_id, ended=True)
    flash_undo(_("The promise has ended."), url_for(".resume_promise", public_id=public_id))
    return redirect(back, code=303)


@blueprint.post("/mentor-commitments/<public_id>/resume")
@require(*READERS)
def resume_promise(public_id: str) -> ResponseReturnValue:
    """A promise holds again."""
    back = _ended(public_id, ended=False)
    flash(_("The promise holds again."), "success")
    return redirect(back, code=303)


def participants_in(lines: list[PromiseLine]) -> list[int]:
    """The participants whom these lines name, each once."""
    return list(dict.fromkeys(line.participant.id for line in lines if line.participant is not None))


def _ended(public_id: str, *, ended: bool) -> str:
    actor = current_actor()
    row = visible_one(MentorCommitment, actor, public_id)
    commitment_id, back = row.id, _mentor_page(row.mentor.public_id)
    with transaction():
        services.end_commitment(actor, commitment_id=commitment_id, ended=ended)
    return back


def _kept(line: PromiseLine) -> tuple[int, str] | None:
    """The match that stands in a promise, so that changing something else does not lose it."""
    match = line.promise.match
    if match is None:
        return None
    name = line.participant.full_name if line.participant else _("Match of %(day)s", day=show_date(match.made_on))
    return match.id, str(name)


def _day_refused(public_id: str, day: DayForm) -> ResponseReturnValue:
    """The page of the promise, with the day as it was typed and what is wrong with it."""
    actor = current_actor()
    row = visible_one(MentorCommitment, actor, public_id)
    line = promise_line(actor, row, today())
    form = PromiseForm(formdata=None, data=services.commitment_values(row))
    form.prepare(matches_to_promise(actor, row.mentor_id), keep=_kept(line))
    return _form_page(form, row.mentor, line, [], day=day)


def _form_page(
    form: PromiseForm,
    mentor: Mentor,
    line: PromiseLine | None,
    different: list[tuple[str, object]],
    *,
    day: DayForm | None = None,
) -> ResponseReturnValue:
    actor: Actor = current_actor()
    page = render_template(
        "outreach_matching/promise.html", form=form, mentor=mentor, line=line, different=different,
        day=day or DayForm(formdata=None, data={"on_date": today()}), **page_words(),
    )  # fmt: skip
    ids = [row[2].id for row in matches_to_promise(actor, mentor.id) if row[2] is not None]
    answer = seen_many(
        actor, page, participant_ids=list(dict.fromkeys([*ids, *participants_in([line] if line else [])]))
    )
    return answer, 422 if form.is_submitted() else 200


def _mentor_page(public_id: str) -> str:
    return url_for(".show_mentor", public_id=public_id)


def _back(fallback: str) -> str:
    return local_path(request.form.get("next"), fallback=fallback)
