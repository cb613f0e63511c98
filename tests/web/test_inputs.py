"""Form fields as HTML: the same as WTForms' own widgets write, which know every rule of HTML."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SearchField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.meta import DefaultMeta
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.web.forms import BaseForm, CheckboxesField, choices, grouped_choices
from crm.web.inputs import choice_inputs, write_field

ODD = "\"quoted\" & <b>bold</b> 'single'"
KINDS = [("a", "Alpha"), ("b", ODD), ("c", Markup("<i>marked</i>"))]


class _EveryField(BaseForm):
    hidden = HiddenField()
    text = StringField(validators=[InputRequired(), Length(min=2, max=20)], render_kw={"data_kind": ODD, "class_": "x"})
    search, phone, email, password = SearchField(), TelField(), EmailField(validators=[Optional()]), PasswordField()
    number = IntegerField(validators=[NumberRange(min=0, max=9)])
    day = DateField(validators=[InputRequired()])
    tick = BooleanField()
    note = TextAreaField(validators=[Length(max=100)])
    one = SelectField(choices=choices(KINDS, empty="Choose"))
    grouped = SelectField(choices=grouped_choices({"First": KINDS[:1], ODD: KINDS[1:]}))
    many = SelectMultipleField(choices=choices(KINDS))
    radio = RadioField(choices=choices(KINDS), validators=[InputRequired()])
    ticks = CheckboxesField(choices=choices(KINDS))


DATA = {"hidden": ODD, "text": ODD, "day": date(2026, 11, 22), "number": 0, "tick": True, "note": "\n" + ODD}
DATA |= {"one": "b", "grouped": "c", "many": ["a", "c"], "radio": "b", "ticks": ["a", "b"], "password": "secret"}
GIVEN: tuple[dict[str, Any], ...] = (
    {}, {"class": "ds-input", "rows": 4, "aria_describedby": "hint"}, {"required": False, "value": ODD, "min": 3},
    {"title": Markup('"marked"'), "hidden": True, "maxlength": 7, "id": "another"},
)  # fmt: skip


def _form(app: Flask, filled: bool) -> _EveryField:
    with app.test_request_context("/"):
        return _EveryField(MultiDict(), meta={"csrf": False}, **(DATA if filled else {}))


@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("filled", [True, False])
def test_a_field_is_written_as_wtforms_writes_it(shell_app: Flask, filled: bool, given: dict[str, Any]) -> None:
    for field in _form(shell_app, filled):
        if field.name not in ("radio", "ticks"):
            assert write_field(field, dict(given)) == DefaultMeta().render_field(field, dict(given)), field.name


@pytest.mark.parametrize("filled", [True, False])
def test_the_choices_of_a_group_are_written_as_wtforms_writes_them(shell_app: Flask, filled: bool) -> None:
    form = _form(shell_app, filled)
    for field, kind in ((form.radio, "radios"), (form.ticks, "checkboxes")):
        expected = [DefaultMeta().render_field(option, {"class": "ds-input", "data_x": ODD}) for option in field]
        assert [each.html for each in choice_inputs(field, kind, {"data_x": ODD})] == expected
        assert [each.id for each in choice_inputs(field, kind, {})] == [option.id for option in field]


def test_a_group_of_tick_boxes_with_an_error_says_so_at_each_of_them(shell_app: Flask) -> None:
    form = _form(shell_app, True)
    form.ticks.errors = ["Choose one."]
    assert all('aria-invalid="true"' in each.html for each in choice_inputs(form.ticks, "checkboxes", {}))
