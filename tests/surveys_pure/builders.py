"""Small questionnaires for the tests of the pure survey logic."""

from typing import Any

from surveys.answers import SKIPPED, AnswerValue
from surveys.definition import Definition
from surveys.definition_reading import definition_from_json


def options(*codes: str, exclusive: str = "", declines: str = "") -> list[dict[str, Any]]:
    return [
        {"code": code}
        | ({"exclusive": True} if code == exclusive else {})
        | ({"declines": True} if code == declines else {})
        for code in codes
    ]


def question(key: str, kind: str = "single", **fields: Any) -> dict[str, Any]:
    basic: dict[str, Any] = {"key": key, "type": kind, "visibility": "aggregate"}
    if kind in ("single", "multi"):
        basic["options"] = options("yes", "no")
    return basic | fields


def document(*questions: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"key": "test", "version": 1, "minutes": 2, "questions": list(questions)} | fields


def follow_up() -> Definition:
    """Five questions with a chain: the last but one depends on the second, which depends on the first."""
    return definition_from_json(
        document(
            question("status", options=options("work", "study", "none", declines="none"), required=True),
            question("hours", options=options("few", "many"), show_if="status == work"),
            question("enough", show_if="hours == few"),
            question("need", "multi", options=options("nothing", "talk", "rights", exclusive="nothing")),
            question("more", "text", max_length=10),
        )
    )


def given_codes(**codes: str) -> dict[str, AnswerValue]:
    """Answers from words: ``need="talk rights"``; an empty word is a skipped question."""
    return {key: AnswerValue(codes=tuple(text.split())) if text else SKIPPED for key, text in codes.items()}
