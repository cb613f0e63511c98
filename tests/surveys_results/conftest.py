"""Exits with surveys in every state, made as rows."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.actors import Role, system_actor
from crm.db import current_session, new_public_id, transaction
from crm.participants.models import EnrolmentExit
from crm.programmes.models import Programme
from crm.reports.filters import FollowUpFilters
from surveys.dispositions import DueState, StopReason
from surveys.installing import ensure_content
from surveys.models import Answer, DueRow, FollowUpPlan, QuestionnaireVersion, Response
from surveys.tokens import opt_out_token, survey_token, token_hash
from tests.world import World

GOALS = ("good_treatment", "closer_to_work", "positive_experience", "more_motivated", "got_tools")


class Surveyed:
    """One unit with a programme, its staff, and exits whose surveys stand where a test wants them."""

    def __init__(self, world: World) -> None:
        with transaction():
            ensure_content(system_actor("tests"))
        self.world = world
        self.unit: Unit = world.unit("Here")
        self.programme: Programme = world.programme(self.unit)
        self.programme.code, self.programme.name = "=P1", "Way in"
        world.save(self.programme)
        self.manager: Staff = world.staff(Role.MANAGER, unit=self.unit, name="Maja Manager")
        self.coordinator: Staff = world.staff(unit=self.unit, name="Kim Coordinator")
        self.today = clock.today()

    def filters(self, staff: Staff | None = None, **values: Any) -> FollowUpFilters:
        actor = self.world.actor(staff or self.manager)
        values.setdefault("since", self.today - timedelta(days=364))
        values.setdefault("until", self.today)
        return FollowUpFilters(actor=actor, unit_ids=actor.unit_ids, **values)

    def exit(self, days_ago: int = 30, *, reason: str = "job_seeking", **values: Any) -> EnrolmentExit:
        unit = values.pop("unit", self.unit)
        person = values.pop("person", None) or self.world.participant(unit, sex=values.pop("sex", "woman"))
        day = self.today - timedelta(days=days_ago)
        enrolment = self.world.enrolment(
            person, self.programme, self.coordinator, starts_on=day - timedelta(days=90), exited_on=day
        )
        return self.world.save(
            EnrolmentExit(
                enrolment_id=enrolment.id,
                number=1,
                exit_on=day,
                reason=reason,
                recorded_at=clock.now(),
                **values,
            )
        )

    def due(
        self, ended: EnrolmentExit, state: DueState, reason: StopReason | None = None, *, wave: str = "exit"
    ) -> DueRow:
        plan = current_session().scalars(select(FollowUpPlan).where(FollowUpPlan.key == wave)).one()
        public_id = new_public_id()
        return self.world.save(
            DueRow(
                public_id=public_id,
                exit_id=ended.id,
                enrolment_id=ended.enrolment_id,
                participant_id=ended.enrolment.participant_id,
                unit_id=ended.enrolment.unit_id,
                programme_id=ended.enrolment.programme_id,
                wave=wave,
                plan_id=plan.id,
                exit_on=ended.exit_on,
                due_on=ended.exit_on + timedelta(days=plan.days_after),
                state=state,
                reason=reason,
                language="sv",
                token_hash=token_hash(survey_token(public_id, 1)),
                optout_hash=token_hash(opt_out_token(public_id, 1)),
                changed_at=clock.now(),
            )
        )

    def answered(self, ended: EnrolmentExit, answers: dict[str, str], *, wave: str = "exit") -> Response:
        """A complete response; '' is a skipped question, and answers to *_text are texts."""
        row = self.due(ended, DueState.ANSWERED, StopReason.COMPLETED, wave=wave)
        version = self.version(wave)
        rows = [
            Answer(question=key, text=value or None) if key.endswith("_text") else Answer(question=key, choice=value)
            for key, value in answers.items()
        ]
        now = clock.now()
        return self.world.save(
            Response(
                due_id=row.id,
                version_ref_id=version.id,
                language="sv",
                started_at=now,
                last_at=now,
                completed_at=now,
                answers=rows,
            )
        )

    def version(self, wave: str) -> QuestionnaireVersion:
        plan = current_session().scalars(select(FollowUpPlan).where(FollowUpPlan.key == wave)).one()
        return plan.questionnaire.versions[0]

    def yes(self, code: str = "5", **answers: str) -> dict[str, str]:
        return {**dict.fromkeys(GOALS, code), "status_now": "work", **answers}

    def day(self, days_ago: int) -> date:
        return self.today - timedelta(days=days_ago)


@pytest.fixture
def surveyed(context: None, world: World) -> Surveyed:
    return Surveyed(world)
