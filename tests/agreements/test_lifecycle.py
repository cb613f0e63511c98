"""The life of an agreement, from draft to its end."""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from crm.actors import respondent_actor
from crm.agreements.models import Agreement, AgreementStatus, Follows, FrozenAgreement, Side
from crm.agreements.queries import chain_of, stage_wants_agreement
from crm.agreements.services.drafts import change_agreement, discard_draft
from crm.agreements.services.following import renew_agreement, replace_agreement
from crm.agreements.services.running import end_agreement
from crm.agreements.services.sending import send_agreement, send_link_again
from crm.agreements.services.signing import (
    NothingToSign,
    refuse_by_link,
    refuse_on_behalf,
    sign_by_link,
    sign_for_us,
    sign_on_behalf,
)
from crm.agreements.tasks import look_after_agreements
from crm.db import current_session, transaction
from crm.documents.fields import FieldsMissing
from crm.documents.models import DocumentTemplate, DocumentVersion, UsedText
from crm.documents.services.texts import save_text
from crm.employers.models import EmployerRelationship
from crm.errors import DomainError, EditConflict
from crm.history.models import HistoryLine
from crm.tasks.models import Task, TaskState
from tests.agreements.conftest import TODAY, Table, fields_for, row, sent, write

Jump = Callable[[datetime], None]
S = AgreementStatus


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 11, 0, tzinfo=UTC)


def employer_signs(agreement_id: int) -> None:
    agreement = row(agreement_id)
    number, shown = agreement.link_number, agreement.text_hash or ""
    with transaction():
        sign_by_link(
            respondent_actor(), agreement_id=agreement_id, number=number, name="Eva Sjöström", role="Butikschef",
            may_sign=True, shown_hash=shown,
        )  # fmt: skip


def we_sign(table: Table, agreement_id: int) -> None:
    with transaction():
        sign_for_us(table.actor, agreement_id=agreement_id, role="Arbetsgivarkonsulent")


def both_sign(table: Table, agreement_id: int) -> None:
    employer_signs(agreement_id)
    we_sign(table, agreement_id)


def open_tasks(kind: str) -> list[Task]:
    return list(current_session().scalars(select(Task).where(Task.kind == kind, Task.state == TaskState.OPEN)))


def test_an_agreement_goes_from_draft_over_sent_and_signed_to_active_and_is_renewed(table: Table, jump: Jump) -> None:
    """From its draft to its renewal, with the dates of a real year."""
    first = write(table)
    assert row(first).status is S.DRAFT
    with transaction():
        send_agreement(table.actor, agreement_id=first)
    assert row(first).status is S.SENT
    employer_signs(first)
    assert row(first).status is S.SENT
    assert [task.owner_id for task in open_tasks("agreement.to_sign")] == [table.owner_id]
    we_sign(table, first)
    assert row(first).status is S.ACTIVE
    assert open_tasks("agreement.to_sign") == []
    jump(at(2027, 9, 16))
    assert look_after_agreements() == "nothing due"
    jump(at(2027, 9, 17))
    assert look_after_agreements() == "1 ending soon"
    assert row(first).status is S.EXPIRING
    assert [(task.owner_id, task.due_on) for task in open_tasks("agreement.ends_soon")] == [
        (table.owner_id, date(2027, 9, 17))
    ]
    said = open_tasks("agreement.ends_soon")[0].title
    # Each title has the day as its own language writes it, whatever the agreement is written in.
    assert ("17 November 2027" in said["en"], "17. november 2027" in said["da"]) == (True, True), said
    with transaction():
        second = renew_agreement(table.actor, agreement_id=first).id
    new = row(second)
    assert (new.status, new.follows_id, new.follows_as) == (S.DRAFT, first, Follows.RENEWAL)
    assert (new.starts_on, new.ends_on) == (date(2027, 11, 18), date(2028, 11, 17))
    assert (new.contact_id, new.owner_id, new.deputy_id) == (table.person_id, table.owner_id, table.deputy_id)
    assert new.fields == row(first).fields
    with transaction():
        send_agreement(table.actor, agreement_id=second)
    both_sign(table, second)
    assert row(second).status is S.SIGNED
    assert row(first).status is S.EXPIRING
    jump(at(2027, 11, 18))
    assert look_after_agreements() == "1 begun"
    assert (row(first).status, row(second).status) == (S.RENEWED, S.ACTIVE)
    assert open_tasks("agreement.ends_soon") == []


