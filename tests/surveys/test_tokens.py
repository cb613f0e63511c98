"""Tokens of survey links: unguessable, separate by use, spent by a new version."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import tokens

NOW = datetime(2026, 11, 18, 11, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _key(context: None) -> None:
    """Tokens are made from the key of the running application."""


def test_a_token_has_128_bits_in_22_characters() -> None:
    token = tokens.survey_token("abcdefghijklmnop", 1)
    assert len(token) == 22
    assert tokens.looks_like_token(token)


def test_every_use_and_version_has_a_token_of_its_own() -> None:
    found = {
        tokens.survey_token("a", 1),
        tokens.survey_token("a", 2),
        tokens.survey_token("b", 1),
        tokens.opt_out_token("a", 1),
        tokens.form_token("a", 1, "q:x"),
        tokens.form_token("a", 1, "q:y"),
        tokens.form_token("a", 2, "q:x"),
    }
    assert len(found) == 7


def test_a_form_token_fits_its_own_step_only() -> None:
    token = tokens.form_token("a", 1, "q:x")
    assert tokens.form_token_fits(token, "a", 1, "q:x")
    assert not tokens.form_token_fits(token, "a", 1, "q:y")
    assert not tokens.form_token_fits("", "a", 1, "q:x")
    assert not tokens.form_token_fits("é", "a", 1, "q:x")


def test_a_ticket_runs_out_and_cannot_be_changed() -> None:
    ticket = tokens.tablet_ticket("a", 1, NOW)
    assert tokens.tablet_ticket_fits(ticket, "a", 1, NOW + timedelta(minutes=29))
    assert not tokens.tablet_ticket_fits(ticket, "a", 1, NOW + timedelta(minutes=31))
    assert not tokens.tablet_ticket_fits(ticket, "a", 1, NOW - timedelta(minutes=1))
    assert not tokens.tablet_ticket_fits(ticket, "b", 1, NOW)
    later = format(int((NOW + timedelta(hours=1)).timestamp()), "x")
    assert not tokens.tablet_ticket_fits(f"{later}.{ticket.partition('.')[2]}", "a", 1, NOW + timedelta(hours=1))


@given(st.text(max_size=40))
def test_junk_is_neither_a_token_nor_a_ticket(text: str) -> None:
    if tokens.looks_like_token(text):
        assert len(text) == 22
        assert text.isascii()
