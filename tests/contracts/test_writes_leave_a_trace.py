"""Every write is in the audit log: each service that writes comes to ``crm.accounts.audit.record``.

Read from the source, so that a new service is tested from its first day: from each public function of a services
module that acts for somebody, one can walk along the names that it uses to the function that writes the log.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("crm", "surveys", "outreach", "plugins")
LOG = "crm.accounts.audit.record"

# Services in all but their names: an answer is written by surveys.answering.
FURTHER_MODULES = ("surveys.answering", "surveys.results.improvement", "crm.imports.runs")

# What writes nothing, or is written down by the service that calls it.
ELSEWHERE = {
    "crm.accounts.services.check_fields": "checks only",
    "crm.accounts.services.staff_to_administer": "reads only",
    "crm.agreements.services.rows.changed_row": "reads and locks only",
    "crm.agreements.services.rows.tell": "what the line tells of has been recorded",
    "crm.agreements.services.sending.plan_signed_copy": "the outbox keeps the message",
    "crm.agreements.services.sending.stop_link": "the outbox keeps each message with its reason",
    "crm.employers.services.bulk.plan_bulk": "reads only",
    "crm.employers.services.contact_lines.write_contact_line": "the contact has been recorded",
    "crm.employers.services.contacts.may_change": "reads only",
    "crm.employers.services.lines.write_employer_line": "what the line tells of has been recorded",
    "crm.employers.services.next_steps.reopen_next_step": "part of bringing a contact back",
    "crm.employers.services.lines.write_told_line": "the outbox keeps the message",
    "crm.employers.services.responsible.write_owner_line": "what the line tells of has been recorded",
    "crm.employers.services.relationships.find_relationship": "reads only",
    "crm.history.services.write_line": "what the line tells of has been recorded",
    "crm.inquiries.services.lines.write_lines": "what the lines tell of has been recorded",
    "crm.inquiries.services.persons.append_person": "part of receiving an inquiry, or of adding somebody to it",
    "crm.messaging.services.cancel_messages": "the outbox keeps each message with its reason",
    "crm.messaging.services.plan_message": "the outbox keeps each message with its purpose",
    "crm.participants.services.editing.check_unit": "checks only",
    "crm.participants.services.editing.write_person_line": "what the line tells of has been recorded",
    "outreach.calling.services.drafts.answer_step": "a draft of who calls; closing the call is recorded",
    "outreach.calling.services.drafts.keep_draft": "the same",
    "outreach.calling.services.drafts.keep_typed": "the same",
    "outreach.calling.services.drafts.speak": "the same",
    "outreach.calling.services.drafts.step_back": "the same",
    "outreach.lists.services.extend_lease": "who has an entry has been recorded",
    "outreach.visits.services.traces.write_visit_line": "what the line tells of has been recorded",
    "surveys.answering.save_answer": "beginning and sending in are recorded; an answer is nobody's business",
    "surveys.plans.services.may_change": "reads only",
}


@cache
def modules() -> Mapping[str, ast.Module]:
    """Every module of the product by its name."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text(encoding="utf-8"))
        for path in paths
    }


@cache
def functions() -> Mapping[str, ast.FunctionDef]:
    """Every function that stands in a module, by its whole name."""
    return {
        f"{name}.{node.name}": node
        for name, tree in modules().items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }


@cache
def names_in(module: str) -> Mapping[str, str]:
    """What the names of a module mean: its own functions and what it imports."""
    tree = modules()[module]
    own = {node.name: f"{module}.{node.name}" for node in tree.body if isinstance(node, ast.FunctionDef)}
    imported = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return {**imported, **own}


def used_by(function: str) -> Iterator[str]:
    """The whole names of what a function uses: ``record`` as well as ``audit.record``."""
    known = names_in(function.rpartition(".")[0])
    for node in ast.walk(functions()[function]):
        if isinstance(node, ast.Name) and node.id in known:
            yield known[node.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
            yield f"{known[node.value.id]}.{node.attr}"


def comes_to_the_log(function: str) -> bool:
    """Whether one can walk from a function to the one that writes the audit log."""
    waiting, seen = [function], {function}
    while waiting:
        for name in used_by(waiting.pop()):
            if name == LOG:
                return True
            if name in functions() and name not in seen:
                seen.add(name)
                waiting.append(name)
    return False


def is_services(module: str) -> bool:
    """Whether a module holds services."""
    parts = module.split(".")
    return "services" in parts or parts[-1].endswith("_services") or module in FURTHER_MODULES


def services() -> list[str]:
    """Every public function of a services module that acts for somebody."""
    return [
        name
        for name, node in functions().items()
        if is_services(name.rpartition(".")[0])
        and not node.name.startswith("_")
        and [argument.arg for argument in node.args.args][:1] == ["actor"]
    ]


@pytest.mark.parametrize("service", [name for name in services() if name not in ELSEWHERE])
def test_a_service_that_writes_leaves_a_trace(service: str) -> None:
    assert comes_to_the_log(service), f"{service} writes and tells the audit log nothing"


def test_the_exceptions_exist_and_are_needed() -> None:
    assert set(ELSEWHERE) <= set(services())
    assert not [name for name in ELSEWHERE if comes_to_the_log(name)]


def test_the_walk_finds_its_way_and_does_not_find_what_is_not_there() -> None:
    assert comes_to_the_log("crm.tasks.services.complete_task")
    assert comes_to_the_log("surveys.staff_tasks.promise_contact")
    assert not comes_to_the_log("crm.clock.today")
