"""Addresses and numbers in one form."""

import pytest

from crm.errors import DomainError
from crm.messaging.addresses import (
    address_hash,
    ascii_email,
    can_receive_sms,
    normalise_email,
    normalise_phone,
    show_phone,
)
from crm.messaging.models import Channel


def test_an_address_keeps_its_local_part_and_lowers_its_domain(context: None) -> None:
    assert normalise_email(" Anna.Berg@EXAMPLE.Org ") == "Anna.Berg@example.org"
    assert ascii_email(normalise_email("anna@ÖREBRO.se")) == "anna@" + "örebro.se".encode("idna").decode()


@pytest.mark.parametrize(
    "text", ["", "anna", "anna@", "a b@example.org", "anna@example", "åsa@example.org", "a@b@c.se"]
)
def test_what_is_no_address_is_refused_beside_its_field(context: None, text: str) -> None:
    with pytest.raises(DomainError) as refused:
        normalise_email(text)
    assert refused.value.field == "email"


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("070-174 06 05", "SE", "+46701740605"),
        ("+46 (0)70 174 06 05", "NO", "+46701740605"),
        ("0046701740605", "SE", "+46701740605"),
        ("406 12 345", "NO", "+4740612345"),
        ("20 12 34 56", "DK", "+4520123456"),
        ("040 123 4567", "FI", "+358401234567"),
    ],
)
def test_numbers_of_four_countries_become_e164(context: None, text: str, country: str, number: str) -> None:
    assert normalise_phone(text, country) == number
    assert can_receive_sms(number)


@pytest.mark.parametrize("text", ["", "12", "070-174", "not a number", "+4670174060512345"])
def test_what_is_no_number_is_refused_beside_its_field(context: None, text: str) -> None:
    with pytest.raises(DomainError) as refused:
        normalise_phone(text, "SE")
    assert refused.value.field == "phone"


def test_a_landline_is_a_number_and_receives_no_sms(context: None) -> None:
    assert not can_receive_sms(normalise_phone("08-123 456 00", "SE"))


def test_numbers_are_shown_as_people_write_them_at_home_and_abroad() -> None:
    assert show_phone("+46701740605", "SE") == "070-174 06 05"
    assert show_phone("+46701740605", "NO") == "+46 70 174 06 05"
    assert show_phone("switchboard", "SE") == "switchboard"


def test_the_hash_ignores_case_tells_channels_apart_and_needs_the_key(context: None) -> None:
    one = address_hash(Channel.EMAIL, "Anna@Example.org")
    assert one == address_hash(Channel.EMAIL, "anna@example.org")
    assert one != address_hash(Channel.SMS, "anna@example.org")
    assert len(one) == 64
