"""The people and pages of the participants' tests."""

from tests.placements.conftest import browser, core, here, there

__all__ = ["browser", "core", "here", "there"]