def test_without_a_renewal_it_expires_the_day_after_its_last(table: Table, jump: Jump) -> None:
    agreement_id = sent(table)
    both_sign(table, agreement_id)
    jump(at(2027, 11, 17))
    look_after_agreements()
    assert row(agreement_id).status is S.EXPIRING
    jump(at(2027, 11, 18))
    assert look_after_agreements() == "1 expired"
    assert look_after_agreements() == "nothing due"
    assert (row(agreement_id).status, row(agreement_id).closed_on) == (S.EXPIRED, date(2027, 11, 17))
    with transaction():
        renewal = renew_agreement(table.actor, agreement_id=agreement_id).id
    with transaction():
        send_agreement(table.actor, agreement_id=renewal)
    both_sign(table, renewal)
    assert row(agreement_id).status is S.RENEWED


def test_renewing_twice_makes_one_next_agreement(table: Table) -> None:
    agreement_id = sent(table)
    both_sign(table, agreement_id)
    made = set()
    for _again in range(2):
        with transaction():
            made.add(renew_agreement(table.actor, agreement_id=agreement_id).id)
    assert len(made) == 1


def test_the_text_says_all_that_an_intention_agreement_must(table: Table) -> None:
    """Parties, purpose, contact persons on both sides, what each side does, follow-up, duration, review date."""
    text = row(sent(table)).text or ""
    for piece in (
        "Nordlys Bageri AB", "556036-0793", "Jobbcentrum", "Eva Sjöström", "Maria Lindqvist", "Olle Berg",
        "Syfte", "Det gör arbetsgivaren", "Det gör vi", "Uppföljning", "18 november 2026", "17 november 2027",
        "18 maj 2027",
    ):  # fmt: skip
        assert piece in text
    assert "{" not in text


def test_the_hash_is_that_of_the_very_bytes(table: Table) -> None:
    agreement = row(sent(table))
    assert agreement.text_hash == hashlib.sha256((agreement.text or "").encode()).hexdigest()


def test_what_was_sent_never_changes(table: Table) -> None:
    agreement_id = sent(table)
    agreement = row(agreement_id)
    before = agreement.text
    for name, value in (("text", "Other"), ("text_hash", "0" * 64), ("starts_on", date(2030, 1, 1)), ("fields", {})):
        with pytest.raises(FrozenAgreement):
            setattr(agreement, name, value)
    with pytest.raises(DomainError), transaction():
        change_agreement(table.actor, agreement_id=agreement_id, version=None, given=fields_for(table))
    template_id = agreement.text_version.template_id
    with transaction():
        save_text(table.manager, template_id=template_id, language="sv", title="Ny", body="Helt ny text {employer}")
    employer = row(agreement_id).employer
    employer.name = "Annat AB"
    current_session().commit()
    assert row(agreement_id).text == before


def test_a_text_that_stands_in_an_agreement_gets_a_next_version(table: Table) -> None:
    agreement_id = sent(table)
    version = row(agreement_id).text_version
    with pytest.raises(UsedText):
        version.bodies = {"sv": "x"}
    template_id = version.template_id
    with transaction():
        save_text(table.manager, template_id=template_id, language="sv", title="Ny", body="Ny {employer}")
    numbers = current_session().scalars(
        select(DocumentVersion.number)
        .where(DocumentVersion.template_id == template_id)
        .order_by(DocumentVersion.number)
    )
    assert list(numbers) == [1, 2]


def test_nothing_is_sent_without_contact_persons_on_both_sides(table: Table) -> None:
    for missing in ({"contact_id": None}, {"owner_id": None}):
        agreement_id = write(table, **missing)
        with pytest.raises(FieldsMissing), transaction():
            send_agreement(table.actor, agreement_id=agreement_id)
        assert row(agreement_id).status is S.DRAFT
        assert row(agreement_id).text is None


def test_an_agreement_between_authorities_has_its_scope_of_three(table: Table) -> None:
    """Placement, training, strengthened training: whoever reads it finds each as a point."""
    template = current_session().scalars(
        select(DocumentTemplate.id).where(DocumentTemplate.key == "agreement.interagency")
    ).one()  # fmt: skip
    scope = ("Placering i sysselsättningsfasen", "Arbetsträning", "Förstärkt arbetsträning")
    agreement = row(sent(table, template_id=template, scope=scope))
    assert agreement.type == "interagency"
    assert len(agreement.scope) == 3
    assert all(f"- {each}" in (agreement.text or "") for each in scope)


