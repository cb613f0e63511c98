"""Who acts in this request."""

from flask import g
from flask_security import current_user
from werkzeug.exceptions import Unauthorized

from crm.accounts.models import Staff
from crm.accounts.queries import unit_tree_ids
from crm.actors import Actor, ActorKind
from crm.db import current_session

_KEY = "brobygg_actor"
_UNITS = "brobygg_units"


def actor_for(staff: Staff) -> Actor:
    """The actor that a member of staff is: roles, home unit and every unit below it."""
    return _actor(staff, unit_tree_ids(staff.unit_id))


def note_units(staff: Staff, unit_ids: frozenset[int]) -> None:
    """The units that the person signed in sees have been read with the person: they are not asked for again."""
    setattr(g, _UNITS, (staff.id, staff.unit_id, unit_ids))


def _actor(staff: Staff, unit_ids: frozenset[int]) -> Actor:
    return Actor(
        kind=ActorKind.STAFF,
        label=staff.name[:80],
        staff_id=staff.id,
        unit_id=staff.unit_id,
        unit_ids=unit_ids,
        roles=staff.role_names,
        language=staff.language,
    )


def signed_in_actor() -> Actor | None:
    """The actor of this request, or None when nobody is signed in. Resolved once for each request, and anew when
    somebody signs in or out."""
    actor: Actor | None = g.get(_KEY)
    if actor is None and getattr(current_user, "is_authenticated", False):
        actor = _signed_in(current_user._get_current_object())
        setattr(g, _KEY, actor)
    return actor


def _signed_in(staff: Staff) -> Actor:
    staff_id, unit_id, unit_ids = g.pop(_UNITS, (None, None, frozenset()))
    # Read by the same statement as the person; of anybody else, or of another unit, they say nothing.
    return _actor(staff, unit_ids) if (staff_id, unit_id) == (staff.id, staff.unit_id) else actor_for(staff)


def current_actor() -> Actor:
    """The actor of this request. Raises Unauthorized (401) when nobody is signed in."""
    actor = signed_in_actor()
    if actor is None:
        raise Unauthorized
    return actor


def current_staff() -> Staff:
    """The row of the person signed in, fit to be changed. Raises Unauthorized (401) when nobody is."""
    return current_session().get_one(Staff, current_actor().staff_id)


def forget_actor(*_sender: object, **_said: object) -> None:
    """Resolve the actor again on its next use: after a change of the person's own roles or unit, or of who it is."""
    g.pop(_KEY, None)
    g.pop(_UNITS, None)
