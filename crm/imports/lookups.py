"""What names in a file mean here: units, programmes, coordinators, stages. Read once for each batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm.accounts.models import Unit
from crm.accounts.queries import units_for
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.stage_queries import Missing, missing_for, stages_of
from crm.employers.stages import LONG_LIST, STAGES, StageSet
from crm.errors import DomainError
from crm.folding import fold
from crm.languages import in_all_languages
from crm.participants.queries import possible_coordinators
from crm.programmes.queries import programmes_for


@dataclass(frozen=True)
class Defaults:
    """What holds for every row that does not say otherwise.

    ``of_no_unit``: employers become contacts of no unit, not even of the actor's own.
    """

    unit_id: int | None = None
    programme_id: int | None = None
    of_no_unit: bool = False


NOTHING_SAID = Defaults()
_NOBODY = 0
"""The key of a relationship that is not there yet: nothing hangs on it."""


class Lookups:
    """Names to ids, as the actor may use them. Holds ids only, so that a roll-back cannot make it stale."""

    def __init__(self, actor: Actor, defaults: Defaults) -> None:
        self.actor = actor
        self.defaults = defaults
        units = units_for(actor)
        self._units: Mapping[str, int] = {fold(unit.name): unit.id for unit in units}
        self._unit_names: Mapping[int, str] = {unit.id: unit.name for unit in units}
        self._countries: Mapping[int, str] = {unit.id: unit.country for unit in units}
        self._languages: Mapping[int, str] = {unit.id: unit.language for unit in units}
        self._programmes: dict[str, int] = {}
        self._programme_units: dict[int, int] = {}
        for programme in programmes_for(actor, with_archived=True):
            self._programmes.setdefault(fold(programme.name), programme.id)
            self._programme_units[programme.id] = programme.unit_id
        for programme in programmes_for(actor, with_archived=True):
            self._programmes[fold(programme.code)] = programme.id
        self._coordinators: dict[int, Mapping[str, int]] = {}
        self._staff_names: dict[int, str] = {}
        self._stages: dict[int, tuple[StageSet, Mapping[str, str]]] = {}
        self._missing: dict[str, Sequence[Missing]] = {}

    def unit(self, name: str, *, programme_id: int | None) -> int:
        """The unit of a row: the one it names, the default, the programme's, the actor's. Raises DomainError."""
        if name:
            found = self._units.get(fold(name))
            if found is None:
                raise DomainError(_("There is no such unit, or it is not one of yours."), field="unit")
            return found
        of_programme = self._programme_units.get(programme_id or 0)
        found = self.defaults.unit_id or of_programme or self.actor.unit_id
        if found is None:
            raise DomainError(_("Say which unit."), field="unit")
        return found

    def programme(self, name: str) -> int | None:
        """The programme that a row names by code or name, else the default. Raises DomainError for an unknown one."""
        if not name:
            return self.defaults.programme_id
        found = self._programmes.get(fold(name))
        if found is None:
            raise DomainError(_("There is no programme with this code or name."), field="programme")
        return found

    def coordinator(self, name: str, *, unit_id: int) -> int | None:
        """Somebody of the unit by e-mail or name. Raises DomainError for somebody who is not there."""
        if not name:
            return None
        if unit_id not in self._coordinators:
            staff = possible_coordinators(unit_id)
            self._staff_names |= {each.id: each.name for each in staff}
            names = {fold(each.name): each.id for each in staff}
            self._coordinators[unit_id] = names | {fold(each.email): each.id for each in staff}
        found = self._coordinators[unit_id].get(fold(name))
        if found is None:
            raise DomainError(_("Nobody in the unit has this name or e-mail."), field="coordinator")
        return found

    def owner(self, email: str, *, unit_id: int) -> int | None:
        """Who is responsible for an employer, by e-mail or name. Raises DomainError for somebody who is not there."""
        try:
            return self.coordinator(email, unit_id=unit_id)
        except DomainError as error:
            raise DomainError(error.message, field="owner") from error

    def stage(self, name: str, *, unit_id: int) -> str | None:
        """The unit's stage that a name means: its own names, then the usual ones. Raises DomainError for another."""
        word = fold(name.replace("_", " "))
        if not word:
            return None
        stages, words = self._stages_of(unit_id)
        if word not in words:
            names = ", ".join(str(stage.name) for stage in stages.stages)
            raise DomainError(_("There is no such stage. The stages are: %(names)s.", names=names), field="stage")
        return stages.place_of(words[word]).code

    def first_stage(self, unit_id: int) -> str:
        """Where an employer begins in a unit."""
        return self._stages_of(unit_id)[0].first.code

    def stage_name(self, stage: str, *, unit_id: int) -> str:
        """What a stage is called in a unit."""
        return str(self._stages_of(unit_id)[0].label(stage))

    def unit_name(self, unit_id: int) -> str:
        """The name of a unit."""
        return self._unit_names.get(unit_id) or current_session().get_one(Unit, unit_id).name

    def staff_name(self, staff_id: int | None) -> str:
        """The name of somebody whom a row has named; empty for nobody."""
        return self._staff_names.get(staff_id or 0, "")

    def missing(self, relationship_id: int | None, stage: str) -> Sequence[Missing]:
        """What a stage asks for and is not there; asked once for all relationships that are new."""
        if relationship_id is not None:
            return missing_for(relationship_id, stage)
        if stage not in self._missing:
            self._missing[stage] = missing_for(_NOBODY, stage)
        return self._missing[stage]

    def _stages_of(self, unit_id: int) -> tuple[StageSet, Mapping[str, str]]:
        if unit_id not in self._stages:
            stages = stages_of(unit_id)
            own = {fold(str(stage.name)): stage.code for stage in stages.stages}
            retired = {fold(name): code for code, name in stages.retired.items() if name}
            self._stages[unit_id] = stages, {**_usual_stages(), **retired, **own}
        return self._stages[unit_id]

    def country(self, unit_id: int) -> str:
        """The country of a unit."""
        return self._countries.get(unit_id, "SE")

    def language(self, unit_id: int) -> str:
        """The language of a unit."""
        return self._languages.get(unit_id, "en")


@cache
def _usual_stages() -> Mapping[str, str]:
    """Folded name, in any language, to code. The five that are shipped win over names of the long list."""
    labels = {code: name for code, (_meaning, name) in LONG_LIST.items()} | STAGES
    words = {fold(code.replace("_", " ")): code for code in labels}
    for code, name in labels.items():
        words |= {fold(text): code for text in in_all_languages(partial(str, name)).values()}
    return words


def unit_named(name: str) -> Unit:
    """The unit in use with this name, for the command line. Raises DomainError."""
    statement = select(Unit).where(func.lower(Unit.name) == name.lower(), Unit.archived_at.is_(None))
    found = current_session().scalars(trusted(statement, because="names of units")).all()
    if len(found) != 1:
        raise DomainError(_("There is no unit with exactly this name."), field="unit")
    return found[0]
