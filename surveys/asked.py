"""A due row as the holder of its link meets it: what the pages need, in one statement and without rows of the ORM.

Thousands open their links in the same hour after an invitation, so this read decides what answering costs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import trusted
from crm.db import current_session, read_by_statement
from crm.participants.models import Enrolment, Participant
from surveys.answers import Answers
from surveys.dispositions import DueState
from surveys.models import Answer, DueRow, FollowUpPlan, QuestionnaireVersion, Response
from surveys.published import Published, wordings_within
from surveys.responses import answers_from
from surveys.sending.texts import CLOSE_DAYS, ContactPerson, Coordinator, Office, contact_person, switchboard_of
from surveys.standing import Standing, standing_at
from surveys.tokens import looks_like_token, opt_out_token, survey_token, token_hash

_DUE, _PERSON, _ENROLMENT = DueRow.__table__, Participant.__table__, Enrolment.__table__
_UNIT, _STAFF, _PLAN = Unit.__table__, Staff.__table__, FollowUpPlan.__table__
_RESPONSE, _VERSION = Response.__table__, QuestionnaireVersion.__table__
_BY_TOKEN = "the row is named by a valid personal link"
_BY_ID = "the row is named by the caller, who checked it"


@dataclass(frozen=True, slots=True)
class Asked:
    """One due row, its unit, its coordinator and its response, as they were when the request came in."""

    id: int
    public_id: str
    participant_id: int
    participant_language: str
    unit_id: int
    wave: str
    state: DueState
    reason: str | None
    language: str
    token_version: int
    closes_on: date | None
    finished_at: datetime | None
    changed_at: datetime
    questionnaire_id: int | None
    close_days: int | None
    unit_name: str
    unit_country: str
    unit_time_zone: str
    unit_phone: str | None
    unit_email: str | None
    coordinator_name: str | None
    coordinator_phone: str | None
    coordinator_email: str | None
    response_id: int | None
    response_language: str | None
    response_mode: str | None
    version_id: int | None
    version_public_id: str | None
    version_published_at: datetime | None
    wordings: str | None
    """The translations of that version (surveys.published.wordings_from)."""

    @property
    def version(self) -> Published | None:
        """The version of the response, or None while nothing was begun."""
        if self.version_id is None or self.version_public_id is None:
            return None
        return Published(self.version_id, self.version_public_id, self.version_published_at)

    @property
    def standing(self) -> Standing:
        """Where the holder of the link stands today."""
        return standing_at(self.state, self.reason, closes_on=self.closes_on, time_zone=self.unit_time_zone)

    @property
    def deadline(self) -> date:
        """The last day on which the link works: the day that holds, or the one that it will be if sent now."""
        if self.closes_on is not None:
            return self.closes_on
        days = CLOSE_DAYS if self.close_days is None else self.close_days
        return clock.today(self.unit_time_zone) + timedelta(days=days)

    @property
    def closed_on(self) -> date:
        """The day that the page names when it says that the survey is over."""
        return self.closes_on or (self.finished_at or self.changed_at).date()

    def contact(self) -> ContactPerson:
        """Whom the person can call."""
        # The number of a unit above is rare and takes rows of the ORM.
        unit = None if self.unit_phone else current_session().get_one(Unit, self.unit_id)
        office = Office(self.unit_name, self.unit_country, self.unit_phone, self.unit_email)
        known = self.coordinator_name is not None
        coordinator = Coordinator(self.coordinator_name or "", self.coordinator_phone, self.coordinator_email)
        switchboard = switchboard_of(unit) if unit else office.number
        return contact_person(office, coordinator if known else None, switchboard=switchboard)


def asked_by_survey_token(token: str) -> Asked | None:
    """What the survey link with ``token`` leads to; None for anything else, an older version of it included."""
    found = _by_link(_by_survey_hash(), token)
    return found if found and token == survey_token(found.public_id, found.token_version) else None


def asked_by_opt_out_token(token: str) -> Asked | None:
    """What the opt-out link with ``token`` leads to, or None."""
    found = _by_link(_by_opt_out_hash(), token)
    return found if found and token == opt_out_token(found.public_id, found.token_version) else None


def asked_by_id(row_id: int) -> Asked:
    """The same for a row that the caller has checked. Raises LookupError when it is gone."""
    found = _one(_by_row_id(), {"row": row_id})
    if found is None:
        raise LookupError(row_id)
    return found


def answers_so_far(asked: Asked) -> Answers:
    """The answers that are stored now, by question."""
    if asked.response_id is None:
        return {}
    found = current_session().connection().execute(_answers(), {"response": asked.response_id})
    return answers_from(found)


def _by_link(statement: Select[Any], token: str) -> Asked | None:
    if not looks_like_token(token):
        return None
    read_by_statement()
    return _one(statement, {"hash": token_hash(token)})


def _one(statement: Select[Any], values: Mapping[str, object]) -> Asked | None:
    found = current_session().connection().execute(statement, values).first()
    return Asked(*found) if found else None


@cache
def _by_survey_hash() -> Select[Any]:
    return trusted(_where(_DUE.c.token_hash == bindparam("hash")), because=_BY_TOKEN)


@cache
def _by_opt_out_hash() -> Select[Any]:
    return trusted(_where(_DUE.c.optout_hash == bindparam("hash")), because=_BY_TOKEN)


@cache
def _by_row_id() -> Select[Any]:
    return trusted(_where(_DUE.c.id == bindparam("row")), because=_BY_ID)


@cache
def _answers() -> Select[Any]:
    column = Answer.__table__.c
    statement = select(column.question, column.choice, column.text)
    return trusted(statement.where(column.response_id == bindparam("response")), because=_BY_TOKEN)


def _where(condition: ColumnElement[bool]) -> Select[Any]:
    """The columns of ``Asked``, in its order."""
    return (
        select(*_due_columns(), *_office_columns(), *_response_columns())
        .select_from(
            _DUE.join(_PERSON, _PERSON.c.id == _DUE.c.participant_id)
            .join(_UNIT, _UNIT.c.id == _DUE.c.unit_id)
            .join(_ENROLMENT, _ENROLMENT.c.id == _DUE.c.enrolment_id)
            .outerjoin(_STAFF, (_STAFF.c.id == _ENROLMENT.c.coordinator_id) & _STAFF.c.active)
            .outerjoin(_PLAN, _PLAN.c.id == _DUE.c.plan_id)
            .outerjoin(_RESPONSE, _RESPONSE.c.due_id == _DUE.c.id)
            .outerjoin(_VERSION, _VERSION.c.id == _RESPONSE.c.version_ref_id)
        )
        .where(condition)
    )


def _due_columns() -> tuple[ColumnElement[Any], ...]:
    due, plan = _DUE.c, _PLAN.c
    who = (due.id, due.public_id, due.participant_id, _PERSON.c.language.label("participant_language"), due.unit_id)
    when = (due.closes_on, due.finished_at, due.changed_at, plan.questionnaire_id, plan.close_days)
    # Everything in the order of the fields above.
    return (*who, due.wave, due.state, due.reason, due.language, due.token_version, *when)


def _office_columns() -> tuple[ColumnElement[Any], ...]:
    unit, staff = _UNIT.c, _STAFF.c
    return (unit.name, unit.country, unit.time_zone, unit.phone, unit.email, staff.name, staff.phone, staff.email)


def _response_columns() -> tuple[ColumnElement[Any], ...]:
    response, version = _RESPONSE.c, _VERSION.c
    names = (version.id, version.public_id, version.published_at)
    return (response.id, response.language, response.mode, *names, wordings_within(version.id))
