"""Every figure in words: its value, what it was counted from, where its rows are. For page, paper and file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from crm.employers.stages import STAGES
from crm.measures.cooperation_queries import EARLY_DAYS, Penetration
from crm.measures.formulas import CONTACTS_A_WEEK, Share
from crm.measures.overview import Overview
from crm.measures.pipeline_queries import WAY
from crm.reports.few import FEWEST_PERSONS, is_hidden
from crm.reports.filters import FollowUpFilters
from crm.web.filters import show_number, show_percent

MOST_REGIONS = 4
"""More names would hide the figure."""


@dataclass(frozen=True)
class Line:
    """A figure in words and, for a workbook, as a number (a share between 0 and 1).

    ``rows`` names the drill-down, with ``stage`` a part of it, or is '' where there is none; ``href`` leads to another
    page's list.
    """

    group: str
    name: str
    value: str
    basis: str
    number: float | None = None
    rows: str = ""
    stage: str = ""
    href: str = ""
    share: float | None = None
    """What the bar shows; it is full where the figure is more."""
    stand_for: tuple[int, ...] = ()
    """Counts of employers or agreements that stand for persons: who works there."""


def figure_lines(found: Overview, filters: FollowUpFilters) -> list[Line]:
    """Every figure of a report, in the order of the page."""
    lines = [
        *_contacts(found), *_cooperation(found), *_pipeline(found, filters), *_inquiries(found, filters),
        *_promises(found), *_heard(found),
    ]  # fmt: skip
    return [_without_few(line, filters) for line in lines]


def _contacts(found: Overview) -> Iterator[Line]:
    group, figures = _("Contacts with employers"), found.figures
    weeks = figures.weeks
    yield Line(
        group, _("Contacts in person, per coordinator and week"), show_number(weeks.mean, 1) if weeks.pairs else "–",
        _("%(contacts)s contacts in %(weeks)s weeks of coordinators; target %(target)s",
          contacts=show_number(weeks.contacts), weeks=show_number(weeks.pairs), target=CONTACTS_A_WEEK),
        weeks.mean, rows="contacts", share=min((weeks.mean or 0) / CONTACTS_A_WEEK, 1),
    )  # fmt: skip
    yield _share(group, _("Weeks with %(target)s or more", target=CONTACTS_A_WEEK), Share(weeks.reached, weeks.pairs))
    yield _share(group, _("Weeks that a manager has reviewed"), Share(weeks.reviewed, weeks.pairs))
    yield Line(
        group, _("Quality of the contacts, 1 to 5"),
        show_number(figures.quality_mean, 1) if figures.quality.base else "–",
        _("%(sum)s points in %(count)s contacts with a level",
          sum=show_number(figures.quality.count), count=show_number(figures.quality.base)),
        figures.quality_mean, rows="quality", share=(figures.quality_mean or 0) / 5,
    )  # fmt: skip
    yield _share(group, _("Contacts that ask for something"), found.asks, rows="asks")
    yield Line(group, _("Employers spoken with"), show_number(found.met.base),
               _tried(figures.contacts, found.attempts), found.met.base, rows="met")  # fmt: skip
    yield _at_work(group, _("Employers spoken with who had somebody at work"), found.met, rows="met")
    of_all = _("of %(all)s contacts", all=show_number(figures.contacts))
    yield Line(group, _("Visits"), show_number(figures.visits), of_all, figures.visits, rows="visits")


def _cooperation(found: Overview) -> Iterator[Line]:
    group = _("Cooperation")
    places = found.penetration
    yield Line(
        group, _("Workplaces that cooperate"), show_number(places.everywhere),
        _("each once, also where several units work with it"), places.everywhere,
        rows="cooperation" if places.everywhere else "", stand_for=(places.everywhere,),
    )  # fmt: skip
    in_area = _share(group, _("Workplaces of the area that cooperate"), places.share, rows="cooperation",
                     note=_area(places))  # fmt: skip
    yield replace(in_area, stand_for=(places.share.count, places.unknown, places.outside))
    back = _at_work(group, _("Employers who came back within three years"), found.repeat, rows="repeat")
    yield replace(back, stand_for=(found.repeat.count, found.repeat.base))
    people = _("of those who had a job there at the exit")
    yield _people(group, _("Same employer after 90 days"), found.retention_90, people)
    yield _people(group, _("Same employer after six months"), found.retention_6, people)
    quarters = _("of those who were employed in the second quarter after the exit")
    yield _people(group, _("Same employer in the second and the fourth quarter"), found.retention_q, quarters)
    first = found.first_contact
    yield Line(
        group, _("Days from the start to the first contact with an employer, median"), _days(first.value),
        _too_few() if found.early is None else ngettext("%(num)d start", "%(num)d starts", first.base), first.value,
    )  # fmt: skip
    yield _people(group, _("First contact within %(days)s days", days=EARLY_DAYS), found.early, _("of all who started"))


def _pipeline(found: Overview, filters: FollowUpFilters) -> Iterator[Line]:
    group = _("Pipeline")
    yield from _conversion(found, group)
    for stage, label in STAGES.items():
        stay = found.stays.get(stage)
        if stay is not None:
            yield Line(
                group, _("Days in “%(stage)s”, median", stage=str(label)), _days(stay.value),
                ngettext("%(num)d stay that ended", "%(num)d stays that ended", stay.base), stay.value,
                rows="stays", stage=stage,
            )  # fmt: skip
    if found.stalled is not None:
        unit = filters.unit.id if filters.unit and len(filters.units) > 1 else None
        yield Line(
            group, _("Stalled: friendly, but no step for 60 days"), show_number(found.stalled), _("now"),
            found.stalled, href=url_for("pipeline.stalled", unit=unit),
        )  # fmt: skip


def _conversion(found: Overview, group: str) -> Iterator[Line]:
    """Of those begun, how many came to each stage; and, as a note, of those who came to the stage before it."""
    begun = sum(cohort.begun for cohort in found.cohorts)
    before, before_name = begun, ""
    for stage in WAY[1:]:
        reached, name = sum(cohort.reached[stage] for cohort in found.cohorts), str(STAGES[stage])
        note = ""
        if before_name and before:
            note = _("%(share)s of the %(count)s that came to “%(stage)s”", share=show_percent(reached / before),
                     count=show_number(before), stage=before_name)  # fmt: skip
        yield _share(
            group, _("Came to “%(stage)s” of those begun in the period", stage=name), Share(reached, begun),
            rows="conversion", stage=stage, note=note,
        )  # fmt: skip
        before, before_name = reached, name


def _inquiries(found: Overview, filters: FollowUpFilters) -> Iterator[Line]:
    group = _("Inquiries")
    employers = url_for(
        "inquiries.index", state="all", source="employer_inbound", since=filters.since.isoformat(),
        until=filters.until.isoformat(),
        unit=filters.unit.public_id if filters.unit and len(filters.units) > 1 else None,
    )  # fmt: skip
    inbound = _share(group, _("Inquiries that employers started"), found.inbound)
    basis = _("%(count)s of %(base)s inquiries about an employer; %(all)s inquiries in all",
              count=show_number(found.inbound.count), base=show_number(found.inbound.base),
              all=show_number(found.inquiries))  # fmt: skip
    yield replace(inbound, basis=basis, href=employers)
    response = found.response
    hours = response.median_hours
    yield Line(
        group, _("Hours to the first answer to an employer, median"),
        show_number(hours, 1) if hours is not None else "–",
        _("%(answered)s of %(received)s answered, %(late)s late", answered=show_number(response.answered),
          received=show_number(response.received), late=show_number(response.late)), hours, href=employers,
    )  # fmt: skip


def _promises(found: Overview) -> Iterator[Line]:
    group = _("Agreements and promises")
    yield _at_work(group, _("Agreements in force with a placement in twelve months"), found.promises.agreements,
                   rows="agreements")  # fmt: skip
    made = found.promises
    yield Line(group, _("Agreements signed in the period"), show_number(made.signed), _("by both"), made.signed)
    if found.said is not None:
        yield Line(group, _("Testimonials of the period"), show_number(found.said.count),
                   _("%(num)s may be shown to others", num=show_number(found.said.shown)), found.said.count,
                   rows="testimonials" if found.said.count else "")  # fmt: skip
    yield _share(group, _("Delivered of what was promised"), found.promises.commitments, rows="commitments")


def _heard(found: Overview) -> Iterator[Line]:
    """Talks, articles and conferences, each with its rows; where they were and how many they reached."""
    if found.heard is None:
        return
    group, seen = _("Talks and press"), found.heard
    names = {"talk": _("Talks"), "press": _("Articles and interviews"), "conference": _("Conferences")}
    for kind, count in seen.by_kind.items():
        wanted = seen.by_request[kind]
        asked = _("%(num)s because somebody asked for it", num=show_number(wanted)) if wanted else ""
        yield Line(
            group, names[kind], show_number(count), asked, count, rows="appearances" if count else "", stage=kind
        )
    yield Line(
        group, _("Municipalities"), show_number(seen.municipalities),
        _("%(num)s of them asked for it", num=show_number(seen.asked_for)), seen.municipalities,
        rows="appearances" if seen.municipalities else "",
    )  # fmt: skip
    unknown = ngettext("%(num)d is not known", "%(num)d are not known", seen.unknown_reach)
    yield Line(group, _("People reached"), show_number(seen.reached), unknown if seen.unknown_reach else "",
               seen.reached, rows="appearances" if seen.reached else "")  # fmt: skip


def _share(group: str, name: str, share: Share, *, rows: str = "", stage: str = "", note: str = "") -> Line:
    basis = _("%(count)s of %(base)s", count=show_number(share.count), base=show_number(share.base))
    text = " · ".join(filter(None, (basis, note)))
    return Line(
        group, name, show_percent(share.value), text, share.value, rows=rows if share.base or note else "", stage=stage,
        share=share.value if share.value is None else min(share.value, 1),
    )  # fmt: skip


def _at_work(group: str, name: str, share: Share, *, rows: str) -> Line:
    """A share whose count stands for persons: somebody works there."""
    return replace(_share(group, name, share, rows=rows), stand_for=(share.count,))


def _without_few(line: Line, filters: FollowUpFilters) -> Line:
    """The line as the reader may have it: who reads figures alone is not told of few."""
    return Line(line.group, line.name, "–", _too_few()) if is_hidden(filters.actor, *line.stand_for) else line


def _people(group: str, name: str, share: Share | None, of_whom: str) -> Line:
    if share is None:
        return Line(group, name, "–", _too_few())
    line = _share(group, name, share)
    return replace(line, basis=f"{line.basis} {of_whom}")


def _tried(contacts: int, attempts: int) -> str:
    """How many contacts, and how many attempts beside them, as the page of follow-up says it."""
    text = str(ngettext("%(num)s contact", "%(num)s contacts", contacts))
    if not attempts:
        return text
    tried = ngettext(
        "and %(num)s attempt at which nobody was reached", "and %(num)s attempts at which nobody was reached", attempts
    )
    return f"{text} {tried}"


def _days(value: float | None) -> str:
    """With a decimal where there is one: the median of 10 and 15 days is 12.5."""
    return show_number(value, 1 if value is not None and value % 1 else 0)


def _too_few() -> str:
    return str(_("under %(fewest)s persons: not shown", fewest=FEWEST_PERSONS))


def _area(found: Penetration) -> str:
    """Which area it is, and what counts in nothing."""
    outside = ngettext("one more outside the area", "%(num)d more outside the area", found.outside)
    return " · ".join(
        filter(None, (_regions(found.area), _unknown(found.unknown), str(outside) if found.outside else ""))
    )


def _regions(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_REGIONS])
    if len(names) > MOST_REGIONS:
        more = len(names) - MOST_REGIONS
        return str(_("area: %(regions)s and %(num)s more", regions=shown, num=show_number(more)))
    return str(_("area: %(regions)s", regions=shown)) if names else ""


def _unknown(count: int) -> str:
    if not count:
        return ""
    return str(
        ngettext(
            "one more in a municipality whose number of workplaces is not entered",
            "%(num)d more in municipalities whose number of workplaces is not entered",
            count,
        )
    )


def file_name(filters: FollowUpFilters, kind: str) -> str:
    """What a file of a report is called."""
    return f"employer-measures-{_day(filters.since)}-{_day(filters.until)}.{kind}"


def _day(day: date) -> str:
    return day.isoformat()
