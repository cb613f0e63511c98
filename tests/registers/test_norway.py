"""The client of Enhetsregisteret against its simulator, over HTTP."""

from datetime import date, timedelta

import pytest
from flask import Flask

from crm.errors import RegisterUnavailable
from plugins.register_no.client import Enhetsregisteret
from plugins.register_no.simulator import BANKRUPT, GONE, HIDDEN, LEFT, NEW_CODE, PARENT, RENUMBERED, WORKPLACES
from tests.registers.conftest import Control, reach

pytestmark = pytest.mark.usefixtures("context")


def test_a_company_is_found_by_its_number(no: Enhetsregisteret) -> None:
    found = no.look_up(PARENT)
    assert found is not None
    assert found.name == "FJORDBAKST BAKERI AS"
    assert (found.industry_scheme, found.industry_code) == ("SN2007", "10.710")
    assert (found.municipality_code, found.municipality, found.city) == ("1804", "Bodø", "BODØ")
    assert (found.employee_count, found.status, found.is_unit) == (24, "active", False)


def test_the_register_is_asked_for_its_second_version(no: Enhetsregisteret, norway: Control) -> None:
    no.look_up(PARENT)
    accept = norway.asked()[-1]["headers"]["accept"]
    assert accept == "application/vnd.brreg.enhetsregisteret.enhet.v2+json;charset=UTF-8"


def test_a_number_that_nobody_has_is_none(no: Enhetsregisteret) -> None:
    assert no.look_up("999000991") is None


def test_a_search_without_hits_has_no_embedded_and_is_empty(no: Enhetsregisteret) -> None:
    assert list(no.search("finnes ikke")) == []


def test_companies_are_found_by_a_part_of_their_name(no: Enhetsregisteret) -> None:
    assert [each.number for each in no.search("fjordbakst")] == [PARENT]


def test_a_workplace_is_found_by_its_own_number_and_names_its_parent(no: Enhetsregisteret) -> None:
    found = no.look_up(WORKPLACES[1])
    assert found is not None
    assert (found.is_unit, found.parent_number) == (True, PARENT)


def test_a_parent_has_its_three_workplaces(no: Enhetsregisteret) -> None:
    assert [each.number for each in no.units_of(PARENT)] == list(WORKPLACES)
    assert all(each.is_unit for each in no.units_of(PARENT))


def test_a_hidden_head_count_is_not_known_and_not_zero(no: Enhetsregisteret) -> None:
    found = no.look_up(HIDDEN)
    assert found is not None
    assert found.employee_count is None


def test_a_bankrupt_company_says_since_when(no: Enhetsregisteret) -> None:
    found = no.look_up(BANKRUPT)
    assert found is not None
    assert (found.status, found.status_since) == ("bankrupt", date(2026, 9, 14))


def test_a_removed_company_is_closed_and_tells_nothing_else(no: Enhetsregisteret) -> None:
    found = no.look_up(GONE)
    assert found is not None
    assert (found.status, found.status_since) == ("closed", date(2026, 5, 1))
    assert {"name", "address", "employee_count"} <= set(found.missing)


def test_a_removed_company_may_be_left_with_its_name(no: Enhetsregisteret) -> None:
    found = no.look_up(LEFT)
    assert found is not None
    assert (found.name, found.status, found.status_since) == ("HAVGAP TRANSPORT AS", "closed", date(2026, 6, 30))
    assert "address" in found.missing
    assert "name" not in found.missing


def test_a_code_that_says_not_stated_is_no_industry(no: Enhetsregisteret, norway: Control) -> None:
    norway.change(PARENT, naeringskode1={"kode": "00.000", "beskrivelse": "Uoppgitt"})
    found = no.look_up(PARENT)
    assert found is not None
    assert (found.industry_code, found.industry_scheme) == (None, None)


def test_a_renumbered_industry_is_read_with_the_list_that_its_code_belongs_to(
    no: Enhetsregisteret, norway: Control
) -> None:
    old = no.look_up(RENUMBERED)
    norway.change(RENUMBERED, naeringskode1=NEW_CODE)
    new = Enhetsregisteret(reach(norway, "Enhetsregisteret"), scheme="SN2025").look_up(RENUMBERED)
    assert old is not None
    assert new is not None
    assert (old.industry_scheme, old.industry_code, old.industry_text) == (
        "SN2007",
        "62.010",
        "Programmeringstjenester",
    )
    assert (new.industry_scheme, new.industry_code, new.industry_text) == ("SN2025", "62.100", "Programmering")
    assert old.number == new.number


def test_a_workplace_that_has_closed_says_since_when(no: Enhetsregisteret, norway: Control) -> None:
    norway.change(WORKPLACES[0], nedleggelsesdato="2026-11-10")
    found = no.look_up(WORKPLACES[0])
    assert found is not None
    assert (found.is_unit, found.status, found.status_since) == (True, "closed", date(2026, 11, 10))


@pytest.mark.parametrize("kept", [("navn", "organisasjonsform"), ()])
def test_a_workplace_that_was_removed_is_a_closed_workplace(
    no: Enhetsregisteret, norway: Control, kept: tuple[str, ...]
) -> None:
    """It answers 200 with little more than its name, or 410."""
    left = {"overordnetEnhet": None, "antallAnsatte": None, "slettedato": "2026-11-10"}
    norway.change(WORKPLACES[0], **left, **({} if kept else {"status": 410}))
    found = no.look_up(WORKPLACES[0])
    assert found is not None
    assert (found.is_unit, found.status, found.status_since) == (True, "closed", date(2026, 11, 10))
    assert WORKPLACES[0] not in [each.number for each in no.units_of(PARENT)]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "slow", "seconds": 1.2}, "timeout"),
        ({"kind": "hang_up"}, "unreachable"),
        ({"kind": "garbage"}, "unreadable"),
        ({"kind": "status", "code": 500}, "failed"),
        ({"kind": "status", "code": 403}, "refused"),
        ({"kind": "status", "code": 301}, "failed"),
    ],
)
def test_what_goes_wrong_is_one_kind_of_error_with_a_reason(
    no: Enhetsregisteret, norway: Control, fault: dict[str, object], reason: str
) -> None:
    kind = str(fault.pop("kind"))
    norway.fault(kind, **fault)
    with pytest.raises(RegisterUnavailable) as caught:
        no.look_up(PARENT)
    assert caught.value.reason == reason
    assert "Enhetsregisteret" in str(caught.value)
    assert no.look_up(PARENT) is not None


def test_a_register_that_asks_to_wait_says_for_how_long(no: Enhetsregisteret, norway: Control) -> None:
    norway.limit(1)
    assert no.look_up(PARENT) is not None
    with pytest.raises(RegisterUnavailable) as caught:
        no.look_up(PARENT)
    assert (caught.value.reason, caught.value.retry_after) == ("busy", timedelta(seconds=30))


def test_an_application_without_the_setting_asks_nobody(app: Flask) -> None:
    from plugins.register_no.configuration import register_from

    assert register_from({}) is None
    assert register_from({"BROBYGG_REGISTERS": "SE"}) is None
