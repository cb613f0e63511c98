"""Days that somebody types: none so far away that it is a slip, or that nothing can be counted from it."""

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from wtforms import DateField

from crm.web.filters import today

EARLIEST = date(1970, 1, 1)
_FAR = timedelta(days=3650)


def check_near(day: date) -> None:
    """A day since 1970, and at most ten years ahead. Raises ValueError with the words for whoever typed it."""
    if day < EARLIEST:
        raise ValueError(_("Choose a later day."))
    if day > today() + _FAR:
        raise ValueError(_("Choose an earlier day."))


class DayField(DateField):
    """A day that is near enough. Another one stays in the field as it was typed, and is no value to count with."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the day. Raises ValueError for what is none, or too far away."""
        super().process_formdata(valuelist)
        day, self.data = self.data, None
        if day is not None:
            check_near(day)
            self.data = day
