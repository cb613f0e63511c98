"""Every address of this feature and the view behind it, in one table."""

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.accounts.permissions import require
from crm.actors import Role
from crm.participants.labels import page_words
from crm.participants.routes import enrolments, exits, lists, people, person_data, standing

Rule = tuple[str, Callable[..., ResponseReturnValue], tuple[str, ...]]

_STAFF = (Role.COORDINATOR, Role.MANAGER)
_FORM = ("GET", "POST")


def blueprint() -> Blueprint:
    """The pages of this feature, each for coordinators and managers only; some for managers alone."""
    pages = Blueprint("participants", "crm.participants", template_folder="templates")
    pages.context_processor(page_words)
    for rule, view, methods in _for_staff():
        pages.add_url_rule(rule, view.__name__, require(*_STAFF)(view), methods=methods)
    for rule, view, methods in _for_managers():
        pages.add_url_rule(rule, view.__name__, require(Role.MANAGER)(view), methods=methods)
    return pages


def _for_staff() -> tuple[Rule, ...]:
    return (
        ("/participants", lists.index, ("GET",)),
        ("/participants/new", people.add, _FORM),
        ("/participants/<public_id>", people.show, ("GET",)),
        ("/participants/<public_id>/edit", people.edit, _FORM),
        ("/participants/<public_id>/contact-details", people.save_contact_details, ("POST",)),
        ("/participants/<public_id>/enrol", enrolments.enrol, _FORM),
        ("/participants/<public_id>/consents", standing.consents, ("POST",)),
        ("/participants/<public_id>/protection", standing.protection, _FORM),
        ("/participants/<public_id>/death", standing.death, _FORM),
        ("/participants/<public_id>/death/undo", standing.undo_death, ("POST",)),
        ("/participants/<public_id>/archive", standing.archive, ("POST",)),
        ("/participants/<public_id>/restore", standing.restore, ("POST",)),
        ("/enrolments/<public_id>/stage", enrolments.stage, ("POST",)),
        ("/enrolments/<public_id>/handover", enrolments.handover, _FORM),
        ("/enrolments/<public_id>/deputy", enrolments.deputy, ("POST",)),
        ("/enrolments/<public_id>/exit", exits.exit_form, _FORM),
        ("/enrolments/<public_id>/reopen", exits.reopen, _FORM),
        ("/exits/<public_id>", exits.show_exit, ("GET",)),
        ("/exits/<public_id>/edit", exits.edit_exit, _FORM),
    )


def _for_managers() -> tuple[Rule, ...]:
    return (
        ("/participants/export.<kind>", lists.export, ("GET",)),
        ("/participants/<public_id>/unprotect", standing.remove_protection, ("POST",)),
        ("/participants/<public_id>/data.json", person_data.download, ("GET",)),
        ("/participants/<public_id>/erase", person_data.erase, _FORM),
    )
