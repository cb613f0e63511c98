"""A day that is typed is near enough to count with, in every form."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form
from wtforms.validators import InputRequired

from crm import clock
from crm.web.forms import BaseForm
from outreach.days import DayField

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)


class Typed(Form):
    """A form with a day."""

    day = DayField("Day", validators=[InputRequired()])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9999-12-31", "Choose an earlier day."),
        ("2062-11-23", "Choose an earlier day."),
        ("0001-01-01", "Choose a later day."),
        ("2026-02-30", "Not a valid date value."),
    ],
)
def test_what_is_too_far_away_stays_as_it_was_typed_and_is_no_value(app: Flask, text: str, said: str) -> None:
    with app.test_request_context(), clock.travelling(NOON):
        form = Typed(MultiDict({"day": text}))
        assert not form.validate()
        assert (form.day.data, form.day.errors, form.day._value()) == (None, [said], text)


@pytest.mark.parametrize("text", ["1970-01-01", "2026-11-23", "2035-01-01"])
def test_every_other_day_is_taken(app: Flask, text: str) -> None:
    with app.test_request_context(), clock.travelling(NOON):
        form = Typed(MultiDict({"day": text}))
        assert form.validate()
        assert form.day.data.isoformat() == text


def _forms(of: type[Any]) -> Iterator[type[Any]]:
    for form in of.__subclasses__():
        yield form
        yield from _forms(form)


def test_no_form_that_is_saved_takes_a_day_without_these_bounds(app: Flask) -> None:
    ours = [form for form in _forms(BaseForm) if form.__module__.startswith("outreach.") and form.Meta.csrf]
    fields = [(form, name, getattr(form, name)) for form in ours for name in dir(form) if not name.startswith("_")]
    days = [(form.__name__, name, field.field_class) for form, name, field in fields if hasattr(field, "field_class")]
    assert {name for name, _field, kind in days if issubclass(kind, DayField)} >= {"EventForm", "VisitForm", "LogForm"}
    assert [each for each in days if issubclass(each[2], DateField) and not issubclass(each[2], DayField)] == []
