"""Pages translated while they are compiled say the same as pages translated while they are shown."""

from collections.abc import Mapping

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader
from markupsafe import Markup, escape

from crm.lazy_texts import lazy_gettext, lazy_pgettext
from crm.web.escaping import written
from crm.web.page_templates import PageEnvironment

MACRO = "{% macro named(label, more='') %}<b>{{ label }}</b>{{ more }}{% endmacro %}"


def pages(app: Flask, templates: Mapping[str, str]) -> PageEnvironment:
    options = {"loader": DictLoader({"macros.html": MACRO, **templates}), "extensions": ["jinja2.ext.i18n"]}
    made = PageEnvironment(app, autoescape=lambda name: bool(name and name.endswith(".html")), **options)
    made.globals = app.jinja_env.globals
    return made


def shown(environment: PageEnvironment, name: str, language: str, **values: object) -> str:
    with force_locale(language):
        return environment.get_template(name).render(**values)


@pytest.mark.parametrize(
    ("template", "english", "swedish"),
    [
        ("{{ _('Employers') }}", "Employers", "Arbetsgivare"),
        ("{% trans %}Employers{% endtrans %}", "Employers", "Arbetsgivare"),
        ("{{ pgettext('inquiry', 'Closed') }}", "Closed", "Avslutad"),
        ("{{ _('Call %(name)s', name=who) }}", "Call A &amp; B", "Ring A &amp; B"),
        ("{% set word = _('Employers') %}{{ word ~ who }}", "EmployersA &amp; B", "ArbetsgivareA &amp; B"),
        (
            "{% from 'macros.html' import named %}{{ named(_('Employers'), more=who) }}",
            "<b>Employers</b>A &amp; B",
            "<b>Arbetsgivare</b>A &amp; B",
        ),
        ("{{ _('nobody has translated this & that') }}", "nobody has translated this & that", None),
        ("{{ _('100 %%') }}", "100 %", None),
        ("{{ who }}{{ none }}{{ 3 }}{{ who | safe }}", "A &amp; BNone3A & B", None),
    ],
)
def test_every_reader_gets_a_page_in_their_own_language(
    app: Flask, template: str, english: str, swedish: str | None
) -> None:
    with app.test_request_context():
        environment = pages(app, {"page.html": template})
        for _again in range(2):
            assert shown(environment, "page.html", "en", who="A & B", none=None) == english
            assert shown(environment, "page.html", "sv", who="A & B", none=None) == (swedish or english)


def test_a_page_that_is_built_on_another_is_in_one_language(app: Flask) -> None:
    templates = {
        "base.html": "{{ _('Employers') }}: {% block content %}{% endblock %}",
        "page.html": "{% extends 'base.html' %}{% block content %}{% include 'part.html' %}{% endblock %}",
        "part.html": "{{ _('Participants') }}",
    }
    with app.test_request_context():
        environment = pages(app, templates)
        assert shown(environment, "page.html", "sv") == "Arbetsgivare: Deltagare"
        assert shown(environment, "page.html", "en") == "Employers: Participants"


def test_a_mail_is_not_escaped(app: Flask) -> None:
    with app.test_request_context():
        environment = pages(app, {"mail.txt": "{{ _('Employers') }} {{ who }} {{ _('Call %(name)s', name=who) }}"})
        assert shown(environment, "mail.txt", "sv", who="A & B") == "Arbetsgivare A & B Ring A & B"


def test_a_text_that_wants_a_value_and_gets_none_is_a_fault_as_before(app: Flask) -> None:
    with app.test_request_context():
        environment = pages(app, {"page.html": "{{ _('Call %(name)s') }}"})
        with pytest.raises(KeyError):
            shown(environment, "page.html", "en")


def test_what_an_application_is_given_later_is_there_on_pages_in_every_language(app: Flask) -> None:
    with app.test_request_context():
        environment = pages(app, {"page.html": "{{ later }}"})
        assert shown(environment, "page.html", "sv") == ""
        environment.globals["later"] = "now"
        try:
            assert shown(environment, "page.html", "sv") == "now"
        finally:
            del environment.globals["later"]


_VALUES = st.one_of(
    st.text(), st.text(alphabet="<>&'\"ab "), st.integers(), st.none(), st.text().map(Markup), st.lists(st.text())
)


@given(_VALUES)
def test_what_is_written_is_what_escaping_gives(value: object) -> None:
    assert str(written(value)) == str(escape(value))


def test_texts_that_are_written_down_while_a_module_is_loaded_follow_the_reader(app: Flask) -> None:
    employers, call = lazy_gettext("Employers"), lazy_gettext("Call %(name)s", name="Ida")
    closed = lazy_pgettext("inquiry", "Closed")
    assert str(employers) == "Employers"
    with app.test_request_context():
        for language, expected in (
            ("sv", ["Arbetsgivare", "Ring Ida", "Avslutad"]),
            ("en", ["Employers", "Call Ida", "Closed"]),
        ):
            with force_locale(language):
                assert [str(each) for each in (employers, call, closed)] == expected
                assert written(employers) == expected[0]
                with force_locale("nb"):
                    assert str(employers) == "Arbeidsgivere"
                assert str(employers) == expected[0]
