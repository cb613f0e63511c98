"""The client of Bolagsverket against its simulator, over HTTP."""

from datetime import date

import pytest

from crm.errors import RegisterUnavailable, SettingsError
from plugins.register_se.client import Bolagsverket, Credentials
from plugins.register_se.configuration import register_from
from plugins.register_se.simulator import (
    BANKRUPT,
    CLOSED,
    MISSPELT,
    OFFICIAL,
    ORDINARY,
    PARTIAL,
    TOKENS,
    WINDING_UP,
    proceedings,
)
from tests.registers.conftest import Control, reach

pytestmark = pytest.mark.usefixtures("context")


def test_a_company_is_found_under_its_own_name_and_not_that_of_a_branch(se: Bolagsverket) -> None:
    found = se.look_up(ORDINARY)
    assert found is not None
    assert found.name == "Älvstrands Bageri AB"
    assert (found.industry_scheme, found.industry_code, found.industry_text) == ("SNI2007", "10710", "Bageri")
    assert (found.address, found.postcode, found.city) == ("Storgatan 8", "90325", "UMEÅ")
    assert found.advertising_block is False
    assert "employee_count" in found.missing


def test_one_token_serves_many_requests(se: Bolagsverket, sweden: Control) -> None:
    se.look_up(ORDINARY)
    se.look_up(BANKRUPT)
    assert [each["path"] for each in sweden.asked()] == ["/oauth2/token", "/organisationer", "/organisationer"]
    assert "x-request-id" in sweden.asked()[-1]["headers"]


def test_a_token_that_has_ended_is_renewed_once(se: Bolagsverket, sweden: Control) -> None:
    se.look_up(ORDINARY)
    sweden.change(TOKENS, withdrawn=True)
    assert se.look_up(ORDINARY) is not None
    paths = [each["path"] for each in sweden.asked()]
    assert paths[2:] == ["/organisationer", "/oauth2/token", "/organisationer"]


def test_a_register_that_refuses_the_new_token_too_is_not_asked_for_ever(se: Bolagsverket, sweden: Control) -> None:
    sweden.fault("status", code=401, path="organisationer", times=9)
    with pytest.raises(RegisterUnavailable) as caught:
        se.look_up(ORDINARY)
    assert caught.value.reason == "refused"
    assert [each["path"] for each in sweden.asked()].count("/organisationer") == 2


def test_a_wrong_key_is_refused(sweden: Control) -> None:
    at = reach(sweden, "Bolagsverket")
    with pytest.raises(RegisterUnavailable) as caught:
        Bolagsverket(at, at, Credentials("nobody", "wrong")).look_up(ORDINARY)
    assert caught.value.reason == "refused"


def test_a_block_that_fails_inside_200_is_missing_and_no_empty_value(se: Bolagsverket) -> None:
    found = se.look_up(PARTIAL)
    assert found is not None
    assert found.name == "Skogsvård Norr AB"
    assert {"industry_code", "industry_scheme", "advertising_block"} <= set(found.missing)
    assert found.advertising_block is None
    assert "address" not in found.missing


def test_when_proceedings_cannot_be_told_the_state_is_missing(se: Bolagsverket, sweden: Control) -> None:
    error = {"fel": {"typ": "TIMEOUT"}, "dataproducent": "Bolagsverket"}
    sweden.change(ORDINARY, pagaendeAvvecklingsEllerOmstruktureringsforfarande=error)
    found = se.look_up(ORDINARY)
    assert found is not None
    assert "status" in found.missing


def test_a_bankrupt_company_has_its_day_and_its_block_on_advertising(se: Bolagsverket) -> None:
    found = se.look_up(BANKRUPT)
    assert found is not None
    assert (found.status, found.status_since, found.advertising_block) == ("bankrupt", date(2026, 10, 5), True)


@pytest.mark.parametrize("key", [OFFICIAL, MISSPELT])
@pytest.mark.parametrize(("code", "status"), [("KK", "bankrupt"), ("LI", "winding_up")])
def test_what_is_under_way_is_read_under_either_spelling_of_its_key(
    se: Bolagsverket, sweden: Control, key: str, code: str, status: str
) -> None:
    sweden.change(ORDINARY, **proceedings(code, "", "2026-11-03", key=key))
    found = se.look_up(ORDINARY)
    assert found is not None
    assert (found.status, found.status_since) == (status, date(2026, 11, 3))


def test_a_company_that_is_bankrupt_while_it_is_wound_up_is_bankrupt(se: Bolagsverket, sweden: Control) -> None:
    both = [{"kod": "LI", "fromDatum": "2026-06-01"}, {"kod": "KK", "fromDatum": "2026-10-05"}]
    sweden.change(WINDING_UP, **{OFFICIAL: {f"{OFFICIAL}Lista": both, "dataproducent": "Bolagsverket", "fel": None}})
    found = se.look_up(WINDING_UP)
    assert found is not None
    assert (found.status, found.status_since) == ("bankrupt", date(2026, 10, 5))


def test_a_company_that_is_being_wound_up_is_not_closed_yet(se: Bolagsverket) -> None:
    found = se.look_up(WINDING_UP)
    assert found is not None
    assert (found.status, found.status_since) == ("winding_up", date(2026, 11, 3))


def test_a_removed_company_is_closed(se: Bolagsverket) -> None:
    found = se.look_up(CLOSED)
    assert found is not None
    assert (found.status, found.status_since) == ("closed", date(2026, 3, 31))


def test_a_number_that_nobody_has_is_none(se: Bolagsverket) -> None:
    assert se.look_up("5599990057") is None


@pytest.mark.parametrize("sni", ["01120", [{"kod": "01120"}], {"kod": "01120"}, ["01120"]])
def test_an_industry_is_read_in_every_shape(se: Bolagsverket, sweden: Control, sni: object) -> None:
    sweden.change(ORDINARY, naringsgrenOrganisation={"sni": sni})
    found = se.look_up(ORDINARY)
    assert found is not None
    assert found.industry_code == "01120"


def test_a_personal_number_is_never_sent(se: Bolagsverket, sweden: Control) -> None:
    assert se.look_up("8112189876") is None
    assert sweden.asked() == []


def test_half_a_configuration_stops_the_start() -> None:
    with pytest.raises(SettingsError):
        register_from({"BROBYGG_REGISTERS": "SE", "BROBYGG_REGISTER_SE_CLIENT_ID": "x"})
    with pytest.raises(SettingsError):
        register_from({"BROBYGG_REGISTERS": "NORWAY"})
