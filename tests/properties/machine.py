"""Everything that can happen to exits and their surveys, in any order, and what must hold after each step."""

from typing import ClassVar

import hypothesis.strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.messaging import crash_points
from crm.messaging.hold import current_hold, release_sending
from crm.messaging.models import MessageState, OutboxMessage
from crm.messaging.services import settle_doubt
from crm.participants.models import ConsentKind, EnrolmentExit
from crm.participants.services.consents import record_consent
from crm.participants.services.exits import change_exit, exit_enrolment, reopen_enrolment
from crm.participants.services.protection import protect, unprotect
