"""What every one of the four registers meets sooner or later: limits, faults, endings, foreign places, odd answers."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from crm.employers.org_numbers import read_org_number
from crm.employers.registers.connection import Answer, RegisterConnection
from crm.errors import RegisterUnavailable
from crm.register_points import Register, RegisterEntry
from plugins.register_dk import simulator as danish
from plugins.register_dk.client import Cvr
from plugins.register_dk.configuration import SIMULATED as DANISH_ACCOUNT
from plugins.register_fi import simulator as finnish
from plugins.register_no import simulator as norwegian
from plugins.register_no.client import Enhetsregisteret
from plugins.register_se import simulator as swedish
from plugins.register_se.client import Bolagsverket, Credentials
from plugins.register_se.configuration import SIMULATED as SWEDISH_ACCOUNT
from tests.registers.conftest import Control, reach

pytestmark = pytest.mark.usefixtures("context")
COUNTRIES = ("NO", "SE", "DK", "FI")
FROM = {"gyldigFra": "2026-09-01", "gyldigTil": None}


@dataclass(frozen=True)
class Case:
    """A register with its simulator, a company that it has, and the path under which it is asked for."""

    register: Register
    control: Control
    number: str
    path: str


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Case:
    """The register of a country."""
    client, simulator, number, path = {
        "NO": ("no", "norway", norwegian.PARENT, "/enheter"),
        "SE": ("se", "sweden", swedish.ORDINARY, "/organisationer"),
        "DK": ("dk", "denmark", danish.RANGE, "/_search"),
        "FI": ("fi", "finland", finnish.ORDINARY, "/companies"),
    }[request.param]
    return Case(request.getfixturevalue(client), request.getfixturevalue(simulator), number, path)


every_register = pytest.mark.parametrize("case", COUNTRIES, indirect=True)


def _found(case: Case) -> RegisterEntry:
    found = case.register.look_up(case.number)
    assert found is not None
    return found


@every_register
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "slow", "seconds": 0.8}, "timeout"),
        ({"kind": "hang_up"}, "unreachable"),
        ({"kind": "garbage"}, "unreadable"),
        ({"kind": "status", "code": 500}, "failed"),
        ({"kind": "status", "code": 302}, "failed"),
        ({"kind": "status", "code": 403}, "refused"),
        ({"kind": "status", "code": 503}, "busy"),
    ],
)
def test_what_goes_wrong_is_said_and_the_next_question_is_answered(
    case: Case, fault: Mapping[str, Any], reason: str
) -> None:
    case.control.fault(**fault, path=case.path)
    with pytest.raises(RegisterUnavailable) as caught:
        case.register.look_up(case.number)
    assert (caught.value.reason, caught.value.retry_after) == (reason, None)
    assert case.register.look_up(case.number) is not None


@every_register
@pytest.mark.parametrize(
    ("asked", "wait"),
    [(30, timedelta(seconds=30)), ("Wed, 21 Oct 2026 07:28:00 GMT", None), (10**8, None), (172800, timedelta(days=1))],
)
def test_a_limit_is_said_with_the_time_to_wait_where_that_is_a_number(case: Case, asked: object, wait: object) -> None:
    case.control.fault("status", code=429, retry_after=asked, path=case.path)
    with pytest.raises(RegisterUnavailable) as caught:
        case.register.look_up(case.number)
    assert (caught.value.reason, caught.value.retry_after) == ("busy", wait)


@every_register
def test_a_number_that_nobody_has_is_none_and_no_fault(case: Case) -> None:
    unknown = {"NO": "999000142", "SE": "5590000005", "DK": "99900199", "FI": "99990031"}
    assert case.register.look_up(unknown[case.register.country]) is None
    assert list(case.register.search("finnesikke")) == []
    assert list(case.register.units_of(unknown[case.register.country])) == []


_SWEDISH_PROCEEDINGS = "pagaendeAvvecklingsEllerOmstruktureringsforfarande"
_WINDING_UP: Mapping[str, Mapping[str, Any]] = {
    "NO": {"underAvvikling": True, "underAvviklingDato": "2026-09-01"},
    "SE": {_SWEDISH_PROCEEDINGS: {f"{_SWEDISH_PROCEEDINGS}Lista": [{"kod": "LI", "fromDatum": "2026-09-01"}]}},
    "DK": {"virksomhedsstatus": [{"status": "UNDER TVANGSOPLØSNING", "periode": FROM}]},
    "FI": {"companySituations": [{"type": "SELTILA", "registrationDate": "2026-09-01"}]},
}


@every_register
def test_a_company_that_is_being_wound_up_says_so_and_since_when(case: Case) -> None:
    assert _found(case).status == "active"
    case.control.change(case.number, **_WINDING_UP[case.register.country])
    assert (_found(case).status, _found(case).status_since) == ("winding_up", date(2026, 9, 1))


@every_register
def test_the_end_of_a_company_is_told_by_every_register(case: Case) -> None:
    ends = {
        "NO": {norwegian.BANKRUPT: "bankrupt", norwegian.GONE: "closed", norwegian.LEFT: "closed"},
        "SE": {swedish.BANKRUPT: "bankrupt", swedish.CLOSED: "closed"},
        "DK": {danish.BANKRUPT: "bankrupt", danish.CLOSED: "closed"},
        "FI": {finnish.BANKRUPT: "bankrupt", finnish.ENDED: "closed"},
    }[case.register.country]
    for number, status in ends.items():
        found = case.register.look_up(number)
        assert found is not None
        assert (found.status, found.status_since is not None) == (status, True), number


@every_register
def test_whether_a_company_may_be_advertised_to_is_yes_no_or_not_said(case: Case) -> None:
    blocked = {"SE": swedish.BANKRUPT, "DK": danish.PROTECTED}.get(case.register.country)
    assert _found(case).advertising_block is (False if blocked else None)
    if blocked is not None:
        found = case.register.look_up(blocked)
        assert found is not None
        assert found.advertising_block is True


_ABROAD: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "NO": (
        {"forretningsadresse": {"adresse": ["Storgatan 8"], "poststed": "90325 UMEÅ", "landkode": "SE"}},
        "Storgatan 8",
    ),
    "SE": (
        {"postadressOrganisation": {"postadress": {"utdelningsadress": "Sjøgata 12", "land": "NORGE"}}},
        "Sjøgata 12",
    ),
    "DK": (
        {"beliggenhedsadresse": [{"fritekst": "Storgatan 8, 903 25 Umeå", "landekode": "SE", "periode": FROM}]},
        "Storgatan 8, 903 25 Umeå",
    ),
    "FI": (
        {"addresses": [{"type": 1, "freeAddressLine": "Storgatan 8, 903 25 Umeå", "country": "SE"}]},
        "Storgatan 8, 903 25 Umeå",
    ),
}


@every_register
def test_a_company_with_its_address_abroad_has_no_municipality_here(case: Case) -> None:
    values, address = _ABROAD[case.register.country]
    case.control.change(case.number, **values)
    found = _found(case)
    assert (found.address, found.municipality_code, found.municipality) == (address, None, None)


@pytest.mark.parametrize(
    ("country", "typed", "number"),
    [
        ("NO", "NO 999 000 908 MVA", norwegian.PARENT),
        ("SE", "16559999-0016", swedish.ORDINARY),
        ("SE", "559999 0016", swedish.ORDINARY),
        ("DK", "DK 99 90 00 40", danish.RANGE),
        ("FI", "FI99990007", finnish.ORDINARY),
        ("FI", "9999000-7", finnish.ORDINARY),
    ],
)
def test_a_number_is_found_however_people_write_it(
    request: pytest.FixtureRequest, country: str, typed: str, number: str
) -> None:
    found = request.getfixturevalue(country.lower()).look_up(read_org_number(typed, country).compact)
    assert (found.number, found.country) == (number, country)


def test_an_installation_that_has_the_new_industry_codes_says_so(
    norway: Control, sweden: Control, denmark: Control
) -> None:
    for control in (norway, sweden, denmark):
        control.reset()
    at = reach(sweden, "Bolagsverket")
    found = [
        Enhetsregisteret(reach(norway, "Enhetsregisteret"), scheme="SN2025").look_up(norwegian.PARENT),
        Bolagsverket(at, at, Credentials(*SWEDISH_ACCOUNT), scheme="SNI2025").look_up(swedish.ORDINARY),
        Cvr(reach(denmark, "CVR"), DANISH_ACCOUNT, scheme="DB25").look_up(danish.RANGE),
    ]
    assert [each.industry_scheme for each in found if each] == ["SN2025", "SNI2025", "DB25"]


ODD: Sequence[Any] = (None, "", "x", 0, -1, 3.5, True, [], {}, [None], ["x"], [[]], {"x": None})


def _good(case: Case) -> tuple[int, Any]:
    """Status and body of the answer about the company of a case."""
    kept: list[Answer] = []
    ask = RegisterConnection.ask

    def listen(self: RegisterConnection, method: str, path: str, **options: Any) -> Answer:
        kept.append(ask(self, method, path, **options))
        return kept[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RegisterConnection, "ask", listen)
        _found(case)
    return kept[-1].status, kept[-1].body


def _places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield path
    for key, each in body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ():
        yield from _places(each, (*path, key))


def _with(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = deepcopy(body)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


@every_register
def test_an_answer_of_any_other_shape_is_read_or_refused_in_words_and_breaks_nothing(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, good = _good(case)
    tried = 0
    for path in _places(good):
        for value in ODD:
            answer = Answer(status, _with(good, path, value))
            monkeypatch.setattr(RegisterConnection, "ask", lambda *_args, answer=answer, **_options: answer)
            # What breaks otherwise names the place: it is a local of this test.
            with suppress(RegisterUnavailable):
                found = case.register.look_up(case.number)
                assert found is None or (found.employee_count or 0) >= 0
            tried += 1
    assert tried > 400
