"""Organisation numbers of four countries (domain standards, section 11)."""

import pytest

from crm.employers.org_numbers import read_org_number, read_unit_number, show_org_number
from crm.errors import DomainError


@pytest.fixture(autouse=True)
def _texts(context: None) -> None:
    """The messages are translated, which needs an application."""


@pytest.mark.parametrize(
    ("text", "country", "compact"),
    [
        ("556703-7485", "SE", "5567037485"),
        ("16 556703-7485", "SE", "5567037485"),
        ("974 760 673", "NO", "974760673"),
        ("NO 974760673 MVA", "NO", "974760673"),
        ("24256790", "DK", "24256790"),
        ("DK24256790", "DK", "24256790"),
        ("2331972-7", "FI", "23319727"),
        ("556012-5790", "SE", "5560125790"),
        ("5299999994", "SE", "5299999994"),
        ("988077917", "NO", "988077917"),
        ("919303808", "NO", "919303808"),
        ("13585628", "DK", "13585628"),
        ("11617034", "DK", "11617034"),
        ("0194099-3", "FI", "01940993"),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, country: str, compact: str) -> None:
    number = read_org_number(text, country)
    assert (number.compact, number.is_checked) == (compact, True)


@pytest.mark.parametrize(
    ("text", "country"), [("556703-7486", "SE"), ("988077918", "NO"), ("13585627", "DK"), ("2077474-1", "FI")]
)
def test_a_wrong_check_digit_is_told_and_not_refused(text: str, country: str) -> None:
    assert not read_org_number(text, country).is_checked


@pytest.mark.parametrize(
    ("text", "country"), [("55670374", "SE"), ("97476067", "NO"), ("04256790", "DK"), ("233197", "FI"), ("abc", "SE")]
)
def test_a_wrong_form_is_refused(text: str, country: str) -> None:
    with pytest.raises(DomainError) as caught:
        read_org_number(text, country)
    assert caught.value.field == "org_number"


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("811218-9876", "SE"),
        ("19811218-9876", "SE"),
        ("811278-9873", "SE"),
        ("211062-5629", "DK"),
        ("131052-308T", "FI"),
    ],
)
def test_a_personal_number_is_refused_with_an_explanation(text: str, country: str) -> None:
    with pytest.raises(DomainError, match="sole traders"):
        read_org_number(text, country)


@pytest.mark.parametrize(
    ("text", "country", "compact"),
    [
        ("999 000 819", "NO", "999000819"),
        ("1099900011", "DK", "1099900011"),
        ("10 99 90 00 11", "DK", "1099900011"),
        ("1234 5678", "SE", "12345678"),
        ("Vasa 3", "FI", "Vasa 3"),
    ],
)
def test_the_number_of_a_workplace_is_read_as_its_country_writes_it(text: str, country: str, compact: str) -> None:
    assert read_unit_number(text, country) == compact


@pytest.mark.parametrize(
    ("text", "country", "says"),
    [
        ("99900081", "NO", "nine digits"),
        ("999000818", "NO", "last digit does not fit"),
        ("24256790", "DK", "ten digits"),
        ("211062-5629", "DK", "ten digits"),
        ("556703-7485", "SE", "eight digits"),
        ("P-nummer", "DK", "ten digits"),
    ],
)
def test_what_cannot_be_the_number_of_a_workplace_is_refused_in_words(text: str, country: str, says: str) -> None:
    with pytest.raises(DomainError, match=says) as caught:
        read_unit_number(text, country)
    assert caught.value.field == "unit_number"


def test_numbers_are_shown_as_their_country_writes_them() -> None:
    shown = [("5567037485", "SE"), ("974760673", "NO"), ("24256790", "DK"), ("23319727", "FI")]
    assert [show_org_number(*each) for each in shown] == ["556703-7485", "974 760 673", "24256790", "2331972-7"]
    assert show_org_number(None, "SE") == ""
