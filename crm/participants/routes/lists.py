"""The list of participants and its files."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.reading import seen_many
from crm.actors import Actor, Role
from crm.participants.exports import MOST_ROWS, table_of
from crm.participants.forms import ListForm, stage_choices
from crm.participants.listing import CURRENT, ListFilter, count_rows, rows, sort_columns
from crm.programmes.models import Programme
from crm.programmes.queries import programmes_for
from crm.web.downloads import download
from crm.web.filters import today
from crm.web.forms import choices
from crm.web.paging import PER_PAGE, page_of, requested_page, sort_order


def index() -> ResponseReturnValue:
    """The participants that the actor sees, filtered and sorted by the address."""
    actor = current_actor()
    form, wanted = _asked(actor)
    total = count_rows(actor, wanted)
    number = min(requested_page(), max(1, -(-total // PER_PAGE)))
    found = rows(
        actor,
        wanted,
        order=sort_order(sort_columns(), default="name"),
        limit=PER_PAGE,
        offset=(number - 1) * PER_PAGE,
    )
    page = page_of(found, page=number, per_page=PER_PAGE, total=total)
    html = render_template(
        "participants/index.html",
        page=page,
        form=form,
        filtered=wanted != _plain(actor),
        reader=actor.language,
        may_export=actor.has_role(Role.MANAGER),
    )
    return seen_many(actor, html, participant_ids=[row.person.id for row in found])


def export(kind: str) -> ResponseReturnValue:
    """The filtered list as a file. Protected participants are never in it."""
    if kind not in ("csv", "xlsx"):
        abort(404)
    actor = current_actor()
    _form, wanted = _asked(actor)
    found = rows(actor, wanted, order=sort_order(sort_columns(), default="name"), limit=MOST_ROWS, with_exits=True)
    shown = [row for row in found if not row.person.protected]
    table = table_of(shown, language=actor.language)
    answer = download(f"participants-{today()}", kind, table.headings, table.rows)
    ids = [row.person.id for row in shown]
    seen_many(actor, "", participant_ids=ids, action="participants_exported")
    return answer


def _asked(actor: Actor) -> tuple[ListForm, ListFilter]:
    programmes = programmes_for(actor)
    form = ListForm(request.args, data={"who": _usual(actor), "state": CURRENT})
    form.programme.choices = choices([(each.public_id, each.name) for each in programmes], empty=_("All"))
    stage_choices(form.stage, actor.language, empty=_("All"))
    form.validate()
    return form, ListFilter(
        text=(form.q.data or "")[:100],
        mine=form.who.data == "mine",
        programme_id=_programme_id(programmes, form.programme.data),
        stage=form.stage.data,
        state=form.state.data or CURRENT,
    )


def _usual(actor: Actor) -> str:
    return "unit" if actor.has_role(Role.MANAGER) else "mine"


def _plain(actor: Actor) -> ListFilter:
    return ListFilter(mine=_usual(actor) == "mine")


def _programme_id(programmes: list[Programme], public_id: str | None) -> int | None:
    found = [each.id for each in programmes if each.public_id == public_id]
    return found[0] if found else None
