"""Offers: profiles put together for a participant, shown on this screen or on paper, and what was chosen."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.reading import seen_many, seen_one
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import transaction
from crm.documents.pdf import PdfUnavailable
from crm.errors import DomainError, NotVisible
from crm.messaging.mail_html import direction_of
from crm.participants.models import Participant
from crm.participants.services.editing import unit_of
from crm.web.downloads import attachment
from crm.web.filters import today
from crm.web.undo import flash_undo
from outreach.matching.blueprint import blueprint
from outreach.matching.forms import ChoiceForm, OfferForm, new_key
from outreach.matching.models import MatchOffer
from outreach.matching.profile_fields import shown
from outreach.matching.profile_pages import language_for, profiles_pdf, shown_profiles
from outreach.matching.profile_routes import no_pango
from outreach.matching.queries import (
    match_of_offer,
    offer_page,
    open_offers,
    possible_candidates,
    talks_to_respect,
)
from outreach.matching.scopes import READERS
from outreach.matching.services import offers as services
from outreach.matching.states import ChosenBy, OfferState
from outreach.matching.words import page_words


@blueprint.get("/match-offers")
@require(*READERS)
def offer_list() -> ResponseReturnValue:
    """Offers that wait for a choice."""
    actor = current_actor()
    found = open_offers(actor)
    page = render_template("outreach_matching/offers.html", offers=found, **page_words())
    return seen_many(actor, page, participant_ids=[each.participant_id for each in found])


@blueprint.route("/participants/<public_id>/offer", methods=["GET", "POST"])
@require(*READERS)
def add_offer(public_id: str) -> ResponseReturnValue:
    """Choose the profiles that a participant is to be shown."""
    actor = current_actor()
    person = visible_one(Participant, actor, public_id)
    form = OfferForm() if request.method == "POST" else OfferForm(data={"submission_key": new_key()})
    form.prepare(possible_candidates(actor, today(), participant_id=person.id))
    if form.validate_on_submit():
        person_id = person.id
        try:
            with transaction():
                offer = services.make_offer(
                    actor, participant_id=person_id, profiles=form.profiles.data or [],
                    other_number=bool(form.other_number.data), submission_key=form.key,
                )  # fmt: skip
                address = _page_of(offer.public_id)
            return redirect(address, code=303)
        except DomainError as error:
            form.add_error(error)
    person = visible_one(Participant, actor, public_id)
    ask = "other_number" in form.errors or bool(form.other_number.data)
    possible = possible_candidates(actor, today(), participant_id=person.id)
    talks = talks_to_respect(actor, [each.profile.mentor_id for each in possible if each.profile.mentor_id is not None])
    page = render_template(
        "outreach_matching/offer_form.html", form=form, person=person, ask=ask, possible=possible, talks=talks,
        shown=lambda profile: shown(profile, today()),
    )  # fmt: skip
    answer = seen_one(actor, page, participant_id=person.id, unit_id=person.unit_id)
    return answer, 422 if form.is_submitted() else 200


@blueprint.get("/match-offers/<public_id>")
@require(*READERS)
def show_offer(public_id: str) -> ResponseReturnValue:
    """An offer: what is in it, ways to show it, what was chosen."""
    actor = current_actor()
    return _offer_page(actor, _offer(actor, public_id), None)


@blueprint.get("/match-offers/<public_id>/show")
@require(*READERS)
def present_offer(public_id: str) -> ResponseReturnValue:
    """The profiles beside each other, for the participant to look at on this screen. Nothing else is on it."""
    actor = current_actor()
    offer = _offer(actor, public_id)
    if offer.state is not OfferState.OPEN:
        return redirect(_page_of(public_id), code=303)
    person = offer.participant
    language = language_for(person.language, unit_of(offer.unit_id).language)
    can_be_chosen = _with_room(actor, offer)
    rows = [(each, shown(each.profile, today())) for each in offer.candidates if each.profile_id in can_be_chosen]
    with force_locale(language):
        page = render_template(
            "outreach_matching/present.html", offer=offer, rows=[row for row in rows if row[1] is not None],
            lang=language, dir=direction_of(language),
        )  # fmt: skip
    return seen_one(actor, page, participant_id=person.id, unit_id=person.unit_id)


@blueprint.get("/match-offers/<public_id>/print")
@require(*READERS)
def print_offer(public_id: str) -> ResponseReturnValue:
    """The profiles on paper, a page each, without the participant's name."""
    actor = current_actor()
    offer = _offer(actor, public_id)
    person = offer.participant
    if person.protected:
        return _stays_here(public_id)
    language = language_for(person.language, unit_of(offer.unit_id).language)
    found = shown_profiles((each.profile for each in offer.candidates), today())
    with force_locale(language):
        page = render_template(
            "outreach_matching/profiles_print.html", profiles=found, lang=language, dir=direction_of(language)
        )
    return seen_one(actor, page, participant_id=person.id, unit_id=person.unit_id)


