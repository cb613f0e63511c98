"""Forms of call lists: what a list is to reach and who calls, its filters, one more employer."""

from collections.abc import Sequence

from flask import request
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm, CheckboxesField, VersionField, choices, optional_int
from outreach.days import DayField
from outreach.lists.fields import ListFields
from outreach.lists.list_queries import EntryFilter
from outreach.lists.models import EntryState, LeftOut, Wanted
from outreach.lists.words import REASONS, STATES, WANTED

_LARGEST = 1_000_000


class ListForm(BaseForm):
    """A call list: name, script, target and callers; the rest is folded away."""

    name = StringField(_l("Name of the list"), validators=[InputRequired(), Length(max=120)])
    unit_id = SelectField(_l("Unit"), coerce=optional_int, validators=[InputRequired()])
    script_id = SelectField(_l("Call script"), coerce=optional_int, validators=[InputRequired()])
    wanted = SelectField(_l("What is wanted"), choices=choices(WANTED.items()), default=Wanted.REACHED.value)
    target = IntegerField(
        _l("Target"),
        description=_l("How many. Empty: everybody on the list."),
        validators=[Optional(), NumberRange(min=1, max=_LARGEST)],
    )
    deadline = DayField(_l("Deadline"), validators=[Optional()])
    caller_ids = CheckboxesField(_l("Who calls"), coerce=int)
    cooldown_days = IntegerField(
        _l("Leave out who was called or met in the last days"),
        description=_l("By any unit. 0 leaves nobody out."),
        default=30,
        validators=[InputRequired(), NumberRange(min=0, max=730)],
    )
    lease_minutes = IntegerField(
        _l("Minutes after which a call that has fallen silent goes back to the list"),
        default=20,
        validators=[InputRequired(), NumberRange(min=1, max=480)],
    )
    most_attempts = IntegerField(
        _l("Give up after so many calls without an answer"),
        default=3,
        validators=[InputRequired(), NumberRange(min=1, max=20)],
    )
    query = HiddenField()
    submission_key = HiddenField()
    version = VersionField()

    def prepare(
        self, *, units: Sequence[tuple[int, str]], scripts: Sequence[tuple[int, str]], staff: Sequence[tuple[int, str]]
    ) -> None:
        """Fill in what can be chosen."""
        self.unit_id.choices = choices(units)
        self.script_id.choices = choices(scripts, empty=_l("Choose"))
        self.caller_ids.choices = [(staff_id, name) for staff_id, name in staff]

    def as_fields(self) -> ListFields:
        """What services want."""
        return ListFields(
            name=self.name.data or "",
            script_id=self.script_id.data or 0,
            wanted=Wanted(self.wanted.data),
            target=self.target.data,
            deadline=self.deadline.data,
            cooldown_days=self.cooldown_days.data if self.cooldown_days.data is not None else 30,
            lease_minutes=self.lease_minutes.data or 20,
            most_attempts=self.most_attempts.data or 3,
            caller_ids=frozenset(self.caller_ids.data or ()),
        )

    @property
    def key(self) -> str | None:
        """The form's own key, as far as it can be one."""
        return (self.submission_key.data or "")[:40] or None


class AddEntryForm(BaseForm):
    """One more employer on a list."""

    employer = StringField(_l("Name or organisation number"), validators=[InputRequired(), Length(max=200)])
    first = BooleanField(_l("Call them first"))


class EntryFilterForm(BaseForm):
    """What the page of a list shows; read from the address."""

    class Meta(BaseForm.Meta):
        """A filter changes nothing."""

        csrf = False

    q = StringField(_l("Employer"), validators=[Optional(), Length(max=100)])
    state = SelectField(_l("State"), choices=choices(STATES.items(), empty=_l("All")), default="")
    reason = SelectField(_l("Why left out"), choices=choices(REASONS.items(), empty=_l("All")), default="")


def entry_filter() -> tuple[EntryFilterForm, EntryFilter]:
    """The form and the filter of the address; what cannot be read is as if it had not been said."""
    form = EntryFilterForm(request.args)
    form.validate()
    state, reason = form.state.data or "", form.reason.data or ""
    version = request.args.get("version", "")
    return form, EntryFilter(
        state=state if state in set(EntryState) else "",
        reason=reason if reason in set(LeftOut) else "",
        outcome=request.args.get("outcome", "")[:40].replace("\x00", ""),
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
        text=(form.q.data or "").replace("\x00", "").strip()[:100],
        goal=request.args.get("goal") == "1",
        reached=request.args.get("reached") == "1",
    )
