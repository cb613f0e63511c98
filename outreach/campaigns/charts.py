"""The picture of a campaign, drawn by the project's own charts."""

from collections.abc import Sequence

from flask_babel import gettext as _
from markupsafe import Markup

from crm.web.filters import show_date, show_number
from crm.web.linechart import LineChart, Series, line_chart
from outreach.campaigns.counting import Week
from outreach.campaigns.overview import Campaign
from outreach.lists.models import Wanted
from outreach.lists.words import WANTED

MOST_WEEKS = 26
_FEWEST = 2


def week_chart(found: Campaign) -> Markup:
    """Calls, reached and what is wanted, week by week; the last half year. Its numbers stand in a table below it."""
    weeks = found.weeks[-MOST_WEEKS:]
    if len(weeks) < _FEWEST:
        return Markup("")
    return line_chart(
        LineChart(
            key="weeks",
            title=_("Calls week by week"),
            description=_(
                "%(weeks)s weeks, %(calls)s employers called.", weeks=show_number(len(weeks)),
                calls=show_number(sum(week.called for week in weeks)),
            ),
            periods=[show_date(week.monday, "d MMM") for week in weeks],
            series=_series(found.call_list.wanted, weeks),
        )
    )  # fmt: skip


def _series(wanted: Wanted, weeks: Sequence[Week]) -> list[Series]:
    series = [
        Series(_("Called"), [week.called for week in weeks]),
        Series(str(WANTED[Wanted.REACHED]), [week.reached for week in weeks]),
    ]
    if wanted is not Wanted.REACHED:
        series.append(Series(str(WANTED[wanted]), [week.achieved for week in weeks]))
    return series
