"""The workplaces, employers, agreements and commitments behind the figures. Nobody who works there is named."""

from collections import defaultdict
from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.agreements.models import Agreement
from crm.coverage.queries import region_book
from crm.db import current_session
from crm.employers.models import Employer, Workplace
from crm.lazy_texts import lazy_gettext as _l
from crm.measures.contact_queries import employers_met
from crm.measures.contact_rows import label
from crm.measures.cooperation_queries import (
    Known,
    cooperation_places,
    employers_before_and_now,
    employers_now,
    known_workplaces,
    names_of_municipalities,
)
from crm.measures.formulas import Place, Share, distinct_places
from crm.measures.pipeline_queries import delivered_commitments, in_force, is_used
from crm.measures.rows import Maker, Row, Rows, Wanted, employer_page
from crm.partnerships.models import Partnership
from crm.reports.filters import FollowUpFilters
from crm.web.filters import show_date, show_number

_FIRST = "rows of the units of the actor, without persons"
Key = tuple[str, int, int | None]


def cooperation(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    """Each workplace once, with its placements; those outside the area of the units, and those where the number of
    workplaces is not known, count in nothing."""
    found = cooperation_places(filters)
    known = known_workplaces(filters, [row.place for row in found])
    numbers = known.workplaces
    places = distinct_places(row.place for row in found)
    keys = [(where, *key) for where, at in places.items() for key in at]
    placements: dict[Key, int] = defaultdict(int)
    for row in found:
        placements[_stands_for(row.place, places[row.place.municipality])] += row.placements
    names, at_work = _employers({employer for _where, employer, _place in keys}), _workplaces(keys)
    keys.sort(
        key=lambda key: (key[0] not in numbers, key[0] not in known.inside, names[key[1]][0].casefold(), key[2] or 0)
    )
    called = _municipalities({where for where, *_key in keys})
    rows = [
        Row(
            [names[employer][0], *([at_work.get(place or 0, "")] if at_work else []), called[where],
             show_number(placements[where, employer, place]), _is_counted(where, known)],
            employer_page(names[employer][1]),
        )
        for where, employer, place in wanted.of(keys)
    ]  # fmt: skip
    share = Share(sum(where in numbers for where, _employer, _place in keys), sum(numbers.values()))
    # Where no placement names a workplace, the column would be empty from top to bottom.
    columns = [_l("Employer"), *([_l("Workplace")] if at_work else []), _l("Municipality"), _l("Placements"),
               _l("Is counted")]  # fmt: skip
    cooperate = _("Workplaces of the area that cooperate")
    words = f"{show_number(len(keys))} · {cooperate}: {_of(share)}"
    return Rows(_("Workplaces that cooperate"), columns, rows, len(keys), share, words)


def _municipalities(keys: Collection[str]) -> dict[str, str]:
    """Municipalities by name where it is known, with the code, which tells those of the same name apart."""
    book, entered = region_book(), names_of_municipalities()
    found = {"": str(_("Not stated"))}
    for key in filter(None, keys):
        country, _blank, where = key.partition(" ")
        name = (book.name_of(country, where) or entered.get(key)) if where.isdigit() else None
        found[key] = f"{name} ({key})" if name else key if where.isdigit() else f"{where} ({country})"
    return found


def _is_counted(where: str, known: Known) -> str:
    if where in known.workplaces:
        return str(_("Yes"))
    inside = where in known.inside
    return str(_("No, the number of workplaces is not entered") if inside else _("No, it is outside the area"))


def _stands_for(place: Place, keys: Collection[tuple[int, int | None]]) -> Key:
    """Under which of the distinct places a placement is shown: one that names only the employer is at a known one."""
    own = (place.employer_id, place.workplace_id)
    if own not in keys:
        own = min((key for key in keys if key[0] == place.employer_id), key=lambda key: key[1] or 0)
    return (place.municipality, *own)


def _employers(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    statement = select(Employer.id, Employer.name, Employer.public_id).where(Employer.id.in_(ids))
    rows = current_session().execute(trusted(statement, because=_FIRST))
    return {employer_id: (name, public_id) for employer_id, name, public_id in rows}


def _workplaces(keys: Collection[Key]) -> dict[int, str]:
    statement = select(Workplace.id, Workplace.name).where(Workplace.id.in_({place for *_key, place in keys if place}))
    rows = current_session().execute(trusted(statement, because=_FIRST))
    return dict(rows.all())


def met(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    """The employers who were spoken with, how often, and whether somebody of the units worked there."""
    counts, now = employers_met(filters), employers_now(filters)
    names = _employers(counts)
    ids = sorted(counts, key=lambda each: (-counts[each], names[each][0].casefold()))
    rows = [
        Row([names[each][0], show_number(counts[each]), _("Yes") if each in now else _("No")],
            employer_page(names[each][1]))
        for each in wanted.of(ids)
    ]  # fmt: skip
    share = Share(len(now & set(counts)), len(counts))
    columns = [_l("Employer"), _l("Contacts"), _l("Somebody at work in the period")]
    return Rows(_("Employers spoken with"), columns, rows, len(ids), share, _of(share))


def repeat(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    """The employers of the period, and whether they had somebody in the three years before."""
    before, now = employers_before_and_now(filters)
    names = _employers(now)
    ids = sorted(now, key=lambda each: (each not in before, names[each][0].casefold()))
    rows = [
        Row([names[each][0], _("Yes") if each in before else _("No")], employer_page(names[each][1]))
        for each in wanted.of(ids)
    ]
    share = Share(len(now & before), len(now))
    columns = [_l("Employer"), _l("Also in the three years before")]
    return Rows(_("Employers with placements in the period"), columns, rows, len(ids), share, _of(share))


def agreements(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    """The agreements in force, and whether the unit had somebody there in the last twelve months."""
    statement = (
        select(
            Employer.name, Agreement.type, Agreement.starts_on, Agreement.ends_on, is_used(filters), Employer.public_id
        )
        .join(Employer, Employer.id == Agreement.employer_id)
        .where(*in_force(filters))
        .order_by(Employer.name, Agreement.id)
    )
    found = current_session().execute(trusted(statement, because=_FIRST)).all()
    language = filters.actor.language
    rows = [
        Row(
            [name, label("agreement_type", kind, language), show_date(since), show_date(until),
             _("Yes") if used else _("No")],
            employer_page(public_id),
        )
        for name, kind, since, until, used, public_id in wanted.of(found)
    ]  # fmt: skip
    share = Share(sum(bool(row[4]) for row in found), len(found))
    columns = [_l("Employer"), _l("Agreement"), _l("From"), _l("To"), _l("Placement in twelve months")]
    return Rows(_("Agreements in force"), columns, rows, len(found), share, _of(share))


def commitments(filters: FollowUpFilters, wanted: Wanted) -> Rows:
    """The commitments of the period: promised and delivered."""
    found = delivered_commitments(filters)
    statement = select(Partnership.id, Employer.name, Employer.public_id).join(
        Employer, Employer.id == Partnership.employer_id
    )
    of = Partnership.id.in_({row.partnership_id for row, _counted in found})
    names = {
        key: (name, public_id)
        for key, name, public_id in current_session().execute(trusted(statement.where(of), because=_FIRST))
    }
    rows = [
        Row(
            [names[row.partnership_id][0], row.text, show_date(row.ends_on), show_number(each.promised),
             show_number(each.count)],
            employer_page(names[row.partnership_id][1]),
        )
        for row, each in wanted.of(found)
    ]  # fmt: skip
    share = Share(sum(each.count for _row, each in found), sum(each.promised for _row, each in found))
    columns = [_l("Employer"), _l("Commitment"), _l("Until"), _l("Promised"), _l("Delivered")]
    return Rows(_("Commitments of the period"), columns, rows, len(found), share, _of(share))


def _of(share: Share) -> str:
    return str(_("%(count)s of %(base)s", count=show_number(share.count), base=show_number(share.base)))


MAKERS: dict[str, Maker] = {
    "met": met,
    "cooperation": cooperation,
    "repeat": repeat,
    "agreements": agreements,
    "commitments": commitments,
}
