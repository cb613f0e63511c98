"""Writing form fields as HTML: what WTForms' own widgets write, byte for byte, at a fraction of their cost.

A page with a form of twenty fields spent half of its time in those widgets. Widgets of other kinds than the
plain ones below, and anybody's subclasses of them, are left to write themselves. Fields are ``Any`` here: the
stubs describe an older WTForms and know little of what widgets ask of a field.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup, escape
from wtforms import widgets as w
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # the stubs describe 3.2
from wtforms.widgets.core import clean_key  # type: ignore[attr-defined]  # the same

from crm.web.escaping import written


def attributes(values: Mapping[str, Any]) -> str:
    """Attributes in the order of their names: True is a name alone, False is left out."""
    parts = []
    for key, value in sorted(values.items()):
        if value is True:
            parts.append(key)
        elif value is not False:
            # A text that is marked as safe may still have quotation marks.
            parts.append(f'{key}="{written(value)}"' if type(value) is str else _quoted(key, value))
    return " ".join(parts)


def write_field(field: Any, given: Mapping[str, Any]) -> Markup:
    """The input of a field; ``given`` are attributes from the template, which win over the field's own."""
    own = getattr(field, "render_kw", None)
    merged = {_name(key): value for key, value in ({**own, **given} if own else given).items()}
    write = _WRITERS.get(type(field.widget))
    if write is None or getattr(field, "_datalist", None) is not None:
        return Markup(field.widget(field, **merged))
    return Markup(write(field, merged))  # every value went through escape()


@dataclass(frozen=True)
class ChoiceInput:
    """One radio button or tick box of a group: its id, the text of its label and the input itself."""

    id: str
    label: object
    html: Markup


def choice_inputs(field: Any, kind: str, given: Mapping[str, Any]) -> Iterator[ChoiceInput]:
    """The radio buttons or tick boxes of a group. A group of tick boxes has no summary: each says that it is wrong."""
    common: dict[str, Any] = {"class": "ds-input", "name": field.name, **_flags(field, _CHOICE_FLAGS)}
    common["type"] = "radio" if kind == "radios" else "checkbox"
    if kind == "checkboxes" and field.errors:
        common["aria-invalid"] = "true"
    common |= {_name(key): value for key, value in {**(field.render_kw or {}), **given}.items()}
    for number, choice in enumerate(field._iter_choices_normalized()):
        own = {"id": f"{field.id}-{number}", "value": str(choice.value), **common}
        if choice.selected:
            own["checked"] = True
        yield ChoiceInput(own["id"], choice.label or choice.value, Markup(f"<input {attributes(own)}>"))


@cache
def _name(key: str) -> str:
    return str(clean_key(key))


def _quoted(key: str, value: object) -> str:
    return f'{key}="{str.replace(escape(value), chr(34), "&quot;")}"'


def _flags(field: Any, names: Collection[str]) -> dict[str, Any]:
    """What validators say about a field that the browser may know too. Some are computed when they are asked for."""
    found = {name: value for name, value in vars(field.flags).items() if name in names}
    return {name: value() if callable(value) else value for name, value in found.items()}


def _input(field: Any, given: dict[str, Any]) -> str:
    widget = field.widget
    values: dict[str, Any] = {"id": field.id, "type": widget.input_type, **_flags(field, widget.validation_attrs)}
    if "value" not in given:
        values["value"] = field._value()
    values |= given
    return f"<input {attributes(values | {'name': field.name})}>"


def _number(field: Any, given: dict[str, Any]) -> str:
    for name in ("step", "min", "max"):
        value = getattr(field.widget, name)
        if value is not None:
            given.setdefault(name, value)
    return _input(field, given)


def _day(field: Any, given: dict[str, Any]) -> str:
    if not _BOUNDS.isdisjoint(given) or not _BOUNDS.isdisjoint(vars(field.flags)):
        return str(field.widget(field, **given))  # It knows how bounds are written.
    return _input(field, given)


def _tick_box(field: Any, given: dict[str, Any]) -> str:
    if getattr(field, "checked", field.data):
        given.setdefault("checked", True)
    return _input(field, given)


def _text_area(field: Any, given: dict[str, Any]) -> str:
    values = {"id": field.id, **_flags(field, field.widget.validation_attrs)}
    values |= given
    return f"<textarea {attributes(values | {'name': field.name})}>\r\n{escape(field._value())}</textarea>"


def _select(field: Any, given: dict[str, Any]) -> str:
    values = {"id": field.id, **_flags(field, _CHOICE_FLAGS)}
    values |= given
    if field.widget.multiple:
        values["multiple"] = True
    return f"<select {attributes(values | {'name': field.name})}>{''.join(_options(field))}</select>"


def _options(field: Any) -> Iterator[str]:
    if not field.has_groups():
        yield from map(_option, field._iter_choices_normalized())
        return
    for group, choices in field._iter_groups_normalized():
        inside = "".join(map(_option, choices))
        yield inside if group is None else f"<optgroup {attributes({'label': group})}>{inside}</optgroup>"


def _option(choice: Choice) -> str:
    # Written first and then asked whether it is empty: to ask a text for its length translates it once more.
    label = written(choice.label) or written(choice.value)
    if choice.render_kw:
        own = {_name(key): value for key, value in choice.render_kw.items()}
        values = {"value": choice.value, **own} | ({"selected": True} if choice.selected else {})
        return f"<option {attributes(values)}>{label}</option>"
    return f'<option {"selected " if choice.selected else ""}value="{written(str(choice.value))}">{label}</option>'


_BOUNDS = frozenset({"min", "max"})
_CHOICE_FLAGS = w.RadioInput.validation_attrs
_PLAIN = (w.TextInput, w.HiddenInput, w.SearchInput, w.TelInput, w.URLInput, w.EmailInput)
_WRITERS: dict[type[Any], Callable[[Any, dict[str, Any]], str]] = {
    **dict.fromkeys(_PLAIN, _input),
    w.NumberInput: _number,
    w.DateInput: _day,
    w.CheckboxInput: _tick_box,
    w.TextArea: _text_area,
    w.Select: _select,
}
