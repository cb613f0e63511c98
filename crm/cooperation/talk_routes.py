"""Talks and press: the list with its figures, writing one down, the list as a file."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts import audit
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.queries import unit_choices
from crm.accounts.scopes import visible_one
from crm.actors import Actor
from crm.cooperation.forms import AppearanceForm, PeriodForm, new_key
from crm.cooperation.models import Appearance
from crm.cooperation.modules import only_with_talks
from crm.cooperation.queries import (
    AppearanceFilter,
    appearances,
    known_municipalities,
    units_with_appearances,
)
from crm.cooperation.services import appearances as services
from crm.cooperation.words import KINDS
from crm.db import transaction
from crm.employers.queries import STAFF
from crm.errors import DomainError
from crm.lazy_texts import lazy_gettext as _l
from crm.web.conflicts import refusal
from crm.web.downloads import download
from crm.web.filters import today
from crm.web.forms import choices
from crm.web.undo import flash_undo

blueprint = Blueprint("talks", __name__, template_folder="templates")
blueprint.before_request(only_with_talks)


@blueprint.get("/talks")
@require(*STAFF)
def index() -> ResponseReturnValue:
    """Talks and press of a period, and how far they reached."""
    actor = current_actor()
    form, filters = _filters(actor)
    return render_template(
        "cooperation/talks.html", found=appearances(actor, filters), form=form, filters=filters, kinds=KINDS
    )


@blueprint.get("/talks/export.<any(csv, xlsx):kind>")
@require(*STAFF)
def export(kind: str) -> ResponseReturnValue:
    """The list as a file. That it was taken stands in the audit log."""
    actor = current_actor()
    _form, filters = _filters(actor)
    rows = [_cells(each) for each in appearances(actor, filters).rows]
    answer = download(f"talks-{filters.since}-{filters.until}", kind, _headings(), rows)
    with transaction():
        audit.record(
            actor, "appearances_exported", subject_type="appearance", details={"rows": len(rows), "kind": kind}
        )
    return answer


@blueprint.route("/talks/new", methods=["GET", "POST"])
@require(*STAFF)
def add() -> ResponseReturnValue:
    """Write down a talk, an article or a conference."""
    actor = current_actor()
    usual = {"kind": "talk", "on_date": today(), "unit_id": actor.unit_id, "submission_key": new_key()}
    form = AppearanceForm() if request.method == "POST" else AppearanceForm(data=usual)
    form.unit_id.choices = choices(unit_choices(actor.unit_ids))
    if form.validate_on_submit():
        try:
            with transaction():
                services.add_appearance(
                    actor, unit_id=form.unit_id.data or 0, given=form.as_fields(), submission_key=form.key
                )
            flash(_("Saved."), "success")
            return redirect(url_for(".index"), code=303)
        except DomainError as error:
            form.add_error(error)
    return _form_page(actor, form, None)


@blueprint.route("/talks/<public_id>", methods=["GET", "POST"])
@require(*STAFF)
def edit(public_id: str) -> ResponseReturnValue:
    """Correct what is written down."""
    actor = current_actor()
    row = visible_one(Appearance, actor, public_id)
    form = AppearanceForm() if request.method == "POST" else AppearanceForm(data=services.appearance_values(row))
    del form.unit_id
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        row_id, version = row.id, int(form.version.data or 0)
        try:
            with transaction():
                services.change_appearance(actor, appearance_id=row_id, version=version, given=form.as_fields())
            flash(_("Saved."), "success")
            return redirect(url_for(".index"), code=303)
        except DomainError as error:
            different = refusal(form, error)
    return _form_page(actor, form, visible_one(Appearance, actor, public_id), different)


@blueprint.post("/talks/<public_id>/remove")
@require(*STAFF)
def remove(public_id: str) -> ResponseReturnValue:
    """Take away what was a mistake."""
    actor = current_actor()
    row_id = visible_one(Appearance, actor, public_id).id
    with transaction():
        services.remove_appearance(actor, appearance_id=row_id)
    flash_undo(_("It is removed."), url_for(".restore", public_id=public_id))
    return redirect(url_for(".index"), code=303)


@blueprint.post("/talks/<public_id>/restore")
@require(*STAFF)
def restore(public_id: str) -> ResponseReturnValue:
    """Bring it back."""
    actor = current_actor()
    row_id = visible_one(Appearance, actor, public_id).id
    with transaction():
        services.restore_appearance(actor, appearance_id=row_id)
    flash(_("It is back."), "success")
    return redirect(url_for(".index"), code=303)


def _form_page(
    actor: Actor,
    form: AppearanceForm,
    row: Appearance | None,
    different: list[tuple[str, object]] | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "cooperation/talk_form.html",
        form=form,
        row=row,
        different=different or [],
        municipalities=known_municipalities(actor, on=today()),
    )
    return page, 422 if form.is_submitted() else 200


def _filters(actor: Actor) -> tuple[PeriodForm, AppearanceFilter]:
    """The filters of the address, or this year; what cannot be read is left out."""
    form = PeriodForm(request.args)
    form.unit.choices = choices(units_with_appearances(actor), empty=_l("All units"))
    form.validate()
    this_year = today().replace(month=1, day=1), today().replace(month=12, day=31)
    since, until = form.since.data or this_year[0], form.until.data or this_year[1]
    if until < since:
        since, until = this_year
    form.since.raw_data = form.until.raw_data = None
    form.since.data, form.until.data = since, until
    kind = form.kind.data if form.kind.data in KINDS else None
    return form, AppearanceFilter(since, until, kind, None if form.unit.errors else form.unit.data)


def _headings() -> list[str]:
    return [
        _("Day"), _("What it was"), _("What it was about"), _("For whom"), _("Municipality"), _("Code"),
        _("How many it reached"), _("They asked for it"), _("Address on the web"), _("Unit"), _("Note"),
    ]  # fmt: skip


def _cells(row: Appearance) -> list[str]:
    return [
        row.on_date.isoformat(), str(KINDS[row.kind]), row.title, row.audience or "", row.municipality or "",
        row.municipality_code or "", "" if row.reach is None else str(row.reach),
        _("Yes") if row.by_request else _("No"), row.link or "", row.unit.name, row.note or "",
    ]  # fmt: skip
