"""Words for states, and for what does not add up."""

from collections.abc import Mapping

from flask_babel import gettext as _

from crm.extension_points import Text
from crm.glossary import picklists
from crm.inquiries.models import InquiryState
from crm.inquiries.tables import Doubt, Problem
from crm.lazy_texts import lazy_pgettext

STATES: Mapping[InquiryState, Text] = {
    InquiryState.RECEIVED: lazy_pgettext("inquiry", "Received"),
    InquiryState.IN_PROGRESS: lazy_pgettext("inquiry", "In progress"),
    InquiryState.CLOSED: lazy_pgettext("inquiry", "Closed"),
}
STATE_COLORS = {
    InquiryState.RECEIVED: "info",
    InquiryState.IN_PROGRESS: "brand2",
    InquiryState.CLOSED: "neutral",
}


def problem_text(problem: Problem, language: str) -> str:
    """A sentence about two numbers that do not go together."""
    numbers = {"left": problem.left, "right": problem.right, "name": _name(problem, language)}
    match problem.doubt:
        case Doubt.TOTAL:
            return str(_("The sources add up to %(left)s inquiries, but there are %(right)s.", **numbers))
        case Doubt.SUMS:
            return str(_("By source %(left)s came to work or a place, by outcome %(right)s.", **numbers))
        case Doubt.CELLS_OF_SOURCE:
            return str(_("%(name)s: the outcomes add up to %(left)s, but the sum is %(right)s.", **numbers))
        case Doubt.CELLS_OF_OUTCOME:
            return str(_("%(name)s: the sources add up to %(left)s, but the sum is %(right)s.", **numbers))
        case Doubt.MORE_THAN_PERSONS:
            return str(_("%(name)s: %(left)s results of %(right)s persons. That cannot be.", **numbers))
        case Doubt.MORE_THAN_INQUIRIES:
            return str(
                _(
                    "%(name)s: %(left)s results from %(right)s inquiries. That is right only where one inquiry was "
                    "about several persons: say so beside the figures.",
                    **numbers,
                )
            )


def _name(problem: Problem, language: str) -> str:
    if not problem.about:
        return str(_("All"))
    is_outcome = problem.doubt is Doubt.CELLS_OF_OUTCOME
    return picklists.label("inquiry_outcome" if is_outcome else "inquiry_source", problem.about, language)
