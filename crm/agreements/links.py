"""A visit of somebody who holds a signing link: which agreement, and whether there is anything to do."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask import request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from crm import clock
from crm.accounts.scopes import trusted
from crm.agreements.models import Agreement, AgreementStatus, Side, SigningLink
from crm.agreements.services.rows import has_passed
from crm.agreements.states import BOTH_SIGNED
from crm.agreements.tokens import form_token, form_token_fits, looks_like_token, token_hash
from crm.db import current_session

READABLE_AFTER = timedelta(days=90)
"""How long the employer can still read and download with the link after both have signed."""
_NAMED = "the row is named by a valid token"


class WrongLink(NotFound):
    """The token in the address is not that of any agreement."""


class Standing(StrEnum):
    """Where the holder of a link stands."""

    OPEN = "open"
    WAITING = "waiting"
    """The employer has signed; we have not yet."""
    SIGNED = "signed"
    REFUSED = "refused"
    REPLACED = "replaced"
    NEWER_LINK = "newer_link"
    EXPIRED = "expired"
    OVER = "over"


READABLE = frozenset({Standing.OPEN, Standing.WAITING, Standing.SIGNED})


@dataclass(frozen=True)
class Visit:
    """One request with a link. Nothing is kept between requests."""

    agreement: Agreement
    link: SigningLink
    token: str

    @property
    def standing(self) -> Standing:
        """What can be done with this link now."""
        agreement, number = self.agreement, self.link.number
        if number != agreement.link_number:
            return Standing.NEWER_LINK
        plain = {AgreementStatus.REFUSED: Standing.REFUSED, AgreementStatus.REPLACED: Standing.REPLACED}
        if agreement.status in plain:
            return plain[agreement.status]
        if agreement.status in BOTH_SIGNED:
            return Standing.SIGNED if clock.now() < self.readable_until else Standing.OVER
        if agreement.status is not AgreementStatus.SENT:
            return Standing.OVER
        if agreement.signature_of(Side.EMPLOYER) is not None:
            return Standing.WAITING
        if has_passed(agreement):
            return Standing.OVER
        return Standing.OPEN if clock.now() < self.link.expires_at else Standing.EXPIRED

    @property
    def readable_until(self) -> datetime:
        """Until when a signed agreement can be read with the link."""
        return max(self.link.expires_at, (self.agreement.signed_at or self.link.created_at) + READABLE_AFTER)

    def url(self, endpoint: str) -> str:
        """The address of one of the holder's pages."""
        return url_for(f"agreements_signing.{endpoint}", token=self.token)

    def form_token(self, step: str) -> str:
        """The token of one form."""
        return form_token(self.agreement.public_id, self.link.number, step)

    def form_fits(self, step: str) -> bool:
        """Whether the form that was sent is one of ours, made for this link and this step."""
        given = request.form.get("form_token", "")
        return form_token_fits(given, self.agreement.public_id, self.link.number, step)


def visit_by_token(token: str) -> Visit:
    """The visit of somebody with a link. Raises WrongLink."""
    if not looks_like_token(token):
        raise WrongLink
    hashed = token_hash(token)
    statement = (
        select(SigningLink)
        .where(SigningLink.token_hash == hashed)
        .options(
            joinedload(SigningLink.agreement).options(
                joinedload(Agreement.employer), joinedload(Agreement.unit), joinedload(Agreement.owner),
                joinedload(Agreement.deputy), joinedload(Agreement.contact), joinedload(Agreement.signatures),
            )
        )
    )  # fmt: skip
    link = current_session().scalars(trusted(statement, because=_NAMED)).unique().first()
    if link is None or not hmac.compare_digest(link.token_hash, hashed):
        raise WrongLink
    return Visit(link.agreement, link, token)
