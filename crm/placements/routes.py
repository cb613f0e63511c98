"""The pages of placements: start, change, end."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm import clock
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.reading import seen_one
from crm.accounts.scopes import visible, visible_one
from crm.actors import Actor
from crm.db import current_session, transaction
from crm.employers.models import Employer
from crm.errors import DomainError, EditConflict
from crm.participants.models import Participant
from crm.participants.services.editing import unit_of
from crm.placements import services
from crm.placements.blueprint import WHO, blueprint
from crm.placements.forms import (
    EndForm,
    PlacementForm,
    employer_choices,
    kind_choices,
    occupation_choices,
    reason_choices,
)
from crm.placements.models import Placement
from crm.placements.queries import employers_like, last_evaluated, occupations
from crm.placements.services import PlacementFields
from crm.placements.words import EVALUATORS
from crm.web.clean import clean_line
from crm.web.context import local_path


@blueprint.route("/participants/<public_id>/placements/new", methods=["GET", "POST"])
@require(*WHO)
def add(public_id: str) -> ResponseReturnValue:
    """Start a placement. "Find" lists employers; the other button saves."""
    actor = current_actor()
    person = visible_one(Participant, actor, public_id)
    unit = unit_of(person.unit_id)
    starting = request.method == "GET"
    form = PlacementForm(data=_usual(actor, unit.time_zone)) if starting else PlacementForm()
    kind_choices(form, actor.language, unit.country)
    occupation_choices(form, occupations())
    _find_employers(actor, form)
    if _wants_to_save() and form.validate_on_submit():
        person_id = person.id
        try:
            with transaction():
                placement = services.start_placement(actor, participant_id=person_id, given=_typed(actor, form))
                planned = not placement.has_begun
            flash(_("The placement is planned.") if planned else _("The placement is saved."), "success")
            return redirect(_back(public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    return _form_page(actor, form, person, None)


@blueprint.route("/placements/<public_id>/edit", methods=["GET", "POST"])
@require(*WHO)
def edit(public_id: str) -> ResponseReturnValue:
    """Correct a placement."""
    actor = current_actor()
    placement = visible_one(Placement, actor, public_id)
    person = placement.participant
    form = PlacementForm(data=_data(placement)) if request.method == "GET" else PlacementForm()
    kind_choices(form, actor.language, unit_of(placement.unit_id).country)
    occupation_choices(form, occupations())
    _find_employers(actor, form)
    if _wants_to_save() and form.validate_on_submit():
        placement_id, person_page = placement.id, person.public_id
        version, workplace_id = int(form.version.data or 0), placement.workplace_id
        try:
            with transaction():
                given = _typed(actor, form, workplace_id=workplace_id)
                services.change_placement(actor, placement_id=placement_id, version=version, given=given)
            flash(_("The placement is saved."), "success")
            return redirect(_back(person_page), code=303)
        except DomainError as error:
            form.add_error(error)
            if isinstance(error, EditConflict):
                form.version.data = str(error.current["version"])
    return _form_page(actor, form, person, placement)


@blueprint.route("/placements/<public_id>/end", methods=["GET", "POST"])
@require(*WHO)
def end(public_id: str) -> ResponseReturnValue:
    """End a placement."""
    actor = current_actor()
    placement = visible_one(Placement, actor, public_id)
    person = placement.participant
    today = clock.today(unit_of(placement.unit_id).time_zone)
    data = {"ends_on": placement.ends_on or max(today, placement.starts_on), "reason": placement.end_reason}
    form = EndForm(data=data) if request.method == "GET" else EndForm()
    reason_choices(form, actor.language)
    if form.validate_on_submit() and form.ends_on.data is not None:
        placement_id = placement.id
        try:
            with transaction():
                services.end_placement(
                    actor, placement_id=placement_id, ends_on=form.ends_on.data, reason=form.reason.data
                )
            flash(_("The placement has ended."), "success")
            # Its page says what comes now: what both say about it, and the certificate.
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    back = _back(person.public_id)
    html = render_template("placements/end.html", form=form, placement=placement, person=person, back=back)
    html = seen_one(actor, html, participant_id=person.id, unit_id=person.unit_id)
    return html, 422 if form.is_submitted() else 200


def _form_page(
    actor: Actor, form: PlacementForm, person: Participant, placement: Placement | None
) -> ResponseReturnValue:
    html = render_template(
        "placements/form.html", form=form, person=person, placement=placement, back=_back(person.public_id),
        searched=bool(form.employer_text.data), evaluators=EVALUATORS,
        evaluated=last_evaluated(actor, person.id) if placement is None else None,
    )  # fmt: skip
    html = seen_one(actor, html, participant_id=person.id, unit_id=person.unit_id)
    return html, 422 if _wants_to_save() else 200


def _wants_to_save() -> bool:
    return request.method == "POST" and request.form.get("action") != "find"


def _find_employers(actor: Actor, form: PlacementForm) -> None:
    """The employers that the text finds, and the one chosen before; the only one is chosen by itself."""
    found = {each.public_id: each for each in employers_like(actor, form.employer_text.data or "")}
    chosen = _employer(actor, form.employer.data)
    if chosen is not None and request.form.get("action") != "find":
        found.setdefault(chosen.public_id, chosen)
    employer_choices(form, list(found.values()))
    if len(found) == 1 and not _wants_to_save():
        form.employer.data = next(iter(found))


def _employer(actor: Actor, public_id: str | None) -> Employer | None:
    public_id = clean_line(public_id or "")
    if not public_id:
        return None
    return current_session().scalar(visible(Employer, actor).where(Employer.public_id == public_id))


def _usual(actor: Actor, zone: str) -> dict[str, object]:
    employer = request.args.get("employer")
    return {"starts_on": clock.today(zone), "employer": employer, "kind": ""}


def _data(placement: Placement) -> dict[str, object]:
    return {**services.values_of(placement), "employer": placement.employer.public_id}


def _typed(actor: Actor, form: PlacementForm, *, workplace_id: int | None = None) -> PlacementFields:
    employer = _employer(actor, form.employer.data)
    if employer is None or form.starts_on.data is None:
        raise DomainError(_("Find the employer and choose it."), field="employer")
    here = workplace_id is not None and any(each.id == workplace_id for each in employer.workplaces)
    return PlacementFields(
        employer_id=employer.id,
        kind=form.kind.data,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        workplace_id=workplace_id if here else None,
        fte_percent=form.fte_percent.data,
        may_tell_employer=bool(form.may_tell_employer.data),
        occupation_id=form.occupation_id.data,
    )


def _back(person: str) -> str:
    """Where one came from, as the form's address says; else the participant."""
    return local_path(request.args.get("next"), fallback=url_for("participants.show", public_id=person))
