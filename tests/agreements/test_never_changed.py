"""Whatever people do, in whatever order: a text that was sent is never another, and a signature is of that text."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from crm import clock
from crm.actors import respondent_actor
from crm.agreements.models import Agreement, AgreementStatus, Side
from crm.agreements.services.drafts import change_agreement, discard_draft, write_agreement
from crm.agreements.services.following import renew_agreement, replace_agreement
from crm.agreements.services.running import end_agreement
from crm.agreements.services.sending import send_agreement, send_link_again
from crm.agreements.services.signing import (
    is_intact,
    refuse_by_link,
    sign_by_link,
    sign_for_us,
    sign_on_behalf,
)
from crm.agreements.states import BOTH_SIGNED, FOLLOWERS
from crm.agreements.tasks import look_after_agreements
from crm.db import current_session, transaction
from crm.documents.models import DocumentTemplate
from crm.documents.services.texts import save_text
from crm.errors import DomainError
from tests.agreements.conftest import NOON, Table, fields_for, lay
from tests.world import World

PICK = st.integers(0, 5)


class Lives(RuleBasedStateMachine):
    """Everything that can be done to agreements; each run begins with an organisation of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.time = clock.travelling(NOON)
        self.jump = self.time.__enter__()
        self.now = NOON
        for model in (Agreement, DocumentTemplate):
            for old in current_session().scalars(select(model)).all():
                current_session().delete(old)
            current_session().commit()
        self.table: Table = lay(_numbered())
        self.texts: dict[int, tuple[str | None, str | None]] = {}
        self.signed: dict[tuple[int, str], tuple[str, str]] = {}
        self.status: dict[int, AgreementStatus] = {}
        self.numbers: list[int] = []

    def teardown(self) -> None:
        self.time.__exit__(None, None, None)
        current_session().rollback()

    def _do(self, call) -> None:  # type: ignore[no-untyped-def]
        try:
            with transaction():
                call()
        except DomainError:
            current_session().rollback()

    def _one(self, pick: int) -> int:
        return self.numbers[pick % len(self.numbers)]

    @rule(months=st.integers(1, 14))
    def write(self, months: int) -> None:
        first = clock.today()
        last = first + timedelta(days=30 * months)
        given = fields_for(self.table, starts_on=first, ends_on=last, review_on=first)
        with transaction():
            made = write_agreement(
                self.table.actor, employer_id=self.table.employer_id, unit_id=self.table.unit_id, given=given
            )
            self.numbers.append(made.id)

    @precondition(lambda self: self.numbers)
    @rule(pick=PICK, day=st.dates(date(2026, 1, 1), date(2028, 1, 1)))
    def change(self, pick: int, day: date) -> None:
        given = fields_for(self.table, starts_on=day, ends_on=None, review_on=day)
        self._do(lambda: change_agreement(self.table.actor, agreement_id=self._one(pick), version=None, given=given))

    @precondition(lambda self: self.numbers)
    @rule(pick=PICK)
    def throw_away(self, pick: int) -> None:
        self._do(lambda: discard_draft(self.table.actor, agreement_id=self._one(pick)))
        there = set(current_session().scalars(select(Agreement.id)))
        self.numbers = [number for number in self.numbers if number in there]

    @precondition(lambda self: self.numbers)
    @rule(pick=PICK, again=st.booleans())
    def send(self, pick: int, again: bool) -> None:
        call = send_link_again if again else send_agreement
        self._do(lambda: call(self.table.actor, agreement_id=self._one(pick)))

    @precondition(lambda self: self.numbers)
    @rule(pick=PICK, link=st.integers(0, 3), right=st.booleans())
    def sign_with_a_link(self, pick: int, link: int, right: bool) -> None:
        number = self._one(pick)
        before = current_session().get_one(Agreement, number)
        open_to_it, had_signed = self._link_is_open(before, link), before.signature_of(Side.EMPLOYER) is not None
        shown = before.text_hash if right else "0" * 64
        self._do(
            lambda: sign_by_link(
                respondent_actor(), agreement_id=number, number=link, name="Eva", role="Chef", may_sign=True,
                shown_hash=shown or "",
            )
        )  # fmt: skip
        after = current_session().get_one(Agreement, number)
        assert (after.signature_of(Side.EMPLOYER) is not None) is (had_signed or (open_to_it and right))

    def _link_is_open(self, each: Agreement, number: int) -> bool:
        """What a link must be to sign with it: the newest, in time, of an agreement that waits for this signature."""
        link = next((link for link in each.links if link.number == number), None)
        return (
            each.status is AgreementStatus.SENT
            and each.signature_of(Side.EMPLOYER) is None
            and link is not None
            and number == each.link_number
            and link.expires_at > clock.now()
            and (each.ends_on is None or each.ends_on >= clock.today("Europe/Stockholm"))
        )

    @precondition(lambda self: self.numbers)
    @rule(pick=PICK, for_us=st.booleans())
    def sign_here(self, pick: int, for_us: bool) -> None:
        number, actor = self._one(pick), self.table.actor
        if for_us:
            self._do(lambda: sign_for_us(actor, agreement_id=number, role="Konsulent"))
        else:
            self._do(lambda: sign_on_behalf(actor, agreement_id=number, name="E", role="C", reason="papper"))

    @precondition(lambda self: self.numbers)
    @rule(pick=PICK, link=st.integers(0, 3))
    def refuse(self, pick: int, link: int) -> None:
        number = self._one(pick)
        before = current_session().get_one(Agreement, number)
        status, open_to_it = before.status, self._link_is_open(before, link)
        self._do(lambda: refuse_by_link(respondent_actor(), agreement_id=number, number=link, reason="Nej"))
        after = current_session().get_one(Agreement, number).status
        assert after is (AgreementStatus.REFUSED if open_to_it else status)

    @precondition(lambda self: self.numbers)
    @rule(pick=PICK, how=st.sampled_from([renew_agreement, replace_agreement]))
    def follow(self, pick: int, how) -> None:  # type: ignore[no-untyped-def]
        number = self._one(pick)
        self._do(lambda: how(self.table.actor, agreement_id=number))
        self.numbers = list(current_session().scalars(select(Agreement.id).order_by(Agreement.id)))

    @precondition(lambda self: self.numbers)
    @rule(pick=PICK)
    def end(self, pick: int) -> None:
        self._do(lambda: end_agreement(self.table.actor, agreement_id=self._one(pick), reason="Slut"))

    @rule(days=st.integers(1, 120))
    def time_passes(self, days: int) -> None:
        self.now = min(self.now + timedelta(days=days), datetime(2029, 1, 1, 11, tzinfo=UTC))
        self.jump(self.now)
        look_after_agreements()

    @rule(words=st.text(alphabet="abc {}", min_size=1, max_size=8))
    def rewrite_the_template(self, words: str) -> None:
        statement = select(DocumentTemplate.id).where(DocumentTemplate.key == "agreement.intention")
        template = current_session().scalars(statement).one()
        self._do(lambda: save_text(self.table.manager, template_id=template, language="sv", title="T", body=words))

    @invariant()
    def what_was_sent_is_as_it_was_sent(self) -> None:
        current_session().rollback()
        for each in current_session().scalars(select(Agreement)).all():
            if each.text is None:
                assert each.status is AgreementStatus.DRAFT
                assert not each.signatures
                continue
            assert self.texts.setdefault(each.id, (each.text, each.text_hash)) == (each.text, each.text_hash)
            assert is_intact(each)
            self._signatures(each)

    def _signatures(self, each: Agreement) -> None:
        for signature in each.signatures:
            facts = (f"{signature.name}|{signature.role}|{signature.at}", signature.text_hash)
            assert self.signed.setdefault((each.id, signature.side.value), facts) == facts
            assert signature.text_hash == each.text_hash
        there = {(each.id, signature.side.value) for signature in each.signatures}
        assert {key for key in self.signed if key[0] == each.id} == there
        if each.status in BOTH_SIGNED or each.status is AgreementStatus.TERMINATED:
            assert {signature.side for signature in each.signatures} == set(Side)

    @invariant()
    def a_state_follows_only_what_it_may_follow(self) -> None:
        for each in current_session().scalars(select(Agreement)).all():
            before = self.status.get(each.id, AgreementStatus.DRAFT)
            assert each.status in _reachable(before), (before, each.status)
            self.status[each.id] = each.status


def _reachable(status: AgreementStatus) -> set[AgreementStatus]:
    found, edge = {status}, {status}
    while edge:
        edge = {after for each in edge for after in FOLLOWERS[each]} - found
        found |= edge
    return found


def _numbered() -> World:
    """A world whose people have addresses that no earlier run used."""
    return _Fresh()


class _Fresh(World):
    runs = 0

    def __init__(self) -> None:
        super().__init__()
        _Fresh.runs += 1

    def staff(self, *roles, unit=None, **values):  # type: ignore[no-untyped-def]
        values["email"] = f"{_Fresh.runs}.{values['email']}"
        return super().staff(*roles, unit=unit, **values)

    def employer(self, name=None, **values):  # type: ignore[no-untyped-def]
        return super().employer(name, **{**values, "org_number": None})


@pytest.mark.timeout(280)
def test_no_order_of_steps_changes_what_was_sent(app: Flask) -> None:
    with app.app_context():
        run_state_machine_as_test(
            Lives,
            settings=settings(
                max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
