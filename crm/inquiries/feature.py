"""What this feature adds to the application."""

from crm.events import ContactLogged, RelationshipHandedOver, StaffDisabled, StaffMoved
from crm.extension_points import ApproachReason, Feature, HistoryKind, Module, NavItem, Panel, Scope, Subscription
from crm.inquiries import person_routes, report_routes, routes
from crm.inquiries.audit_labels import ACTIONS, NAMES, SUBJECTS
from crm.inquiries.blueprint import blueprint
from crm.inquiries.listeners import follow_the_relationship, leave_to_the_unit, leave_to_the_units_left
from crm.inquiries.merging import merge_inquiries
from crm.inquiries.models import Inquiry, InquiryPerson
from crm.inquiries.scopes import READERS, asked_us, own_inquiries, own_persons
from crm.inquiries.search import inquiry_documents
from crm.inquiries.services.callbacks import after_contact
from crm.inquiries.services.lines import KIND
from crm.inquiries.today_panel import MODULE, waiting_panel
from crm.lazy_texts import lazy_gettext as _l
from crm.web.addresses import row_url

ROUTES = (routes, person_routes, report_routes)
"""The modules that hang their views on the blueprint; named here so that they are loaded with it."""


def _href(source_ref: str) -> str:
    return row_url("inquiries.show", source_ref.partition(":")[0])


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    readers = frozenset(READERS)
    return Feature(
        name="inquiries",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        audit_names=NAMES,
        blueprints=[blueprint],
        nav_items=[NavItem(MODULE, _l("Inquiries"), "inquiries.index", 60, roles=readers, module=MODULE)],
        modules=[
            Module(
                MODULE,
                _l("Inquiries"),
                _l("Notes who asks for what: walk-ins, calls from other services, employers who get in touch."),
            )
        ],
        panels=[Panel("today.cards", MODULE, waiting_panel, order=20, roles=readers)],
        history_kinds=[HistoryKind(KIND, _l("Inquiry"), "info", href=_href, day_only=True)],
        subscriptions=[
            Subscription(ContactLogged.key, after_contact),
            Subscription(RelationshipHandedOver.key, follow_the_relationship),
            Subscription(StaffDisabled.key, leave_to_the_unit),
            Subscription(StaffMoved.key, leave_to_the_units_left),
        ],
        merge_steps=[merge_inquiries],
        approach_reasons=[ApproachReason("inquiry", asked_us)],
        search_documents=[inquiry_documents()],
        scopes=[Scope(Inquiry, own_inquiries), Scope(InquiryPerson, own_persons)],
    )
