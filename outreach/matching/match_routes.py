"""Matches: the list behind the figures, one of them, its beginning and its end."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy import Select

from crm.accounts import audit
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.reading import seen_many, seen_one
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.web.downloads import download
from crm.web.filters import today
from crm.web.paging import paginate, sort_order
from crm.web.undo import flash_undo
from outreach.matching.blueprint import blueprint
from outreach.matching.forms import DayForm, EndForm, MatchFilterForm
from outreach.matching.models import Match
from outreach.matching.promise_queries import promises_within
from outreach.matching.queries import MatchFilters, matches
from outreach.matching.scopes import READERS
from outreach.matching.services import matches as services
from outreach.matching.states import match_state
from outreach.matching.words import CHOOSERS, END_REASONS, MATCH_STATES, page_words


@blueprint.get("/matches")
@require(*READERS)
def match_list() -> ResponseReturnValue:
    """The matches of participants whom one sees, filtered and ordered by the address."""
    actor, form = current_actor(), MatchFilterForm(request.args)
    form.prepare()
    page = paginate(current_session(), _asked(actor, form))
    html = render_template("outreach_matching/matches.html", form=form, page=page, state_of=_state_of, **page_words())
    return seen_many(actor, html, participant_ids=list(dict.fromkeys(each.participant_id for each in page.items)))


@blueprint.get("/matches/export")
@require(*READERS)
def export_matches() -> ResponseReturnValue:
    """The filtered list as a file. That it was taken stands in the audit log."""
    actor = current_actor()
    found = current_session().scalars(_asked(actor, MatchFilterForm(request.args))).unique().all()
    # Protected participants are in no file.
    found = [each for each in found if not each.participant.protected]
    headings = [
        _("Participant"), _("Mentor or employer"), _("State"), pgettext("match", "Made"), _("First met"), _("Ended"),
        _("Why it ended"), _("Who chose"),
    ]  # fmt: skip
    rows = [
        [
            each.participant.full_name, _candidate(each), str(MATCH_STATES[_state_of(each)]), each.made_on,
            each.begun_on, each.ended_on, str(END_REASONS.get(each.end_reason or "", "")),
            str(CHOOSERS[each.chosen_by]),
        ]
        for each in found
    ]  # fmt: skip
    answer = download(f"matches-{today()}", "csv", headings, rows)
    ids = list(dict.fromkeys(each.participant_id for each in found))
    with transaction():
        audit.record(
            actor, "matches_exported", subject_type="participant", unit_id=actor.unit_id,
            details={"participant_ids": ids},
        )  # fmt: skip
    return answer


@blueprint.get("/matches/<public_id>")
@require(*READERS)
def show_match(public_id: str) -> ResponseReturnValue:
    """A match: who, since when, what is promised within it."""
    actor = current_actor()
    return _match_page(actor, visible_one(Match, actor, public_id))


@blueprint.post("/matches/<public_id>/begin")
@require(*READERS)
def begin_match(public_id: str) -> ResponseReturnValue:
    """They have met for the first time."""
    actor, form = current_actor(), DayForm()
    match_id = visible_one(Match, actor, public_id).id
    if form.validate_on_submit():
        try:
            with transaction():
                services.begin_match(actor, match_id=match_id, on_date=form.on_date.data or today())
            flash_undo(_("The match runs."), url_for(".take_beginning_back", public_id=public_id))
            return redirect(_page_of(public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    return _match_page(actor, visible_one(Match, actor, public_id), begin=form)


@blueprint.post("/matches/<public_id>/not-begun")
@require(*READERS)
def take_beginning_back(public_id: str) -> ResponseReturnValue:
    """They have not met after all."""
    actor = current_actor()
    match_id = visible_one(Match, actor, public_id).id
    try:
        with transaction():
            services.take_beginning_back(actor, match_id=match_id)
        flash(_("They have not met yet."), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(_page_of(public_id), code=303)


@blueprint.post("/matches/<public_id>/end")
@require(*READERS)
def end_match(public_id: str) -> ResponseReturnValue:
    """A match has ended."""
    actor, form = current_actor(), EndForm()
    match_id = visible_one(Match, actor, public_id).id
    if form.validate_on_submit():
        try:
            with transaction():
                services.end_match(
                    actor, match_id=match_id, on_date=form.on_date.data or today(), reason=form.reason.data or ""
                )
            flash_undo(_("The match has ended."), url_for(".resume_match", public_id=public_id))
            return redirect(_page_of(public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    return _match_page(actor, visible_one(Match, actor, public_id), end=form)


@blueprint.post("/matches/<public_id>/resume")
@require(*READERS)
def resume_match(public_id: str) -> ResponseReturnValue:
    """Take back that a match ended."""
    actor = current_actor()
    match_id = visible_one(Match, actor, public_id).id
    try:
        with transaction():
            services.resume_match(actor, match_id=match_id)
        flash(_("The match goes on."), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(_page_of(public_id), code=303)


def _asked(actor: Actor, form: MatchFilterForm) -> Select[Match]:
    form.validate()
    reason = form.reason.data if form.reason.data in END_REASONS else ""
    filters = MatchFilters(state=form.state_or_none, reason=reason or "", since=form.since.data, until=form.until.data)
    order = sort_order({"made": Match.made_on, "ended": Match.ended_on}, default="-made")
    return matches(actor, filters).order_by(*order, Match.id)


def _state_of(match: Match) -> str:
    return match_state(begun_on=match.begun_on, ended_on=match.ended_on).value


def _candidate(match: Match) -> str:
    about = match.mentor or match.employer
    return about.name if about else ""


def _match_page(
    actor: Actor, match: Match, *, begin: DayForm | None = None, end: EndForm | None = None
) -> ResponseReturnValue:
    failed = begin is not None or end is not None
    person = match.participant
    page = render_template(
        "outreach_matching/match.html",
        match=match,
        person=person,
        candidate=_candidate(match),
        state=_state_of(match),
        promises=promises_within(actor, match.id, today()),
        begin=begin or DayForm(formdata=None, data={"on_date": match.begun_on or today()}),
        end=end or EndForm(formdata=None, data={"on_date": today()}),
        **page_words(),
    )
    answer = seen_one(actor, page, participant_id=person.id, unit_id=person.unit_id)
    return answer, 422 if failed else 200


def _page_of(public_id: str) -> str:
    return url_for(".show_match", public_id=public_id)
