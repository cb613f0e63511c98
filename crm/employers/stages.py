"""Names of the field's own values: stages, kinds of employers, outcomes that mean that somebody was reached.

Every stage means one of the five that are shipped. A unit may use the long list, or names of its own; the code of an
own stage says what it means ("own.contact.3f2a9c"). So whoever knows nothing of a unit's own stages still knows
where an employer stands, and rows that were written under other stages keep reading well.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crm.employers.models import EmployerKind, Stage
from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

STAGES: dict[str, Text] = {
    Stage.NEW.value: _l("New"),
    Stage.CONTACT.value: _l("In contact"),
    Stage.AGREEMENT.value: _l("Agreement"),
    Stage.PLACEMENT_RUNNING.value: _l("Placement running"),
    Stage.RESTING.value: _l("Resting"),
}
LONG_LIST: dict[str, tuple[Stage, Text]] = {
    "identified": (Stage.NEW, _l("Identified")),
    "contacted": (Stage.CONTACT, _l("Contacted")),
    "visited": (Stage.CONTACT, _l("Visited")),
    "interested": (Stage.CONTACT, _l("Interested")),
    "agreement_draft": (Stage.CONTACT, _l("Agreement in draft")),
    "agreement_active": (Stage.AGREEMENT, _l("Agreement in force")),
    "placement_active": (Stage.PLACEMENT_RUNNING, _l("Placement in progress")),
    "hired": (Stage.PLACEMENT_RUNNING, _l("Has hired")),
    "paused": (Stage.RESTING, _l("Paused")),
    "declined": (Stage.RESTING, _l("Declined")),
    "closed": (Stage.RESTING, _l("Closed down")),
}
"""The glossary's list: code, what it means, name. The last three are side stages. A draft is no agreement yet."""
STAGE_COLORS = {
    Stage.NEW.value: "neutral",
    Stage.CONTACT.value: "info",
    Stage.AGREEMENT.value: "brand2",
    Stage.PLACEMENT_RUNNING.value: "success",
    Stage.RESTING.value: "neutral",
}
KINDS: dict[EmployerKind, Text] = {
    EmployerKind.COMPANY: _l("Company"),
    EmployerKind.PUBLIC: _l("Public employer"),
    EmployerKind.NON_PROFIT: _l("Non-profit organisation"),
    EmployerKind.TRAINING_OFFICE: _l("Training office"),
    EmployerKind.PARTNER_AUTHORITY: _l("Partner authority"),
}
NOT_REACHED = frozenset({"not_called", "no_answer", "wrong_person"})
"""Outcomes (picklist contact_outcome) after which nobody has been spoken to."""
POSITIVE = frozenset({"interested", "visit_booked", "place_offered", "agreement_discussed", "agreement_signed"})
"""Outcomes after which the employer was for it: standards.md section 15, measure "stalled"."""
_OWN = "own"


@dataclass(frozen=True)
class StageDef:
    """A stage as a unit has it: its code, its name, and which of the five that are shipped it means."""

    code: str
    name: Text
    meaning: Stage

    @property
    def color(self) -> str:
        """The colour of its tag."""
        return STAGE_COLORS[self.meaning.value]

    @property
    def is_side(self) -> bool:
        """Whether nothing goes on there: entering it asks why."""
        return self.meaning is Stage.RESTING


