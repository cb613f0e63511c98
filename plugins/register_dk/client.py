"""The client of CVR's distribution (Elasticsearch over HTTP with Basic authentication).

Everything in CVR has a history: lists of values, each with the period in which it held. What holds now has no end.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from crm.employers.registers.connection import Reach, RegisterConnection, text_of
from crm.register_points import RegisterEntry

COMPANY, WORKPLACE = "virksomhed", "produktionsenhed"
_ROOT = {COMPANY: "Vrvirksomhed", WORKPLACE: "VrproduktionsEnhed"}
_COUNTS = ("erstMaanedsbeskaeftigelse", "maanedsbeskaeftigelse", "kvartalsbeskaeftigelse", "aarsbeskaeftigelse")
_BANKRUPT = ("UNDERKONKURS", "UNDER KONKURS", "KONKURS", "OPLØSTEFTERKONKURS", "OPLØST EFTER KONKURS")
_WINDING_UP = ("UNDERTVANGSOPLØSNING", "UNDER TVANGSOPLØSNING", "UNDERFRIVILLIGLIKVIDATION")
_CLOSED = ("OPHØRT", "TVANGSOPLØST", "OPLØST", "SLETTET", "OPLØSTEFTERFRIVILLIGLIKVIDATION")
MOST_UNITS = 200
Row = Mapping[str, Any]
Status = Literal["active", "bankrupt", "winding_up", "closed"]


class Cvr:
    """Denmark's register (see crm.extension_points.Register): companies, and workplaces with a P-number."""

    key = "register_dk"
    country = "DK"
    can_search = True

    def __init__(self, reach: Reach, account: tuple[str, str], *, scheme: str = "DB07") -> None:
        self._connection = RegisterConnection(reach)
        self._account = account
        self._scheme = scheme

    def look_up(self, number: str) -> RegisterEntry | None:
        """A company by its CVR number, or a workplace by its P-number of ten digits. Raises RegisterUnavailable."""
        kind = WORKPLACE if len(number) == 10 else COMPANY
        name = "VrproduktionsEnhed.pNummer" if kind == WORKPLACE else "Vrvirksomhed.cvrNummer"
        return next(iter(self._find(kind, {"term": {name: int(number)}}, 1)), None)

    def search(self, name: str, *, limit: int = 20) -> Sequence[RegisterEntry]:
        """Companies by the words of their present name. Raises RegisterUnavailable."""
        wanted = {"query": name, "operator": "and"}
        return self._find(COMPANY, {"match": {"Vrvirksomhed.virksomhedMetadata.nyesteNavn.navn": wanted}}, limit)

    def units_of(self, number: str) -> Sequence[RegisterEntry]:
        """The workplaces of a company, those that are closed too. Raises RegisterUnavailable."""
        query = {"term": {"VrproduktionsEnhed.virksomhedsrelation.cvrNummer": int(number)}}
        return self._find(WORKPLACE, query, MOST_UNITS)

    def _find(self, kind: str, query: Row, size: int) -> list[RegisterEntry]:
        answer = self._connection.ask(
            "POST", f"/cvr-permanent/{kind}/_search", auth=self._account, json={"query": query, "size": size}
        )
        body = answer.body if isinstance(answer.body, dict) else {}
        # A search that broke off is 200 and says so: what it found is not all.
        if body.get("timed_out") or not isinstance(body.get("hits"), dict):
            raise self._connection.fault("timeout" if body.get("timed_out") else "unreadable")
        found = [_part(_part(hit, "_source"), _ROOT[kind]) for hit in _rows(body["hits"], "hits")]
        return [self._entry(kind, row) for row in found if row]

    def _entry(self, kind: str, row: Row) -> RegisterEntry:
        number = text_of(row.get("pNummer" if kind == WORKPLACE else "cvrNummer"), 20)
        if number is None:
            raise self._connection.fault("unreadable")
        number = number.zfill(10 if kind == WORKPLACE else 8)
        name = text_of(_now(row, "navne").get("navn"), 200) or _newest_name(row) or number
        status, since = _status(row)
        place, industry = _now(row, "beliggenhedsadresse"), _now(row, "hovedbranche")
        town = _part(place, "kommune")
        code = text_of(industry.get("branchekode"), 12)
        return RegisterEntry(
            number=number,
            country="DK",
            name=name,
            is_unit=kind == WORKPLACE,
            parent_number=_parent(row) if kind == WORKPLACE else None,
            former_names=_former(row, name),
            legal_form=text_of(_now(row, "virksomhedsform").get("langBeskrivelse"), 80),
            industry_scheme=self._scheme if code else None,
            industry_code=code,
            industry_text=text_of(industry.get("branchetekst"), 200),
            address=_street(place),
            postcode=text_of(place.get("postnummer"), 12),
            city=text_of(place.get("postdistrikt"), 80),
            municipality_code=_municipality_code(town.get("kommuneKode")),
            municipality=_title(text_of(town.get("kommuneNavn"), 80)),
            phone=text_of(_now(row, "telefonNummer").get("kontaktoplysning"), 40),
            email=text_of(_now(row, "elektroniskPost").get("kontaktoplysning"), 254),
            website=text_of(_now(row, "hjemmeside").get("kontaktoplysning"), 300),
            employee_count=_employees(row),
            status=status,
            status_since=since,
            advertising_block=row.get("reklamebeskyttet") if isinstance(row.get("reklamebeskyttet"), bool) else None,
        )


