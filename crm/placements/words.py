"""What codes of placements are called."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.placements.step_models import Evaluator, Party

PARTIES: Mapping[Party, Text] = {
    Party.HOST: _l("the host"),
    Party.PROJECT_LEAD: _l("the project lead"),
    Party.AUTHORITY: _l("the authority (NAV, for instance)"),
}
ANSWERS: Mapping[str, Text] = {
    "goal": _l("the goal for the person"),
    "expected_of_employer": _l("what is expected of the employer"),
    "expected_of_us": _l("what the employer expects of us"),
    "who_to_call": _l("who to call"),
}
"""The answers that a clarification needs."""
EVALUATORS: Mapping[Evaluator, Text] = {
    Evaluator.PARTICIPANT: _l("The participant"),
    Evaluator.EMPLOYER: _l("The employer"),
}
STATUS_COLORS: Mapping[str, str] = {
    "planned": "info",
    "clarified": "info",
    "approved": "info",
    "active": "success",
    "completed": "neutral",
    "ended_early": "warning",
    "evaluated": "neutral",
    "certified": "neutral",
}
ITEMS: Mapping[str, Text] = {
    "name": _l("Name and how to reach the person"),
    "goal": _l("The goal for the person"),
    "skills": _l("Skills, languages and licences"),
    "earlier_placements": _l("Earlier placements and how they went"),
    "training_need": _l("What training is needed"),
    "adaptation": _l("How the work should be adapted, never why"),
}
"""What an employer may be told with consent. Health and benefits are not among it."""
ALERTS: Mapping[str, Text] = {
    "employer_bankrupt": _l("The employer is bankrupt"),
    "employer_winding_up": _l("The employer is being wound up"),
    "employer_closed": _l("The employer has closed"),
    "workplace_closed": _l("The workplace has closed"),
}
GAPS: Mapping[str, Text] = {
    "clarification": _l("The clarification before the start"),
    "meeting": _l("The meeting of all three before the start"),
    "instruction": _l("The work instruction, approved by three (where the kind needs it)"),
    "check_ins": _l("Check-ins that are not written down"),
    "evaluation": _l("The evaluation by the participant and the employer"),
}
LEVELS: Mapping[str, Text] = {
    "off": _l("Do not ask for it"),
    "warn": _l("Say what is missing"),
    "block": _l("Do not go on without it"),
}
