"""Coverage: the targets, one of them with its regions, on paper and as a file; setting targets."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts import audit
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.queries import unit_choices
from crm.accounts.scopes import visible_one
from crm.actors import Actor, Role
from crm.coverage import services
from crm.coverage.counting import Coverage
from crm.coverage.forms import COUNTED_WORDS, TargetForm
from crm.coverage.models import CoverageTarget
from crm.coverage.modules import only_where_it_is_on
from crm.coverage.queries import coverage_of, region_book, targets_for
from crm.db import transaction
from crm.errors import DomainError, EditConflict
from crm.lazy_texts import lazy_gettext as _l
from crm.programmes.queries import programmes_for
from crm.web.conflicts import differences
from crm.web.downloads import download
from crm.web.filters import today
from crm.web.forms import choices
from crm.web.undo import flash_undo

blueprint = Blueprint("coverage", __name__, template_folder="templates")
blueprint.before_request(only_where_it_is_on)

_WHO = (Role.MANAGER, Role.ADMINISTRATOR)
STATES = {"reached": _l("Reached"), "under_way": _l("Under way"), "not_reached": _l("Not reached")}
STATE_COLORS = {"reached": "success", "under_way": "info", "not_reached": "danger"}


@blueprint.get("/coverage")
@require(*Role)
def index() -> ResponseReturnValue:
    """The targets with how far they are."""
    actor = current_actor()
    archived = request.args.get("show") == "archived"
    book = region_book()
    found = [coverage_of(each, on=today(), book=book) for each in targets_for(actor, archived=archived)]
    return render_template(
        "coverage/index.html", found=found, archived=archived, may=actor.has_role(*_WHO),
        may_codes=actor.has_role(Role.ADMINISTRATOR), **_words(),
    )  # fmt: skip


@blueprint.get("/coverage/<public_id>")
@require(*Role)
def show(public_id: str) -> ResponseReturnValue:
    """One target with its regions."""
    actor = current_actor()
    target = visible_one(CoverageTarget, actor, public_id)
    found = coverage_of(target, on=today())
    return render_template("coverage/show.html", found=found, target=target, may=actor.has_role(*_WHO), **_words())


@blueprint.get("/coverage/<public_id>/print")
@require(*Role)
def print_target(public_id: str) -> ResponseReturnValue:
    """The same on paper."""
    target = visible_one(CoverageTarget, current_actor(), public_id)
    return render_template("coverage/print.html", found=coverage_of(target, on=today()), target=target, **_words())


@blueprint.get("/coverage/<public_id>/export.<any(csv, xlsx):kind>")
@require(*Role)
def export(public_id: str, kind: str) -> ResponseReturnValue:
    """The regions as a file. That it was taken stands in the audit log."""
    actor = current_actor()
    target = visible_one(CoverageTarget, actor, public_id)
    found = coverage_of(target, on=today())
    headings = [_("Code"), _("Region"), str(COUNTED_WORDS[target.counted]), _("Covered")]
    answer = download(f"coverage-{today()}", kind, headings, _cells(found))
    target_id, unit_id = target.id, target.unit_id
    with transaction():
        audit.record(
            actor, "coverage_exported", subject_type="coverage_target", subject_id=target_id, unit_id=unit_id,
            details={"kind": kind},
        )  # fmt: skip
    return answer


@blueprint.route("/coverage/new", methods=["GET", "POST"])
@require(*_WHO)
def add() -> ResponseReturnValue:
    """Set a target over every region of an area; single ones are left out afterwards."""
    actor = current_actor()
    usual = {"unit_id": actor.unit_id, "starts_on": today(), "deadline": today().replace(month=12, day=31)}
    form = TargetForm() if request.method == "POST" else TargetForm(data=usual)
    _fill(form, actor)
    if form.validate_on_submit():
        try:
            with transaction():
                target = services.add_target(actor, given=form.as_fields(), codes=form.all_codes(region_book()))
                public_id = target.public_id
            flash(_("The target is saved."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
    return _form_page(form, None)


@blueprint.route("/coverage/<public_id>/edit", methods=["GET", "POST"])
@require(*_WHO)
def edit(public_id: str) -> ResponseReturnValue:
    """Change a target and choose its regions."""
    actor = current_actor()
    target = visible_one(CoverageTarget, actor, public_id)
    now = services.values_of(target) | {"area": _area(target)}
    form = TargetForm() if request.method == "POST" else TargetForm(data=now)
    _fill(form, actor, target)
    different: list[tuple[str, object]] = []
    if form.validate_on_submit():
        target_id, version = target.id, int(form.version.data or 0)
        try:
            with transaction():
                services.change_target(
                    actor, target_id=target_id, version=version, given=form.as_fields(), codes=form.codes.data or []
                )
            flash(_("The target is saved."), "success")
            return redirect(url_for(".show", public_id=public_id), code=303)
        except DomainError as error:
            form.add_error(error)
            if isinstance(error, EditConflict):
                different = differences(form, error)
                form.version.data = str(error.current["version"])
    return _form_page(form, visible_one(CoverageTarget, actor, public_id), different)


@blueprint.post("/coverage/<public_id>/archive")
@require(*_WHO)
def archive(public_id: str) -> ResponseReturnValue:
    """Put a target away."""
    actor = current_actor()
    target_id = visible_one(CoverageTarget, actor, public_id).id
    with transaction():
        services.archive_target(actor, target_id=target_id)
    flash_undo(_("The target is archived."), url_for(".restore", public_id=public_id))
    return redirect(url_for(".index"), code=303)


@blueprint.post("/coverage/<public_id>/restore")
@require(*_WHO)
def restore(public_id: str) -> ResponseReturnValue:
    """Take a target out of the archive."""
    actor = current_actor()
    target_id = visible_one(CoverageTarget, actor, public_id).id
    with transaction():
        services.restore_target(actor, target_id=target_id)
    flash(_("The target is back in the list."), "success")
    return redirect(url_for(".show", public_id=public_id), code=303)


def _form_page(
    form: TargetForm, target: CoverageTarget | None, different: list[tuple[str, object]] | None = None
) -> ResponseReturnValue:
    page = render_template("coverage/form.html", form=form, target=target, different=different or [])
    return page, 422 if form.is_submitted() else 200


def _fill(form: TargetForm, actor: Actor, target: CoverageTarget | None = None) -> None:
    units, book = dict(unit_choices(actor.unit_ids)), region_book()
    if target is not None:
        units.setdefault(target.unit_id, target.unit.name)
        everywhere = book.of(target.country, target.level, on=target.starts_on)
        # Those of the target come first: nobody looks for sixteen among three hundred.
        chosen = {each.code for each in target.regions}
        everywhere = sorted(everywhere, key=lambda each: each.code not in chosen)
        form.codes.choices = [(each.code, f"{each.code} {each.name}") for each in everywhere]
    else:
        form.codes.choices = []
    form.unit_id.choices = choices(units.items())
    programmes = programmes_for(actor, with_archived=target is not None)
    form.programme_id.choices = choices(((each.id, each.name) for each in programmes), empty=_l("All programmes"))
    form.prepare(book, on=form.starts_on.data or today())


def _area(target: CoverageTarget) -> str:
    return f"{target.country}:{target.level}:"


def _cells(found: Coverage) -> list[list[str]]:
    yes, no = _("Yes"), _("No")
    return [[row.region.code, row.region.name, str(row.count), yes if row.count else no] for row in found.rows]


def _words() -> dict[str, object]:
    return {"counted_words": COUNTED_WORDS, "states": STATES, "state_colors": STATE_COLORS}
