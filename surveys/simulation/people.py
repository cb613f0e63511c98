"""Who takes part in a rehearsal: made-up people, each with a mind of their own, drawn from the seed."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from surveys.simulation.options import Options
from surveys.simulation.smtp_session import DEAD_DOMAIN

LAST_WAVE_DAYS = 130
"""The ninety days, the time to answer and some slack: who leaves later than this before the end is still open then."""
_AGAIN_SHARE = 0.03
_CORRECTED_SHARE = 0.05
_LANGUAGES = ("sv", "sv", "sv", "nb", "da", "en", "ar")


class Manner(StrEnum):
    """What somebody does when a survey comes."""

    ANSWERS_AT_ONCE = "answers_at_once"
    ANSWERS_LATER = "answers_later"
    WANTS_CONTACT = "wants_contact"
    STOPS_HALFWAY = "stops_halfway"
    IGNORES = "ignores"
    BOUNCES = "bounces"
    MOVES = "moves"
    OPTS_OUT = "opts_out"
    DECLINES = "declines"


ANSWERING = (Manner.ANSWERS_AT_ONCE, Manner.ANSWERS_LATER, Manner.WANTS_CONTACT, Manner.MOVES)
_SHARES_OF_ANSWERING = (35, 50, 10, 5)
OTHERS = (Manner.STOPS_HALFWAY, Manner.IGNORES, Manner.BOUNCES, Manner.OPTS_OUT, Manner.DECLINES)
_SHARES_OF_OTHERS = (20, 45, 15, 10, 10)


@dataclass(frozen=True)
class Person:
    """One person, from the first day to the last. ``mind`` is the seed of what they do when."""

    number: int
    manner: Manner
    language: str
    email: str | None
    phone: str | None
    new_email: str | None
    """Where somebody who moves can be reached after staff have asked."""
    protected: bool
    exit_on: date
    recorded_days_late: int
    """How long after the last day the exit is written down. Negative: ahead of it."""
    corrected_by: int
    """By how many days the exit's date is corrected later; 0 when it was right."""
    again_on: date | None
    """When the person leaves for the second time, after a return."""
    mind: str


def draw_people(options: Options) -> list[Person]:
    """As many people as it takes for the number of exits that was asked for, second exits included."""
    second = round(options.exits * _AGAIN_SHARE)
    return [_person(options, number, returns=number < second) for number in range(options.exits - second)]


def _person(options: Options, number: int, *, returns: bool) -> Person:
    mind = f"{options.seed}:{number}"
    chance = Random(mind)
    manner = _manner(chance, options.answer_rate)
    exit_on = options.first_day + timedelta(days=chance.randint(1, max(1, options.days - LAST_WAVE_DAYS)))
    email, phone = _addresses(chance, number, manner)
    moved = manner in (Manner.MOVES, Manner.BOUNCES) and chance.random() < 0.8
    return Person(
        number=number,
        manner=manner,
        language=chance.choice(_LANGUAGES),
        email=email,
        phone=phone,
        new_email=f"person{number}@new.example.net" if moved else None,
        protected=chance.random() < 0.02,
        exit_on=exit_on,
        recorded_days_late=chance.choice((-3, 0, 0, 0, 0, 1, 4)),
        corrected_by=chance.choice((-7, -2, 3)) if chance.random() < _CORRECTED_SHARE and not returns else 0,
        again_on=exit_on + timedelta(days=chance.randint(10, 25)) if returns else None,
        mind=mind,
    )


def _manner(chance: Random, answer_rate: float) -> Manner:
    if chance.random() < answer_rate:
        return chance.choices(ANSWERING, _SHARES_OF_ANSWERING)[0]
    return chance.choices(OTHERS, _SHARES_OF_OTHERS)[0]


def _addresses(chance: Random, number: int, manner: Manner) -> tuple[str | None, str | None]:
    """E-mail and phone. Few have neither; who bounces or moves has no phone in every second case."""
    phone = f"+4670{1_700_000 + number:07d}"
    if manner in (Manner.BOUNCES, Manner.MOVES):
        return f"person{number}@{DEAD_DOMAIN}", phone if chance.random() < 0.5 else None
    email = f"person{number}@example.net"
    kind = chance.random()
    if kind < 0.02:
        return None, None
    if kind < 0.22:
        return None, phone
    return email, phone if kind < 0.7 else None
