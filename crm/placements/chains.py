"""Chains: practice, wage subsidy, job, by the same person at the same employer."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import and_, select

from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.participants.models import Participant
from crm.placements.around_models import Occupation
from crm.placements.models import BEFORE_START, Placement
from crm.placements.queries import HIRED
from crm.placements.schemes import JOB, PRACTICE, SUBSIDY, scheme_of

MOST_BALANCED = 60
_BEGUN = and_(Placement.status.not_in(BEFORE_START), ~Placement.cancelled)


@dataclass(frozen=True)
class Link:
    """A placement as far as chains are concerned."""

    participant_id: int
    employer_id: int
    kind: str
    starts_on: date
    end_reason: str | None = None

    @property
    def step(self) -> str:
        """practice, subsidy, job or other."""
        return scheme_of(self.kind, self.starts_on).step


@dataclass(frozen=True)
class Conversion:
    """Of ``base`` chains that had one step, how many came to another."""

    from_step: str
    to_step: str
    count: int
    base: int


@dataclass
class ChainFigures:
    """What has become of chains. Chains are counted, each once, however many links of a kind it has."""

    chains: int = 0
    placements: int = 0
    jobs: int = 0
    """Chains that reached a job, or whose person was hired."""
    jobs_from_placement: int = 0
    """Of them, those that began with something else than the job."""
    with_subsidy: int = 0
    began_without_job: int = 0
    conversions: list[Conversion] = field(default_factory=list)


def chain_of(actor: Actor, placement: Placement) -> list[Placement]:
    """The placements of the same person at the same employer, the first one first."""
    statement = (
        visible(Placement, actor)
        .where(Placement.participant_id == placement.participant_id, Placement.employer_id == placement.employer_id)
        .order_by(Placement.starts_on, Placement.id)
    )
    return list(current_session().scalars(statement))


def chain_figures(unit_ids: Collection[int], since: date, until: date) -> ChainFigures:
    """Chains whose first placement started in a period, with what followed by now. Figures without persons."""
    columns = (
        Placement.participant_id,
        Placement.employer_id,
        Placement.kind,
        Placement.starts_on,
        Placement.end_reason,
    )
    statement = select(*columns).where(Placement.unit_id.in_(unit_ids), _BEGUN)
    rows = current_session().execute(trusted(statement, because="figures without persons")).all()
    return figures_of([Link(*row) for row in rows], since, until)


def figures_of(links: Iterable[Link], since: date = date.min, until: date = date.max) -> ChainFigures:
    """The figures of these placements: grouped by person and employer, in the order of their start."""
    chains: dict[tuple[int, int], list[Link]] = defaultdict(list)
    for link in sorted(links, key=lambda each: each.starts_on):
        chains[link.participant_id, link.employer_id].append(link)
    found = ChainFigures()
    reached: list[tuple[set[str], str]] = []
    for chain in chains.values():
        if not since <= chain[0].starts_on <= until:
            continue
        steps = {link.step for link in chain}
        if any(link.end_reason == HIRED for link in chain):
            steps.add(JOB)
        reached.append((steps, chain[0].step))
        found.placements += len(chain)
    found.chains = len(reached)
    found.jobs = sum(JOB in steps for steps, _first in reached)
    found.jobs_from_placement = sum(JOB in steps and first != JOB for steps, first in reached)
    found.began_without_job = sum(first != JOB for _steps, first in reached)
    found.with_subsidy = sum(SUBSIDY in steps for steps, _first in reached)
    found.conversions = [
        _conversion([steps for steps, _first in reached], a, b)
        for a, b in ((PRACTICE, SUBSIDY), (SUBSIDY, JOB), (PRACTICE, JOB))
    ]
    return found


def _conversion(chains: list[set[str]], a: str, b: str) -> Conversion:
    base = [steps for steps in chains if a in steps]
    return Conversion(a, b, sum(b in steps for steps in base), len(base))


def untypical_by_sex(unit_ids: Collection[int], since: date, until: date) -> dict[str, tuple[int, int]]:
    """For women and men: how many had a placement in an occupation untypical of their sex, and of how many.

    The base are persons with a placement that began in the period, in an occupation whose share of women is
    configured; each counts once. Untypical: the other sex has more than 60 per cent (40 to 60 is balanced).
    """
    statement = (
        select(Participant.sex, Participant.id, Occupation.share_women)
        .join(Placement, Placement.participant_id == Participant.id)
        .join(Occupation, Occupation.id == Placement.occupation_id)
        .where(
            Placement.unit_id.in_(unit_ids),
            Placement.starts_on.between(since, until),
            Occupation.share_women.is_not(None),
            Participant.sex.in_(("woman", "man")),
            _BEGUN,
        )
    )
    base: dict[str, set[int]] = {"woman": set(), "man": set()}
    untypical: dict[str, set[int]] = {"woman": set(), "man": set()}
    for sex, person_id, share_women in current_session().execute(trusted(statement, because="figures, no persons")):
        if sex is None or share_women is None:
            continue
        base[sex].add(person_id)
        others = 100 - share_women if sex == "woman" else share_women
        if others > MOST_BALANCED:
            untypical[sex].add(person_id)
    return {sex: (len(untypical[sex]), len(base[sex])) for sex in base}


def chain_lines(
    found: ChainFigures, untypical: dict[str, tuple[int, int]], kept: tuple[int, int]
) -> list[tuple[str, int, int]]:
    """The report line by line: what is counted, how many, and of how many. ``kept``: enrolments with one handler."""
    steps = {PRACTICE: _("practice"), SUBSIDY: _("wage subsidy"), JOB: _("job")}
    moved = [
        (_("From %(a)s to %(b)s", a=steps[each.from_step], b=steps[each.to_step]), each.count, each.base)
        for each in found.conversions
    ]
    return [
        (_("Came to a job"), found.jobs, found.chains),
        (_("Came to a job through a placement"), found.jobs_from_placement, found.began_without_job),
        (_("Used wage subsidy"), found.with_subsidy, found.chains),
        *moved,
        (_("Women in occupations untypical of their sex"), *untypical["woman"]),
        (_("Men in occupations untypical of their sex"), *untypical["man"]),
        (_("Enrolments with one coordinator throughout"), *kept),
    ]
