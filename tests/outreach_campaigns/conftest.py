"""The room of the lists, with a list that has been called."""

from tests.outreach_lists.conftest import browser, midsummer, outreach_app, outside, room

__all__ = ["browser", "midsummer", "outreach_app", "outside", "room"]
