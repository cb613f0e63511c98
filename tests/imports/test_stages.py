"""Stages in a list of employers: a unit's own, and what they ask for."""

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import select

from crm.accounts.models import Unit
from crm.db import current_session, transaction
from crm.employers.models import EmployerRelationship
from crm.extension_points import Feature, StageRequirement
from crm.imports.report import ImportReport
from crm.imports.services import import_employers
from crm.registry import EXTENSION
from tests.imports.conftest import Office, csv_of

OWN = [{"code": "own.new.aaaaaa", "name": "På listan"}, {"code": "own.contact.bbbbbb", "name": "Första kaffet"},
       {"code": "own.agreement.cccccc", "name": "Papper påskrivna"}]  # fmt: skip


def _read(office: Office, *lines: str, overwrite: bool = False) -> ImportReport:
    content = csv_of("Name;Stage", *lines)
    return import_employers(office.coordinator, source=content, defaults=office.defaults, overwrite=overwrite)


def _stages() -> list[str]:
    current_session().rollback()
    return list(current_session().scalars(select(EmployerRelationship.stage).order_by(EmployerRelationship.id)))


@pytest.fixture
def own_stages(office: Office) -> None:
    with transaction() as session:
        session.get_one(Unit, office.unit_id).stages = OWN


@pytest.mark.usefixtures("own_stages")
def test_a_units_own_stages_are_understood_and_the_usual_names_mean_the_nearest_of_them(office: Office) -> None:
    report = _read(office, "A AB;första KAFFET", "B AB;Avtal", "C AB;", "D AB;Contacted", "E AB;Nowhere")
    assert _stages() == [OWN[1]["code"], OWN[2]["code"], OWN[0]["code"], OWN[1]["code"]]
    assert [(error.line, error.column) for error in report.errors] == [(6, "Stage")]
    assert "Första kaffet" in report.errors[0].message


@pytest.mark.usefixtures("own_stages")
def test_an_employer_that_still_stands_at_the_units_first_stage_is_moved(office: Office) -> None:
    _read(office, "A AB;")
    assert _read(office, "A AB;Första kaffet").updated == 1
    assert _read(office, "A AB;Papper påskrivna").updated == 0
    assert _read(office, "A AB;Papper påskrivna", overwrite=True).updated == 1
    assert _stages() == [OWN[2]["code"]]


@pytest.mark.parametrize("blocks", [True, False])
def test_what_a_stage_asks_for_is_said_and_a_row_is_refused_only_when_it_blocks(
    office: Office, core: Flask, blocks: bool
) -> None:
    def missing(relationship_id: int) -> Sequence[str]:
        return ["No handshake."]

    requirement = StageRequirement("test.handshake", "agreement", missing, blocks=blocks)
    core.extensions[EXTENSION].add(Feature("handshakes", stage_requirements=(requirement,)))
    report = _read(office, "A AB;Avtal", "B AB;In contact", "C AB;")
    if blocks:
        assert [(error.line, error.column) for error in report.errors] == [(2, "Stage")]
        assert "No handshake." in report.errors[0].message
        assert report.created == 2
    else:
        assert report.created == 3
        assert (2, "No handshake.") in [(each.line, each.message) for each in report.warnings]
