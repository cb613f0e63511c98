"""What somebody does on the pages of matching: take on a mentor, write a profile."""

from collections.abc import Callable

from flask.testing import FlaskClient

Browser = Callable[[str], FlaskClient]
MENTOR = {
    "name": "Poul Poulsen", "phone": "0701234567", "email": "poul@example.net", "municipality": "Rødvig",
    "birth_year": "1965", "capacity": "1", "recruited_on": "2026-01-10", "submission_key": "one",
}  # fmt: skip
EVERYTHING = ["name", "age", "photo", "residence", "work_now", "work_before", "trade", "leisure", "offer"]


def take_on(client: FlaskClient, **values: str) -> str:
    """Take on a mentor; the address of their page."""
    assert client.get("/matching/mentors/new").status_code == 200
    made = client.post("/matching/mentors/new", data=MENTOR | values)
    assert made.status_code == 303, made.text
    return str(made.location)


def write_profile(client: FlaskClient, mentor: str, **texts: str) -> str:
    """Write the profile of the mentor at this address; the address of the profile."""
    page = client.get(f"{mentor}/profile")
    assert page.status_code == 200
    data = {"name": "Poul Poulsen", "agreed": EVERYTHING, "agreed_on": "2026-06-01", "version": "0", **texts}
    made = client.post(f"{mentor}/profile", data=data)
    assert made.status_code == 303, made.text
    return str(made.location)
