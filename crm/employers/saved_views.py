"""Views of the list of employers: those that are there for everybody, and those that people save."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from werkzeug.datastructures import MultiDict

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Unit
from crm.accounts.scopes import condition, locked, read_prepared, scoped, visible
from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.queries import STAFF
from crm.employers.view_models import BulkAction, DefaultView, SavedView
from crm.errors import DomainError, NotAllowed
from crm.web.addresses import fixed_url
from crm.web.context import url_if_exists

MOST_VIEWS = 30
_KEPT = ("q", "owner", "stage", "municipality", "kind", "show", "experience", "information", "sort", "c")
"""What of an address a view keeps."""


@dataclass(frozen=True)
class ViewLink:
    """A view as the list shows it."""

    name: str
    href: str
    public_id: str = ""
    is_shared: bool = False
    is_own: bool = True
    is_default: bool = False
    is_current: bool = False
    """It is what the address shows."""


def readable_views(actor: Actor) -> ColumnElement[bool]:
    """One's own views, and those shared with one's unit or a unit below."""
    if not actor.has_role(*STAFF):
        return false()
    return or_(SavedView.staff_id == actor.staff_id, SavedView.unit_id.in_(actor.unit_ids))


def own_bulk_actions(actor: Actor) -> ColumnElement[bool]:
    """What the actor did to many employers at once."""
    return and_(actor.has_role(*STAFF) or false(), BulkAction.staff_id == actor.staff_id)


def query_of(arguments: "MultiDict[str, str]") -> str:
    """What of an address's arguments a view keeps, in a fixed order."""
    pairs = [(name, value) for name in _KEPT for value in arguments.getlist(name) if value]
    return urlencode(pairs)[:1000]


def views_for(actor: Actor) -> list[ViewLink]:
    """The saved views that ``actor`` may read, by name, the default one first. One query."""
    rows = read_prepared(actor, "employers.saved_views", lambda: _views_of(actor))
    return [
        ViewLink(
            name=name, href=_href(query, public_id), public_id=public_id, is_shared=unit_id is not None,
            is_own=_may_change(actor, staff_id, unit_id), is_default=default is not None,
        )
        for name, query, public_id, staff_id, unit_id, default in rows
    ]  # fmt: skip


def _views_of(actor: Actor) -> Select[str, str, str, int, int | None, int | None]:
    of_view = (SavedView.name, SavedView.query, SavedView.public_id, SavedView.staff_id, SavedView.unit_id)
    statement = (
        select(*of_view, DefaultView.view_id)
        .outerjoin(DefaultView, and_(DefaultView.view_id == SavedView.id, DefaultView.staff_id == actor.staff_id))
        .order_by(DefaultView.view_id.is_(None), SavedView.name, SavedView.id)
    )
    return scoped(statement, condition(SavedView, actor))


def ready_made(arguments: "MultiDict[str, str]") -> list[ViewLink]:
    """The views that are there for everybody; those of other features where they exist."""
    here = _filters_of(arguments) if "view" not in arguments else None
    lists = [
        (_("All employers"), ""),
        (_("Mine"), "owner=mine"),
        (_("My unit's"), "owner=unit"),
        (_("Not contacted for 90 days"), "owner=unit&show=quiet"),
        (_("Overdue"), "show=overdue"),
    ]
    found = [ViewLink(str(name), _href(query), is_current=here == query) for name, query in lists]
    others = [(_("Friendly but stuck"), "pipeline.stalled"), (_("Expiring agreements"), "agreements.expiring")]
    return found + [ViewLink(str(name), href) for name, at in others if (href := url_if_exists(at))]


def _filters_of(arguments: "MultiDict[str, str]") -> str:
    """What an address filters by, without what is so anyway."""
    usual = ("", "all", "in_use")
    pairs = [(name, arguments.get(name, "")) for name in _KEPT if name not in ("sort", "c")]
    return urlencode([pair for pair in pairs if pair[1] not in usual])


