"""The running programme, the accounts, and when samples are refused."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from stdnum.no import orgnr as no_orgnr
from stdnum.se import orgnr as se_orgnr

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.db import current_session
from crm.employers.models import Contact, Employer, EmployerRelationship, Stage
from crm.errors import DomainError
from crm.history.models import HistoryLine
from crm.messaging.models import MailboxItem
from crm.participants.models import Enrolment, Participant
from crm.programmes.models import Programme
from crm.registry import EXTENSION
from crm.samples.commands import sample
from crm.samples.filling import fill_samples
from crm.samples.organisation import ACCOUNTS
from crm.tasks.models import Task, TaskState
from outreach.lists.models import CallEntry
from surveys.dispositions import DueState, StopReason
from surveys.models import DueRow
from surveys.staff_tasks import CONTACT_WISH, NO_ADDRESS
from tests.conftest import make_app, make_settings
from tests.samples.conftest import SignedIn
from tests.samples.reading import text_of


def _running(state: DueState, reason: StopReason | None = None) -> int:
    statement = (
        select(func.count())
        .select_from(DueRow)
        .join(Programme, Programme.id == DueRow.programme_id)
        .where(Programme.code == "VAGEN-IN", DueRow.wave == "exit", DueRow.state == state)
    )
    if reason is not None:
        statement = statement.where(DueRow.reason == reason)
    return current_session().scalar(statement) or 0


def test_31_of_48_have_answered_in_the_last_twelve_months(signed_in: SignedIn) -> None:
    assert "At the exit: 31 of 48 (65 %) answered." in text_of(signed_in("manager@example.org"), "/follow-up")


def test_something_is_due_today_and_something_waits(filled: Flask) -> None:
    with filled.app_context():
        assert _running(DueState.DUE) == 2
        assert _running(DueState.SENT_WAITING) == 2


@pytest.mark.parametrize("reason", [StopReason.NO_ADDRESS, StopReason.PROTECTED, StopReason.OPTED_OUT])
def test_one_person_cannot_be_asked_for_each_reason(filled: Flask, reason: StopReason) -> None:
    with filled.app_context():
        assert _running(DueState.NOT_POSSIBLE, reason) == 1


@pytest.mark.parametrize("kind", [CONTACT_WISH, NO_ADDRESS])
def test_the_surveys_have_given_tasks(filled: Flask, kind: str) -> None:
    with filled.app_context():
        found = current_session().scalars(select(Task).where(Task.kind == kind)).all()
        assert len(found) == 1


def test_nobody_works_at_the_weekend(filled: Flask) -> None:
    with filled.app_context():
        days = [*current_session().scalars(select(Contact.on_date).where(Contact.channel.in_(("phone", "visit"))))]
        days += [at.date() for at in current_session().scalars(select(CallEntry.done_at)) if at is not None]
    assert [day for day in days if day.weekday() > 4] == []


def test_about_90_people_are_or_were_in_the_running_programme(filled: Flask) -> None:
    with filled.app_context():
        statement = (
            select(func.count())
            .select_from(Enrolment)
            .join(Programme, Programme.id == Enrolment.programme_id)
            .where(Programme.code == "VAGEN-IN")
        )
        assert current_session().scalar(statement) == 90


def test_organisation_numbers_are_right_and_nobodys(filled: Flask) -> None:
    with filled.app_context():
        for employer in current_session().scalars(select(Employer)):
            number = employer.org_number or ""
            assert se_orgnr.is_valid(number) if employer.country == "SE" else no_orgnr.is_valid(number)
            assert number.startswith(("559999", "99900"))


def test_telephone_numbers_are_reserved_for_fiction(filled: Flask) -> None:
    with filled.app_context():
        numbers = [number for number in current_session().scalars(select(Participant.phone)) if number]
        assert all("+46701740605" <= number <= "+46701740699" for number in numbers)
        assert len(set(numbers)) == len(numbers)


def test_relationships_stand_in_every_stage_and_one_employer_is_known_to_both_units(filled: Flask) -> None:
    with filled.app_context():
        session = current_session()
        stages = set(session.scalars(select(EmployerRelationship.stage)))
        assert stages == {stage.value for stage in Stage}
        shared = (
            select(EmployerRelationship.employer_id).group_by(EmployerRelationship.employer_id).having(func.count() > 1)
        )
        assert len(session.scalars(shared).all()) == 1


def test_every_contact_has_its_history_line_and_some_are_of_this_week(filled: Flask) -> None:
    with filled.app_context():
        session = current_session()
        contacts = session.scalars(select(Contact)).all()
        lines = session.scalar(select(func.count()).where(HistoryLine.kind == "contact"))
        assert len(contacts) == lines
        assert len(contacts) >= 110
        assert any((clock.today() - contact.on_date).days < 7 for contact in contacts)


@pytest.mark.parametrize("email", ["coordinator@example.org", "coordinator.no@example.org"])
def test_a_coordinator_has_tasks_late_for_today_and_to_come(filled: Flask, email: str) -> None:
    with filled.app_context():
        statement = select(Task.due_on).join(Staff, Staff.id == Task.owner_id)
        days = current_session().scalars(statement.where(Staff.email == email, Task.state == TaskState.OPEN)).all()
        today = clock.today()
        assert any(day < today for day in days)
        assert any(day == today for day in days)
        assert any(day > today for day in days)


def test_messages_were_sent_into_the_mailbox_and_lead_to_nobody(filled: Flask) -> None:
    with filled.app_context():
        items = current_session().scalars(select(MailboxItem)).all()
        assert len(items) > 50
        assert all(item.to.endswith("@example.org") or item.to.startswith("+4670174") for item in items)


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.email)
def test_every_sample_account_signs_in_and_sees_the_figures(signed_in: SignedIn, account: object) -> None:
    email = account.email  # type: ignore[attr-defined]
    assert signed_in(email).get("/follow-up").status_code == 200


def test_a_second_filling_adds_nothing(filled: Flask) -> None:
    with filled.app_context():
        before = current_session().scalar(select(func.count()).select_from(Participant))
        assert fill_samples(filled.extensions[EXTENSION]).already
        assert current_session().scalar(select(func.count()).select_from(Participant)) == before


def test_the_command_prints_address_and_accounts(filled: Flask) -> None:
    with filled.app_context():
        answer = filled.test_cli_runner().invoke(sample)
    assert answer.exit_code == 0, answer.output
    assert "http://localhost/" in answer.output
    assert all(account.email in answer.output for account in ACCOUNTS)


@pytest.mark.parametrize(
    "values",
    [{"DEVELOPMENT": "0"}, {"MAIL": "smtp", "SMTP_URL": "smtp://mail.example.org:25?tls=none"}],
    ids=["production", "real mail"],
)
def test_samples_are_refused_where_they_could_do_harm(tmp_path: Path, values: dict[str, str]) -> None:
    app = make_app(make_settings(tmp_path, **values))
    with app.app_context():
        with pytest.raises(DomainError):
            fill_samples(app.extensions[EXTENSION])
        assert current_session().scalar(select(Unit.id).limit(1)) is None


def test_samples_without_plugins_fill_the_core(core_app: Flask) -> None:
    with core_app.app_context():
        fill_samples(core_app.extensions[EXTENSION])
        assert current_session().scalar(select(func.count()).select_from(Participant)) == 170
