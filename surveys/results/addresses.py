"""The filters of a report as they stand in addresses, so that every page of results is about the same rows."""

from crm.reports.filters import FollowUpFilters


def report_args(filters: FollowUpFilters) -> dict[str, str]:
    """What ``crm.reports.filters.read_filters`` reads back to the same report."""
    args = {"since": filters.since.isoformat(), "until": filters.until.isoformat()}
    if filters.unit is not None:
        args["unit"] = filters.unit.public_id
    if filters.programme is not None:
        args["programme"] = filters.programme.public_id
    return args
