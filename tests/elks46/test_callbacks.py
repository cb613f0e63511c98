"""Callbacks of 46elks, read and checked."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.elks46.callbacks import (
    CallbackRefused,
    is_e164,
    is_stop_word,
    parse_delivery_report,
    parse_inbound,
    secret_matches,
)

INBOUND = {
    "direction": "incoming",
    "id": "sf8425555e5d8db61dda7a7b3f1b91bdb",
    "from": "+46701740605",
    "to": "+46766860000",
    "created": "2026-07-13T13:57:23.741000",
    "message": "Ja, jag jobbar kvar",
}


def test_a_delivery_report_is_read_with_its_time_in_utc() -> None:
    form = {"id": "s17a6d", "status": "delivered", "delivered": "2026-03-14T09:52:10Z"}
    report = parse_delivery_report(form, reference="m-1")
    assert (report.gateway_id, report.reference, report.status) == ("s17a6d", "m-1", "delivered")
    assert report.delivered_at == datetime(2026, 3, 14, 9, 52, 10, tzinfo=UTC)


@pytest.mark.parametrize("status", ["sent", "failed"])
def test_other_states_have_no_time_of_delivery(status: str) -> None:
    report = parse_delivery_report({"id": "s1", "status": status, "delivered": "x"}, reference="m-1")
    assert report.delivered_at is None


@pytest.mark.parametrize(
    ("form", "reference"),
    [
        ({"id": "s1", "status": "read"}, "m-1"),
        ({"status": "sent"}, "m-1"),
        ({"id": "s1'; --", "status": "sent"}, "m-1"),
        ({"id": "s" * 65, "status": "sent"}, "m-1"),
        ({"id": "s1", "status": "sent"}, "../m"),
        ({"id": "s1", "status": "sent"}, ""),
        ({"id": "s1", "status": "delivered", "delivered": "yesterday"}, "m-1"),
    ],
)
def test_a_malformed_delivery_report_is_refused(form: dict[str, str], reference: str) -> None:
    with pytest.raises(CallbackRefused):
        parse_delivery_report(form, reference=reference)


def test_an_inbound_text_is_read() -> None:
    sms = parse_inbound(INBOUND)
    assert (sms.sender, sms.recipient, sms.text) == ("+46701740605", "+46766860000", "Ja, jag jobbar kvar")
    assert sms.created_at == datetime(2026, 7, 13, 13, 57, 23, 741000, tzinfo=UTC)
    assert not sms.wants_stop


@pytest.mark.parametrize(
    "change",
    [
        {"direction": "outgoing"},
        {"from": "Telia"},
        {"from": "0701740605"},
        {"to": ""},
        {"id": ""},
        {"created": ""},
        {"message": "a" * 5001},
    ],
)
def test_a_malformed_inbound_text_is_refused_without_repeating_it(change: dict[str, str]) -> None:
    with pytest.raises(CallbackRefused) as refused:
        parse_inbound(INBOUND | change)
    assert "0701740605" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        *("STOP", "stop", "Stop.", " STOPP ", "STOPP!", "Stopp!!", "“Stopp”", "stop 🙏", "STOP STOP"),
        *("SLUTA", "Avsluta", "AVSLUTT", "avmeld", "Afmeld", "frameld", "unsubscribe", "Opt-out", "OPT OUT"),
        *("Stopp tack", "stop, please", "Stopp takk!", "ＳＴＯＰ", "Sluta skicka sms", "STOP ALL"),
    ],
)
def test_a_word_that_ends_messages_is_understood(text: str) -> None:
    assert is_stop_word(text)
    assert parse_inbound(INBOUND | {"message": text}).wants_stop


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "tack",
            "Ja",
            "Slut",
            "Slutt",
            "Jag vill sluta på jobbet",
            "nonstop",
            "Stopp, jag har bytt nummer",
        ),
        *("🙏", "Bussen stannade vid stop 4", "busstopp"),
    ],
)
def test_an_answer_is_not_taken_for_a_stop(text: str) -> None:
    assert not is_stop_word(text)


@given(st.text())
def test_no_text_breaks_the_search_for_a_stop(text: str) -> None:
    assert is_stop_word(text) in (True, False)


def test_the_secret_must_match_and_an_empty_one_matches_nothing() -> None:
    assert secret_matches("hemlig", "hemlig")
    assert not secret_matches("hemlig2", "hemlig")
    assert not secret_matches("åäö", "hemlig")
    assert not secret_matches("", "")


@pytest.mark.parametrize(
    ("number", "good"),
    [
        ("+46701740605", True),
        ("+4520123456", True),
        ("46701740605", False),
        ("+0701740605", False),
        ("+46 70 174", False),
        ("+46701740605\n", False),
        ("+٤٦٧٠١٧٤٠٦٠٥", False),
        ("+1234567890123456", False),
    ],
)
def test_numbers_are_checked_for_e164(number: str, good: bool) -> None:
    assert is_e164(number) is good
