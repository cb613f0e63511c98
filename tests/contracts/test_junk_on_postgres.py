"""PostgreSQL refuses what SQLite takes: NUL in a text, texts that are too long, numbers that are too large."""

import os
from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from crm import clock
from crm.db import db
from tests.contracts.branch_objects import kinds_of
from tests.contracts.junk import DAY_LONG_AGO
from tests.contracts.premises import NOON, PostgresCopy, Premises, build, is_paper, name_of, readers, rules
from tests.contracts.test_posts import QUERIES, check, found_form, post
from tests.servers.postgres import PostgresServer

pytestmark = pytest.mark.postgres

NUL, LONG, HUGE = b"a\x00b", b"x" * 5000, b"99999999999"


@pytest.fixture(scope="module")
def built(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    storage = PostgresCopy(postgres_server, f"junk_{os.getpid()}")
    postgres_server.create_database(storage.name)
    with clock.travelling(NOON):
        found = build(tmp_path_factory.mktemp("junk"), storage)
    yield found
    with found.app.app_context():
        db.engine.dispose()
    for name in (storage.name, f"{storage.name}_built"):
        postgres_server.drop_database(name)


@pytest.fixture
def premises(built: Premises) -> Iterator[Premises]:
    built.reset()
    with clock.travelling(NOON):
        yield built


@pytest.mark.parametrize("rule", rules("POST"), ids=name_of)
def test_junk_in_a_form_is_answered_in_words(rule: Rule, premises: Premises) -> None:
    role, form = found_form(premises, rule)
    if not form.texts:
        pytest.skip("has nothing to fill in")
    address = premises.address(rule)
    usual = {key: [value.encode()] for key, value in form.fields.items()}
    everywhere = [{key: [junk] for key in usual} for junk in (NUL, LONG, HUGE, DAY_LONG_AGO)]
    # A page of translations has sixty fields that are all alike.
    single = [{name: [junk]} for name in sorted(form.texts)[:2] for junk in (NUL, LONG)]
    for wrong in everywhere + single:
        check(post(premises.browser(role), address, usual | wrong), form, usual | wrong)


@pytest.mark.parametrize("rule", [rule for rule in rules("GET") if rule.endpoint != "jobs.health"], ids=name_of)
def test_junk_in_an_address_is_no_fault_of_ours(rule: Rule, premises: Premises) -> None:
    address = premises.address(rule)
    role = next(
        (role for role in readers(premises.app, rule) if premises.browser(role).head(address).status_code < 400), None
    )
    for query in QUERIES[:1] if is_paper(rule) else QUERIES[::2]:
        assert premises.browser(role).get(f"{address}?{query}").status_code < 500, query
    for name, kind in kinds_of(rule).items():
        for junk in ("%00", "a%00b", "x" * 3000):
            wrong = address.replace(premises._value(rule, name, kind), junk, 1)
            assert premises.browser(role).get(wrong).status_code < 500, wrong[:80]
