"""The lines that an inquiry leaves in the histories of its employer and of its participants."""

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.glossary import picklists
from crm.history.models import HistoryLine
from crm.history.services import Subject, remove_line, write_line
from crm.inquiries.models import Inquiry
from crm.languages import in_all_languages
from crm.participants.services.editing import moment_of
from crm.settings import LANGUAGES

KIND = "inquiry"


def write_lines(actor: Actor, inquiry: Inquiry, *, zone: str) -> None:
    """One line for the employer, which names nobody, and one for each participant. May be repeated.

    Lines of those who are no longer in the inquiry go.
    """
    subjects = {
        f"{inquiry.public_id}:person:{each.participant_id}": Subject(participant_id=each.participant_id)
        for each in inquiry.persons
        if each.participant_id is not None
    }
    if inquiry.employer_id is not None:
        subjects[f"{inquiry.public_id}:employer:{inquiry.employer_id}"] = Subject(employer_id=inquiry.employer_id)
    for gone in _there(inquiry) - set(subjects):
        remove_line(KIND, gone)
    topic = {language: picklists.label("inquiry_topic", inquiry.topic, language) for language in LANGUAGES}
    summary = in_all_languages(lambda: _("Inquiry"))
    for ref, subject in subjects.items():
        write_line(
            actor, kind=KIND, source_ref=ref, at=moment_of(inquiry.received_on, zone), summary=summary, detail=topic,
            unit_id=inquiry.unit_id, subjects=[subject],
        )  # fmt: skip


def remove_lines(inquiry: Inquiry) -> None:
    """Take the lines of an inquiry away. May be repeated."""
    for ref in _there(inquiry):
        remove_line(KIND, ref)


def _there(inquiry: Inquiry) -> set[str]:
    statement = select(HistoryLine.source_ref).where(
        HistoryLine.kind == KIND, HistoryLine.source_ref.startswith(f"{inquiry.public_id}:", autoescape=True)
    )
    return set(current_session().scalars(trusted(statement, because="lines of an inquiry already checked")))
