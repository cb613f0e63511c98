"""What the services of this feature check alike."""

from flask_babel import gettext as _

from crm.actors import Actor
from crm.errors import DomainError, EditConflict
from crm.web.clean import clean_line


def check_unit(unit_id: int, *, actor: Actor) -> None:
    """Raises DomainError for a unit that is not the actor's."""
    if not actor.is_system and unit_id not in actor.unit_ids:
        raise DomainError(_("Choose one of your own units."), field="unit_id")


def check_version(now: int, version: int | None, current: dict[str, object]) -> None:
    """Raises EditConflict when the row was saved since ``version`` was shown; None means that nothing was shown."""
    if version is not None and now != version:
        raise EditConflict(
            _("Somebody else saved this while you had it open. Compare what is different, and save again."),
            current=current,
        )


def short(text: str | None, longest: int) -> str | None:
    """One clean line, or nothing."""
    return clean_line(text or "")[:longest] or None
