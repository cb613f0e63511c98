"""Addresses and numbers in one form: checked when they are typed, compared by a keyed hash where they are
suppressed."""

from functools import lru_cache
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from crm.errors import DomainError
from crm.messaging.keys import keyed_hash
from crm.messaging.models import Channel
from crm.messaging.plain_addresses import is_plain_email, plain_number

# Danish numbers do not tell whether they are a mobile's, so both kinds are taken.
_TEXTABLE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


def normalise_email(text: str) -> str:
    """The address in one form, its domain in lower case. Nobody is asked whether it exists.

    Raises DomainError (field ``email``) for what cannot be an address, or one whose part before the @ needs
    an extension of mail that many servers lack.
    """
    if is_plain_email(text):
        return text
    try:
        found = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise DomainError(_("This is not an e-mail address."), field="email") from error
    return f"{found.local_part}@{found.domain}"


def ascii_email(address: str) -> str:
    """The form of a normalised address that travels: its domain in ASCII (IDNA)."""
    domain = address.rpartition("@")[2]
    if domain.isascii():
        return address
    return validate_email(address, check_deliverability=False, allow_smtputf8=False).ascii_email or address


def normalise_phone(text: str, country: str) -> str:
    """The number as E.164; a number without a country code belongs to ``country`` (ISO 3166, as SE).

    Raises DomainError (field ``phone``) for what cannot be a number.
    """
    plain = plain_number(text, country)
    if plain is not None:
        return plain
    try:
        number = phonenumbers.parse(text.strip(), country)
    except NumberParseException as error:
        raise DomainError(_("This is not a phone number."), field="phone") from error
    if not phonenumbers.is_valid_number(number):
        raise DomainError(_("This phone number does not exist. Is a digit missing?"), field="phone")
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


@lru_cache(maxsize=4096)
def can_receive_sms(number: str) -> bool:
    """Whether an E.164 number may belong to a phone that receives SMS."""
    return phonenumbers.number_type(_parsed(number)) in _TEXTABLE


@lru_cache(maxsize=1024)
def show_phone(number: str, country: str) -> str:
    """An E.164 number as people of ``country`` write it; what is not E.164 is shown as it stands."""
    try:
        parsed = _parsed(number)
    except NumberParseException:
        return number
    own = phonenumbers.region_code_for_number(parsed) == country
    return str(
        phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL if own else PhoneNumberFormat.INTERNATIONAL)
    )


def address_hash(channel: Channel, address: str) -> str:
    """The keyed hash of an address, for lists that must not hold the address itself. Case and blanks do
    not count."""
    plain = address.strip().casefold() if channel is Channel.EMAIL else address.replace(" ", "")
    return keyed_hash("addresses", f"{channel.value}:{plain}")


def _parsed(number: str) -> Any:
    return phonenumbers.parse(number, None)
