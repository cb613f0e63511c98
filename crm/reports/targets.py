"""Targets of programmes, where a report is about one programme."""

from decimal import Decimal

from crm.reports.filters import FollowUpFilters

WORK_OR_STUDIES_TARGET = "work_or_studies"


def work_or_studies_target(filters: FollowUpFilters) -> Decimal | None:
    """The share, in percent, that should go to work or studies. None where no programme or no target is named."""
    if filters.programme is None:
        return None
    found = (target.percent for target in filters.programme.targets if target.key == WORK_OR_STUDIES_TARGET)
    return next(found, None)
