"""The devices that keep somebody's visits of the day: added, cleared at sign-out, cut off when they are lost."""

import hashlib
import secrets

from sqlalchemy import select, update

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Staff
from crm.accounts.scopes import locked, trusted
from crm.accounts.services import revoke_sessions, sign_out_everywhere, staff_to_administer
from crm.actors import Actor
from crm.db import current_session
from outreach.visits.models import VisitDevice

_BY_TOKEN = "a device named by the token that only it holds"


def add_device(actor: Actor, *, label: str) -> tuple[VisitDevice, str]:
    """A device of the actor, and its token: it is told once, to the device itself."""
    assert actor.staff_id is not None
    token, now = secrets.token_urlsafe(32), clock.now()
    device = VisitDevice(
        staff_id=actor.staff_id, token_hash=_digest(token), label=label[:80], created_at=now, seen_at=now
    )
    current_session().add(device)
    # The audit log names the device.
    current_session().flush()
    _record(actor, device, "visit_device_added")
    return device, token


def device_of_token(token: str | None) -> VisitDevice | None:
    """The device that holds this token, cut off or not; None for no token of ours."""
    if not token or len(token) > 100:
        return None
    statement = select(VisitDevice).where(VisitDevice.token_hash == _digest(token))
    return current_session().scalar(trusted(statement, because=_BY_TOKEN))


def note_seen(device_id: int) -> None:
    """The device has asked for its visits of the day. May be repeated."""
    _set(device_id, seen_at=clock.now(), cleared_at=None)


def note_cleared(device_id: int) -> None:
    """Its owner has signed out on it: it keeps nothing any more. May be repeated."""
    _set(device_id, cleared_at=clock.now())


def note_wiped(device_id: int) -> None:
    """A device that was cut off has been told to delete everything. May be repeated; the first time counts."""
    gone = update(VisitDevice).where(VisitDevice.id == device_id, VisitDevice.wiped_at.is_(None))
    current_session().execute(gone.values(wiped_at=clock.now()))


def cut_off_device(actor: Actor, *, device_id: int) -> VisitDevice:
    """Cut a lost device off: what it sends is refused, what it keeps is deleted at its next contact, and its owner is
    signed out everywhere, because it may be signed in. Its owner and administrators may. May be repeated.

    Raises NotVisible, NotAllowed.
    """
    device = locked(VisitDevice, actor, device_id)
    if device.cut_off_at is not None:
        return device
    if device.staff_id == actor.staff_id:
        sign_out_everywhere(actor)
    else:
        revoke_sessions(staff_to_administer(actor, device.staff_id))
    device.cut_off_at, device.cut_off_by_id = clock.now(), actor.staff_id
    _record(actor, device, "visit_device_cut_off")
    return device


def _set(device_id: int, **values: object) -> None:
    current_session().execute(update(VisitDevice).where(VisitDevice.id == device_id).values(**values))


def _record(actor: Actor, device: VisitDevice, action: str) -> None:
    owner = current_session().get_one(Staff, device.staff_id)
    record(
        actor, action, subject_type="staff", subject_id=owner.id, unit_id=owner.unit_id,
        details={"device_id": device.id},
    )  # fmt: skip


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