@blueprint.get("/match-offers/<public_id>/pdf")
@require(*READERS)
def offer_pdf(public_id: str) -> ResponseReturnValue:
    """The same as PDF. Where the PDF engine is missing, the print page opens and says how to install it."""
    actor = current_actor()
    offer = _offer(actor, public_id)
    person_id, unit_id = offer.participant.id, offer.participant.unit_id
    if offer.participant.protected:
        return _stays_here(public_id)
    language = language_for(offer.participant.language, unit_of(offer.unit_id).language)
    profiles = [each.profile for each in offer.candidates]
    with force_locale(language):
        title = _("Match profiles")
    try:
        body = profiles_pdf(profiles, language=language, title=title, on=today())
    except PdfUnavailable:
        flash(no_pango(), "warning")
        return redirect(url_for(".print_offer", public_id=public_id), code=303)
    seen_one(actor, "", participant_id=person_id, unit_id=unit_id)
    return attachment("match-profiles.pdf", body)


@blueprint.post("/match-offers/<public_id>/choose")
@require(*READERS)
def choose(public_id: str) -> ResponseReturnValue:
    """Write down what was chosen and by whom; "none" is a choice too."""
    actor, form = current_actor(), ChoiceForm()
    offer = _offer(actor, public_id)
    form.prepare([(each.public_id, each.profile.called) for each in offer.candidates])
    offer_id = offer.id
    if form.validate_on_submit():
        try:
            with transaction():
                _decide(actor, offer_id, form)
            flash_undo(
                _("None of them was chosen.") if form.candidate.data == "none" else _("The match is made."),
                url_for(".reopen_offer", public_id=public_id),
            )
            return redirect(_page_of(public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    return _offer_page(actor, _offer(actor, public_id), form)


@blueprint.post("/match-offers/<public_id>/reopen")
@require(*READERS)
def reopen_offer(public_id: str) -> ResponseReturnValue:
    """Take back what was chosen."""
    actor = current_actor()
    offer_id = _offer(actor, public_id).id
    try:
        with transaction():
            services.reopen_offer(actor, offer_id=offer_id)
        flash(_("It can be chosen again."), "success")
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(_page_of(public_id), code=303)


@blueprint.post("/match-offers/<public_id>/withdraw")
@require(*READERS)
def withdraw_offer(public_id: str) -> ResponseReturnValue:
    """Take an offer back before anything was chosen."""
    actor = current_actor()
    offer_id = _offer(actor, public_id).id
    try:
        with transaction():
            services.withdraw_offer(actor, offer_id=offer_id)
        flash_undo(_("The offer is withdrawn."), url_for(".reopen_offer", public_id=public_id))
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(_page_of(public_id), code=303)


def _decide(actor: Actor, offer_id: int, form: Any) -> None:
    if form.candidate.data == "none":
        services.decline(actor, offer_id=offer_id)
        return
    by = ChosenBy(form.by.data or ChosenBy.PARTICIPANT)
    services.choose(actor, offer_id=offer_id, candidate=form.candidate.data, by=by, name=form.name.data or "")


def _with_room(actor: Actor, offer: MatchOffer) -> set[int]:
    """The ids of the profiles that the participant can choose now."""
    found = possible_candidates(actor, today(), participant_id=offer.participant_id)
    return {each.profile.id for each in found if each.free != 0}


def _offer(actor: Actor, public_id: str) -> MatchOffer:
    found = offer_page(actor, public_id)
    if found is None:
        raise NotVisible("Not found, or not visible to you.")
    return found


def _stays_here(public_id: str) -> ResponseReturnValue:
    flash(_("Of a protected participant nothing goes on paper. Show the profiles on this screen."), "warning")
    return redirect(_page_of(public_id), code=303)


def _offer_page(actor: Actor, offer: MatchOffer, form: ChoiceForm | None) -> ResponseReturnValue:
    person = offer.participant
    if form is None:
        form = ChoiceForm(formdata=None)
        form.prepare([(each.public_id, each.profile.called) for each in offer.candidates])
    page = render_template(
        "outreach_matching/offer.html",
        offer=offer,
        person=person,
        rows=[(each, shown(each.profile, today())) for each in offer.candidates],
        can_be_chosen=_with_room(actor, offer),
        match=match_of_offer(actor, offer.id),
        form=form,
        **page_words(),
    )
    answer = seen_one(actor, page, participant_id=person.id, unit_id=person.unit_id)
    return answer, 422 if form.errors or form.form_errors else 200


def _page_of(public_id: str) -> str:
    return url_for(".show_offer", public_id=public_id)
