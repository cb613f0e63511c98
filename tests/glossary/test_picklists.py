"""Managed lists: codes, labels in the reader's language, and national schemes."""

import pytest

from crm.glossary.picklists import PicklistError, codes, label, list_names, options, read_lists

HEADER = "list,code,country,en,sv,nb,da,fi"


def test_options_come_in_the_order_of_the_list_in_the_readers_language() -> None:
    channels = options("contact_channel", "sv")
    assert channels[0] == ("visit", "Besök hos arbetsgivaren")
    assert [code for code, _ in channels] == [code for code, _ in options("contact_channel", "da")]


def test_staff_languages_are_complete_for_everything_that_is_not_national() -> None:
    for name in list_names():
        english = dict(options(name, "en"))
        for language in ("sv", "nb", "da"):
            national = {code for code, text in options(name, language) if " – " in text}
            assert all(code.startswith(("no_", "dk_", "se_", "fi_")) for code in national)
            assert len(english) == len(options(name, language))


def test_a_national_scheme_is_shown_abroad_in_english_with_its_local_name() -> None:
    assert label("placement_type", "no_work_training", "nb") == "Arbeidstrening"
    assert label("placement_type", "no_work_training", "sv") == "Work training (NO) – Arbeidstrening"


def test_schemes_are_filtered_by_country() -> None:
    danish = {code for code, _ in options("placement_type", "da", country="dk")}
    assert "dk_praktik" in danish
    assert "ordinary_work" in danish
    assert not any(code.startswith(("no_", "se_", "fi_")) for code in danish)


def test_a_missing_language_falls_back_to_english_and_nynorsk_to_bokmal() -> None:
    assert label("exit_reason", "studies", "fi") == "Studies"
    assert label("exit_reason", "studies", "ar") == "Studies"
    assert label("exit_reason", "studies", "nn") == "Utdanning"


def test_codes_are_for_validation() -> None:
    assert "work_ordinary" in codes("exit_reason")
    assert "pension" in codes("labour_status")


def test_an_unknown_list_or_code_is_refused() -> None:
    with pytest.raises(PicklistError, match="no list 'weather'"):
        options("weather", "en")
    with pytest.raises(PicklistError, match="no code 'rain'"):
        label("exit_reason", "rain", "en")


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (["list,code"], "the first line"),
        ([], "the first line"),
        ([HEADER, "a,b,,x"], "line 2: 4 fields"),
        ([HEADER, "a,b,,,x,,,"], "line 2: a value needs"),
        ([HEADER, ",b,,x,,,,"], "line 2: a value needs"),
        ([HEADER, "a,b,,x,,,,", "a,b,,y,,,,"], "line 3: 'a' has 'b' twice"),
        ([HEADER, "a,b,NO,x,,,,"], "line 2: 'b' has no name in the language of NO"),
        ([HEADER, "a,b,XX,x,,,,"], "line 2: 'b' has no name in the language of XX"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(lines: list[str], fault: str) -> None:
    with pytest.raises(PicklistError, match=fault):
        read_lists(lines)
