"""A simulator of Enhetsregisteret: `python -m plugins.register_no.simulator --port 4701`.

It answers as https://data.brreg.no/enhetsregisteret/api does, about made-up companies: one with three workplaces, one
that is bankrupt, one whose head count is hidden, one whose industry has another code in the next list of codes, one
that was removed (410) and one that is left with its name and the day of its removal. Faults and changes:
crm.employers.registers.simulating.
"""

from typing import Any

from crm.employers.registers.simulating import Asked, Reply, Simulator, lazily, serve

PARENT, BANKRUPT, HIDDEN, GONE, LEFT = "999000908", "999000916", "999000924", "999000932", "999000940"
RENUMBERED = "999000959"
OLD_CODE = {"kode": "62.010", "beskrivelse": "Programmeringstjenester"}
NEW_CODE = {"kode": "62.100", "beskrivelse": "Programmering"}
"""The industry of one company before and after the register moved to a new list of codes."""
WORKPLACES = ("999000819", "999000827", "999000835")
MOST_A_PAGE = 100


def company(number: str, name: str, **more: Any) -> dict[str, Any]:
    """A company as the register writes it."""
    base = {
        "organisasjonsnummer": number,
        "navn": name,
        "organisasjonsform": {"kode": "AS", "beskrivelse": "Aksjeselskap"},
        "hjemmeside": "www.fjordbakst.example",
        "forretningsadresse": _place("Sjøgata 12", "8006", "BODØ", "BODØ", "1804"),
        "naeringskode1": {"kode": "10.710", "beskrivelse": "Produksjon av brød og ferske konditorvarer"},
        "institusjonellSektorkode": {"kode": "2100", "beskrivelse": "Private aksjeselskaper mv."},
        "antallAnsatte": 24,
        "harRegistrertAntallAnsatte": True,
        "registreringsdatoEnhetsregisteret": "2009-03-02",
        "konkurs": False,
        "underAvvikling": False,
        "underTvangsavviklingEllerTvangsopplosning": False,
        "maalform": "Bokmål",
    }
    return {name: value for name, value in (base | more).items() if value is not None}


def workplace(number: str, name: str, street: str) -> dict[str, Any]:
    """A workplace as the register writes it."""
    place = _place(street, "8006", "BODØ", "BODØ", "1804")
    form = {"kode": "BEDR", "beskrivelse": "Underenhet til næringsdrivende og offentlig forvaltning"}
    values = {"organisasjonsform": form, "overordnetEnhet": PARENT, "beliggenhetsadresse": place, "antallAnsatte": 8}
    return company(number, name, forretningsadresse=None, oppstartsdato="2010-01-04", **values)


def companies() -> dict[str, dict[str, Any]]:
    """All of them, by number."""
    rows = [
        company(PARENT, "FJORDBAKST BAKERI AS", telefon="75 50 00 10", epostadresse="post@fjordbakst.example"),
        company(BANKRUPT, "NORDLYSET MUR AS", konkurs=True, konkursdato="2026-09-14", hjemmeside=None),
        company(HIDDEN, "SMÅBÅTVERKSTEDET AS", antallAnsatte=None, hjemmeside=None),
        company(RENUMBERED, "KODEVERKSTEDET AS", naeringskode1=OLD_CODE, hjemmeside=None),
        {"organisasjonsnummer": GONE, "navn": "GAMLE KAFÉ AS", "slettedato": "2026-05-01", "status": 410},
        {
            "organisasjonsnummer": LEFT,
            "navn": "HAVGAP TRANSPORT AS",
            "organisasjonsform": {"kode": "AS", "beskrivelse": "Aksjeselskap"},
            "slettedato": "2026-06-30",
        },
        workplace(WORKPLACES[0], "FJORDBAKST BAKERI AVD SENTRUM", "Storgata 3"),
        workplace(WORKPLACES[1], "FJORDBAKST BAKERI AVD MØRKVED", "Mørkvedveien 90"),
        workplace(WORKPLACES[2], "FJORDBAKST BAKERI AVD STORMYRA", "Stormyrveien 7"),
    ]
    return {row["organisasjonsnummer"]: row for row in rows}


class EnhetsregisteretSimulator(Simulator):
    """The register's answers."""

    def fresh(self) -> dict[str, dict[str, Any]]:
        """The made-up companies."""
        return companies()

    def answer(self, asked: Asked) -> Reply:
        """One company, or a list."""
        parts = asked.path.strip("/").split("/")
        if asked.method != "GET" or parts[0] not in ("enheter", "underenheter"):
            return Reply(404)
        if "application/vnd.brreg.enhetsregisteret" not in asked.headers.get("accept", ""):
            return Reply(406)
        if len(parts) == 2:
            return self._one(parts[0], parts[1])
        return self._list(parts[0], asked)

    def _one(self, kind: str, number: str) -> Reply:
        if not (number.isdigit() and len(number) == 9):
            return Reply(400, {"status": 400, "feilmelding": "Feilaktig forespørsel"})
        row = self.companies.get(number)
        if row is None or _kind(row) != kind:
            return Reply(404)
        if row.get("status") == 410:
            return Reply(410, {"organisasjonsnummer": number, "slettedato": row["slettedato"]})
        return Reply(200, row)

    def _list(self, kind: str, asked: Asked) -> Reply:
        size = min(int(asked.query.get("size", "20")), MOST_A_PAGE)
        rows = [row for row in self.companies.values() if _kind(row) == kind and _fits(row, asked)]
        page = {"size": size, "totalElements": len(rows), "totalPages": -(-len(rows) // size), "number": 0}
        body: dict[str, Any] = {"_links": {"self": {"href": asked.path}}, "page": page}
        if rows:
            body["_embedded"] = {kind: rows[:size]}
        return Reply(200, body)


def _fits(row: dict[str, Any], asked: Asked) -> bool:
    if row.get("slettedato"):
        return False
    words = asked.query.get("navn", "").casefold().split()
    parent = asked.query.get("overordnetEnhet")
    return all(word in row["navn"].casefold() for word in words) and parent in (None, row.get("overordnetEnhet"))


def _kind(row: dict[str, Any]) -> str:
    return "underenheter" if "beliggenhetsadresse" in row else "enheter"


def _place(street: str, postcode: str, city: str, municipality: str, code: str) -> dict[str, Any]:
    return {
        "land": "Norge",
        "landkode": "NO",
        "postnummer": postcode,
        "poststed": city,
        "adresse": [street],
        "kommune": municipality,
        "kommunenummer": code,
    }


class WithSample(EnhetsregisteretSimulator):
    """Knows the companies of the sample data too."""

    def fresh(self) -> dict[str, dict[str, Any]]:
        """The made-up companies, those of the sample data first."""
        from crm.samples.names import NORWEGIAN_EMPLOYERS, norwegian_numbers  # for the sample installation alone

        sample = zip(norwegian_numbers(), NORWEGIAN_EMPLOYERS, strict=False)
        return {number: company(number, name, hjemmeside=None) for number, name in sample} | companies()


simulated = lazily(WithSample)
"""Where the simulator of this process listens; the first to ask starts it."""

if __name__ == "__main__":
    serve(EnhetsregisteretSimulator, "Enhetsregisteret simulator")
