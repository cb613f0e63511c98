"""The audit log, on screen and as a file."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from crm import clock
from crm.accounts.audit import record
from crm.accounts.audit_queries import AuditFilters, AuditLine, actions_seen, audit_entries, audit_lines, people_seen
from crm.accounts.current import current_actor, current_staff
from crm.accounts.forms import AuditFilterForm
from crm.accounts.permissions import require
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.lazy_texts import lazy_gettext as _l
from crm.web.downloads import download
from crm.web.forms import choices
from crm.web.paging import paginate

# More lines than this are read with a narrower filter.
MOST_EXPORTED = 50_000


def add_to(blueprint: Blueprint) -> None:
    """Hang these pages into the blueprint of accounts."""
    blueprint.add_url_rule("/settings/audit", "audit", audit_log)
    blueprint.add_url_rule("/settings/audit.csv", "audit_file", audit_file)


@require(Role.ADMINISTRATOR, Role.MANAGER)
def audit_log() -> ResponseReturnValue:
    """Who did or read what, and when."""
    actor = current_actor()
    form = _form(actor)
    page = paginate(current_session(), audit_entries(actor, _filters(form)))
    chosen = {name: request.args[name] for name in form.data if name in request.args}
    return render_template(
        "accounts/audit.html", page=page, lines=list(audit_lines(actor, page.items)), form=form, chosen=chosen
    )


@require(Role.ADMINISTRATOR, Role.MANAGER)
def audit_file() -> ResponseReturnValue:
    """The same lines as a file; that it was taken is a line too."""
    actor = current_actor()
    filters = _filters(_form(actor))
    with transaction() as session:
        entries = session.scalars(audit_entries(actor, filters).limit(MOST_EXPORTED)).all()
        rows = [_cells(line) for line in audit_lines(actor, entries)]
        record(actor, "audit_exported", subject_type="audit_entry", unit_id=actor.unit_id)
    return download(f"audit-{clock.today()}", "csv", ["at", "who", "what", "about", "details"], rows)


def _cells(line: AuditLine) -> list[str]:
    return [line.at.strftime("%Y-%m-%d %H:%M:%S UTC"), line.who, line.action, line.about, line.details_in_words]


def _form(actor: Actor) -> AuditFilterForm:
    form = AuditFilterForm(request.args)
    form.who.choices = choices(people_seen(actor), empty=_l("Everybody"))
    form.action.choices = choices(actions_seen(actor), empty=_l("Everything"))
    form.validate()
    return form


def _filters(form: AuditFilterForm) -> AuditFilters:
    return AuditFilters(
        staff_id=None if form.who.errors else form.who.data,
        action=None if form.action.errors else form.action.data,
        since=form.since.data,
        until=form.until.data,
        zone=current_staff().unit.time_zone,
    )
