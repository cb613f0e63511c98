"""Every building block of the web shell on one page, for tests and to look at: python -m tests.web.sink."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Email, Length, NumberRange, Optional

from crm.actors import Actor, ActorKind, Role
from crm.errors import DomainError
from crm.extension_points import NavItem, Panel
from crm.web.charts import BarRow, bars, funnel
from crm.web.forms import BaseForm, CheckboxesField, choices
from crm.web.linechart import Level, LineChart, Series, line_chart
from crm.web.nav import register_nav
from crm.web.paging import page_of, requested_page
from crm.web.ports import Banner, WebPorts
from crm.web.shell import init_web
from crm.web.slots import register_panel

LABELS = (
    "Today",
    "Employers",
    "Participants",
    "Follow-up",
    "Board",
    "Campaigns",
    "Matching",
    "Events",
    "Coverage",
)


class ContactForm(BaseForm):
    """One field of each kind."""

    secret_id = HiddenField()
    kind = RadioField(
        "Kind of contact",
        choices=choices([("visit", "Visit"), ("call", "Call"), ("mail", "E-mail")]),
        validators=[DataRequired()],
    )
    on = DateField("Date", validators=[DataRequired()])
    person = SelectField(
        "Contact person",
        choices=choices([("1", "Ahmed Karimi"), ("2", "Eva Sjöström")], empty="Choose"),
        validators=[DataRequired()],
    )
    email = StringField("E-mail", validators=[Optional(), Email()], description="We never pass it on.")
    places = IntegerField("Places", validators=[Optional(), NumberRange(0, 99)])
    topics = CheckboxesField("Topics", choices=choices([("a", "Agreement"), ("b", "Placement"), ("c", "Support")]))
    note = TextAreaField(
        "Note", validators=[Length(max=20)], description="Write no health details and no personal number."
    )
    agreed = BooleanField("They agreed to be contacted again")
    file = FileField("Attachment")
    password = PasswordField("Password")


@dataclass(frozen=True)
class Line:
    """A line of the contact history, as the timeline macro wants it."""

    kind_label: str
    kind_color: str
    at: datetime | date
    author: str
    summary: str
    detail: str = ""
    href: str = ""


LINES = (
    Line(
        "Visit",
        "success",
        datetime(2026, 11, 18, 9, 0, tzinfo=UTC),
        "Maria Lindqvist",
        "Visit in Umeå, met Ahmed Karimi",
        "Went through two new places in packing. Ahmed wants short shifts at first.\nOutcome: positive",
        "#",
    ),
    Line(
        "Answer",
        "info",
        datetime(2026, 11, 11, 9, 0, tzinfo=UTC),
        "",
        "Satisfaction 4.6 of 5",
        "“The support works well, but we want to meet more often in the first weeks.”",
    ),
    Line("Agreement", "brand2", date(2026, 10, 21), "Maria Lindqvist", "Agreement on work training signed"),
    Line("Call", "warning", datetime(2026, 8, 28, 9, 0, tzinfo=UTC), "Johan Ek", "No answer", "Two attempts."),
)

CHART = LineChart(
    key="rr",
    title="Response rate per month, January to November 2026",
    description="Participants rose from 58 to 68 per cent. Employers rose from 49 to 64. Both fell in July.",
    periods=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"),
    series=(
        Series("Participants", (58, 61, 60, 64, 66, 69, 57, 62, 67, 70, 68)),
        Series("Employers", (49, 52, 55, 54, 58, None, 48, 56, 60, 63, 64)),
    ),
    levels=(Level("Target", 75), Level("Minimum", 60, "floor")),
    unit=" %",
    caption="Share of invited who answered, per cent.",
)


@dataclass
class Sink:
    """What a test may turn: who is signed in, and what the slots hold."""

    actor: Actor | None = None
    banners: list[Banner] = field(default_factory=list)
    saved_languages: list[str] = field(default_factory=list)


STAFF = Actor(kind=ActorKind.STAFF, label="Maria", staff_id=1, roles=frozenset({Role.COORDINATOR}))


def _page() -> ResponseReturnValue:
    form = ContactForm()
    if request.method == "POST" and form.validate():
        flash("The contact was saved.", "success")
        return redirect("/")
    status = 422 if form.errors else 200
    page = page_of([1, 2, 3], page=requested_page(), per_page=25, total=60)
    return render_template(
        "sink.html", form=form, lines=LINES, page=page, employer="Nordlys Bageri AB", **_charts()
    ), status


def _charts() -> dict[str, Any]:
    return {
        "chart": line_chart(CHART),
        "funnel": funnel(
            [
                ("Employers contacted", 412),
                ("Meeting held", 226),
                ("Agreement signed", 118),
                ("Placement started", 74),
                ("Employment", 41),
            ]
        ),
        "bars": bars(
            [
                BarRow("Very satisfied", 12, "12"),
                BarRow("Satisfied", 30, "30", "success"),
                BarRow("Neither", 4, "4", "warning", target=10),
            ]
        ),
    }


def _broken(context: Mapping[str, Any]) -> str:
    raise RuntimeError("this panel is broken on purpose")


def _about(context: Mapping[str, Any]) -> str:
    return f"<p>Panel about {context['employer']}</p>"


def _register(app: Flask) -> None:
    pages: dict[str, tuple[str, Callable[..., ResponseReturnValue], list[str]]] = {
        "today.index": ("/", _page, ["GET", "POST"]),
        "error": ("/error/<int:code>", _raise, ["GET"]),
        "survey": ("/survey", _survey, ["GET"]),
        "print": ("/print", lambda: render_template("sink_print.html", **_charts()), ["GET"]),
        "upload": ("/upload", lambda: "received", ["POST"]),
        "search.results": ("/search", lambda: "found", ["GET"]),
        "security.login": ("/login", lambda: "sign in", ["GET", "POST"]),
        "security.logout": ("/logout", lambda: "bye", ["POST"]),
        "me.index": ("/me", lambda: "me", ["GET"]),
    }
    pages |= {f"{label.lower()}.index": (f"/{label.lower()}", lambda: "page", ["GET"]) for label in LABELS[1:]}
    for endpoint, (address, view, methods) in pages.items():
        app.add_url_rule(address, endpoint, view, methods=methods)


def _survey() -> ResponseReturnValue:
    return render_template("sink_survey.html", survey_name="Work inclusion: questions", survey_languages=[])


def _raise(code: int) -> ResponseReturnValue:
    if code == 500:
        raise RuntimeError("broken on purpose")
    if code == 409:
        raise DomainError("The visit is already closed.")
    abort(code)


def _fill(app: Flask) -> None:
    for order, label in enumerate(LABELS):
        module = "events" if label == "Events" else None
        register_nav(app, NavItem(label, label, f"{label.lower()}.index", order, module=module))
    register_nav(app, NavItem("me", "My settings", "me.index", 1, section="settings"))
    register_panel(app, Panel("employer.panels", "works", _about))
    register_panel(app, Panel("employer.panels", "broken", _broken, order=50), owner="acme")


def make_sink(**config: Any) -> tuple[Flask, Sink]:
    """An application with the web shell and nothing else."""
    app = Flask("sink", static_folder=None, template_folder=str(Path(__file__).parent / "templates"))
    app.config.update(SECRET_KEY=secrets.token_hex(), **config)
    Babel(
        app,
        locale_selector=lambda: request.args.get("lang") or session.get("language") or "en",
        default_timezone="Europe/Stockholm",
    )
    sink = Sink(actor=STAFF)
    ports = WebPorts(
        actor=lambda: sink.actor,
        display_name=lambda: "Maria Lindqvist",
        banners=lambda: sink.banners,
        module_on=lambda module: False,
        save_language=sink.saved_languages.append,
    )
    init_web(app, ports, organisation="Testby")
    _register(app)
    _fill(app)
    return app, sink


if __name__ == "__main__":
    make_sink()[0].run(port=8123)
