"""What is pointed out in a note, and what is not."""

import pytest

from crm.note_guard.guard import Sensitive, find_sensitive


@pytest.mark.parametrize(
    "number",
    ["811218-9876", "8112189876", "19811218-9876", "811278-9873", "131052-308T", "211062-5629", "19811218-9875"],
)
def test_a_national_identity_number_is_pointed_out(number: str) -> None:
    assert [finding.kind for finding in find_sensitive(f"Call ({number}) soon")] == [Sensitive.IDENTITY_NUMBER]


@pytest.mark.parametrize("word", ["sjukskriven", "ADHD-utredning", "depression", "sykmeldt", "sygemeldt", "masennus"])
def test_a_word_about_health_is_pointed_out(word: str) -> None:
    assert [finding.kind for finding in find_sensitive(f"Han är {word}.")] == [Sensitive.HEALTH]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "Ring 090-12 34 56 före tio",
        "Org.nr 556703-7485",
        "Två platser från 2026-12-01, 37,5 timmar",
        "+46 70 123 45 67",
    ],
)
def test_an_ordinary_note_passes(text: str | None) -> None:
    assert find_sensitive(text) == []


def test_each_piece_is_pointed_out_once_in_its_order() -> None:
    found = find_sensitive("sjukskriven 811218-9876, sjukskriven")
    assert [finding.text for finding in found] == ["sjukskriven", "811218-9876"]
