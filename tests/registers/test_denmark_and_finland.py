"""The clients of CVR and PRH against their simulators, over HTTP."""

from datetime import date

import pytest

from crm.errors import RegisterUnavailable
from plugins.register_dk import simulator as danish
from plugins.register_dk.client import Cvr
from plugins.register_fi import simulator as finnish
from plugins.register_fi.client import Prh
from tests.registers.conftest import Control, reach

pytestmark = pytest.mark.usefixtures("context")


def test_what_holds_now_is_taken_and_former_names_are_kept(dk: Cvr) -> None:
    found = dk.look_up(danish.PROTECTED)
    assert found is not None
    assert found.name == "Aarhus Brødhus ApS"
    assert found.former_names == ("Holms Brødhus ApS", "Bager Holm ApS")
    assert found.address == "Søndergade 14"
    assert (found.municipality_code, found.municipality) == ("0751", "Aarhus")
    assert (found.industry_scheme, found.industry_code, found.employee_count) == ("DB07", "107120", 31)
    assert found.advertising_block is True


def test_a_municipality_code_is_four_digits(dk: Cvr, denmark: Control) -> None:
    place = {"vejnavn": "Hovedgaden", "kommune": {"kommuneKode": 151, "kommuneNavn": "BALLERUP"}, "periode": {}}
    denmark.change(danish.RANGE, beliggenhedsadresse=[place])
    found = dk.look_up(danish.RANGE)
    assert found is not None
    assert found.municipality_code == "0151"


def test_a_range_is_no_head_count(dk: Cvr) -> None:
    found = dk.look_up(danish.RANGE)
    assert found is not None
    assert found.employee_count is None


@pytest.mark.parametrize(
    ("number", "status", "since"),
    [(danish.BANKRUPT, "bankrupt", date(2026, 10, 19)), (danish.CLOSED, "closed", date(2026, 2, 28))],
)
def test_the_end_of_a_danish_company_is_seen(dk: Cvr, number: str, status: str, since: date) -> None:
    found = dk.look_up(number)
    assert found is not None
    assert (found.status, found.status_since) == (status, since)


def test_a_workplace_has_a_number_of_ten_digits_and_a_parent(dk: Cvr) -> None:
    found = dk.look_up(danish.WORKPLACES[0])
    assert found is not None
    assert (found.is_unit, found.parent_number, found.number) == (True, danish.PROTECTED, danish.WORKPLACES[0])
    assert [each.number for each in dk.units_of(danish.PROTECTED)] == list(danish.WORKPLACES)


def test_a_workplace_that_has_ended_is_closed_and_still_among_the_others(dk: Cvr, denmark: Control) -> None:
    denmark.change(danish.WORKPLACES[0], livsforloeb=[danish.since("2014-05-01", "2026-11-10")])
    ended, running = dk.units_of(danish.PROTECTED)
    assert (ended.number, ended.status, ended.status_since) == (danish.WORKPLACES[0], "closed", date(2026, 11, 10))
    assert running.status == "active"


def test_danish_companies_are_found_by_name_and_none_is_empty(dk: Cvr) -> None:
    assert [each.number for each in dk.search("aarhus brødhus")] == [danish.PROTECTED]
    assert list(dk.search("findes ikke")) == []
    assert dk.look_up("99900199") is None


def test_a_wrong_password_is_refused(denmark: Control) -> None:
    with pytest.raises(RegisterUnavailable) as caught:
        Cvr(reach(denmark, "CVR"), ("nobody", "wrong")).look_up(danish.RANGE)
    assert caught.value.reason == "refused"


def test_a_finnish_company_is_found_by_its_business_id(fi: Prh, finland: Control) -> None:
    found = fi.look_up(finnish.ORDINARY)
    assert found is not None
    assert finland.asked()[-1]["query"] == {"businessId": "9999000-7"}
    assert found.name == "Österbottens Bageri Ab"
    assert found.former_names == ("Vasa Brödfabrik Ab",)
    assert (found.industry_scheme, found.industry_code) == ("TOL2008", "10710")
    assert found.industry_text == "Tillverkning av mjukt matbröd"
    assert (found.city, found.municipality_code) == ("Vasa", "905")


def test_another_list_of_finnish_codes_is_another_scheme(fi: Prh, finland: Control) -> None:
    finland.change(finnish.ORDINARY, mainBusinessLine={"type": "10.71", "typeCodeSet": "TOIMI4"})
    found = fi.look_up(finnish.ORDINARY)
    assert found is not None
    assert found.industry_scheme == "TOIMI4"


@pytest.mark.parametrize(
    ("number", "status", "since"),
    [(finnish.BANKRUPT, "bankrupt", date(2026, 8, 20)), (finnish.ENDED, "closed", date(2026, 1, 31))],
)
def test_the_end_of_a_finnish_company_is_seen(fi: Prh, number: str, status: str, since: date) -> None:
    found = fi.look_up(number)
    assert found is not None
    assert (found.status, found.status_since) == (status, since)


def test_finnish_companies_are_found_by_name_and_none_is_empty(fi: Prh) -> None:
    assert [each.number for each in fi.search("bageri")] == [finnish.ORDINARY]
    assert list(fi.search("finns inte")) == []
    assert fi.look_up("99990031") is None
