"""The command ``brobygg simulate``."""

import json
import sys
import time
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import click

from crm.commands import OwnInstallation
from surveys.simulation.options import WAVES, Options, PlanChange, Unaskable

if TYPE_CHECKING:
    from surveys.simulation.counting import Outcome

_CHANNELS = ("email", "sms")


class _Numbers(click.ParamType[tuple[int, ...]]):
    """Whole numbers with commas between them, as in 5,10. Nothing means none."""

    name = "numbers"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        try:
            found = tuple(int(part) for part in str(value).split(",") if part.strip())
        except ValueError:
            self.fail("days with commas between them, as in 5,10", param, ctx)
        if list(found) != sorted(set(found)) or any(number < 1 for number in found):
            self.fail("days after the invitation, each later than the one before", param, ctx)
        return found


class _Channels(click.ParamType[tuple[str, ...]]):
    """Channels with commas between them, best first."""

    name = "channels"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        found = tuple(part.strip() for part in str(value).split(",") if part.strip())
        if not found or any(channel not in _CHANNELS for channel in found):
            self.fail("email, sms or both with a comma between them", param, ctx)
        return found


@click.command(cls=OwnInstallation)
@click.option("--exits", type=click.IntRange(min=1), default=50, show_default=True, help="How many exits.")
@click.option("--days", type=click.IntRange(min=40), default=150, show_default=True, help="Over how many days.")
@click.option("--seed", default=1, show_default=True, help="Decides who does what. The same seed, the same story.")
@click.option(
    "--crash",
    type=click.FloatRange(0, 0.9),
    default=0.0,
    show_default=True,
    help="The chance that the sender is killed over a message.",
)
@click.option(
    "--answer-rate",
    type=click.FloatRange(0, 1),
    default=0.6,
    show_default=True,
    help="How many of the people mean to answer.",
)
@click.option(
    "--unaskable",
    type=click.Choice([each.value for each in Unaskable]),
    default=Unaskable.SMS.value,
    show_default=True,
    help="Receivers that cannot say what they have.",
)
@click.option(
    "--wave",
    type=click.Choice(WAVES),
    default="follow_up_90",
    show_default=True,
    help="Whose plan the next four change. The same people are then also asked by the plan as it is.",
)
@click.option("--days-after", type=click.IntRange(0, 3650), help="Days after the exit.")
@click.option("--channels", type=_Channels(), help="Allowed channels, as in email,sms.")
@click.option("--reminders", type=_Numbers(), help="Days after the invitation, as in 5,10.")
@click.option("--close", "close_days", type=click.IntRange(1, 365), help="Days after the invitation.")
@click.option("--database-url", help="An empty database to use instead of a temporary one.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON at the end.")
def simulate(*, as_json: bool, unaskable: str, **given: Any) -> None:
    """Rehearse months of exits and surveys in a minute, on a database of its own.

    The real code runs under a clock of its own. People, staff and receivers are played: some answer, some stop halfway,
    some never do; addresses are dead; exits are corrected; the sender is killed if you like. At the end the ledger must
    add up, nothing may be lost and nothing sent twice.
    """
    from surveys.simulation.report import compared, in_words  # as in _with_progress

    plan = PlanChange(**{each.name: given.pop(each.name) for each in fields(PlanChange)})
    options = Options(unaskable=Unaskable(unaskable), plan=plan, **given)
    if plan.changes_something and options.database_url:
        raise click.UsageError("--database-url holds one rehearsal, and a comparison needs two.")
    started = time.monotonic()
    outcome = _with_progress(options, "Rehearsal")
    as_it_is = _with_progress(replace(options, plan=PlanChange()), "As it is") if plan.changes_something else None
    seconds = round(time.monotonic() - started, 1)
    for line in in_words(outcome, options):
        click.echo(line)
    if as_it_is is not None:
        click.echo()
        for line in compared(as_it_is, outcome, plan.wave):
            click.echo(line)
    click.echo(f"\n{seconds} seconds")
    if as_json:
        click.echo(json.dumps(_as_json(outcome, as_it_is, options, seconds)))


def _with_progress(options: Options, label: str) -> "Outcome":
    """Rehearse, with a bar on a terminal."""
    # The server imports this module for the command, and plays nobody.
    from tqdm import tqdm

    from surveys.simulation.rehearsal import rehearse

    # Without its monitor thread, which a forked sender would lack.
    tqdm.monitor_interval = 0
    with tqdm(total=options.days, desc=label, unit=" days", disable=None, file=sys.stderr) as bar:
        return rehearse(options, progress=bar.update)


def _as_json(outcome: "Outcome", as_it_is: "Outcome | None", options: Options, seconds: float) -> dict[str, object]:
    found = {**outcome.as_json, "days": options.days, "seed": options.seed, "seconds": seconds}
    if as_it_is is not None:
        found["as_it_is"] = as_it_is.as_json
    return found
