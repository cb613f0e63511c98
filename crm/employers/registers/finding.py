"""What is known of an employer before it is added: employers that are here already, and what the register has."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, or_, select

from crm.accounts.scopes import condition, scoped, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer, Workplace
from crm.employers.queries import UnitRelationship, relationships_to
from crm.employers.registers.entries import Retrieved, retrieved
from crm.employers.registers.ports import register_of
from crm.employers.registers.typed import Typed
from crm.employers.rules import similar_employer, what_it_became
from crm.employers.text_index import text_index
from crm.errors import RegisterUnavailable
from crm.folding import fold
from crm.register_points import Register, RegisterEntry

MOST_KNOWN, MOST_HITS = 5, 10
SHORTEST = 3
"""Fewer letters of a name are nothing to look for."""


@dataclass(frozen=True)
class Known:
    """An employer that is here already, and the units that work with it: who, and when last, no more."""

    employer: Employer
    units: Sequence[UnitRelationship]
    why: str = ""
    """What of it has the words that were typed, where the name does not: a former name, the industry, a place."""

    @property
    def own(self) -> UnitRelationship | None:
        """The relationship of one of the reader's units."""
        return next((each for each in self.units if each.own), None)


@dataclass(frozen=True)
class Hit:
    """What a register has. ``known``: it is here already."""

    entry: RegisterEntry
    known: Employer | None

    @property
    def is_told(self) -> bool:
        """It is among those that are here already, and there is nothing to add to it."""
        return self.known is not None and not self.entry.is_unit


@dataclass(frozen=True)
class Found:
    """What is known of what was typed. ``problem``: why the register could not be asked."""

    typed: Typed
    known: Sequence[Known] = ()
    hits: Sequence[Hit] = ()
    register: Register | None = None
    asked: bool = False
    fit: int = 0
    """How many employers here have the words that were typed; only the best of them are in ``known``."""
    problem: str | None = None

    @property
    def is_cut(self) -> bool:
        """The register was asked by a name, and gave as many as it was asked for: it may have more."""
        return self.typed.number is None and len(self.hits) >= MOST_HITS


def known_employers(actor: Actor, typed: Typed) -> list[Known]:
    """Employers that are here already, by number (also a workplace's), by words of the name, and by a name that is
    nearly the same; at most five."""
    if typed.number:
        found = list(_by_number(actor, typed.country, [typed.number]).values())
    elif typed.name and len(typed.name) >= SHORTEST:
        found = _by_name(actor, typed.name)
    else:
        found = []
    return [
        Known(each, relationships_to(actor, each.id), why_found(each, typed.name or "")) for each in found[:MOST_KNOWN]
    ]


def why_found(employer: Employer, name: str) -> str:
    """The texts of an employer that have words of ``name`` which its name does not have."""
    missing = [word for word in fold(name).split() if word not in fold(employer.name)]
    texts = [*(employer.former_names or ()), employer.industry_text, employer.city, employer.municipality]
    found = [text for text in texts if text and any(word in fold(text) for word in missing)]
    return ", ".join(dict.fromkeys(found))


def how_many_fit(actor: Actor, typed: Typed, known: Sequence[Known]) -> int:
    """How many employers have the words of a name; asked for only where ``known`` cannot hold them all."""
    if not typed.name or len(known) < MOST_KNOWN:
        return len(known)
    statement = scoped(select(func.count(Employer.id)), condition(Employer, actor))
    return current_session().scalar(statement.where(*_has_words(typed.name))) or 0


def how_well_it_fits(name: str, typed: str) -> int:
    """0 for a name that begins with what was typed, 1 where one of its words does, 2 where it stands in it, else 3."""
    name, typed = name.casefold(), typed.casefold()
    return 0 if name.startswith(typed) else 1 if f" {typed}" in name else 2 if typed in name else 3