@dataclass(frozen=True)
class StageSet:
    """The stages of a unit in their order, and the names of those that it no longer uses."""

    stages: Sequence[StageDef]
    retired: Mapping[str, str]

    @property
    def codes(self) -> list[str]:
        """The codes in order."""
        return [stage.code for stage in self.stages]

    @property
    def choices(self) -> dict[str, Text]:
        """Code and name of each stage, in order."""
        return {stage.code: stage.name for stage in self.stages}

    @property
    def first(self) -> StageDef:
        """Where an employer begins."""
        return self.of_meaning(Stage.NEW) or self.stages[0]

    def get(self, code: str) -> StageDef | None:
        """The stage of a code that the unit uses."""
        return next((stage for stage in self.stages if stage.code == code), None)

    def of_meaning(self, meaning: Stage) -> StageDef | None:
        """The first stage that means this, if the unit has any."""
        return next((stage for stage in self.stages if stage.meaning is meaning), None)

    def place_of(self, code: str) -> StageDef:
        """The stage under which an employer stands whose stage has ``code``, be it the unit's or another's."""
        meaning = meaning_of(code)
        return self.get(code) or self.of_meaning(meaning) or self._nearest(meaning)

    def entered(self, wanted: str, now: str) -> str:
        """The code under which one who stands under ``now`` stands after a move to ``wanted``, whoever's stage it is.

        Who stands already where it means the same stays there.
        """
        if self.get(wanted):
            return wanted
        return now if meaning_of(wanted) is meaning_of(now) else self.place_of(wanted).code

    def label(self, code: str) -> Text:
        """The name of a stage: the unit's own, be it in use or not, or the usual one."""
        found = self.get(code)
        return found.name if found else self.retired.get(code) or stage_label(code)

    def color(self, code: str) -> str:
        """The colour of a stage's tag."""
        return STAGE_COLORS[meaning_of(code).value]

    def after(self, code: str) -> StageDef:
        """Where an employer goes most often: on to the next stage; from where it rests, back into contact."""
        now = self.place_of(code)
        at = self.codes.index(now.code)
        if now.is_side or at + 1 == len(self.stages):
            return self.of_meaning(Stage.CONTACT) or self.stages[0]
        return self.stages[at + 1]

    def under(self, place: str, codes: Iterable[str]) -> list[str]:
        """Those of ``codes`` that stand under the stage ``place``."""
        return [code for code in codes if self.place_of(code).code == place]

    def _nearest(self, meaning: Stage) -> StageDef:
        order = list(Stage)
        earlier = [stage for stage in self.stages if order.index(stage.meaning) <= order.index(meaning)]
        return earlier[-1] if earlier else self.stages[0]


def shipped() -> StageSet:
    """The five stages of a unit that has chosen nothing."""
    return StageSet([StageDef(stage.value, STAGES[stage.value], stage) for stage in Stage], {})


def long_list() -> StageSet:
    """The long list, from identified to hired, with its side stages."""
    return StageSet([StageDef(code, name, meaning) for code, (meaning, name) in LONG_LIST.items()], {})


def stages_from(rows: Iterable[Mapping[str, object]]) -> StageSet:
    """The stages that a unit's plan says. A plan without a stage in use is that of a unit that has chosen nothing."""
    used: list[StageDef] = []
    retired: dict[str, str] = {}
    for row in rows:
        code, name = str(row["code"]), str(row.get("name") or "")
        if row.get("off"):
            retired[code] = name
        else:
            used.append(StageDef(code, name or stage_label(code), meaning_of(code)))
    return StageSet(used, retired) if used else shipped()


def new_own_code(meaning: Stage) -> str:
    """A code for a stage that a unit names itself."""
    return f"{_OWN}.{meaning.value}.{secrets.token_hex(3)}"


def meaning_of(code: str) -> Stage:
    """Which of the five that are shipped a stage means, whoever's it is. An unknown code means "in contact"."""
    if code in STAGES:
        return Stage(code)
    if code in LONG_LIST:
        return LONG_LIST[code][0]
    own, _dot, rest = code.partition(".")
    meaning = rest.partition(".")[0]
    return Stage(meaning) if own == _OWN and meaning in STAGES else Stage.CONTACT


def is_stage(code: str) -> bool:
    """Whether this is the code of a stage, whoever's it is."""
    return code in STAGES or code in LONG_LIST or code.startswith(f"{_OWN}.")


def stage_label(code: str) -> Text:
    """The usual name of a stage; one of a unit's own is called by what it means, an unknown one by its code."""
    if code in LONG_LIST:
        return LONG_LIST[code][1]
    if code in STAGES:
        return STAGES[code]
    return STAGES[meaning_of(code).value] if code.startswith(f"{_OWN}.") else code
