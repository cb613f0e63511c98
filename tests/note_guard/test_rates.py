"""How much is found and how often the guard cries wolf, over thousands of generated numbers and sentences."""

from datetime import date, timedelta
from random import Random

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
           "070{:03d}{:02d}{:02d}",
           "+47 901 {:03d}{:02d}", "+45 20 {:03d}{:02d}", "+358 40 {:03d} {:02d}{:02d}")  # fmt: skip
_PHRASES = (
    "Ring {phone} före tio", "Ring på {phone} så svarar Eva", "Org.nr 556{a:03d}-{b:04d}", "Org.nr. 9{a:02d}{b:06d}",
    "Fakturanummer {n:010d}", "Faktura {n:010d} er betalt", "Ordre {n:011d} er sendt", "Två platser från {day}",
    "Möte {day} kl. 14.00", "Mødet er flyttet til {day}", "Avtalet gäller till {day}, 37,5 timmar i veckan",
    "De behöver {c} personer till sommaren", "Vi blev enige om {c} plasser fra høsten",
    "De har brug for {c} medarbejdere i køkkenet", "He työllistävät {c} henkilöä varastolla",
    "They have {c} openings in the warehouse from {day}", "The manager asked for a quote of {b} kr",
    "Soita numeroon {phone} ennen kello kymmentä", "Tlf. {phone}, spør etter driftslederen",
    "Call {phone} and ask for the shift leader", "Bygger nytt på Storgatan {c}, 903 {c:02d} Umeå",
    "CVR {n:08d} er bekræftet", "Y-tunnus {n:07d}-{d}", "Lönen är {b} kr i månaden, kollektivavtal finns",
    "Fackliga företrädaren var med på mötet", "Tillitsvalgt deltok i møtet {day}", "The union representative joined us",
    "Rundvisning i butikken, de er positive", "Vi besøkte verkstedet og snakket om lærlinger",
    "De vill ha information via e-post, inte brev", "Arbejdstiden er {c} timer om ugen",
    "Postadress: Box {c}, {a:03d} {d}0",
    "Kontonr 1234.{d}6.78{a:03d}", "Avtalsnummer {n:010d} förnyas {day}", "Ref {n:012d}", "De hiver ut gamle maskiner",
    "Chronicle of the visit: good talk about values", "Kunden vill starta 2027 med {c} praktikplatser",
    "Värkstaden heter så på skylten", "De tar emot studiebesök i {c} veckor",
    "Sommerjobb for {c} ungdommer, timelønn {b}", "Kørekort er et krav, truckcertifikat en fordel",
    "Palkka {b} euroa kuukaudessa, työaika {c} tuntia", "Perehdytys kestää {c} viikkoa", "EAN {n:013d}",
)  # fmt: skip


def _sentence(random: Random) -> str:
    phone = random.choice(_PHONES).format(random.randrange(1000), random.randrange(100), random.randrange(100))
    day = date(2026, 1, 1) + timedelta(days=random.randrange(500))
    shown = random.choice([f"{day:%Y-%m-%d}", f"{day:%d.%m.%Y}", f"{day:%d.%m.%y}", f"{day:%y%m%d}", f"{day:%d/%m-%Y}"])
    values = {"a": random.randrange(1000), "b": random.randrange(1000, 10000), "c": random.randrange(2, 60),
              "d": random.randrange(10), "n": random.randrange(10**13)}  # fmt: skip
    text = random.choice(_PHRASES)
    for width in (7, 8, 10, 11, 12, 13):
        text = text.replace(f"{{n:0{width:02d}d}}", f"{values['n'] % 10**width:0{width}d}")
        text = text.replace(f"{{n:0{width}d}}", f"{values['n'] % 10**width:0{width}d}")
    text = text.replace("{b:06d}", f"{random.randrange(10**6):06d}")
    return text.format(phone=phone, day=shown, **values)


def test_ordinary_sentences_in_five_languages_pass_but_for_one_in_two_hundred() -> None:
    random = Random(5)
    wrong = {}
    for _number in range(SENTENCES):
        text = _sentence(random)
        found = find_sensitive(text)
        if found:
            wrong[text] = [finding.text for finding in found]
    assert len(wrong) < 0.005 * SENTENCES, (len(wrong), dict(list(wrong.items())[:15]))


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


def test_membership_of_a_union_is_pointed_out_and_the_union_itself_is_not() -> None:
    assert [each.kind for each in find_sensitive("Hun er fagorganisert")] == [Sensitive.UNION]
    assert find_sensitive("Facket var med på mötet") == []
