"""Addresses of events for people who have no account, and the visit of somebody who holds such a link."""

import hmac
from dataclasses import dataclass
from typing import cast

from flask import current_app, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.languages import NAMES
from crm.settings import Settings
from crm.web.paging import here_with
from outreach.events.models import EventInvitation, OutreachEvent
from outreach.events.tokens import form_token, form_token_fits, looks_like_token, reply_token, token_hash

_NAMED = "the row is named by a valid token"


class WrongLink(NotFound):
    """The token in the address is not that of any invitation."""


@dataclass(frozen=True)
class LanguageLink:
    """A language that the page can be read in."""

    code: str
    name: str
    href: str


@dataclass(frozen=True)
class Visit:
    """One request with a personal link. Nothing is kept between requests."""

    invitation: EventInvitation
    token: str

    @property
    def language(self) -> str:
        """The language asked for in the address, else that of the invitation."""
        wanted = request.args.get("lang", "")
        return wanted if wanted in NAMES else self.invitation.language

    @property
    def languages(self) -> list[LanguageLink]:
        """The same page in every language that there is."""
        return [LanguageLink(code, name, here_with(lang=code)) for code, name in NAMES.items()]

    def url(self, endpoint: str) -> str:
        """The address of one of the holder's pages, in the language of the visit."""
        return url_for(f"outreach_event_reply.{endpoint}", token=self.token, lang=self.language)

    def form_token(self, step: str) -> str:
        """The token of one form."""
        return form_token(self.invitation.public_id, step)

    def form_fits(self, step: str) -> bool:
        """Whether the form that was sent is one of ours, made for this invitation and this step."""
        return form_token_fits(request.form.get("form_token", ""), self.invitation.public_id, step)


def visit_by_token(token: str) -> Visit:
    """The visit of somebody with a link. Raises WrongLink."""
    if not looks_like_token(token):
        raise WrongLink
    hashed = token_hash(token)
    statement = (
        select(EventInvitation)
        .where(EventInvitation.token_hash == hashed)
        .options(
            joinedload(EventInvitation.event).options(joinedload(OutreachEvent.unit), joinedload(OutreachEvent.owner)),
            joinedload(EventInvitation.employer),
            joinedload(EventInvitation.person),
        )
    )
    found = current_session().scalars(trusted(statement, because=_NAMED)).first()
    if found is None or not hmac.compare_digest(found.token_hash or b"", hashed):
        raise WrongLink
    return Visit(found, token)


def is_code(public_id: str) -> bool:
    """Whether this is the code of an invitation."""
    statement = select(EventInvitation.id).where(EventInvitation.public_id == public_id)
    return current_session().scalar(trusted(statement, because="nothing is read but that it is there")) is not None


def reply_url(invitation: EventInvitation, *steps: str) -> str:
    """The whole address of somebody's reply page, or of one behind it."""
    return "/".join((f"{_base_url()}/event/{reply_token(invitation.public_id)}", *steps))


def door_url(invitation: EventInvitation) -> str:
    """What the code says that is scanned at the door. It opens nothing for who has no account."""
    return f"{_base_url()}/events/code/{invitation.public_id}"


def _base_url() -> str:
    return cast(Settings, current_app.extensions["brobygg.settings"]).base_url
