"""What is recognised without the libraries is what they would say."""

import phonenumbers
import pytest
from email_validator import validate_email
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm.errors import DomainError
from crm.messaging.addresses import normalise_email, normalise_phone
from crm.messaging.plain_addresses import _PLAIN_EMAIL, is_plain_email, plain_number

QUIET = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _said_by_library(text: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None


@given(
    country=st.sampled_from(["SE", "NO", "DK"]),
    digits=st.text("0123456789", min_size=7, max_size=12),
    start=st.sampled_from(["", "0", "07", "070", "090", "4", "47", "46", "00"]),
    cut=st.integers(2, 6),
    between=st.sampled_from(["", " ", "-"]),
)
@example(country="SE", digits="1740605", start="070", cut=3, between="-")
@QUIET
def test_a_number_recognised_at_once_is_the_one_that_the_library_reads(
    country: str, digits: str, start: str, cut: int, between: str
) -> None:
    number = (start + digits)[: 11 if country == "SE" else 8]
    text = number[:cut] + between + number[cut:]
    found = plain_number(text, country)
    assert found is None or found == _said_by_library(text, country)


@given(text=st.from_regex(_PLAIN_EMAIL, fullmatch=True))
@QUIET
def test_an_address_recognised_at_once_is_in_the_form_that_the_library_gives_it(text: str) -> None:
    if is_plain_email(text):
        assert validate_email(text, check_deliverability=False, allow_smtputf8=False).normalized == text


def test_what_lists_are_full_of_is_recognised_and_what_is_wrong_is_left_to_the_library(core_app: Flask) -> None:
    assert plain_number("070-174 06 05", "SE") == "+46701740605"
    assert plain_number("22 86 44 00", "NO") == "+4722864400"
    assert is_plain_email("info.umea@nordlys-bageri.se")
    others = [
        "a..b@example.org",
        "a@example.test",
        "a@b",
        "a@-b.se",
        "a@xn--a.se",
        "a@aa--b.se",
        ".a@b.se",
        "å@b.se",
        "Info@b.se",
    ]
    for address in others:
        assert not is_plain_email(address), address
    with core_app.app_context():
        assert normalise_email("Info@Example.ORG") == normalise_email("Info@example.org") == "info@example.org"
        for wrong in ("070-1", "0000000000"):
            with pytest.raises(DomainError):
                normalise_phone(wrong, "SE")
