"""Messages are counted as the network counts them; look-alikes are suggested, never applied in silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.messaging.sms_text import GSM_BASIC, GSM_EXTENSION, SmsEncoding, count_sms, gsm_friendly, split_sms

gsm_texts = st.text(st.sampled_from(sorted(GSM_BASIC | GSM_EXTENSION)), max_size=500)
any_texts = st.text(st.sampled_from("aå€[🙂é’á ") | st.characters(exclude_categories=["Cs"]), max_size=400)


def fewest_parts(sizes: list[int], limit: int) -> int:
    """By brute force over all cuts between characters: the fewest parts of at most ``limit`` units."""
    best = [0]
    for end in range(1, len(sizes) + 1):
        used, parts, start = 0, len(sizes), end
        while start > 0 and used + sizes[start - 1] <= limit:
            start -= 1
            used += sizes[start]
            parts = min(parts, best[start] + 1)
        best.append(parts)
    return best[-1]


def octets(character: str, *, ucs2: bool) -> int:
    if ucs2:
        return len(character.encode("utf-16-be")) // 2
    return 2 if character in "\f^{}\\[~]|€" else 1


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments", "remaining"),
    [
        ("", SmsEncoding.GSM7, 0, 0, 160),
        ("a" * 160, SmsEncoding.GSM7, 160, 1, 0),
        ("a" * 161, SmsEncoding.GSM7, 161, 2, 145),
        ("a" * 306, SmsEncoding.GSM7, 306, 2, 0),
        ("a" * 307, SmsEncoding.GSM7, 307, 3, 152),
        ("åäöæøéüÅÄÖÆØÉÜ", SmsEncoding.GSM7, 14, 1, 146),
        ("€[]{}\\^~|", SmsEncoding.GSM7, 18, 1, 142),
        ("€" * 80, SmsEncoding.GSM7, 160, 1, 0),
        ("á" * 70, SmsEncoding.UCS2, 70, 1, 0),
        ("á" * 71, SmsEncoding.UCS2, 71, 2, 63),
        ("á" * 134, SmsEncoding.UCS2, 134, 2, 0),
        ("🙂" * 35, SmsEncoding.UCS2, 70, 1, 0),
        ("🙂" * 36, SmsEncoding.UCS2, 72, 2, 61),
    ],
)
def test_a_message_is_counted(text: str, encoding: SmsEncoding, units: int, segments: int, remaining: int) -> None:
    count = count_sms(text)
    assert (count.encoding, count.units, count.segments, count.remaining) == (
        encoding,
        units,
        segments,
        remaining,
    )


def test_the_gsm_alphabet_has_its_127_characters_and_the_escape_is_none_of_them() -> None:
    assert len(GSM_BASIC) == 127
    assert len(GSM_EXTENSION) == 10
    assert "\x1b" not in GSM_BASIC


@pytest.mark.parametrize("character", list("áíóúýðþčđŋšŧž’“”–—…\u00a0\tç"))
def test_one_letter_outside_the_alphabet_turns_the_whole_message(character: str) -> None:
    count = count_sms(f"Hei {character}{character}!")
    assert count.encoding is SmsEncoding.UCS2
    assert count.offending == (character,)


def test_an_escaped_character_is_not_split_over_two_parts() -> None:
    text = "a" * 152 + "€" + "b" * 20
    assert [len(part) for part in split_sms(text)] == [152, 21]
    assert count_sms(text).segments == 2


def test_a_surrogate_pair_is_not_split_over_two_parts() -> None:
    text = "á" * 66 + "🙂" + "á" * 10
    assert split_sms(text) == ["á" * 66, "🙂" + "á" * 10]


@given(any_texts | gsm_texts)
def test_counting_agrees_with_brute_force(text: str) -> None:
    count = count_sms(text)
    ucs2 = any(character not in GSM_BASIC | GSM_EXTENSION for character in text)
    sizes = [octets(character, ucs2=ucs2) for character in text]
    single, part = (70, 67) if ucs2 else (160, 153)
    assert count.encoding is (SmsEncoding.UCS2 if ucs2 else SmsEncoding.GSM7)
    assert count.units == sum(sizes)
    expected = min(1, len(text)) if sum(sizes) <= single else fewest_parts(sizes, part)
    assert count.segments == expected
    assert count.remaining >= 0


@given(any_texts)
def test_the_parts_together_are_the_text(text: str) -> None:
    parts = split_sms(text)
    assert "".join(parts) == text
    assert len(parts) == count_sms(text).segments


def test_look_alikes_are_suggested_with_what_was_exchanged() -> None:
    suggestion = gsm_friendly("“Hei” – det er Káre…")
    assert suggestion.text == '"Hei" - det er Káre...'
    assert suggestion.replacements == (("“", '"'), ("”", '"'), ("–", "-"), ("…", "..."))
    assert suggestion.still_offending == ("á",)


@given(gsm_texts)
def test_a_plain_text_gets_no_suggestion_except_for_none(text: str) -> None:
    suggestion = gsm_friendly(text)
    assert suggestion.text == text
    assert suggestion.replacements == ()


@given(any_texts)
def test_a_suggestion_never_touches_letters(text: str) -> None:
    suggestion = gsm_friendly(text)
    letters = [character for character in text if character.isalnum()]
    assert [character for character in suggestion.text if character.isalnum()] == letters
