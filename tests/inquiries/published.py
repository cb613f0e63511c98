"""The 53 inquiries that a real project published, row by row.

Ten of the youth unit's were for summer jobs; where ten came from, nobody had written down.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from crm.inquiries.queries import ALL, InquiryFilter

SOURCES = {
    "qualification_programme": 2,
    "youth_unit": 29,
    "introduction_programme": 1,
    "assessment_unit": 1,
    "outreach_team": 5,
    "emergency_contact": 2,
    "child_welfare": 3,
    "unknown": 10,
}
SUMMER_JOBS = 10
OUTCOMES = {"ordinary_work": 6, "placement": 8, "summer_job": SUMMER_JOBS}
PERIOD = InquiryFilter(today=date(2026, 11, 1), state=ALL, since=date(2011, 1, 1), until=date(2011, 10, 31))


@dataclass(frozen=True)
class Published:
    """One inquiry about one person."""

    day: date
    source: str
    outcome: str


def published_rows() -> Iterator[Published]:
    outcomes = iter(["summer_job"] * SUMMER_JOBS + ["ordinary_work"] * 6 + ["placement"] * 8)
    for code in ["youth_unit", *(each for each in SOURCES if each != "youth_unit")]:
        for number in range(SOURCES[code]):
            outcome = next(outcomes, "not_ready" if number % 2 else "in_process")
            yield Published(date(2011, 1 + number % 10, 3), code, outcome)
