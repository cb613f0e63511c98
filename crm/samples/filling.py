"""Filling an empty installation with sample data."""

import time
from dataclasses import dataclass
from typing import cast

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import Staff, Unit
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.extension_points import SampleWorld
from crm.registry import Registry
from crm.samples.agreements import fill_agreements
from crm.samples.closed import fill_closed_programme
from crm.samples.employers import fill_employers
from crm.samples.inquiries import fill_inquiries
from crm.samples.leaving import fill_leaving
from crm.samples.names import People
from crm.samples.organisation import ACCOUNTS, make_organisation
from crm.samples.partnerships import fill_partnerships
from crm.samples.pipeline import fill_pipeline
from crm.samples.placements import fill_placements
from crm.samples.plans import fill_plans
from crm.samples.running import fill_running_programme
from crm.samples.tasks import fill_tasks
from crm.settings import Settings


@dataclass(frozen=True)
class Filled:
    """What was done: ``already`` when the installation was not empty, and how long it took."""

    already: bool
    seconds: float = 0.0


def fill_samples(registry: Registry) -> Filled:
    """Put an organisation with two programmes into an empty installation; do nothing where there are units.

    Needs an application context and no open transaction. Raises DomainError outside development, and where
    messages would leave this machine, because sample people would be written to.
    """
    settings = cast(Settings, current_app.extensions["brobygg.settings"])
    _check(settings)
    begun = time.perf_counter()
    if current_session().scalar(select(Unit.id).limit(1)) is not None:
        return Filled(already=True)
    people = People()
    with transaction():
        organisation = make_organisation(settings.organisation)
        fill_closed_programme(organisation, people)
        fill_running_programme(organisation, people)
        fill_employers(organisation, people)
        fill_placements(organisation)
        fill_inquiries(organisation)
        fill_pipeline(organisation)
        fill_agreements(organisation)
        fill_tasks(organisation)
        fill_leaving(organisation)
        fill_partnerships(organisation)
        fill_plans(organisation)
        sample = SampleWorld(organisation.closed.id, organisation.running.id)
    if registry.plugins is not None:
        registry.plugins.hook.brobygg_sample_data(sample=sample)
    return Filled(already=False, seconds=time.perf_counter() - begun)


def has_sample_accounts() -> bool:
    """Whether this installation was filled with sample data."""
    return current_session().scalar(select(Staff.id).where(Staff.email == ACCOUNTS[0].email)) is not None


def _check(settings: Settings) -> None:
    if not settings.development:
        raise DomainError(
            _("Sample accounts have a password that everybody knows. They are made only with BROBYGG_DEVELOPMENT=1.")
        )
    if settings.mail != "mailbox" or settings.sms not in ("mailbox", "none"):
        raise DomainError(_("Sample data need the local mailbox (BROBYGG_MAIL=mailbox): nothing may really be sent."))
