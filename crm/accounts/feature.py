"""What this feature adds to the application."""

from crm.accounts.audit_labels import ACTIONS, FIELDS, NAMES, SUBJECTS
from crm.accounts.audit_queries import audit_condition
from crm.accounts.commands import create_admin
from crm.accounts.mail import mail_purpose
from crm.accounts.models import AuditEntry
from crm.accounts.routes import blueprint
from crm.actors import Role
from crm.extension_points import Feature, NavItem, PublicEndpoint, Scope
from crm.lazy_texts import lazy_gettext as _l

_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="accounts",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        audit_names=NAMES,
        audit_fields=FIELDS,
        blueprints=[blueprint],
        nav_items=_menu(),
        scopes=[Scope(AuditEntry, audit_condition)],
        public_endpoints=[PublicEndpoint("accounts.accept_invitation_page")],
        message_purposes=[mail_purpose()],
        commands=[create_admin],
    )


def _menu() -> list[NavItem]:
    return [
        NavItem("accounts.settings", _l("My settings"), "accounts.settings", order=10, section="settings"),
        NavItem(
            "accounts.staff",
            _l("Staff"),
            "accounts.staff",
            order=20,
            roles=_ADMINISTRATORS,
            section="settings",
        ),
        NavItem(
            "accounts.units",
            _l("Units"),
            "accounts.units",
            order=30,
            roles=_ADMINISTRATORS,
            section="settings",
        ),
        NavItem(
            "accounts.audit",
            _l("Audit log"),
            "accounts.audit",
            order=90,
            roles=_ADMINISTRATORS | {Role.MANAGER},
            section="settings",
        ),
    ]