def default_view(actor: Actor) -> str | None:
    """The address that the list opens with for ``actor``, if one was chosen. One query."""
    statement = select(SavedView.query, SavedView.public_id).join(DefaultView, DefaultView.view_id == SavedView.id)
    mine = statement.where(DefaultView.staff_id == actor.staff_id)
    found = current_session().execute(scoped(mine, condition(SavedView, actor))).first()
    return _href(found[0], found[1]) if found else None


def save_view(actor: Actor, *, name: str, query: str, shared: bool = False, as_default: bool = False) -> SavedView:
    """Keep filters, order and columns under a name; the same name of one's own is written over.

    ``shared``: everybody in the actor's unit sees it. Raises DomainError.
    """
    name = name.strip()
    if not name or actor.staff_id is None:
        raise DomainError(_("Give the view a name."), field="name")
    session = current_session()
    mine = visible(SavedView, actor).where(SavedView.staff_id == actor.staff_id)
    views: Sequence[SavedView] = session.scalars(mine.with_for_update(of=SavedView)).all()
    view = next((each for each in views if each.name.casefold() == name.casefold()), None)
    if view is None:
        if len(views) >= MOST_VIEWS:
            raise DomainError(_("You have %(num)d views. Remove one first.", num=len(views)), field="name")
        view = SavedView(staff_id=actor.staff_id, created_at=clock.now(), version_id=0)
        session.add(view)
    view.name, view.query = name[:60], query
    view.unit_id = actor.unit_id if shared else None
    view.version_id += 1
    # The default names the view by its number.
    session.flush()
    if as_default:
        _set_default(actor.staff_id, view.id)
    _record(actor, "saved_view.saved", view)
    return view


def remove_view(actor: Actor, *, view_id: int) -> None:
    """Remove a view. Its author may, and managers those of their unit. Raises NotVisible, NotAllowed."""
    view = locked(SavedView, actor, view_id)
    if not _may_change(actor, view.staff_id, view.unit_id):
        raise NotAllowed(_("Only who made this view, or a manager, removes it."))
    _record(actor, "saved_view.removed", view)
    current_session().delete(view)


def choose_default_view(actor: Actor, *, view_id: int | None) -> None:
    """Let the actor's list open with a view, or with everything. May be repeated. Raises NotVisible."""
    if actor.staff_id is None:
        raise NotAllowed(_("Only staff have a list of their own."))
    view = locked(SavedView, actor, view_id) if view_id is not None else None
    _set_default(actor.staff_id, view.id if view else None)
    _record(actor, "saved_view.default_set", view)


def arguments_of(query: str) -> "MultiDict[str, str]":
    """The arguments that a view's query holds."""
    return MultiDict(parse_qsl(query))


def unit_name(actor: Actor) -> str:
    """The unit that a view is shared with."""
    unit = current_session().get(Unit, actor.unit_id) if actor.unit_id else None
    return unit.name if unit else ""


def _set_default(staff_id: int, view_id: int | None) -> None:
    session = current_session()
    there = session.get(DefaultView, staff_id)
    if view_id is None:
        if there is not None:
            session.delete(there)
    elif there is None:
        session.add(DefaultView(staff_id=staff_id, view_id=view_id))
    else:
        there.view_id = view_id


def _may_change(actor: Actor, staff_id: int, unit_id: int | None) -> bool:
    """Whether ``actor`` may change the view of a member of staff that is shared with a unit, or with none."""
    return staff_id == actor.staff_id or (actor.has_role(Role.MANAGER) and unit_id in actor.unit_ids)


def _href(query: str, public_id: str = "") -> str:
    return f"{fixed_url('employers.index')}?{_arguments(query, public_id)}"


@lru_cache(maxsize=512)
def _arguments(query: str, public_id: str) -> str:
    pairs = [*parse_qsl(query), *([("view", public_id)] if public_id else [])]
    # An address without arguments opens the default view: a view that filters nothing has to say so.
    return urlencode(pairs or [("owner", "all")])


def _record(actor: Actor, action: str, view: SavedView | None) -> None:
    record(
        actor,
        action,
        subject_type="saved_view",
        subject_id=view.id if view else None,
        unit_id=view.unit_id if view else None,
    )
