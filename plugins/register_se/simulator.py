"""A simulator of Bolagsverket's "Värdefulla datamängder": `python -m plugins.register_se.simulator --port 4702`.

Its companies: an ordinary one, one that is bankrupt and has an advertising block, one that is being wound up, one that
has closed, and one whose industry cannot be told because SCB does not answer, while the answer is 200. Tokens: change
the "company" of the number "tokens" with {"withdrawn": true} to end all of them; the next one is good again.
"""

import base64
from typing import Any
from urllib.parse import parse_qs

from crm.employers.registers.simulating import Asked, Reply, Simulator, lazily, serve
from plugins.register_se.configuration import SIMULATED

ORDINARY, BANKRUPT, PARTIAL, CLOSED = "5599990016", "5599990024", "5599990032", "5599990040"
WINDING_UP = "5599990065"
OFFICIAL, MISSPELT = (
    "pagaendeAvvecklingsEllerOmstruktureringsforfarande",
    "pagandeAvvecklingsEllerOmstruktureringsforfarande",
)
"""What is under way: the key of the specification's text, and that of its example."""
TOKENS = "tokens"
_NO_SOURCE = {"typ": "OTILLGANGLIG_UPPGIFTSKALLA", "felBeskrivning": "Uppgiftskällan är inte tillgänglig"}


def company(number: str, name: str, **more: Any) -> dict[str, Any]:
    """A company as the register writes it."""
    base = {
        "organisationsidentitet": {
            "identitetsbeteckning": number,
            "typ": {"kod": "ORGANISATIONSNUMMER", "klartext": "Organisationsnummer"},
        },
        "organisationsnamn": {"organisationsnamnLista": [_name(name, "FORETAGSNAMN")], **_by("Bolagsverket")},
        "organisationsform": {"kod": "AB", "klartext": "Aktiebolag", **_by("Bolagsverket")},
        "juridiskForm": {"kod": "49", "klartext": "Övriga aktiebolag", **_by("SCB")},
        "verksamOrganisation": {"kod": "JA", **_by("SCB")},
        "reklamsparr": {"kod": "NEJ", **_by("SCB")},
        "naringsgrenOrganisation": {"sni": [{"kod": "10710", "klartext": "Bageri"}], **_by("SCB")},
        "postadressOrganisation": {
            "postadress": {"utdelningsadress": "Storgatan 8", "postnummer": "90325", "postort": "UMEÅ"},
            **_by("Bolagsverket"),
        },
        "organisationsdatum": {"registreringsdatum": "2011-02-01", **_by("Bolagsverket")},
        "avregistreradOrganisation": None,
        OFFICIAL: None,
    }
    return base | more


def proceedings(code: str, text: str, since: str, *, key: str = OFFICIAL) -> dict[str, Any]:
    """What is under way against a company, as the register writes it."""
    return {key: {f"{key}Lista": [{"kod": code, "klartext": text, "fromDatum": since}], **_by("Bolagsverket")}}


def companies() -> dict[str, dict[str, Any]]:
    """All of them, by number."""
    names = [_name("Älvstrand Butik", "SARSKILT_FORETAGSNAMN"), _name("Älvstrands Bageri AB", "FORETAGSNAMN")]
    bankrupt = company(BANKRUPT, "Norrbygg i Umeå AB", reklamsparr={"kod": "JA", **_by("SCB")})
    bankrupt |= proceedings("KK", "Konkurs", "2026-10-05", key=MISSPELT)
    no_source = {**_by("SCB"), "fel": _NO_SOURCE}
    return {
        ORDINARY: company(ORDINARY, "", organisationsnamn={"organisationsnamnLista": names}),
        BANKRUPT: bankrupt,
        PARTIAL: company(PARTIAL, "Skogsvård Norr AB", naringsgrenOrganisation=no_source, reklamsparr=no_source),
        CLOSED: company(
            CLOSED,
            "Gamla Möbler AB",
            avregistreradOrganisation={"avregistreringsdatum": "2026-03-31", **_by("Bolagsverket")},
            avregistreringsorsak={"kod": "LIAV", "klartext": "Likvidation avslutad"},
        ),
        WINDING_UP: company(WINDING_UP, "Silverplatens Skivor AB") | proceedings("LI", "Likvidation", "2026-11-03"),
        TOKENS: {"number": 1},
    }


class BolagsverketSimulator(Simulator):
    """The register's answers, and those of its portal for tokens."""

    def fresh(self) -> dict[str, dict[str, Any]]:
        """The made-up companies."""
        return companies()

    def answer(self, asked: Asked) -> Reply:
        """A token, or a company."""
        if asked.path == "/oauth2/token":
            return self._give_token(asked)
        if asked.path != "/organisationer" or asked.method != "POST":
            return Reply(404, _problem(404, "Not found"))
        if asked.headers.get("authorization") != f"Bearer {self._token}" or not self._token_is_good:
            return Reply(401, _problem(401, "Invalid credentials"))
        number = str((asked.json() or {}).get("identitetsbeteckning", ""))
        if not (number.isdigit() and len(number) in (10, 12)):
            return Reply(400, _problem(400, "OGILTIG_BEGARAN"))
        found = self.companies.get(number)
        return Reply(200, {"organisationer": [found if found is not None else _unknown(number)]})

    @property
    def _token(self) -> str:
        return f"token-{self.companies[TOKENS]['number']}"

    @property
    def _token_is_good(self) -> bool:
        return not self.companies[TOKENS].get("withdrawn")

    def _give_token(self, asked: Asked) -> Reply:
        basic = base64.b64encode(":".join(SIMULATED).encode()).decode()
        grant = parse_qs(asked.body.decode()).get("grant_type")
        if asked.headers.get("authorization") != f"Basic {basic}" or grant != ["client_credentials"]:
            return Reply(401, {"error": "invalid_client"})
        if not self._token_is_good:
            self.companies[TOKENS] = {"number": self.companies[TOKENS]["number"] + 1}
        return Reply(200, {"access_token": self._token, "token_type": "Bearer", "expires_in": 3600})


def _name(name: str, kind: str) -> dict[str, Any]:
    return {"namn": name, "organisationsnamntyp": {"kod": kind, "klartext": kind.capitalize()}}


def _by(producer: str) -> dict[str, Any]:
    return {"dataproducent": producer, "fel": None}


def _unknown(number: str) -> dict[str, Any]:
    error = {"typ": "ORGANISATION_FINNS_EJ", "felBeskrivning": "Organisationen finns inte"}
    return {
        "organisationsidentitet": {"identitetsbeteckning": number},
        "organisationsnamn": {"fel": error, **{"dataproducent": "Bolagsverket"}},
    }


def _problem(status: int, title: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": title, "status": status, "requestId": "simulated"}


class WithSample(BolagsverketSimulator):
    """Knows the companies of the sample data too."""

    def fresh(self) -> dict[str, dict[str, Any]]:
        """The made-up companies, those of the sample data first."""
        from crm.samples.names import SWEDISH_EMPLOYERS, swedish_numbers  # for the sample installation alone

        sample = zip(swedish_numbers(), SWEDISH_EMPLOYERS, strict=False)
        return {number: company(number, name) for number, name in sample} | companies()


simulated = lazily(WithSample)
"""Where the simulator of this process listens; the first to ask starts it."""

if __name__ == "__main__":
    serve(BolagsverketSimulator, "Bolagsverket simulator")
