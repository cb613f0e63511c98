"""The talks, articles and testimonials behind the figures."""

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.cooperation.words import KINDS
from crm.db import current_session
from crm.employers.models import Employer
from crm.lazy_texts import lazy_gettext as _l
from crm.measures.formulas import Share
from crm.measures.heard_queries import appearances_of, said_in
from crm.measures.rows import Maker, Row, Rows, Wanted, employer_page
from crm.partnerships.models import Testimonial
from crm.reports.filters import FollowUpFilters
from crm.web.filters import show_date, show_number

_FIRST = "rows of the units of the actor, without persons"


def appearances(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    """Talks, press and conferences, of one kind where one is wanted, the newest first."""
    found = [each for each in appearances_of(filters) if wanted.stage in ("", each.kind)]
    units = {unit.id: unit.name for unit in filters.units}
    rows = [
        Row(
            [each.title, str(KINDS[each.kind]), show_date(each.on_date), each.municipality or "",
             _("Yes") if each.by_request else _("No"), show_number(each.reach) if each.reach is not None else "",
             units.get(each.unit_id, "")],
            url_for("talks.edit", public_id=each.public_id),
        )
        for each in wanted.of(found)
    ]  # fmt: skip
    columns = [_l("What it was about"), _l("What it was"), _l("Day"), _l("Municipality"), _l("They asked for it"),
               _l("How many it reached"), _l("Unit")]  # fmt: skip
    count = len(found)
    return Rows(_("Talks and press"), columns, rows, count, Share(count, count), show_number(count))


def testimonials(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    """The employers who said something, when, and whether others may read it."""
    statement = (
        select(Employer.name, Testimonial.said_on, Testimonial.may_publish, Employer.public_id)
        .join(Employer, Employer.id == Testimonial.employer_id)
        .where(*said_in(filters))
        .order_by(Testimonial.said_on.desc(), Testimonial.id.desc())
    )
    found = current_session().execute(trusted(statement, because=_FIRST)).all()
    rows = [
        Row([name, show_date(day), _("Yes") if shown else _("No")], employer_page(public_id))
        for name, day, shown, public_id in wanted.of(found)
    ]
    columns = [_l("Employer"), _l("Day"), _l("May be published")]
    count = len(found)
    return Rows(_("Testimonials of the period"), columns, rows, count, Share(count, count), show_number(count))


MAKERS: dict[str, Maker] = {"appearances": appearances, "testimonials": testimonials}
