"""`brobygg simulate` as users call it: the ledger adds up, and nothing is lost or doubled though senders are killed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from surveys.dispositions import DueState
from surveys.simulation.command import simulate
from surveys.simulation.options import WAVES

COMMAND = (sys.executable, "-c", "from crm.cli import main; main()", "simulate")
SECONDS = 240


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a rehearsal in a folder of its own, as from a terminal without an installation."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BROBYGG_")}
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> str:
    """What it printed."""
    printed, complaints = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, complaints
    return printed


def last_line(printed: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def killed_often(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The last line of a small rehearsal in which the sender often dies."""
    arguments = ("--exits", "12", "--days", "45", "--seed", "7", "--crash", "0.3", "--json")
    return last_line(end(start(tmp_path_factory.mktemp("killed"), *arguments)))


def test_the_sender_is_really_killed(killed_often: dict[str, Any]) -> None:
    assert killed_often["kills"] >= 5


def test_nothing_is_lost_though_the_sender_is_killed(killed_often: dict[str, Any]) -> None:
    messages = killed_often["messages"]
    assert messages["accepted"] >= 12
    assert (messages["lost"], messages["ghosts"], messages["waiting"]) == (0, 0, 0)


def test_nothing_is_doubled_though_the_sender_is_killed(killed_often: dict[str, Any]) -> None:
    assert killed_often["messages"]["doubled"] == 0


def test_no_doubt_is_left_when_receivers_or_staff_can_settle_it(killed_often: dict[str, Any]) -> None:
    assert killed_often["messages"]["in_doubt"] == 0


def test_every_exit_is_in_one_state_of_each_wave(killed_often: dict[str, Any]) -> None:
    assert killed_often["adds_up"] is True
    assert killed_often["exits"] == 12
    assert tuple(killed_often["waves"]) == WAVES
    for wave in killed_often["waves"].values():
        assert wave["total"] == 12
        assert sum(wave[state.value] for state in DueState) == 12


def test_the_line_says_what_was_asked_for(killed_often: dict[str, Any]) -> None:
    assert (killed_often["days"], killed_often["seed"]) == (45, 7)
    assert killed_often["seconds"] > 0
    assert set(killed_often["rates"]["exit"]) == {"rr1", "rr2", "coverage"}


def test_the_same_seed_tells_the_same_story(tmp_path: Path) -> None:
    arguments = ("--exits", "6", "--days", "40", "--seed", "3", "--json")
    both = [start(tmp_path, *arguments) for _number in range(2)]
    stories = [last_line(end(process)) for process in both]
    for story in stories:
        del story["seconds"]
    assert stories[0] == stories[1]


def test_a_changed_plan_is_compared_with_the_plan_as_it_is(tmp_path: Path) -> None:
    arguments = ("--exits", "3", "--days", "40", "--wave", "exit", "--channels", "sms", "--reminders", "", "--json")
    printed = end(start(tmp_path, *arguments))
    assert "the plan as it is, and as changed" in printed
    found = last_line(printed)
    assert found["messages"]["planned"] < found["as_it_is"]["messages"]["planned"]


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--channels", "letter", "email, sms or both"),
        ("--reminders", "10,5", "each later than the one before"),
        ("--reminders", "soon", "days with commas between them"),
    ],
)
def test_what_cannot_be_is_refused_in_words(option: str, value: str, words: str) -> None:
    refused = CliRunner().invoke(simulate, [option, value])
    assert refused.exit_code == 2
    assert words in refused.output


def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    end(start(tmp_path, "--exits", "1", "--days", "40"))
    assert list(tmp_path.iterdir()) == []


def test_looking_for_commands_makes_no_installation(tmp_path: Path) -> None:
    end(start(tmp_path, "--help"))
    assert list(tmp_path.iterdir()) == []
