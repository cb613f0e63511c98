"""What this feature adds to the application."""

from datetime import timedelta

from sqlalchemy import func, select

from crm.actors import system_actor
from crm.db import current_session, transaction
from crm.documents.audit_labels import ACTIONS, SUBJECTS
from crm.documents.merging import merge_sheets, take_back_sheets
from crm.documents.models import DocumentTemplate, DocumentVersion, SheetGiven
from crm.documents.panels import sheets_panel, wrong_panel
from crm.documents.queries import DECIDERS, STAFF, everybody_here, own_sheets
from crm.documents.routes import blueprint
from crm.documents.services.texts import ensure_shipped
from crm.documents.shipped import shipped_texts
from crm.extension_points import Feature, MergeStep, NavItem, Panel, PeriodicJob, Scope
from crm.lazy_texts import lazy_gettext as _l


def bring_shipped_in() -> str:
    """The periodic job: shipped templates that a new release brings. May be repeated, also at the same time."""
    keys = [text.key for text in shipped_texts()]
    there = current_session().scalar(select(func.count()).where(DocumentTemplate.key.in_(keys)))
    current_session().rollback()
    if there == len(keys):
        return "nothing new"
    with transaction():
        return f"{ensure_shipped(system_actor('documents.shipped'))} added"


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="documents",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        blueprints=(blueprint,),
        nav_items=(
            NavItem("documents", _l("Templates"), "documents.index", 55, frozenset(DECIDERS), section="settings"),
        ),
        panels=(
            Panel("employer.panels", "documents.sheets", sheets_panel, order=60, roles=frozenset(STAFF)),
            Panel("employer.wrong", "documents.sheets", wrong_panel, order=60, roles=frozenset(STAFF)),
        ),
        scopes=(
            Scope(DocumentTemplate, everybody_here),
            Scope(DocumentVersion, everybody_here),
            Scope(SheetGiven, own_sheets),
        ),
        merge_steps=(MergeStep("documents.sheets", merge_sheets, take_back_sheets),),
        periodic_jobs=(PeriodicJob("documents.shipped", timedelta(hours=6), bring_shipped_in, timedelta(hours=24)),),
    )
