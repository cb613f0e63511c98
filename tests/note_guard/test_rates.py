"""How much is found and how often the guard cries wolf, over thousands of generated numbers and sentences."""

from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from stdnum import luhn
from stdnum.dk import cpr
from stdnum.fi import hetu
from stdnum.no import fodselsnummer

from crm.note_guard.guard import Sensitive, find_sensitive
from crm.note_guard.numbers import identity_numbers

NUMBERS, SENTENCES = 6000, 6000
_SAID = ("Ny deltagare {}.", "Hun heter Eva, {} , og starter mandag", "({})", "pnr: {}", "Henkilötunnus {}", "CPR {}")


def _born(random: Random) -> date:
    return date(1945, 1, 1) + timedelta(days=random.randrange(65 * 365))


def _swedish(random: Random) -> str:
    born = _born(random)
    day = born.day + (60 if random.random() < 0.3 else 0)
    body = f"{born:%y%m}{day:02d}{random.randrange(1000):03d}"
    number = body + luhn.calc_check_digit(body)
    century = f"{born:%Y}"[:2]
    return random.choice(
        [f"{number[:6]}-{number[6:]}", number, century + number, f"{century}{number[:6]}-{number[6:]}",
         f"{century}{number[:6]} {number[6:]}", f"{number[:6]}–{number[6:]}"]
    )  # fmt: skip


def _norwegian(random: Random) -> str:
    while True:
        born = _born(random)
        day = born.day + (40 if random.random() < 0.3 else 0)
        individual = random.randrange(500) if born.year < 2000 else random.randrange(500, 1000)
        body = f"{day:02d}{born:%m%y}{individual:03d}"
        first = fodselsnummer.calc_check_digit1(body)
        second = fodselsnummer.calc_check_digit2(body + first) if len(first) == 1 else "10"
        if len(first + second) == 2:
            number = body + first + second
            return random.choice([number, f"{number[:6]} {number[6:]}", f"{number[:6]}-{number[6:]}"])


def _danish(random: Random) -> str:
    """With its dash any number, as they are given out since 2007; without it one with a check digit."""
    while True:
        born = _born(random)
        number = f"{born:%d%m%y}{random.choice('0123' if born.year < 2000 else '4567')}{random.randrange(1000):03d}"
        if cpr.is_valid(number) and cpr.get_birth_date(number) == born:
            if random.random() < 0.7:
                return f"{number[:6]}-{number[6:]}"
            if cpr.checksum(number) == 0:
                return number


def _finnish(random: Random) -> str:
    born = _born(random)
    sign = random.choice("-YXWVU" if born.year < 2000 else "ABCDEF")
    body = f"{born:%d%m%y}{random.randrange(2, 1000):03d}"
    return f"{body[:6]}{sign}{body[6:]}{hetu._calc_checksum(body)}"


