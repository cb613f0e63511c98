"""Talks with mentors along the match guide, and the guide on paper."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.errors import DomainError
from crm.messaging.addresses import show_phone
from crm.web.conflicts import refusal
from crm.web.filters import today
from outreach.matching.blueprint import blueprint
from outreach.matching.forms import make_interview_form, new_key
from outreach.matching.guide import MINUTES, THEMES, TOPICS
from outreach.matching.models import MatchInterview, Mentor
from outreach.matching.queries import interviews_of
from outreach.matching.scopes import READERS
from outreach.matching.services import interviews as services

_CONTACT = ("name", "phone", "email")
_BETWEEN = "|"


@blueprint.get("/guide")
@require(*READERS)
def print_guide() -> ResponseReturnValue:
    """The guide on paper, with room to write."""
    return render_template("outreach_matching/guide_print.html", themes=THEMES, minutes=MINUTES)


@blueprint.route("/mentors/<public_id>/guide", methods=["GET", "POST"])
@require(*READERS)
def add_interview(public_id: str) -> ResponseReturnValue:
    """A talk with a mentor: opens with what is known already. It may be saved half done."""
    actor = current_actor()
    mentor = visible_one(Mentor, actor, public_id)
    form = make_interview_form(**_known(actor, mentor)) if request.method == "GET" else make_interview_form()
    if form.validate_on_submit():
        mentor_id, done = mentor.id, _is_done()
        try:
            with transaction():
                _take_contact_over(actor, mentor_id, form)
                row = services.begin_interview(
                    actor, mentor_id=mentor_id, given=form.as_fields(), done=done, submission_key=form.key
                )
                address = url_for(".show_interview", public_id=row.public_id)
            return _saved(done, address, public_id)
        except DomainError as error:
            form.add_error(error)
    return _page(form, visible_one(Mentor, actor, public_id), None, [])


@blueprint.route("/match-interviews/<public_id>", methods=["GET", "POST"])
@require(*READERS)
def show_interview(public_id: str) -> ResponseReturnValue:
    """Go on with a talk, read or correct it."""
    actor = current_actor()
    row = visible_one(MatchInterview, actor, public_id)
    now = services.interview_values(row) | _contact_of(row.mentor)
    form = make_interview_form(**now) if request.method == "GET" else make_interview_form()
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        interview_id, mentor_id, mentor = row.id, row.mentor_id, row.mentor.public_id
        version, done = int(form.version.data or 0), _is_done()
        try:
            with transaction():
                services.go_on_with_interview(
                    actor, interview_id=interview_id, given=form.as_fields(), done=done, version=version
                )
                _take_contact_over(actor, mentor_id, form)
            return _saved(done, url_for(".show_interview", public_id=public_id), mentor)
        except DomainError as error:
            different = refusal(form, error)
    row = visible_one(MatchInterview, actor, public_id)
    return _page(form, row.mentor, row, different)


def _is_done() -> bool:
    return request.form.get("action") != "later"


def _saved(done: bool, address: str, mentor: str) -> ResponseReturnValue:
    if not done:
        flash(_("Saved. You can go on with the talk later."), "success")
        return redirect(address, code=303)
    flash(_("The talk is saved. Next: the profile."), "success")
    return redirect(url_for(".show_mentor", public_id=mentor), code=303)


def _take_contact_over(actor: Actor, mentor_id: int, form: Any) -> None:
    typed = {key: (form[key].data or "").strip() for key in _CONTACT}
    was = (form.known.data or "").split(_BETWEEN)
    if len(was) == len(_CONTACT):
        typed = {key: text for (key, text), before in zip(typed.items(), was, strict=True) if text != before}
    services.correct_contact(actor, mentor_id=mentor_id, said=typed, birth_year=form.birth_year.data)


def _known(actor: Actor, mentor: Mentor) -> dict[str, Any]:
    """What need not be asked again: contact details, where the mentor lives, and the answers of the talk before."""
    before = interviews_of(actor, mentor.id)
    answers = {key: before[0].answers.get(key, "") for key in TOPICS} if before else {}
    residence = answers.get("residence") or mentor.municipality or ""
    usual = {"on_date": today(), "minutes": MINUTES, "submission_key": new_key()}
    return {**answers, "residence": residence, **_contact_of(mentor), **usual}


def _contact_of(mentor: Mentor) -> dict[str, Any]:
    phone = show_phone(mentor.phone or "", mentor.unit.country)
    contact = {"name": mentor.name, "phone": phone, "email": mentor.email or ""}
    return {**contact, "birth_year": mentor.birth_year, "known": _BETWEEN.join(contact[key] for key in _CONTACT)}


def _page(form: Any, mentor: Mentor, row: MatchInterview | None, different: Any) -> ResponseReturnValue:
    html = render_template(
        "outreach_matching/interview.html", form=form, mentor=mentor, row=row, themes=THEMES, different=different
    )
    return html, 422 if form.is_submitted() else 200
