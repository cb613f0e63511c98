"""Every field of free text that staff meet, found by itself, and those that need no guard, each with its reason."""

from collections.abc import Iterator

from wtforms import EmailField, Form, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.fields.core import UnboundField
from wtforms.validators import Length

from crm.note_guard.fields import Guarded

LINE = 200
"""From so many characters on, a field of one line has room for a sentence."""
Key = tuple[str, str]

_NAME = "a name or an address, no sentence"
_FIGURE = "where a number comes from"
_PROGRAMME = "about a programme, where no employer and no person is written about"
_PARTICIPANT = "about a participant; pages of employers never show it"
_TEMPLATE = "a text for everybody, which an administrator writes once"
_SECRET = "a code to sign in with"
_COLLEAGUES = "what colleagues agreed to about their own figures"

NEEDS_NONE: dict[Key, str] = {
    ("accounts.CodeForm", "code"): _SECRET,
    ("accounts.RecoveryForm", "code"): _SECRET,
    ("accounts.StaffForm", "email"): _NAME,
    ("accounts.UnitForm", "coordinator_figures_agreed"): _COLLEAGUES,
    ("accounts.UnitForm", "email"): _NAME,
    ("agreements.RefuseForm", "reason"): "written by the employer, who is not signed in",
    ("cooperation.AppearanceForm", "link"): _NAME,
    ("documents.TextForm", "body"): _TEMPLATE,
    ("documents.TextForm", "title"): _TEMPLATE,
    ("employers.EmployerForm", "address"): _NAME,
    ("employers.EmployerForm", "email"): _NAME,
    ("employers.EmployerForm", "industry_text"): "the name of a line of business, from a register",
    ("employers.EmployerForm", "name"): _NAME,
    ("employers.EmployerForm", "parent"): _NAME,
    ("employers.EmployerForm", "website"): _NAME,
    ("employers.PersonForm", "email"): _NAME,
    ("employers.WorkplaceForm", "address"): _NAME,
    ("employers.WorkplaceForm", "name"): _NAME,
    ("employers.WorksAlsoForm", "employer"): _NAME,
    ("inquiries.QuickForm", "who"): "refuses numbers and addresses outright, and is looked at with its note",
    ("measures.StaffAgreementForm", "agreed_with"): _COLLEAGUES,
    ("messaging.AddressForm", "address"): _NAME,
    ("messaging.PreviewForm", "text"): _TEMPLATE,
    ("participants.ExitChangeForm", "note"): _PARTICIPANT,
    ("participants.ExitForm", "note"): _PARTICIPANT,
    ("participants.HandoverForm", "note"): _PARTICIPANT,
    ("partnerships.EvidenceForm", "link"): _NAME,
    ("placements.AdaptedPostsForm", "source"): _FIGURE,
    ("placements.CaseworkerForm", "email"): _NAME,
    ("placements.OccupationForm", "source"): _FIGURE,
    ("plans.ProfileForm", "cv_url"): _NAME,
    ("programmes.GoalForm", "evidence"): _PROGRAMME,
    ("programmes.GoalForm", "status_text"): _PROGRAMME,
    ("programmes.GoalForm", "text"): _PROGRAMME,
    ("programmes.MilestoneForm", "text"): _PROGRAMME,
    ("programmes.PartnerForm", "contribution"): _PROGRAMME,
    ("programmes.PartnerForm", "employer"): _NAME,
    ("programmes.ProgrammeForm", "note"): _PROGRAMME,
}  # fmt: skip

BY_ITS_ROUTE: dict[Key, str] = {
    ("employers.BlockForm", "reason"): "a block",
    ("employers.ContactForm", "next_text"): "what was promised",
    ("employers.ContactForm", "note"): "a contact",
    ("employers.HandoverForm", "note"): "a handover of many",
    ("inquiries.InquiryForm", "note"): "an inquiry",
    ("employers.PreferencesForm", "note"): "good to know",
    ("inquiries.QuickForm", "note"): "a walk-in",
    ("employers.RelationshipForm", "note"): "a handover",
    ("employers.StatusForm", "source"): "the state of an employer",
    ("tasks.TaskForm", "note"): "a task",
    ("tasks.TaskForm", "title"): "the name of a task",
    ("employers.WarningForm", "text"): "a warning",
}
"""Fields that a route looks at together with others; the place in test_everywhere.py where that is seen."""


def free_texts() -> Iterator[tuple[Key, type[StringField]]]:
    """The fields of all forms that have room for a sentence, once each."""
    seen = set()
    for form in _below(Form):
        for name, field in vars(form).items():
            key = (f"{form.__module__.split('.')[1]}.{form.__name__}", name)
            if isinstance(field, UnboundField) and form.__module__.startswith("crm.") and key not in seen:
                kind = field.field_class
                if issubclass(kind, Guarded | TextAreaField) or (_is_line(kind) and _longest(field) >= LINE):
                    seen.add(key)
                    yield key, kind


def _below(kind: type[Form]) -> Iterator[type[Form]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _is_line(kind: type[object]) -> bool:
    return issubclass(kind, StringField) and not issubclass(kind, HiddenField | PasswordField | EmailField)


def _longest(field: UnboundField) -> int:
    validators = [*field.args[1:2], field.kwargs.get("validators", ())]
    rules = [rule for each in validators for rule in each]
    return max((rule.max for rule in rules if isinstance(rule, Length)), default=LINE)