def test_ninety_nine_of_a_hundred_identity_numbers_are_pointed_out() -> None:
    random = Random(3)
    for make in (_swedish, _norwegian, _danish, _finnish):
        missed = []
        for _number in range(NUMBERS // 4):
            number = make(random)
            found = find_sensitive(random.choice(_SAID).format(number))
            if Sensitive.IDENTITY_NUMBER not in {finding.kind for finding in found}:
                missed.append(number)
        assert len(missed) <= 0.01 * NUMBERS / 4, (make.__name__, len(missed), missed[:10])


_PHONES = ("070-{:03d} {:02d} {:02d}", "+46 70 {:03d} {:02d} {:02d}", "+4670{:03d}{:02d}{:02d}",
           "070{:03d}{:02d}{:02d}", "090-{:03d} {:02d} {:02d}", "08-{:03d} {:02d} {:02d}",
           "+47 901 {:03d}{:02d}", "+45 20 {:03d}{:02d}", "+358 40 {:03d} {:02d}{:02d}")  # fmt: skip
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%y%m%d", "%d/%m-%Y", "%d/%m %Y", "%Y%m%d", "%d %B", "%d/%m")
_NAMES = ("Eva", "Eva Berg", "Johan", "Johan Ek", "Nasrin", "Ingrid Dahl", "Åse", "Mikkel", "Søren Holm", "Pirkko")
_COMPANIES = (
    "Nordlys AB",
    "Bygg & Betong AB",
    "Fjord Mat AS",
    "Havn Logistik ApS",
    "Kvarnen",
    "Sjöbergs Bil",
    "Oy Metsä",
)
_TOWNS = ("Umeå", "Vännäs", "Osby", "Bergen", "Tromsø", "Mo i Rana", "Aarhus", "Esbjerg", "Kolding", "Oulu")
_STREETS = ("Storgatan", "Järnvägsgatan", "Havnegata", "Kirkeveien", "Nørregade", "Industrivej", "Station Road")


def _patterns() -> list[str]:
    """Sentences with places to fill in, in five languages; ordinary.txt says what is among them."""
    lines = Path(__file__).with_name("ordinary.txt").read_text(encoding="utf-8").splitlines()
    return list(dict.fromkeys(line for line in lines if line and line[0] not in "#["))


class _Filled(dict[str, str]):
    """Fills a pattern in, each place anew."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def __missing__(self, place: str) -> str:
        random, digits = self.random, self._digits
        day = date(2025, 6, 1) + timedelta(days=random.randrange(900))
        phone = random.choice(_PHONES).format(random.randrange(1000), random.randrange(100), random.randrange(100))
        values: dict[str, object] = {
            "phone": phone, "day": format(day, random.choice(_DAYS)), "year": day.year,
            "time": f"{random.randrange(6, 20):02d}{random.choice('.:')}{random.choice(('00', '15', '30', '45'))}",
            "n": random.randrange(2, 90), "sum": random.choice((digits(4), f"{digits(2)} {digits(3)}")),
            "big": digits(random.choice((4, 5, 6))), "invoice": digits(random.choice((6, 8, 10, 10, 11, 12))),
            "org": f"556{digits(3)}-{digits(4)}", "orgno": f"9{digits(2)} {digits(3)} {digits(3)}", "cvr": digits(8),
            "vat": f"SE556{digits(7)}01", "fi_org": f"{digits(7)}-{digits(1)}", "pno": f"1{digits(9)}",
            "giro": f"{digits(random.choice((3, 4)))}-{digits(4)}", "ean": f"57{digits(11)}",
            "zip": f"{digits(3)} {digits(2)}",
            "postgiro": f"{digits(2)} {digits(2)} {digits(2)}-{digits(1)}",
            "swish": f"123 {digits(3)} {digits(2)} {digits(2)}",
            "account": f"8327-9, {digits(3)} {digits(3)} {digits(3)}-{digits(1)}",
            "noaccount": f"{digits(4)} {digits(2)} {digits(5)}",
            "iban": f"{random.choice(('SE', 'NO', 'DK'))}{digits(2)} {digits(4)} {digits(4)} {digits(4)} {digits(2)}",
            "who": random.choice(_NAMES), "company": random.choice(_COMPANIES), "town": random.choice(_TOWNS),
            "street": random.choice(_STREETS),
        }  # fmt: skip
        return str(values[place])

    def _digits(self, number: int) -> str:
        return str(self.random.randrange(1, 10)) + "".join(self.random.choices("0123456789", k=number - 1))


def test_ordinary_sentences_in_five_languages_pass_but_for_one_in_two_hundred() -> None:
    patterns, random = _patterns(), Random(5)
    assert len(patterns) > 400
    said = {pattern.format_map(_Filled(random)) for pattern in patterns for _time in range(SENTENCES // 300)}
    assert len(said) >= 5000
    wrong = {text: [finding.text for finding in found] for text in sorted(said) if (found := find_sensitive(text))}
    assert len(wrong) < 0.005 * len(said), (len(wrong), dict(list(wrong.items())[:40]))


def test_no_word_of_an_ordinary_sentence_is_taken_for_health_or_a_union() -> None:
    """A number may be anybody's by chance; a word that is harmless once is harmless always."""
    random = Random(7)
    wrong = {}
    for pattern in _patterns():
        text = pattern.format_map(_Filled(random))
        found = [each.text for each in find_sensitive(text) if each.kind is not Sensitive.IDENTITY_NUMBER]
        if found:
            wrong[text] = found
    assert wrong == {}


@pytest.mark.parametrize(
    "text",
    [
        "Hon fick diagnosen i våras", "Han har en psykos bakom sig", "Hon är handikappad", "Han har cancer",
        "Hun har fått en diagnose", "Hun har kreft", "Han er kronisk syk", "Rammet av kreftsykdom",
        "Han ble diagnostisert",
        "Hun er handicappet", "Han har kræft", "Hun har en diagnose", "Hun er psykisk syg",
        "He is an alcoholic", "She was diagnosed in May", "He is disabled", "Her disability is known", "An addict",
        "She is depressed", "Hänellä on syöpä", "Hän on vammainen", "Hän sai diagnoosin",
    ],
)  # fmt: skip
def test_what_is_somebodys_health_is_pointed_out_beside_all_that_looks_like_it(text: str) -> None:
    assert [each.kind for each in find_sensitive(text)] == [Sensitive.HEALTH]


def test_a_sentence_with_a_number_of_ten_digits_is_no_identity_number_after_the_word_invoice() -> None:
    assert list(identity_numbers("Faktura 8112189876")) == []
    assert list(identity_numbers("Deltagare 8112189876")) == ["8112189876"]


def test_words_of_an_installation_are_added_and_taken_away(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from crm.note_guard.words import patterns

    own = tmp_path / "words.txt"
    own.write_text("[health sv]\nmigrän*\n-gravid*\n", encoding="utf-8")
    found = patterns(str(own))["health"]
    assert found.search("Hon har migränanfall")
    assert not found.search("gravid")
    assert found.search("sjukskriven")
    further = tmp_path / "further.txt"
    further.write_text("[health sv]\n~sjukskrivningsstatistik*\n", encoding="utf-8")
    found = patterns(str(further))["health"]
    assert found.search("sjukskriven")
    assert not found.search("sjukskrivningsstatistiken för branschen")


def test_membership_of_a_union_is_pointed_out_and_the_union_itself_is_not() -> None:
    assert [each.kind for each in find_sensitive("Hun er fagorganisert")] == [Sensitive.UNION]
    assert find_sensitive("Facket var med på mötet") == []
