"""The client of Bolagsverket's "Värdefulla datamängder" (OAuth 2 with client credentials).

The register puts together what Bolagsverket and SCB know. A block of an answer may fail by itself while the answer is
200; what it would have said is then missing, and what is known already stays.
"""

import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Any, Literal

from crm.employers.registers.connection import Answer, Reach, RegisterConnection, text_of
from crm.register_points import RegisterEntry

SCOPE = "vardefulla-datamangder:read"
_EARLY = 60
"""A token is renewed so many seconds before it ends."""
_UNKNOWN = "ORGANISATION_FINNS_EJ"
_LEGAL_THIRD = "2"
_BLOCKS = {
    "organisationsnamn": ("name",),
    "organisationsform": ("legal_form",),
    "naringsgrenOrganisation": ("industry_scheme", "industry_code", "industry_text"),
    "postadressOrganisation": ("address", "postcode", "city"),
    "reklamsparr": ("advertising_block",),
    "avregistreradOrganisation": ("status",),
    "pagaendeAvvecklingsEllerOmstruktureringsforfarande": ("status",),
}
_NEVER = ("municipality_code", "municipality", "phone", "email", "website", "employee_count")
"""What this register does not know at all."""
_PROCEEDINGS = "pagaendeAvvecklingsEllerOmstruktureringsforfarande"
Status = Literal["active", "bankrupt", "winding_up", "closed"]


@dataclass(frozen=True)
class Credentials:
    """What Bolagsverket gave out."""

    client_id: str
    client_secret: str = field(repr=False)


class Bolagsverket:
    """Sweden's register (see crm.extension_points.Register). It knows numbers alone, and no workplaces."""

    key = "register_se"
    country = "SE"
    can_search = False

    def __init__(self, reach: Reach, portal: Reach, credentials: Credentials, *, scheme: str = "SNI2007") -> None:
        self._connection, self._portal = RegisterConnection(reach), RegisterConnection(portal)
        self._credentials = credentials
        self._scheme = scheme
        self._lock = threading.Lock()
        self._token, self._ends = "", 0.0

    def look_up(self, number: str) -> RegisterEntry | None:
        """A company. Sole traders' personal numbers are not asked for. Raises RegisterUnavailable."""
        if len(number) != 10 or number[2] < _LEGAL_THIRD:
            return None
        answer = self._ask(number, self._valid_token())
        if answer.status == HTTPStatus.UNAUTHORIZED:
            # The token has ended early, or was withdrawn: one new one is tried, no more.
            answer = self._ask(number, self._new_token())
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise self._connection.fault("refused")
        if answer.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND):
            return None
        rows = answer.body.get("organisationer") if isinstance(answer.body, dict) else None
        if not isinstance(rows, list):
            raise self._connection.fault("unreadable")
        row = next((each for each in rows if isinstance(each, dict)), None)
        return self._entry(number, row) if row is not None else None

    def search(self, name: str, *, limit: int = 20) -> Sequence[RegisterEntry]:
        """Nothing: this register has no search by name."""
        return ()

    def units_of(self, number: str) -> Sequence[RegisterEntry]:
        """Nothing: this register keeps no workplaces."""
        return ()

    def _ask(self, number: str, token: str) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "X-Request-Id": secrets.token_hex(16)}
        return self._connection.ask(
            "POST", "/organisationer", expect=(200, 400, 401, 404), headers=headers,
            json={"identitetsbeteckning": number},
        )  # fmt: skip

    def _valid_token(self) -> str:
        with self._lock:
            if self._token and time.monotonic() < self._ends:
                return self._token
        return self._new_token()

    def _new_token(self) -> str:
        answer = self._portal.ask(
            "POST", "/oauth2/token", data={"grant_type": "client_credentials", "scope": SCOPE},
            auth=(self._credentials.client_id, self._credentials.client_secret),
        )  # fmt: skip
        body = answer.body if isinstance(answer.body, dict) else {}
        token, lasts = body.get("access_token"), body.get("expires_in")
        if not isinstance(token, str) or not token:
            raise self._portal.fault("unreadable")
        with self._lock:
            self._token = token
            self._ends = time.monotonic() + max(0, (lasts if isinstance(lasts, int) else 300) - _EARLY)
        return token

    def _entry(self, number: str, row: Mapping[str, Any]) -> RegisterEntry | None:
        errors = {name: _error(_block(row, name)) for name in (*_BLOCKS, "organisationsidentitet")}
        if _UNKNOWN in (errors["organisationsidentitet"], errors["organisationsnamn"]):
            return None
        status, since = _status(row)
        industry = _industry(row)
        place = _inner(_block(row, "postadressOrganisation"), "postadress")
        lost = {column for name, columns in _BLOCKS.items() if errors[name] for column in columns}
        return RegisterEntry(
            number=number,
            country="SE",
            name=_name(row) or "",
            legal_form=_legal_form(row),
            industry_scheme=self._scheme if industry[0] else None,
            industry_code=industry[0],
            industry_text=industry[1],
            address=text_of(place.get("utdelningsadress"), 200),
            postcode=text_of(place.get("postnummer"), 12),
            city=text_of(place.get("postort"), 80),
            status=status,
            status_since=since,
            advertising_block={"JA": True, "NEJ": False}.get(str(_block(row, "reklamsparr").get("kod"))),
            missing=(*_NEVER, *sorted(lost)),
        )


def _block(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    # The specification's own example spells one key without its "e".
    found = row.get(name) or row.get(name.replace("pagaende", "pagande"))
    return found if isinstance(found, dict) else {}


def _inner(block: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = block.get(name)
    return found if isinstance(found, dict) else {}


def _error(block: Mapping[str, Any]) -> str | None:
    error = block.get("fel")
    return str(error.get("typ") or "fel") if isinstance(error, dict) else None


def _name(row: Mapping[str, Any]) -> str | None:
    """The company's own name; others in the list are names of parts of its business."""
    names = _block(row, "organisationsnamn").get("organisationsnamnLista")
    listed = names if isinstance(names, list) else []
    found = [each for each in listed if isinstance(each, dict) and text_of(each.get("namn"), 200)]
    found.sort(key=lambda each: _inner(each, "organisationsnamntyp").get("kod") != "FORETAGSNAMN")
    return text_of(found[0]["namn"], 200) if found else None


def _legal_form(row: Mapping[str, Any]) -> str | None:
    for name in ("organisationsform", "juridiskForm"):
        block = _block(row, name)
        text = text_of(block.get("klartext"), 80) or text_of(block.get("kod"), 80)
        if text:
            return text
    return None


def _industry(row: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Code and text. The specification says a list, its example a text, and answers have had one object."""
    sni = _block(row, "naringsgrenOrganisation").get("sni")
    first = sni[0] if isinstance(sni, list) and sni else sni
    if isinstance(first, dict):
        return text_of(first.get("kod"), 12), text_of(first.get("klartext"), 200)
    return text_of(first, 12), None


def _status(row: Mapping[str, Any]) -> tuple[Status, date | None]:
    removed = _day(_block(row, "avregistreradOrganisation").get("avregistreringsdatum"))
    if removed is not None:
        return "closed", removed
    block = _block(row, _PROCEEDINGS)
    listed = next((value for name, value in block.items() if name.endswith("Lista") and isinstance(value, list)), [])
    kinds = {str(each.get("kod")): _day(each.get("fromDatum")) for each in listed if isinstance(each, dict)}
    if "KK" in kinds:
        return "bankrupt", kinds["KK"]
    return ("winding_up", kinds["LI"]) if "LI" in kinds else ("active", None)


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