def find(actor: Actor, typed: Typed) -> Found:
    """What is here and what the register has. Asks the register, so no transaction may be open."""
    register = register_of(typed.country)
    if register is None or (typed.name is not None and len(typed.name) < SHORTEST):
        known = known_employers(actor, typed)
        return Found(typed, known, register=register, fit=how_many_fit(actor, typed, known))
    entries: Sequence[RegisterEntry] = ()
    problem = None
    try:
        entries = _ask(register, typed)
    except RegisterUnavailable as error:
        problem = str(error.message)
    if typed.name:
        entries = sorted(entries, key=lambda entry: how_well_it_fits(entry.name, typed.name or ""))
    here = _by_number(actor, typed.country, [*_numbers(entries), *(entry.number for entry in entries)])
    hits = [
        Hit(entry, here.get(number) or here.get(entry.number))
        for entry, number in zip(entries, _numbers(entries), strict=True)
    ]
    known = known_employers(actor, typed)
    fit = how_many_fit(actor, typed, known)
    ids = {each.employer.id for each in known}
    new = {hit.known.id: hit.known for hit in hits if hit.known is not None and hit.known.id not in ids}
    known += [Known(each, relationships_to(actor, each.id)) for each in new.values()]
    return Found(
        typed, known, hits, register, asked=register.can_search or bool(typed.number), fit=fit, problem=problem
    )


def company_of(country: str, number: str) -> Retrieved | None:
    """A company with its workplace units, asked by its number or by that of one of its units; None when the register
    has none. Raises RegisterUnavailable. No transaction may be open."""
    register = register_of(country)
    if register is None:
        return None
    entry = register.look_up(number)
    if entry is not None and entry.is_unit and entry.parent_number:
        entry = register.look_up(entry.parent_number) or entry
    if entry is None:
        return None
    return retrieved(register.key, entry, register.units_of(entry.number))


def _ask(register: Register, typed: Typed) -> Sequence[RegisterEntry]:
    if typed.number:
        entry = register.look_up(typed.number)
        return [entry] if entry is not None else []
    return list(register.search(typed.name or "", limit=MOST_HITS)) if register.can_search else []


def _numbers(entries: Sequence[RegisterEntry]) -> list[str]:
    return [entry.parent_number or entry.number if entry.is_unit else entry.number for entry in entries]


def _by_number(actor: Actor, country: str, numbers: Sequence[str]) -> dict[str, Employer]:
    """Who has a number, or a workplace of that number; whoever was merged is the one that they became."""
    if not numbers:
        return {}
    places = visible(Workplace, actor).where(Workplace.unit_number.in_(numbers), Workplace.archived_at.is_(None))
    units = {each.employer_id: each.unit_number for each in current_session().scalars(places)}
    statement = visible(Employer, actor).where(
        Employer.country == country, or_(Employer.org_number.in_(numbers), Employer.id.in_(units))
    )
    found: dict[str, Employer] = {}
    for each in current_session().scalars(statement.order_by(Employer.sort_name)):
        number = each.org_number if each.org_number in numbers else units[each.id]
        found.setdefault(number or "", what_it_became(each))
    return found


def _has_words(name: str) -> tuple[ColumnElement[bool], ...]:
    return text_index().find(name).condition, Employer.archived_at.is_(None)


def _by_name(actor: Actor, name: str) -> list[Employer]:
    typed = name.casefold()
    best_first = case(
        (Employer.sort_name.startswith(typed, autoescape=True), 0),
        (Employer.sort_name.contains(f" {typed}", autoescape=True), 1),
        (Employer.sort_name.contains(typed, autoescape=True), 2),
        else_=3,
    )
    statement = (
        visible(Employer, actor)
        .where(*_has_words(name))
        .order_by(best_first, Employer.sort_name, Employer.id)
        .limit(MOST_KNOWN)
    )
    found = list(current_session().scalars(statement))
    alike = similar_employer(name)
    if alike is not None and alike.id not in {each.id for each in found}:
        found.insert(0, alike)
    return found
