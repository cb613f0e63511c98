"""Names of the field's own values: stages, kinds of employers, outcomes that mean that somebody was reached."""

from flask_babel import lazy_gettext as _l

from crm.employers.models import EmployerKind, Stage
from crm.extension_points import Text

STAGES: dict[str, Text] = {
    Stage.NEW.value: _l("New"),
    Stage.CONTACT.value: _l("In contact"),
    Stage.AGREEMENT.value: _l("Agreement"),
    Stage.PLACEMENT_RUNNING.value: _l("Placement running"),
    Stage.RESTING.value: _l("Resting"),
}
STAGE_COLORS = {
    Stage.NEW.value: "neutral",
    Stage.CONTACT.value: "info",
    Stage.AGREEMENT.value: "brand2",
    Stage.PLACEMENT_RUNNING.value: "success",
    Stage.RESTING.value: "neutral",
}
KINDS: dict[EmployerKind, Text] = {
    EmployerKind.COMPANY: _l("Company"),
    EmployerKind.PUBLIC: _l("Public employer"),
    EmployerKind.NON_PROFIT: _l("Non-profit organisation"),
    EmployerKind.TRAINING_OFFICE: _l("Training office"),
    EmployerKind.PARTNER_AUTHORITY: _l("Partner authority"),
}
NOT_REACHED = frozenset({"not_called", "no_answer", "wrong_person"})
"""Outcomes (picklist contact_outcome) after which nobody has been spoken to."""


def stage_label(code: str) -> Text:
    """The name of a stage; a stage of a unit's own that is gone is shown by its code."""
    return STAGES.get(code, code)
