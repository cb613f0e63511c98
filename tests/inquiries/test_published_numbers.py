"""The numbers that a real project published, and the table that did not add up."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from flask import Flask

from crm.db import transaction
from crm.inquiries.queries import count_inquiries
from crm.inquiries.report_queries import outcome_table
from crm.inquiries.services.inquiries import InquiryFields, receive_inquiry
from crm.inquiries.services.persons import NewPerson
from crm.inquiries.tables import Doubt, OutcomeTable, Problem, SourceLine
from crm.web.filters import show_percent
from tests.inquiries.published import PERIOD, SOURCES, SUMMER_JOBS, published_rows
from tests.participants.conftest import Here

ODD = OutcomeTable(
    lines=[
        SourceLine("qualification_programme", 2, 2, 5),
        SourceLine("youth_unit", 29, 29, 14),
        SourceLine("introduction_programme", 1, 1, 1),
        SourceLine("assessment_unit", 1, 1, 0),
        SourceLine("child_welfare", 10, 10, 5),
        SourceLine("unknown", 10, 10, 0),
    ],
    outcomes={"ordinary_work": 6, "placement": 8},
    total=53,
)


@pytest.fixture
def published(core: Flask, here: Here) -> Here:
    with transaction():
        for each in published_rows():
            receive_inquiry(
                here.manager,
                fields=InquiryFields(received_on=each.day, channel="phone", topic="needs_company", source=each.source),
                persons=[NewPerson(outcome=each.outcome)],
            )
    return here


def test_53_inquiries_are_found_in_the_ten_months(published: Here) -> None:
    assert count_inquiries(published.manager, PERIOD) == 53
    assert count_inquiries(published.manager, replace(PERIOD, since=date(2012, 1, 1), until=None)) == 0


def test_the_sources_add_up_and_what_was_not_stated_is_a_row(published: Here) -> None:
    table = outcome_table(published.manager, PERIOD)
    groups = {group.key: group.inquiries for group in table.groups()}
    assert {line.source: line.inquiries for line in table.lines} == SOURCES
    assert table.total == sum(SOURCES.values()) == 53
    assert groups == {"authority": 33, "district": 10, "not_stated": 10}


def test_19_of_the_youth_unit_and_33_in_all_were_not_for_summer_jobs(published: Here) -> None:
    table = outcome_table(published.manager, PERIOD)
    summer = table.cells["youth_unit", "summer_job"]
    stated = table.total - SOURCES["unknown"]
    assert summer == table.outcomes["summer_job"] == SUMMER_JOBS
    assert (SOURCES["youth_unit"] - summer, stated - summer, stated, table.total - stated) == (19, 33, 43, 10)


def test_24_of_53_came_to_work_or_a_place_and_29_are_the_rest(published: Here) -> None:
    table = outcome_table(published.manager, PERIOD)
    assert [table.outcomes[code] for code in ("ordinary_work", "placement", "summer_job")] == [6, 8, 10]
    assert (table.reached, table.rest) == (24, 29)
    assert (_percent(6, 53), _percent(24, 53)) == ("11.3", "45.3")
    assert [show_percent(count / 53, 1) for count in (6, 24)] == ["11.3\u00a0%", "45.3\u00a0%"]


def test_still_in_process_is_not_the_same_as_not_ready(published: Here) -> None:
    outcomes = outcome_table(published.manager, PERIOD).outcomes
    assert outcomes["in_process"] + outcomes["not_ready"] == 29
    assert outcomes["in_process"] > 0
    assert outcomes["not_ready"] > 0


def test_a_table_from_rows_agrees_with_itself(published: Here) -> None:
    assert outcome_table(published.manager, PERIOD).problems() == []


def test_the_odd_table_cannot_be_shown_unnoticed() -> None:
    assert ODD.problems() == [
        Problem(Doubt.SUMS, 25, 14),
        Problem(Doubt.MORE_THAN_PERSONS, 5, 2, "qualification_programme"),
        Problem(Doubt.MORE_THAN_INQUIRIES, 5, 2, "qualification_programme"),
    ]


def test_summer_jobs_do_not_make_it_right() -> None:
    table = replace(ODD, outcomes={**ODD.outcomes, "summer_job": 10})
    assert table.problems()[0] == Problem(Doubt.SUMS, 25, 24)


def test_five_results_from_two_inquiries_about_five_persons_are_pointed_out_too(core: Flask, here: Here) -> None:
    with transaction():
        for persons in (3, 2):
            receive_inquiry(
                here.manager,
                fields=InquiryFields(
                    received_on=date(2011, 3, 3), channel="phone", topic="advice", source="qualification_programme"
                ),
                persons=[NewPerson(outcome="placement") for _each in range(persons)],
            )
    assert outcome_table(here.manager, PERIOD).problems() == [
        Problem(Doubt.MORE_THAN_INQUIRIES, 5, 2, "qualification_programme"),
        Problem(Doubt.MORE_THAN_INQUIRIES, 5, 2),
    ]


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ({"total": 54}, Doubt.TOTAL),
        ({"cells": {("unknown", "placement"): 1}}, Doubt.CELLS_OF_SOURCE),
        ({"cells": {("child_welfare", "placement"): 9}}, Doubt.CELLS_OF_OUTCOME),
    ],
)
def test_every_other_difference_is_found(change: dict[str, Any], doubt: Doubt) -> None:
    assert doubt in {problem.doubt for problem in replace(ODD, **change).problems()}


def test_not_stated_is_a_row_also_where_nothing_is_missing() -> None:
    table = OutcomeTable([SourceLine("self", 1, 1, 0)], {}, 1)
    assert [group.key for group in table.groups()] == ["self", "not_stated"]


def _percent(count: int, base: int) -> str:
    return str((Decimal(count * 100) / base).quantize(Decimal("0.1"), ROUND_HALF_UP))
