"""What stands above the list of employers: the filters that are set, each with a way to take it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request, url_for

from crm.employers.forms import CHOSEN, EmployerFilterForm
from crm.extension_points import Text


@dataclass(frozen=True)
class ActiveFilter:
    """A filter that is set: its field, its value in words, and the same list without it."""

    label: Text
    value: Text
    href: str


def active_filters(form: EmployerFilterForm) -> Sequence[ActiveFilter]:
    """The filters that are set, but for the text, which stands in its field."""
    return [
        ActiveFilter(form[name].label.text, _words(form, name), _without(name))
        for name in CHOSEN
        if form[name].data not in (None, "", form[name].default) and not form[name].errors
    ]


def _words(form: EmployerFilterForm, name: str) -> Text:
    choices = getattr(form[name], "choices", None) or []
    labels = {choice.value: choice.label for choice in choices}
    return labels.get(form[name].data, form[name].data)


def _without(name: str) -> str:
    pairs = [
        (key, value) for key, value in request.args.items(multi=True) if value and key not in (name, "page", "view")
    ]
    # An address without arguments opens the default view.
    return f"{url_for('employers.index')}?{urlencode(pairs or [('owner', 'all')])}"
