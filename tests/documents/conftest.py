"""The same table as for agreements."""

from tests.agreements.conftest import app, jump, maria, outside, table

__all__ = ["app", "jump", "maria", "outside", "table"]