def _part(row: Row, name: str) -> Row:
    part = row.get(name)
    return part if isinstance(part, dict) else {}


def _rows(row: Row, name: str) -> list[Row]:
    value = row.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _period(row: Row) -> tuple[str | None, str | None]:
    period = row.get("periode")
    if not isinstance(period, dict):
        return None, None
    return text_of(period.get("gyldigFra"), 40), text_of(period.get("gyldigTil"), 40)


def _now(row: Row, name: str) -> Row:
    """What holds now: the row without an end, the newest of several. Nothing that has ended counts."""
    current = [each for each in _rows(row, name) if _period(each)[1] is None]
    return max(current, key=lambda each: _period(each)[0] or "", default={})


def _former(row: Row, name: str) -> tuple[str, ...]:
    """Names that have ended, the newest first."""
    ended = [each for each in _rows(row, "navne") if _period(each)[1] is not None]
    ended.sort(key=lambda each: _period(each)[1] or "", reverse=True)
    names = [text_of(each.get("navn"), 200) for each in ended]
    return tuple(dict.fromkeys(each for each in names if each and each != name))


def _newest_name(row: Row) -> str | None:
    metadata = row.get("virksomhedMetadata") or row.get("produktionsEnhedMetadata")
    newest = metadata.get("nyesteNavn") if isinstance(metadata, dict) else None
    return text_of(newest.get("navn"), 200) if isinstance(newest, dict) else None


def _status(row: Row) -> tuple[Status, date | None]:
    now = _now(row, "virksomhedsstatus")
    word = str(now.get("status") or "").upper()
    since = _day(_period(now)[0])
    if word in _BANKRUPT:
        return "bankrupt", since
    life = _rows(row, "livsforloeb")
    ended = [_period(each)[1] for each in life]
    if word in _CLOSED or (life and all(ended)):
        last = max((each for each in ended if each), default=None)
        return "closed", _day(last) or since
    return ("winding_up", since) if word in _WINDING_UP else ("active", None)


def _parent(row: Row) -> str | None:
    number = text_of(_now(row, "virksomhedsrelation").get("cvrNummer"), 20)
    return number.zfill(8) if number else None


def _street(place: Row) -> str | None:
    if place.get("fritekst"):
        return text_of(place.get("fritekst"), 200)
    number = f"{place.get('husnummerFra') or ''}{place.get('bogstavFra') or ''}"
    floor = ". ".join(str(part) for part in (place.get("etage"), place.get("sidedoer")) if part)
    return text_of(", ".join(part for part in (f"{place.get('vejnavn') or ''} {number}".strip(), floor) if part), 200)


def _municipality_code(value: object) -> str | None:
    """The register writes 151 for Ballerup, whose code is 0151."""
    text = text_of(value, 8)
    return text.zfill(4) if text and text.isdigit() else None


def _employees(row: Row) -> int | None:
    """The newest count that is a number. Small companies have a range instead, which is no number."""
    for name in _COUNTS:
        rows = _rows(row, name)
        if rows:
            newest = max(rows, key=_when)
            count = newest.get("antalAnsatte")
            known = isinstance(count, int) and not isinstance(count, bool) and count >= 0
            return count if known else None
    return None


def _when(row: Row) -> tuple[int, int]:
    year, part = (row.get(name) for name in ("aar", "maaned" if "maaned" in row else "kvartal"))
    return year if isinstance(year, int) else 0, part if isinstance(part, int) else 0


def _title(text: str | None) -> str | None:
    return text.title() if text and text.isupper() else text


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
