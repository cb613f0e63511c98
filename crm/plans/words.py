"""What an individual plan and a competence card ask."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.plans.models import PaperKind

PAPERS: Mapping[PaperKind, Text] = {
    PaperKind.INDIVIDUAL_PLAN: _l("Individual plan"),
    PaperKind.COMPETENCE_CARD: _l("Competence card"),
}
QUESTIONS: Mapping[PaperKind, Mapping[str, Text]] = {
    PaperKind.INDIVIDUAL_PLAN: {
        "goal": _l("The goal"),
        "resources": _l("What the person can build on"),
        "adaptation": _l("How the work should be adapted, never why"),
        "steps": _l("The next steps: what, who and when"),
        "support": _l("Who helps, and with what"),
        "review": _l("When we look at the plan again"),
    },
    PaperKind.COMPETENCE_CARD: {
        "experience": _l("What the person has done"),
        "general_skills": _l("General skills: keeping times, working with others, taking instructions"),
        "work_skills": _l("Skills of the trade"),
        "languages": _l("Languages"),
        "licences": _l("Licences and certificates"),
        "confirmed_by": _l("Who has seen it"),
    },
}
"""A competence card has no question on health or benefits: it is shown to employers."""
