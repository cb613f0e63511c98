"""Filters in the address: of the list, and the period of the report."""

from dataclasses import dataclass
from datetime import date

from flask import request
from wtforms import DateField, Form, SelectField, StringField
from wtforms.validators import Length, Optional

from crm.actors import Actor
from crm.lazy_texts import lazy_gettext as _l
from crm.partnerships.list_queries import PartnershipFilter, units_with_partnerships
from crm.web.filters import today
from crm.web.forms import choices, optional_int

SHOWN = {
    "running": _l("Running"),
    "mine": _l("Those I am responsible for"),
    "overdue": _l("Something is overdue"),
    "at_risk": _l("Something may not be kept"),
    "ended": _l("Ended"),
}


class ListForm(Form):
    """The filters of the list."""

    q = StringField(_l("Search"), validators=[Length(max=100)])
    show = SelectField(_l("Show"), choices=choices(SHOWN.items()), default="running")
    unit = SelectField(_l("Unit"), coerce=optional_int)


class PeriodForm(Form):
    """Unit and period of the report."""

    since = DateField(_l("From"), validators=[Optional()])
    until = DateField(_l("Until"), validators=[Optional()])
    unit = SelectField(_l("Unit"), coerce=optional_int)


@dataclass(frozen=True)
class ReportFilter:
    """What the report counts."""

    since: date
    until: date
    unit_id: int | None


def list_filter(actor: Actor) -> tuple[ListForm, PartnershipFilter]:
    """The filters of the address; what cannot be read is left out."""
    form = ListForm(request.args)
    form.unit.choices = choices(units_with_partnerships(actor), empty=_l("All units"))
    form.validate()
    show = form.show.data if form.show.data in SHOWN else "running"
    unit_id = None if form.unit.errors else form.unit.data
    text = (form.q.data or "").replace("\x00", "").strip()[:100]
    return form, PartnershipFilter(text=text, show=show, unit_id=unit_id, sort=request.args.get("sort", "employer"))


def report_filter(actor: Actor) -> tuple[PeriodForm, ReportFilter]:
    """The period of the address, or this year."""
    form = PeriodForm(request.args)
    form.unit.choices = choices(units_with_partnerships(actor), empty=_l("All units"))
    form.validate()
    this_year = today().replace(month=1, day=1), today().replace(month=12, day=31)
    since, until = form.since.data or this_year[0], form.until.data or this_year[1]
    if until < since:
        since, until = this_year
    form.since.raw_data = form.until.raw_data = None
    form.since.data, form.until.data = since, until
    return form, ReportFilter(since, until, None if form.unit.errors else form.unit.data)
