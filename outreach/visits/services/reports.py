"""What arrives from telephones: saved once, or kept until its writer has looked at it."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session, savepoint
from crm.employers.models import Contact
from crm.employers.rules import check_version
from crm.errors import DomainError, NotAllowed, NotVisible
from outreach.visits.fields import LoggedVisit, SentReport
from outreach.visits.models import ReportState, Visit, VisitDevice, VisitReport
from outreach.visits.services.logging import VisitConflict, log_visit, replace_logged
from outreach.visits.words import NOTE, REFUSED

LOG, SECOND, REPLACE = "log", "second", "replace"
"""What can be done with something that was kept: log it, as one more contact, or in the place of the contact."""


class CutOff(NotAllowed):
    """What a device sent that was cut off is refused."""


def receive_report(actor: Actor, *, visit_id: int, sent: SentReport) -> VisitReport:
    """Take in what a telephone sent about a visit, exactly once for each key.

    It becomes a contact; where it cannot (the visit has changed, the note has to be looked at, something is wrong) it
    is kept as it was typed until its writer settles it. Raises NotVisible, and CutOff for a device that was cut off.
    """
    device_id = _device_id(actor, sent.device)
    # Two that carry the same key wait for each other here.
    visit = locked(Visit, actor, visit_id)
    there = _received_before(actor, sent.key)
    if there is not None:
        return there
    contact, reason = _try_to_log(actor, visit, sent)
    report = VisitReport(
        key=sent.key, visit_id=visit_id, staff_id=actor.staff_id, device_id=device_id, reason=reason,
        state=ReportState.SAVED if contact else ReportState.KEPT, fields={} if contact else dict(sent.typed),
        contact_id=contact.id if contact else None, typed_at=sent.typed_at, received_at=clock.now(),
    )  # fmt: skip
    current_session().add(report)
    # The audit log names the report.
    current_session().flush()
    _record(actor, report, visit, "visit_report_received" if contact else "visit_report_kept")
    return report


def keep_report(actor: Actor, *, visit_id: int, key: str, typed: dict[str, Any], reason: str) -> VisitReport:
    """Keep what was typed on a page of a visit that had changed meanwhile. The same key is kept once."""
    visit = locked(Visit, actor, visit_id)
    there = _received_before(actor, key)
    if there is not None:
        return there
    report = VisitReport(
        key=key, visit_id=visit_id, staff_id=actor.staff_id, reason=reason, state=ReportState.KEPT,
        fields=dict(typed), received_at=clock.now(),
    )  # fmt: skip
    current_session().add(report)
    # The audit log names the report.
    current_session().flush()
    _record(actor, report, visit, "visit_report_kept")
    return report


def settle_report(actor: Actor, *, report_id: int, version: int, how: str, logged: LoggedVisit) -> Contact:
    """Save what was kept, as its writer now wants it: ``how`` is LOG, SECOND or REPLACE.

    Raises NotVisible, NotAllowed, EditConflict, VisitConflict, DomainError.
    """
    report = locked(VisitReport, actor, report_id)
    if report.state is ReportState.SAVED:
        raise DomainError(_("This has been saved already."))
    check_version(report, version, {"version": report.version_id})
    if how == REPLACE:
        contact = replace_logged(actor, visit_id=report.visit_id, logged=logged)
    else:
        contact = log_visit(actor, visit_id=report.visit_id, logged=logged, again=how == SECOND)
    _settle(actor, report, ReportState.SAVED, "visit_report_settled")
    report.contact_id, report.fields, report.reason = contact.id, {}, None
    return contact


def discard_report(actor: Actor, *, report_id: int) -> VisitReport:
    """Do without what was kept; ``take_back_report`` brings it back. May be repeated. Raises NotVisible."""
    report = locked(VisitReport, actor, report_id)
    if report.state is ReportState.KEPT:
        _settle(actor, report, ReportState.DISCARDED, "visit_report_discarded")
    return report


def take_back_report(actor: Actor, *, report_id: int) -> VisitReport:
    """Keep again what was discarded, as long as it is there. May be repeated. Raises NotVisible, DomainError."""
    report = locked(VisitReport, actor, report_id)
    if report.state is ReportState.DISCARDED:
        if not report.fields:
            raise DomainError(_("It has been deleted meanwhile."))
        _settle(actor, report, ReportState.KEPT, "visit_report_taken_back")
        report.settled_at = None
    return report


def give_up_report(actor: Actor, report: VisitReport) -> None:
    """Delete what nobody has looked at for too long. The caller holds the row. May be repeated."""
    _settle(actor, report, ReportState.DISCARDED, "visit_report_given_up")
    report.fields, report.reason = {}, None


def _try_to_log(actor: Actor, visit: Visit, sent: SentReport) -> tuple[Contact | None, str | None]:
    if sent.logged is None:
        return None, REFUSED
    if sent.looks_private:
        return None, NOTE
    try:
        with savepoint():
            return log_visit(actor, visit_id=visit.id, logged=sent.logged, seen_version=sent.version), None
    except VisitConflict as conflict:
        return None, conflict.reason
    except DomainError:
        # A block that came meanwhile, a person who is not there any more: its page says what has to be corrected.
        return None, REFUSED


def _received_before(actor: Actor, key: str) -> VisitReport | None:
    statement = select(VisitReport).where(VisitReport.key == key)
    found = current_session().scalar(trusted(statement, because="named by the key that its form was given"))
    if found is not None and found.staff_id != actor.staff_id:
        raise NotVisible("Not found, or not visible to you.")
    return found


def _device_id(actor: Actor, public_id: str | None) -> int | None:
    if public_id is None:
        return None
    statement = select(VisitDevice).where(VisitDevice.public_id == public_id, VisitDevice.staff_id == actor.staff_id)
    found = current_session().scalar(trusted(statement, because="devices of the actor"))
    if found is None or found.cut_off_at is not None:
        raise CutOff(_("This device was cut off. What it kept is refused."))
    return found.id


def _settle(actor: Actor, report: VisitReport, state: ReportState, action: str) -> None:
    report.state, report.settled_at = state, clock.now()
    report.version_id += 1
    _record(actor, report, locked(Visit, actor, report.visit_id), action)


def _record(actor: Actor, report: VisitReport, visit: Visit, action: str) -> None:
    record(
        actor, action, subject_type="outreach_visit", subject_id=visit.id, unit_id=visit.unit_id,
        details={"report_id": report.id, "reason": report.reason} if report.reason else {"report_id": report.id},
    )  # fmt: skip
