"""Events: the list, planning one, changing, cancelling."""

from datetime import date, time, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext
from wtforms import Form, SelectField, StringField
from wtforms.validators import Length

from crm.accounts import audit
from crm.accounts.current import current_actor
from crm.accounts.models import Unit
from crm.accounts.permissions import require
from crm.accounts.queries import unit_choices
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.db import current_session, transaction
from crm.employers.queries import STAFF, staff_of_units
from crm.errors import DomainError
from crm.lazy_texts import lazy_gettext as _l
from crm.lazy_texts import lazy_pgettext
from crm.web.conflicts import refusal
from crm.web.downloads import attachment, download
from crm.web.filters import today
from crm.web.forms import choices, optional_int
from crm.web.paging import requested_page
from crm.web.undo import flash_undo
from outreach.events.blueprint import blueprint
from outreach.events.calendar import calendar_of
from outreach.events.forms import CancelForm, EventForm, new_key
from outreach.events.models import OutreachEvent
from outreach.events.page import event_context
from outreach.events.queries import EventFilter, EventLine, event_lines, event_page, units_with_events
from outreach.events.services import planning
from outreach.events.services.reminding import remind_now
from outreach.events.words import KINDS

_SHOWN = {
    "coming": _l("To come"),
    "mine": _l("To come, those I answer for"),
    "past": _l("Past"),
    "cancelled": lazy_pgettext("event", "Cancelled"),
    "all": _l("All"),
}


class ListForm(Form):
    """The filters of the list."""

    q = StringField(_l("Search"), validators=[Length(max=100)])
    show = SelectField(_l("Show"), choices=choices(_SHOWN.items()), default="coming")
    kind = SelectField(_l("Kind"), choices=choices(KINDS.items(), empty=_l("All kinds")), default="")
    unit = SelectField(_l("Unit"), coerce=optional_int)


@blueprint.get("/events")
@require(*STAFF)
def index() -> ResponseReturnValue:
    """The events of one's units."""
    form, filters = _filters(current_actor())
    page = event_page(current_actor(), filters, page=requested_page())
    return render_template("outreach_events/index.html", page=page, form=form, filters=filters, kinds=KINDS)


@blueprint.get("/events/export.<any(csv, xlsx):kind>")
@require(*STAFF)
def export(kind: str) -> ResponseReturnValue:
    """The list as a file. That it was taken stands in the audit log."""
    actor = current_actor()
    rows = [_cells(each) for each in event_lines(actor, _filters(actor)[1])]
    answer = download(f"events-{today()}", kind, _headings(), rows)
    with transaction():
        audit.record(actor, "events_exported", subject_type="outreach_event", details={"rows": len(rows), "kind": kind})
    return answer


