"""Forms: cleaning, messages, and how fields reach the page."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from wtforms import FieldList, Form, FormField, StringField
from wtforms.validators import InputRequired

from crm.errors import DomainError
from crm.web.clean import clean_line, clean_text
from crm.web.fields import form_errors
from crm.web.forms import BaseForm, choices, optional_int
from tests.web.sink import ContactForm


def test_a_rejected_form_names_each_fault_beside_its_field_and_at_the_top(page: FlaskClient) -> None:
    answer = page.post("/", data={"note": "x" * 21, "email": "no address"})
    assert answer.status_code == 422
    assert '<a class="ds-link" href="#note">Note: Write 20 characters at most.</a>' in answer.text
    assert 'id="note-error">Write 20 characters at most.' in answer.text
    assert 'aria-describedby="note-hint note-error"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_what_was_typed_stands_in_the_rejected_form(page: FlaskClient) -> None:
    assert "no address" in page.post("/", data={"email": "no address"}).text


def test_a_password_is_never_written_back_into_a_form(page: FlaskClient) -> None:
    assert "hunter-22" not in page.post("/", data={"password": "hunter-22"}).text


def test_an_accepted_form_leads_on(page: FlaskClient) -> None:
    answer = page.post("/", data={"kind": "visit", "on": "2026-11-22", "person": "1", "note": "Good"})
    assert answer.status_code == 302


def test_texts_arrive_cleaned_and_passwords_as_typed(shell_app: Flask) -> None:
    data = {"email": " a@example.org ", "note": "one\r\ntwo\x00 ", "password": " with spaces "}
    with shell_app.test_request_context("/", method="POST", data=data):
        form = ContactForm()
    assert (form.email.data, form.note.data, form.password.data) == (
        "a@example.org",
        "one\ntwo",
        " with spaces ",
    )


def test_a_broken_rule_stands_beside_its_field_or_above_the_form(shell_app: Flask) -> None:
    with shell_app.test_request_context("/", method="POST", data={}):
        form = ContactForm()
        form.add_error(DomainError("Already closed.", field="on"))
        form.add_error(DomainError("Something else."))
        errors = [(error.field_id, error.message) for error in form_errors(form)]
    assert ("on", "Already closed.") in errors
    assert ("", "Something else.") in errors


def test_a_form_inside_another_tells_its_faults_once(shell_app: Flask) -> None:
    class Row(Form):
        name = StringField("Name", validators=[InputRequired("Write a name.")])

    class Outer(BaseForm):
        rows = FieldList(FormField(Row, label="Row"), label="Rows")

    with shell_app.test_request_context("/", method="POST", data={"rows-0-name": ""}):
        form = Outer()
        assert not form.validate()
        assert [(each.field_id, each.label, each.message) for each in form_errors(form)] == [
            ("rows-0-name", "Name", "Write a name.")
        ]


def test_the_empty_choice_means_nothing() -> None:
    assert [optional_int(each.value) for each in choices([(3, "Three")], empty="Choose")] == [None, 3]


def test_a_choice_that_is_no_number_is_an_error() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        optional_int("three")


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_line(clean_line(text)) == clean_line(text)


def test_writing_direction_cannot_be_turned_but_persian_keeps_its_joiners() -> None:
    assert clean_text("invoice\u202efdp.exe") == "invoicefdp.exe"
    assert clean_text("می\u200cخواهم") == "می\u200cخواهم"


def test_what_is_no_number_is_said_once_and_without_the_limits(page: FlaskClient) -> None:
    answer = page.post("/", data={"places": "2.5"})
    assert "Write a whole number." in answer.text
    assert "must be between" not in answer.text
    assert "must be between" in page.post("/", data={"places": "100"}).text
