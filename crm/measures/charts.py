"""Pictures of the measures, drawn by the project's own charts."""

from flask_babel import gettext as _
from markupsafe import Markup

from crm.employers.stages import STAGES
from crm.measures.formulas import CONTACTS_A_WEEK
from crm.measures.overview import Overview
from crm.measures.pipeline_queries import WAY
from crm.web.charts import funnel
from crm.web.filters import show_date, show_number
from crm.web.linechart import Level, LineChart, Series, line_chart

_FEWEST = 2
MOST_WEEKS = 26


def week_chart(found: Overview) -> Markup:
    """Contacts in person per coordinator, week by week, beside the target; the last half year of the period."""
    weeks = found.by_week[-MOST_WEEKS:]
    if len(weeks) < _FEWEST:
        return Markup("")
    return line_chart(
        LineChart(
            key="weeks",
            title=_("Contacts in person per coordinator and week"),
            description=_(
                "%(weeks)s weeks; the target is %(target)s.", weeks=show_number(len(weeks)), target=CONTACTS_A_WEEK
            ),
            periods=[show_date(week.monday, "d MMM") for week in weeks],
            series=[Series(_("Contacts"), [week.mean for week in weeks])],
            levels=[Level(_("Target"), CONTACTS_A_WEEK)],
            digits=1,
        )
    )


def funnel_chart(found: Overview) -> Markup:
    """How many of the relationships begun in the period came how far."""
    begun = sum(cohort.begun for cohort in found.cohorts)
    if not begun:
        return Markup("")
    steps = [(str(STAGES[stage]), sum(cohort.reached[stage] for cohort in found.cohorts)) for stage in WAY[1:]]
    return funnel([(_("Begun"), begun), *steps])
