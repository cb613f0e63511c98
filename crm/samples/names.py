"""Names of people and employers who do not exist, and numbers reserved for such people."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from stdnum.no import orgnr as no_orgnr
from stdnum.se import orgnr as se_orgnr


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WOMEN = _words(
    """
    Aisha Amina Anna Birgitta Carina Dalia Ebba Elif Emma Fatima Freja Gerd Hanna Helene Hodan Ida
    Ingrid Irina Johanna Karin Kristin Leila Lena Linnea Mariam Marte Maryna Mona Nadia Natalia Oksana
    Olena Ragnhild Rahel Rima Sara Selam Signe Siri Sofia Solveig Thea Tuva Ulla Yasmin Zahra
    """
)
MEN = _words(
    """
    Abdi Ahmed Ali Anders Andrij Arne Bilal Bjørn Dawit Eirik Elias Emil Erik Farid Filmon Gunnar Hamza
    Hassan Henrik Ibrahim Ivan Jan Jens Johan Karim Kjell Lars Leif Magnus Mehmet Mikael Mohamed Nils
    Ola Oleh Omar Oskar Per Petter Rashid Reza Samuel Stian Svein Taras Tesfay Tor Viktor Yonas Yusuf
    """
)
LAST_NAMES = _words(
    """
    Abdullahi Ahlström Alvdal Amiri Aslan Backlund Bakken Berglind Boyko Brattli Dahlgren Demir Ekhult
    Engstrøm Farah Fjellheim Forslund Gebre Granvik Habte Haddad Hagström Hassan Hauglid Holmlund Ismail
    Jama Kaya Koval Kvarnström Lindhult Lundvall Melnyk Mohammadi Moen Myrvold Nasser Norling Nygård
    Osman Petrenko Rahimi Rosengård Rønning Saleh Sandvik Shevchuk Skoglund Solberg Storhaug Strandell
    Sundell Tekle Tveit Vikström Warsame Yilmaz Åkerlund Öhrn Østby
    """
)
SWEDISH_EMPLOYERS = (
    "Ekliden Äldreboende",
    "Bergslund Plåt AB",
    "Café Lindblom AB",
    "Dalviks Städservice AB",
    "Granliden Trä AB",
    "Hotell Sjöutsikten AB",
    "Kvarnby Bageri AB",
    "Lindö kommun, skolköken",
    "Lindö Livs AB",
    "Norrhaga Lager och Logistik AB",
    "Sandåkers Trädgård AB",
    "Svarvarns Mekaniska AB",
    "Vikens Tvätteri AB",
)
NORWEGIAN_EMPLOYERS = (
    "Bakkegård Gartneri AS",
    "Brattvik Transport AS",
    "Fjellvik kommune, hjemmetjenesten",
    "Fjellvik Rør AS",
    "Fjordhotellet Fjellvik AS",
    "Gruva Kafé AS",
    "Hauglia Byggevare AS",
    "Kornstad Bakeri AS",
    "Lia Barnehage",
    "Myrvoll Renhold AS",
    "Skogly Sagbruk AS",
    "Strandly Sykehjem",
)
_TITLES = ("Platschef", "Daglig leder", "HR", "Arbetsledare", "Avdelingsleder", "Ägare")


@dataclass(frozen=True)
class Name:
    """A first and a last name."""

    first: str
    last: str

    @property
    def full(self) -> str:
        """Both."""
        return f"{self.first} {self.last}"


class People:
    """Gives every sample person a name of their own, an address at example.org and a number that nobody has."""

    def __init__(self) -> None:
        self._women, self._men, self._others = count(), count(), count()
        self._phones = count(605)

    def name(self, sex: str) -> Name:
        """The next name; first and last names walk at different paces, so that pairs do not come back soon."""
        pool, number = (WOMEN, next(self._women)) if sex == "woman" else (MEN, next(self._men))
        shift = 0 if sex == "woman" else 31
        return Name(pool[number % len(pool)], LAST_NAMES[(number * 7 + shift) % len(LAST_NAMES)])

    def contact(self) -> tuple[Name, str]:
        """A contact person at an employer, with a title."""
        number = next(self._others)
        pool = WOMEN if number % 2 else MEN
        name = Name(pool[-1 - number % len(pool)], LAST_NAMES[-1 - (number * 11) % len(LAST_NAMES)])
        return name, _TITLES[number % len(_TITLES)]

    def phone(self) -> str | None:
        """A mobile number that the Swedish regulator keeps for fiction (070-174 06 05 to 99), while they last."""
        number = next(self._phones)
        return f"+467017406{number - 600:02d}" if number < 700 else None


def email(name: Name, number: int) -> str:
    """An address that can never reach anybody (RFC 2606)."""
    plain = f"{name.first}.{name.last}".translate(_PLAIN).lower()
    return f"{plain}.{number}@example.org"


def office_phone(number: int) -> str:
    """A landline number that the Swedish regulator keeps for fiction (031-390 06 00 to 99)."""
    return f"+46313900{600 + number % 100}"


def swedish_numbers() -> Iterator[str]:
    """Organisation numbers with right check digits in a series that no register gives out."""
    return (found for found in _with_check_digit("559999", 3, 10) if se_orgnr.is_valid(found))


def norwegian_numbers() -> Iterator[str]:
    """The same for Norway."""
    return (found for found in _with_check_digit("99900", 3, 9) if no_orgnr.is_valid(found))


def _with_check_digit(start: str, digits: int, length: int) -> Iterator[str]:
    for number in count(11):
        for check in range(10):
            yield f"{start}{number:0{digits}d}{check}"[:length]


_PLAIN = str.maketrans("åäöæøÅÄÖÆØ ", "aaoaoAAOAO.")