def test_a_refusal_is_kept_with_its_reason_and_somebody_calls(table: Table) -> None:
    agreement_id = sent(table)
    with pytest.raises(DomainError), transaction():
        refuse_on_behalf(table.actor, agreement_id=agreement_id, reason="  ")
    with transaction():
        refuse_by_link(respondent_actor(), agreement_id=agreement_id, number=1, reason=" Vi har ingen tid nu.")
    agreement = row(agreement_id)
    assert (agreement.status, agreement.close_reason) == (S.REFUSED, "Vi har ingen tid nu.")
    assert len(open_tasks("agreement.refused")) == 1
    with pytest.raises(NothingToSign), transaction():
        sign_on_behalf(table.actor, agreement_id=agreement_id, name="Eva", role="Chef", reason="paper")
    with pytest.raises(NothingToSign), transaction():
        refuse_on_behalf(table.actor, agreement_id=agreement_id, reason="again")


def test_a_signature_on_paper_is_written_down_with_its_reason_and_by_whom(table: Table) -> None:
    agreement_id = sent(table)
    with pytest.raises(DomainError), transaction():
        sign_on_behalf(table.actor, agreement_id=agreement_id, name="Eva", role="Chef", reason=" ")
    with transaction():
        sign_on_behalf(table.actor, agreement_id=agreement_id, name="Eva", role="Chef", reason="På papper vid besöket")
    we_sign(table, agreement_id)
    signature = row(agreement_id).signature_of(Side.EMPLOYER)
    assert signature is not None
    assert (signature.staff_id, signature.behalf_reason) == (table.owner_id, "På papper vid besöket")
    assert row(agreement_id).status is S.ACTIVE


def test_what_waits_for_a_signature_is_replaced_at_once(table: Table) -> None:
    old = sent(table)
    with transaction():
        new = replace_agreement(table.actor, agreement_id=old).id
    assert (row(old).status, row(new).status, row(new).follows_as) == (S.REPLACED, S.DRAFT, Follows.REPLACEMENT)
    with pytest.raises(NothingToSign):
        employer_signs(old)


def test_a_renewal_that_is_replaced_before_it_is_signed_still_renews_what_is_in_force(table: Table) -> None:
    first = sent(table)
    both_sign(table, first)
    with transaction():
        renewal = renew_agreement(table.actor, agreement_id=first).id
    with transaction():
        send_agreement(table.actor, agreement_id=renewal)
    with transaction():
        better = replace_agreement(table.actor, agreement_id=renewal).id
    assert (row(renewal).status, row(better).follows_id, row(better).follows_as) == (S.REPLACED, first, Follows.RENEWAL)
    with transaction():
        assert renew_agreement(table.actor, agreement_id=first).id == better


def test_from_an_agreement_one_comes_to_what_is_before_and_after_it_also_past_a_renewal_that_was_replaced(
    table: Table,
) -> None:
    first = sent(table)
    both_sign(table, first)
    with transaction():
        renewal = renew_agreement(table.actor, agreement_id=first).id
    chain = {first: ([], [renewal]), renewal: ([first], [])}
    assert {each: around(table, each) for each in chain} == chain
    with transaction():
        send_agreement(table.actor, agreement_id=renewal)
    with transaction():
        better = replace_agreement(table.actor, agreement_id=renewal).id
    chain = {first: ([], [renewal, better]), renewal: ([first], [better]), better: ([first, renewal], [])}
    assert {each: around(table, each) for each in chain} == chain, "while it is a draft"
    with transaction():
        send_agreement(table.actor, agreement_id=better)
    both_sign(table, better)
    assert {each: around(table, each) for each in chain} == chain, "and when it is signed"


def around(table: Table, agreement_id: int) -> tuple[list[int], list[int]]:
    chain = chain_of(table.actor, row(agreement_id))
    earlier = [each.id for each in (chain.before, chain.replaced) if each is not None]
    later = [each.id for each in chain.after]
    assert [each.id for each, _words in chain.around()] == earlier + later
    return earlier, later


def test_what_is_in_force_stays_so_until_its_replacement_begins(table: Table) -> None:
    old = sent(table)
    both_sign(table, old)
    with transaction():
        new = replace_agreement(table.actor, agreement_id=old).id
    assert row(old).status is S.ACTIVE
    with transaction():
        send_agreement(table.actor, agreement_id=new)
    both_sign(table, new)
    assert (row(old).status, row(new).status) == (S.REPLACED, S.ACTIVE)


