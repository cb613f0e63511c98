"""A simulator of CVR's distribution: `python -m plugins.register_dk.simulator --port 4703`.

Its companies: one with an advertising block, former names and two workplaces, one that is bankrupt, one that has
closed, and one whose head count is a range.
"""

import base64
from typing import Any

from crm.employers.registers.simulating import Asked, Reply, Simulator, lazily, serve
from plugins.register_dk.configuration import SIMULATED

PROTECTED, BANKRUPT, CLOSED, RANGE = "99900016", "99900024", "99900032", "99900040"
WORKPLACES = ("1099900011", "1099900012")
_PLACE = {
    "vejnavn": "Søndergade",
    "husnummerFra": 14,
    "postnummer": 8000,
    "postdistrikt": "Aarhus C",
    "kommune": {"kommuneKode": 751, "kommuneNavn": "AARHUS"},
    "landekode": "DK",
}


def since(day: str, until: str | None = None) -> dict[str, Any]:
    """A period as the register writes it."""
    return {"periode": {"gyldigFra": day, "gyldigTil": until}}


def company(number: str, name: str, **more: Any) -> dict[str, Any]:
    """A company as the register writes it."""
    base: dict[str, Any] = {
        "cvrNummer": int(number),
        "reklamebeskyttet": False,
        "navne": [{"navn": name, **since("2012-01-01")}],
        "beliggenhedsadresse": [_PLACE | since("2012-01-01")],
        "hovedbranche": [{"branchekode": "107120", "branchetekst": "Fremstilling af friske bageriprodukter"}],
        "virksomhedsform": [{"langBeskrivelse": "Anpartsselskab", "kortBeskrivelse": "APS", **since("2012-01-01")}],
        "virksomhedsstatus": [{"status": "NORMAL", **since("2012-01-01")}],
        "livsforloeb": [since("2012-01-01")],
        "erstMaanedsbeskaeftigelse": [{"aar": 2026, "maaned": 9, "antalAnsatte": 31}],
        "virksomhedMetadata": {"nyesteNavn": {"navn": name}, "sammensatStatus": "Normal"},
    }
    return base | more


def workplace(number: str, name: str, road: str) -> dict[str, Any]:
    """A workplace as the register writes it."""
    return {
        "pNummer": int(number),
        "navne": [{"navn": name, **since("2014-05-01")}],
        "beliggenhedsadresse": [_PLACE | {"vejnavn": road, "husnummerFra": 3} | since("2014-05-01")],
        "virksomhedsrelation": [{"cvrNummer": int(PROTECTED), **since("2014-05-01")}],
        "livsforloeb": [since("2014-05-01")],
    }


def companies() -> dict[str, dict[str, Any]]:
    """All of them, by number."""
    names = [
        {"navn": "Bager Holm ApS", **since("2012-01-01", "2016-12-31")},
        {"navn": "Holms Brødhus ApS", **since("2017-01-01", "2021-06-30")},
        {"navn": "Aarhus Brødhus ApS", **since("2021-07-01")},
    ]
    old = _PLACE | {"vejnavn": "Gammelgade", "husnummerFra": 1} | since("2012-01-01", "2016-12-31")
    return {
        PROTECTED: company(
            PROTECTED,
            "Aarhus Brødhus ApS",
            reklamebeskyttet=True,
            navne=names,
            beliggenhedsadresse=[old, _PLACE | since("2017-01-01")],
            telefonNummer=[{"kontaktoplysning": "86 00 00 10", **since("2017-01-01")}],
        ),
        BANKRUPT: company(
            BANKRUPT, "Østjysk Byg ApS", virksomhedsstatus=[{"status": "UNDERKONKURS", **since("2026-10-19")}]
        ),
        CLOSED: company(
            CLOSED,
            "Kaffehjørnet ApS",
            virksomhedsstatus=[{"status": "OPHØRT", **since("2026-02-28")}],
            livsforloeb=[since("2012-01-01", "2026-02-28")],
        ),
        RANGE: company(
            RANGE,
            "Cykelmageren ApS",
            erstMaanedsbeskaeftigelse=[
                {"aar": 2026, "maaned": 9, "antalAnsatte": None, "intervalKodeAntalAnsatte": "ANTAL_2_4"}
            ],
        ),
        WORKPLACES[0]: workplace(WORKPLACES[0], "Aarhus Brødhus, Banegården", "Banegårdspladsen"),
        WORKPLACES[1]: workplace(WORKPLACES[1], "Aarhus Brødhus, Viby", "Skanderborgvej"),
    }


class CvrSimulator(Simulator):
    """The register's answers."""

    def fresh(self) -> dict[str, dict[str, Any]]:
        """The made-up companies."""
        return companies()

    def answer(self, asked: Asked) -> Reply:
        """The hits of a query: by number, by name, or by the company of a workplace."""
        basic = base64.b64encode(":".join(SIMULATED).encode()).decode()
        if asked.headers.get("authorization") != f"Basic {basic}":
            return Reply(401, {"error": "Unauthorized"})
        parts = asked.path.strip("/").split("/")
        body = asked.json()
        if parts[0] != "cvr-permanent" or parts[-1] != "_search" or not isinstance(body, dict):
            return Reply(400, {"error": "SearchPhaseExecutionException"})
        kind = parts[1]
        root = "Vrvirksomhed" if kind == "virksomhed" else "VrproduktionsEnhed"
        own = [row for row in self.companies.values() if ("cvrNummer" in row) == (kind == "virksomhed")]
        rows = [row for row in own if _fits(row, body["query"])][: int(body.get("size", 10))]
        hits = [{"_source": {root: row}, "_score": 1.0} for row in rows]
        return Reply(200, {"took": 3, "timed_out": False, "hits": {"total": len(rows), "hits": hits}})


def _fits(row: dict[str, Any], query: dict[str, Any]) -> bool:
    if "match" in query:
        wanted = next(iter(query["match"].values()))["query"].casefold().split()
        name = row["virksomhedMetadata"]["nyesteNavn"]["navn"].casefold()
        return all(word in name for word in wanted)
    name, number = next(iter(query["term"].items()))
    if name.endswith("virksomhedsrelation.cvrNummer"):
        return any(each["cvrNummer"] == number for each in row.get("virksomhedsrelation", []))
    return bool(row.get(name.rpartition(".")[2]) == number)


simulated = lazily(CvrSimulator)
"""Where the simulator of this process listens; the first to ask starts it."""

if __name__ == "__main__":
    serve(CvrSimulator, "CVR simulator")
