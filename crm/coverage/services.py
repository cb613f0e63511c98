"""Setting coverage targets."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date

from flask_babel import gettext as _

from crm import clock
from crm.accounts import audit
from crm.accounts.scopes import locked, visible
from crm.actors import Actor, Role
from crm.coverage.counting import COUNTED
from crm.coverage.models import CoverageRegion, CoverageTarget
from crm.coverage.queries import region_book
from crm.coverage.regions import COUNTRIES, COUNTY, MUNICIPALITY
from crm.db import current_session
from crm.errors import DomainError, EditConflict, NotAllowed
from crm.programmes.models import Programme
from crm.web.clean import clean_line


@dataclass(frozen=True)
class TargetFields:
    """A target. ``counted`` is one of crm.coverage.counting.COUNTED, ``level`` county or municipality."""

    name: str
    unit_id: int
    counted: str
    country: str
    level: str
    starts_on: date
    deadline: date
    programme_id: int | None = None


def add_target(actor: Actor, *, given: TargetFields, codes: Collection[str]) -> CoverageTarget:
    """A target over the regions with these codes, as they were on its first day. Managers and administrators only.

    Raises DomainError for a field or a code that is wrong, NotAllowed. Not repeatable.
    """
    values = _checked(actor, given, own_unit=None)
    target = CoverageTarget(created_at=clock.now(), **asdict(values))
    target.regions = _regions(values, codes)
    session = current_session()
    session.add(target)
    session.flush()  # The id stands in the audit entry.
    _record(actor, target, "coverage_target_added")
    return target


def change_target(
    actor: Actor, *, target_id: int, version: int | None, given: TargetFields, codes: Collection[str]
) -> CoverageTarget:
    """Correct a target. Raises as ``add_target`` does, EditConflict for an old ``version``, NotVisible."""
    target = locked(CoverageTarget, actor, target_id)
    if version is not None and target.version_id != version:
        raise EditConflict(
            _("Somebody else saved this while you had it open. Compare what is different, and save again."),
            current=values_of(target),
        )
    values = _checked(actor, given, own_unit=target.unit_id)
    for name, value in asdict(values).items():
        setattr(target, name, value)
    wanted = {each.code: each for each in _regions(values, codes)}
    for region in list(target.regions):
        if wanted.pop(region.code, None) is None:
            target.regions.remove(region)
    target.regions.extend(wanted.values())
    target.version_id += 1
    _record(actor, target, "coverage_target_changed")
    return target


def archive_target(actor: Actor, *, target_id: int) -> CoverageTarget:
    """Put a target away; ``restore_target`` brings it back. May be repeated."""
    _check_role(actor)
    target = locked(CoverageTarget, actor, target_id)
    if target.archived_at is None:
        target.archived_at = clock.now()
        _record(actor, target, "coverage_target_archived")
    return target


def restore_target(actor: Actor, *, target_id: int) -> CoverageTarget:
    """Take a target out of the archive. May be repeated."""
    _check_role(actor)
    target = locked(CoverageTarget, actor, target_id)
    if target.archived_at is not None:
        target.archived_at = None
        _record(actor, target, "coverage_target_restored")
    return target


def values_of(target: CoverageTarget) -> dict[str, object]:
    """What stands in the row by field name, with its regions and its version."""
    values = {name: getattr(target, name) for name in TargetFields.__dataclass_fields__}
    return values | {"codes": [each.code for each in target.regions], "version": target.version_id}


def _checked(actor: Actor, given: TargetFields, *, own_unit: int | None) -> TargetFields:
    _check_role(actor)
    name = clean_line(given.name)[:160]
    if not name:
        raise DomainError(_("Write what the target is called."), field="name")
    if not actor.is_system and given.unit_id not in actor.unit_ids and given.unit_id != own_unit:
        raise DomainError(_("Choose one of your own units."), field="unit_id")
    if given.counted not in COUNTED:
        raise DomainError(_("Choose one of the alternatives."), field="counted")
    if given.country not in COUNTRIES or given.level not in (COUNTY, MUNICIPALITY):
        raise DomainError(_("Choose one of the alternatives."), field="area")
    if given.deadline < given.starts_on:
        raise DomainError(_("The deadline is before the first day."), field="deadline")
    if given.programme_id is not None:
        known = visible(Programme, actor).where(Programme.id == given.programme_id)
        if current_session().scalar(known) is None:
            raise DomainError(_("Choose one of the alternatives."), field="programme_id")
    return TargetFields(**asdict(given) | {"name": name})


def _regions(values: TargetFields, codes: Collection[str]) -> list[CoverageRegion]:
    known = {each.code: each for each in region_book().of(values.country, values.level, on=values.starts_on)}
    wanted = sorted(set(codes))
    if not wanted:
        raise DomainError(_("Choose at least one region."), field="codes")
    if not known.keys() >= set(wanted):
        raise DomainError(_("A region that you chose did not exist on the first day of the target."), field="codes")
    return [CoverageRegion(code=code, name=known[code].name) for code in wanted]


def _check_role(actor: Actor) -> None:
    if not actor.has_role(Role.MANAGER, Role.ADMINISTRATOR):
        raise NotAllowed(_("Only managers and administrators set targets."))


def _record(actor: Actor, target: CoverageTarget, action: str) -> None:
    audit.record(actor, action, subject_type="coverage_target", subject_id=target.id, unit_id=target.unit_id)