def test_an_agreement_is_ended_early_with_a_reason(table: Table) -> None:
    agreement_id = sent(table)
    both_sign(table, agreement_id)
    with pytest.raises(DomainError), transaction():
        end_agreement(table.actor, agreement_id=agreement_id, reason="")
    with pytest.raises(EditConflict), transaction():
        end_agreement(table.actor, agreement_id=agreement_id, reason="x", version=1)
    with transaction():
        end_agreement(table.actor, agreement_id=agreement_id, reason="Bageriet flyttar.")
    assert (row(agreement_id).status, row(agreement_id).closed_on) == (S.TERMINATED, TODAY)
    assert look_after_agreements() == "nothing due"


def test_an_agreement_that_begins_later_waits_for_its_first_day(table: Table, jump: Jump) -> None:
    agreement_id = sent(table, starts_on=date(2026, 12, 1), review_on=date(2027, 5, 1))
    both_sign(table, agreement_id)
    assert row(agreement_id).status is S.SIGNED
    jump(at(2026, 12, 1))
    assert look_after_agreements() == "1 begun"
    assert row(agreement_id).status is S.ACTIVE


def test_a_link_that_nobody_used_makes_one_task(table: Table, jump: Jump) -> None:
    agreement_id = sent(table)
    jump(at(2026, 12, 19))
    for _again in range(2):
        look_after_agreements()
    assert len(open_tasks("agreement.not_answered")) == 1
    with pytest.raises(NothingToSign):
        employer_signs(agreement_id)
    with transaction():
        send_link_again(table.actor, agreement_id=agreement_id)
    employer_signs(agreement_id)
    assert open_tasks("agreement.not_answered") == []


def test_a_task_goes_to_the_unit_when_the_owner_has_left(table: Table, jump: Jump) -> None:
    agreement_id = sent(table)
    both_sign(table, agreement_id)
    owner = row(agreement_id).owner
    assert owner is not None
    owner.active = False
    current_session().commit()
    jump(at(2027, 10, 1))
    look_after_agreements()
    assert [task.owner_id for task in open_tasks("agreement.ends_soon")] == [None]


def test_the_stage_says_that_no_agreement_is_in_force_until_one_is(table: Table) -> None:
    relationship = current_session().scalars(select(EmployerRelationship.id)).one()
    assert len(stage_wants_agreement(relationship)) == 1
    agreement_id = sent(table)
    assert len(stage_wants_agreement(relationship)) == 1
    both_sign(table, agreement_id)
    assert stage_wants_agreement(relationship) == []


def test_each_step_leaves_one_line_in_the_history(table: Table) -> None:
    agreement_id = sent(table)
    both_sign(table, agreement_id)
    statement = select(HistoryLine).where(HistoryLine.kind == "agreement").order_by(HistoryLine.id)
    lines = current_session().scalars(statement).all()
    assert [line.source_ref.partition(":")[2] for line in lines] == ["sent", "employer_signed", "signed"]
    assert all("Intention agreement" in line.summary["en"] for line in lines)


def test_a_draft_is_changed_and_thrown_away_but_not_what_was_sent(table: Table) -> None:
    draft = write(table)
    with transaction():
        change_agreement(table.actor, agreement_id=draft, version=1, given=fields_for(table, language="en"))
    with pytest.raises(EditConflict), transaction():
        change_agreement(table.actor, agreement_id=draft, version=1, given=fields_for(table))
    with transaction():
        discard_draft(table.actor, agreement_id=draft)
    assert current_session().scalar(select(Agreement.id)) is None
    kept = sent(table)
    with pytest.raises(DomainError), transaction():
        discard_draft(table.actor, agreement_id=kept)


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_on": date(2026, 11, 18)},
        {"review_on": date(2026, 1, 1)},
        {"review_on": date(2028, 1, 1)},
        {"contact_id": 999},
        {"owner_id": 999},
        {"template_id": 999},
        {"language": "fi"},
        {"scope": ("x",) * 31},
        {"written": {"purpose": "x" * 5000}},
    ],
)
def test_what_is_wrong_is_said(table: Table, changes: dict[str, object]) -> None:
    with pytest.raises(DomainError):
        write(table, **changes)
