"""The client of Enhetsregisteret (https://data.brreg.no/enhetsregisteret/api/docs)."""

from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Any, Literal

from crm.employers.registers.connection import Reach, RegisterConnection, text_of
from crm.register_points import RegisterEntry

ACCEPT = {
    "enheter": "application/vnd.brreg.enhetsregisteret.enhet.v2+json;charset=UTF-8",
    "underenheter": "application/vnd.brreg.enhetsregisteret.underenhet.v2+json;charset=UTF-8",
}
_ANSWERS = (HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_ALL_BUT_NAME = (
    *("legal_form", "industry_scheme", "industry_code", "industry_text", "address", "postcode", "city"),
    *("municipality_code", "municipality", "phone", "email", "website", "employee_count", "advertising_block"),
)
"""What a deleted unit no longer tells."""
_NOT_STATED = "00.000"
Status = Literal["active", "bankrupt", "winding_up", "closed"]


class Enhetsregisteret:
    """Norway's register (see crm.extension_points.Register): companies, and their workplaces as "underenheter"."""

    key = "register_no"
    country = "NO"
    can_search = True

    def __init__(self, reach: Reach, *, scheme: str = "SN2007") -> None:
        self._connection = RegisterConnection(reach)
        self._scheme = scheme

    def look_up(self, number: str) -> RegisterEntry | None:
        """A company or one of its units; one that was removed is closed. Raises RegisterUnavailable."""
        for kind in ("enheter", "underenheter"):
            answer = self._connection.ask("GET", f"/{kind}/{number}", expect=_ANSWERS, headers=_accept(kind))
            if answer.status == HTTPStatus.GONE:
                return self._removed(number, answer.body, is_unit=kind == "underenheter")
            if answer.status == HTTPStatus.OK:
                return self._entry(answer.body)
        return None

    def search(self, name: str, *, limit: int = 20) -> Sequence[RegisterEntry]:
        """Companies by words of their name. Raises RegisterUnavailable."""
        return self._list("enheter", {"navn": name, "size": str(limit)})

    def units_of(self, number: str) -> Sequence[RegisterEntry]:
        """The "underenheter" of a company, at most 100. Raises RegisterUnavailable."""
        return self._list("underenheter", {"overordnetEnhet": number, "size": "100"})

    def _list(self, kind: str, params: Mapping[str, str]) -> Sequence[RegisterEntry]:
        answer = self._connection.ask("GET", f"/{kind}", headers=_accept(kind), params=params)
        # A search without hits has no "_embedded" at all.
        embedded = answer.body.get("_embedded") if isinstance(answer.body, dict) else None
        rows = embedded.get(kind) if isinstance(embedded, dict) else None
        return [self._entry(row) for row in rows or [] if isinstance(row, dict) and row.get("organisasjonsnummer")]

    def _entry(self, row: Any) -> RegisterEntry:
        number = text_of(row.get("organisasjonsnummer"), 20) if isinstance(row, dict) else None
        if number is None:
            raise self._connection.fault("unreadable")
        if row.get("slettedato"):
            # A removed unit may also come as 200, with nothing but name, form and day.
            return self._removed(number, row, is_unit=_is_unit(row))
        status, since = _status(row)
        place = _part(row, "beliggenhetsadresse") or _part(row, "forretningsadresse") or _part(row, "postadresse")
        industry = _part(row, "naeringskode1")
        code = text_of(industry.get("kode"), 12)
        has_code = code is not None and code != _NOT_STATED
        return RegisterEntry(
            number=number,
            country="NO",
            name=text_of(row.get("navn"), 200) or number,
            is_unit=_is_unit(row),
            parent_number=text_of(row.get("overordnetEnhet"), 20),
            legal_form=text_of(_part(row, "organisasjonsform").get("beskrivelse"), 80),
            industry_scheme=self._scheme if has_code else None,
            industry_code=code if has_code else None,
            industry_text=text_of(industry.get("beskrivelse"), 200) if has_code else None,
            address=_lines(place.get("adresse")),
            postcode=text_of(place.get("postnummer"), 12),
            city=text_of(place.get("poststed"), 80),
            municipality_code=text_of(place.get("kommunenummer"), 8),
            municipality=_title(text_of(place.get("kommune"), 80)),
            phone=text_of(row.get("telefon"), 40) or text_of(row.get("mobil"), 40),
            email=text_of(row.get("epostadresse"), 254),
            website=text_of(row.get("hjemmeside"), 300),
            employee_count=_employees(row),
            status=status,
            status_since=since,
        )

    def _removed(self, number: str, row: Any, *, is_unit: bool) -> RegisterEntry:
        said = row if isinstance(row, dict) else {}
        name = text_of(said.get("navn"), 200)
        return RegisterEntry(
            number=number,
            country="NO",
            name=name or "",
            is_unit=is_unit,
            status="closed",
            status_since=_day(said.get("slettedato")),
            missing=_ALL_BUT_NAME if name else ("name", *_ALL_BUT_NAME),
        )


def _accept(kind: str) -> dict[str, str]:
    return {"Accept": ACCEPT[kind]}


def _part(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = row.get(name)
    return part if isinstance(part, dict) else {}


def _lines(value: object) -> str | None:
    lines = value if isinstance(value, list) else [value]
    return text_of(", ".join(filter(None, (text_of(line, 200) for line in lines))), 200)


def _is_unit(row: Mapping[str, Any]) -> bool:
    """A workplace has the form BEDR or AAFY; a company under another one has an "overordnetEnhet" too."""
    return _part(row, "organisasjonsform").get("kode") in ("BEDR", "AAFY") or "beliggenhetsadresse" in row


def _status(row: Mapping[str, Any]) -> tuple[Status, date | None]:
    if row.get("nedleggelsesdato"):
        return "closed", _day(row.get("nedleggelsesdato"))
    if row.get("konkurs"):
        return "bankrupt", _day(row.get("konkursdato"))
    if row.get("underAvvikling") or row.get("underTvangsavviklingEllerTvangsopplosning"):
        return "winding_up", _day(row.get("underAvviklingDato"))
    return "active", None


def _employees(row: Mapping[str, Any]) -> int | None:
    """None where the number is not registered, or hidden because it is below five: that is not zero."""
    count = row.get("antallAnsatte")
    if not row.get("harRegistrertAntallAnsatte", True) or not isinstance(count, int) or isinstance(count, bool):
        return None
    return count if count >= 0 else None


def _title(text: str | None) -> str | None:
    """The register writes municipalities in capitals."""
    return text.title() if text and text.isupper() else text


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
