"""The relationships behind conversion and time in stage."""

from collections.abc import Collection
from statistics import median

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.employers.models import Employer, EmployerRelationship
from crm.employers.stages import STAGES, stage_label
from crm.lazy_texts import lazy_gettext as _l
from crm.measures.formulas import Share
from crm.measures.pipeline_queries import WAY, begun_relationships, stays_in
from crm.measures.rows import Maker, Row, Rows, Wanted, employer_page
from crm.reports.filters import FollowUpFilters
from crm.web.filters import show_date, show_number

_OF_REPORT = "relationships of the units of the actor, which the figure counts"
Names = dict[int, tuple[str, str, str, str]]


def conversion(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    """The relationships begun in the period, and the furthest stage that each reached."""
    found = begun_relationships(filters)
    shown = wanted.of(found)
    names = _names({each.relationship_id for each in shown})
    rows = []
    for each in shown:
        name, public_id, stage, unit = names[each.relationship_id]
        cells = [name, show_date(each.on), str(STAGES[WAY[each.best]]), str(stage_label(stage)), unit]
        rows.append(Row(cells, employer_page(public_id)))
    stage = wanted.stage if wanted.stage in WAY else WAY[1]
    share = Share(sum(each.best >= WAY.index(stage) for each in found), len(found))
    words = _("%(count)s of %(base)s came to “%(stage)s” or further", count=show_number(share.count),
              base=show_number(share.base), stage=str(STAGES[stage]))  # fmt: skip
    columns = [_l("Employer"), _l("Begun"), _l("Came to"), _l("Stage now"), _l("Unit")]
    return Rows(_("Begun in the period"), columns, rows, len(found), share, words)


def stays(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    """The stays in a stage that ended in the period, the longest first."""
    found = [stay for stay in stays_in(filters) if wanted.stage in ("", stay.stage)]
    found.sort(key=lambda stay: (-stay.days, stay.relationship_id))
    shown = wanted.of(found)
    names = _names({stay.relationship_id for stay in shown})
    rows = []
    for stay in shown:
        name, public_id, _stage, unit = names[stay.relationship_id]
        cells = [name, str(STAGES[stay.stage]), show_date(stay.since), show_date(stay.until),
                 show_number(stay.days, 1), unit]  # fmt: skip
        rows.append(Row(cells, employer_page(public_id)))
    words = ngettext("%(num)d stay that ended", "%(num)d stays that ended", len(found))
    if found:
        middle = _("the one in the middle %(days)s days", days=show_number(median(stay.days for stay in found), 1))
        words = f"{words}, {middle}"
    columns = [_l("Employer"), _l("Stage"), _l("From"), _l("To"), _l("Days"), _l("Unit")]
    title = _("Stays that ended in the period")
    return Rows(title, columns, rows, len(found), Share(len(found), len(found)), words)


def _names(ids: Collection[int]) -> Names:
    statement = (
        select(EmployerRelationship.id, Employer.name, Employer.public_id, EmployerRelationship.stage, Unit.name)
        .join(Employer, Employer.id == EmployerRelationship.employer_id)
        .join(Unit, Unit.id == EmployerRelationship.unit_id)
        .where(EmployerRelationship.id.in_(ids))
    )
    rows = current_session().execute(trusted(statement, because=_OF_REPORT))
    return {row_id: (name, public_id, stage, unit) for row_id, name, public_id, stage, unit in rows}


MAKERS: dict[str, Maker] = {"conversion": conversion, "stays": stays}
