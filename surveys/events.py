"""What surveys tell others."""

from dataclasses import dataclass
from typing import ClassVar

from crm.events import Event


@dataclass(frozen=True)
class SurveyAnswered(Event):
    """Somebody sent in a survey. Says that it was answered and never what."""

    key: ClassVar[str] = "surveys.answered"
    due_id: int
    participant_id: int
    enrolment_id: int
    wave: str
