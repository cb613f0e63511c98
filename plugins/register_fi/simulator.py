"""A simulator of PRH's open data: `python -m plugins.register_fi.simulator --port 4704`.

Its companies: an ordinary one with a former name, one that is bankrupt, and one that has ended.
"""

from typing import Any

from crm.employers.registers.simulating import Asked, Reply, Simulator, lazily, serve

ORDINARY, BANKRUPT, ENDED = "99990007", "99990015", "99990023"


def company(number: str, name: str, **more: Any) -> dict[str, Any]:
    """A company as the register writes it."""
    base: dict[str, Any] = {
        "businessId": {"value": f"{number[:7]}-{number[7:]}", "registrationDate": "2010-04-01", "source": "3"},
        "names": [{"name": name, "type": "1", "registrationDate": "2010-04-01", "version": 1, "source": "1"}],
        "mainBusinessLine": {
            "type": "10710",
            "typeCodeSet": "TOIMI3",
            "descriptions": _words("Leivän valmistus", "Tillverkning av mjukt matbröd", "Manufacture of bread"),
        },
        "companyForms": [{"type": "16", "descriptions": _words("Osakeyhtiö", "Aktiebolag", "Limited company")}],
        "companySituations": [],
        "addresses": [
            {
                "type": 1,
                "street": "Hovrättsesplanaden",
                "buildingNumber": "9",
                "postCode": "65100",
                "postOffices": [
                    {"city": "VAASA", "languageCode": "1", "municipalityCode": "905"},
                    {"city": "VASA", "languageCode": "2", "municipalityCode": "905"},
                ],
            }
        ],
        "website": {"url": "www.bageri.example"},
        "tradeRegisterStatus": "1",
        "status": "2",
        "registrationDate": "2010-04-01",
    }
    return base | more


def companies() -> dict[str, dict[str, Any]]:
    """All of them, by number."""
    names = [
        {"name": "Österbottens Bageri Ab", "type": "1", "registrationDate": "2018-01-01"},
        {"name": "Vasa Brödfabrik Ab", "type": "1", "registrationDate": "2010-04-01", "endDate": "2017-12-31"},
        {"name": "Brödboden", "type": "3", "registrationDate": "2019-01-01"},
    ]
    bankrupt = [{"type": "KONK", "registrationDate": "2026-08-20"}]
    return {
        ORDINARY: company(ORDINARY, "Österbottens Bageri Ab", names=names),
        BANKRUPT: company(BANKRUPT, "Kustens Bygg Ab", companySituations=bankrupt),
        ENDED: company(ENDED, "Gamla Handelsboden Ab", endDate="2026-01-31", tradeRegisterStatus="4"),
    }


class PrhSimulator(Simulator):
    """The register's answers."""

    def fresh(self) -> dict[str, dict[str, Any]]:
        """The made-up companies."""
        return companies()

    def answer(self, asked: Asked) -> Reply:
        """Companies by business ID or by a part of the name; none is an empty list."""
        if asked.path != "/companies" or asked.method != "GET":
            return Reply(404)
        number, name = asked.query.get("businessId"), asked.query.get("name", "").casefold()
        if not number and not name:
            return Reply(400, {"message": "At least one search condition is needed"})
        rows = [row for row in self.companies.values() if _fits(row, number, name)]
        return Reply(200, {"totalResults": len(rows), "companies": rows})


def _fits(row: dict[str, Any], number: str | None, name: str) -> bool:
    if number:
        return bool(row["businessId"]["value"] == number)
    return any(name in each["name"].casefold() for each in row["names"])


def _words(finnish: str, swedish: str, english: str) -> list[dict[str, str]]:
    said = {"1": finnish, "2": swedish, "3": english}
    return [{"languageCode": code, "description": text} for code, text in said.items()]


simulated = lazily(PrhSimulator)
"""Where the simulator of this process listens; the first to ask starts it."""

if __name__ == "__main__":
    serve(PrhSimulator, "PRH simulator")