@blueprint.route("/events/new", methods=["GET", "POST"])
@require(*STAFF)
def add() -> ResponseReturnValue:
    """Plan an event; ``copy`` in the address names one that it is to be like."""
    actor = current_actor()
    form = EventForm() if request.method == "POST" else EventForm(data=_usual(actor))
    _prepare(form, actor, None)
    _move_along(form)
    if form.validate_on_submit():
        try:
            with transaction():
                event = planning.add_event(
                    actor, unit_id=form.unit_id.data or 0, given=form.as_fields(), submission_key=form.key
                )
                public_id = event.public_id
            flash(_("The event is planned. Now invite."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    page = render_template("outreach_events/form.html", form=form, event=None, different=[])
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/events/<public_id>")
@require(*STAFF)
def show(public_id: str) -> ResponseReturnValue:
    """An event: who was invited, who comes, how far sending has come, what is to be done."""
    actor = current_actor()
    event = visible_one(OutreachEvent, actor, public_id)
    if request.headers.get("HX-Request") == "true":
        return render_template("outreach_events/_sending.html", **event_context(actor, event, small=True))
    return render_template("outreach_events/show.html", **event_context(actor, event))


@blueprint.route("/events/<public_id>/edit", methods=["GET", "POST"])
@require(*STAFF)
def edit(public_id: str) -> ResponseReturnValue:
    """Change an event."""
    actor = current_actor()
    event = visible_one(OutreachEvent, actor, public_id)
    values = planning.values_of(event) | {"tell": True}
    form = EventForm() if request.method == "POST" else EventForm(data=values)
    _prepare(form, actor, event)
    del form.unit_id
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        event_id, version = event.id, int(form.version.data or 0)
        try:
            with transaction():
                planning.change_event(
                    actor, event_id=event_id, version=version, given=form.as_fields(), tell=bool(form.tell.data)
                )
            flash(_("The event is saved."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            different = refusal(form, error)
    event = visible_one(OutreachEvent, actor, public_id)
    page = render_template("outreach_events/form.html", form=form, event=event, different=different)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/events/<public_id>/cancel")
@require(*STAFF)
def cancel(public_id: str) -> ResponseReturnValue:
    """The event is not held; those invited are told."""
    actor, form = current_actor(), CancelForm()
    event = visible_one(OutreachEvent, actor, public_id)
    if form.validate_on_submit():
        event_id = event.id
        try:
            with transaction():
                planning.cancel_event(actor, event_id=event_id, because=form.because.data)
            text = _("The event is cancelled. Those invited are told in a minute.")
            flash_undo(text, url_for(".hold", public_id=public_id))
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    event = visible_one(OutreachEvent, actor, public_id)
    return render_template("outreach_events/show.html", **event_context(actor, event, cancel_form=form)), 422


@blueprint.post("/events/<public_id>/hold")
@require(*STAFF)
def hold(public_id: str) -> ResponseReturnValue:
    """A cancelled event is held after all."""
    actor = current_actor()
    event_id = visible_one(OutreachEvent, actor, public_id).id
    with transaction():
        planning.hold_event(actor, event_id=event_id)
    flash(_("The event is held. Who had heard that it is cancelled is told."), "success")
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.post("/events/<public_id>/remind")
@require(*STAFF)
def remind(public_id: str) -> ResponseReturnValue:
    """Send a reminder now: to those who have not answered, or to those who come."""
    actor = current_actor()
    event_id = visible_one(OutreachEvent, actor, public_id).id
    of = "answer" if request.form.get("of") == "answer" else "event"
    try:
        with transaction():
            count = remind_now(actor, event_id=event_id, of=of)
        text = ngettext("%(num)d reminder is on its way.", "%(num)d reminders are on their way.", count)
        flash(text, "success" if count else "info")
    except DomainError as error:
        flash(str(error.message), "warning")
    return redirect(url_for(".show", public_id=public_id), code=303)


@blueprint.get("/events/<public_id>/event.ics")
@require(*STAFF)
def calendar(public_id: str) -> ResponseReturnValue:
    """The event for one's own calendar."""
    event = visible_one(OutreachEvent, current_actor(), public_id)
    return calendar_answer(calendar_of(event))


def calendar_answer(body: bytes) -> ResponseReturnValue:
    """A calendar file as an answer."""
    answer = attachment("event.ics", body)
    answer.content_type = "text/calendar; charset=utf-8"
    return answer


def _usual(actor: Actor) -> dict[str, Any]:
    """What the form begins with: a breakfast in three weeks, or the event that is copied, on that day."""
    unit = current_session().get_one(Unit, actor.unit_id) if actor.unit_id else None
    day = _suggested_day()
    found: dict[str, Any] = {"kind": "breakfast", "from_time": time(8), "until_time": time(9, 30), "most_places": 3,
                             "owner_id": actor.staff_id, "unit_id": actor.unit_id,
                             "language": unit.language if unit else "sv"}  # fmt: skip
    copied = request.args.get("copy")
    if copied:
        event = visible_one(OutreachEvent, actor, copied)
        found |= planning.values_of(event) | {"unit_id": event.unit_id}
    return found | {"on_date": day, **_days_before(day), "submission_key": new_key(), "version": None}


def _suggested_day() -> date:
    return today() + timedelta(days=21)


def _move_along(form: EventForm) -> None:
    """Days that were only suggested follow the day that was chosen, so that no reminder stays behind or comes after."""
    day, suggested = form.on_date.data, _suggested_day()
    if not form.is_submitted() or day is None or day == suggested:
        return
    for name, before in _days_before(day).items():
        field = form[name]
        if field.data == _days_before(suggested)[name]:
            field.data = before if before > today() else day if name == "reply_by" else None


def _days_before(day: date) -> dict[str, date]:
    return {
        "reply_by": day - timedelta(days=5), "ask_again_on": day - timedelta(days=7),
        "remind_on": day - timedelta(days=1),
    }  # fmt: skip


def _prepare(form: EventForm, actor: Actor, event: OutreachEvent | None) -> None:
    staff = {each.id: each.name for each in staff_of_units(actor.unit_ids)}
    if event is not None and event.owner is not None:
        staff[event.owner.id] = event.owner.name
    form.owner_id.choices = choices(staff.items(), empty=_l("The unit"))
    form.unit_id.choices = choices(unit_choices(actor.unit_ids))


def _filters(actor: Actor) -> tuple[ListForm, EventFilter]:
    form = ListForm(request.args)
    form.unit.choices = choices(units_with_events(actor), empty=_l("All units"))
    form.validate()
    return form, EventFilter(
        text=(form.q.data or "").replace("\x00", "").strip()[:100],
        show=form.show.data if form.show.data in _SHOWN else "coming",
        kind=form.kind.data if form.kind.data in KINDS else "",
        unit_id=None if form.unit.errors else form.unit.data,
        sort=request.args.get("sort", ""),
    )


def _headings() -> list[str]:
    return [
        _("Day"), _("From"), _("Until"), _("Event"), _("Kind"), _("Where"), _("Unit"),
        pgettext("event", "Invited"), _("Coming"), _("Waiting list"), pgettext("event", "Came"),
        pgettext("event", "Cancelled"),
    ]  # fmt: skip


def _cells(line: EventLine) -> list[str | int]:
    event, figures = line.event, line.figures
    begins, ends = event.on_wall(event.starts_at), event.on_wall(event.ends_at)
    return [
        begins.date().isoformat(), f"{begins:%H:%M}", f"{ends:%H:%M}", event.title, str(KINDS[event.kind]),
        event.place or "", event.unit.name, figures.invited, figures.coming, figures.queued, figures.came,
        _("Yes") if event.cancelled_at else "",
    ]  # fmt: skip
