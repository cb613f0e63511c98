"""How registers are treated: not faster than they want, not longer than staff wait, and as the settings say."""

import threading
import time

import pytest

from crm.employers.registers import connection
from crm.employers.registers.configuration import address, wanted
from crm.employers.registers.connection import Reach, RegisterConnection
from crm.errors import RegisterUnavailable, SettingsError
from plugins.register_dk.configuration import register_from as danish
from plugins.register_fi.configuration import register_from as finnish
from plugins.register_no.client import Enhetsregisteret
from plugins.register_no.configuration import register_from as norwegian
from plugins.register_no.simulator import PARENT
from plugins.register_se.configuration import register_from as swedish
from tests.registers.conftest import Control

pytestmark = pytest.mark.usefixtures("context")


def reach(control: Control, **limits: float) -> Enhetsregisteret:
    control.reset()
    return Enhetsregisteret(Reach("Enhetsregisteret", control.simulator.url, **limits))


def test_several_at_once_are_asked_no_faster_than_the_register_allows(norway: Control) -> None:
    register = reach(norway, per_second=20)
    began = time.monotonic()
    threads = [threading.Thread(target=register.look_up, args=(PARENT,)) for _each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began >= 5 / 20
    assert len(norway.asked()) == 6


def test_whoever_would_wait_too_long_is_told_and_asks_nothing(norway: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LONGEST_QUEUE", 0.05)
    register = reach(norway, per_second=0.5)
    register.look_up(PARENT)
    with pytest.raises(RegisterUnavailable) as caught:
        register.look_up(PARENT)
    assert caught.value.reason == "busy"
    assert "asks us to wait" in str(caught.value.message)
    assert len(norway.asked()) == 1


def test_an_answer_without_an_end_is_given_up(norway: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MOST_BYTES", 100)
    with pytest.raises(RegisterUnavailable) as caught:
        reach(norway).look_up(PARENT)
    assert caught.value.reason == "unreadable"


def test_a_register_that_is_not_there_is_said_in_words() -> None:
    register = RegisterConnection(Reach("CVR", "http://127.0.0.1:9", connect_seconds=0.5))
    with pytest.raises(RegisterUnavailable, match="CVR cannot be reached"):
        register.ask("GET", "/")


@pytest.mark.parametrize("make", [norwegian, swedish, danish, finnish])
def test_the_four_registers_are_off_until_the_settings_name_them(make) -> None:  # type: ignore[no-untyped-def]
    assert make({}) is None
    assert make({"BROBYGG_REGISTERS": "simulators"}) is not None
    with pytest.raises(SettingsError):
        make({"BROBYGG_REGISTERS": "NO,XX"})


def test_countries_are_named_in_any_case_and_an_address_is_encrypted() -> None:
    assert wanted({"BROBYGG_REGISTERS": "no, SE"}, "NO") == "live"
    assert wanted({"BROBYGG_REGISTERS": "no, SE"}, "FI") == "off"
    named = {"BROBYGG_REGISTERS": "NO", "BROBYGG_REGISTER_NO_URL": "http://register.example"}
    with pytest.raises(SettingsError, match="https"):
        address(named, "NO", live="https://live.example", simulated=lambda: "")
    own = named | {"BROBYGG_REGISTER_NO_URL": "https://register.example/"}
    assert address(own, "NO", live="https://live.example", simulated=lambda: "") == "https://register.example"
