"""Forms of staff, units, the audit log and one's own settings."""

from typing import Any

from flask_babel import gettext as _
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    Email,
    EqualTo,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from crm.accounts.security_config import SHORTEST_PASSWORD
from crm.accounts.security_passwords import faults_of
from crm.accounts.services import StaffFields
from crm.accounts.unit_services import UnitFields
from crm.actors import Role
from crm.extension_points import Text
from crm.languages import NAMES
from crm.lazy_texts import lazy_gettext as _l
from crm.web.forms import BaseForm, CheckboxesField, VersionField, choices, optional_int, optional_text

ROLE_LABELS: dict[Role, Text] = {
    Role.COORDINATOR: _l("Coordinator"),
    Role.MANAGER: _l("Manager"),
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.EVALUATOR: _l("Evaluator"),
}
ROLE_HINTS: dict[Role, Text] = {
    Role.COORDINATOR: _l("Works with participants and employers."),
    Role.MANAGER: _l("Sees everything in the unit and the units below it."),
    Role.ADMINISTRATOR: _l("Manages staff, units and settings; sees no participants."),
    Role.EVALUATOR: _l("Sees figures only, never persons."),
}
COUNTRIES: dict[str, Text] = {
    "SE": _l("Sweden"),
    "NO": _l("Norway"),
    "DK": _l("Denmark"),
    "FI": _l("Finland"),
}

_PHONE = Regexp(r"^\+?[0-9][0-9 ()/-]{3,30}$", message=_l("Write a telephone number, like +46 10 123 45 67."))


def _phone(label: Any) -> Any:
    return StringField(
        label,
        validators=[Optional(), Length(max=32), _PHONE],
        filters=[optional_text],
        render_kw={"type": "tel", "autocomplete": "tel"},
    )


def _language(label: Any) -> Any:
    return SelectField(label, choices=choices(NAMES.items()))


class StaffForm(BaseForm):
    """What an administrator says about a member of staff, new or known."""

    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=120)])
    email = StringField(
        _l("E-mail"), validators=[InputRequired(), Length(max=254), Email()], render_kw={"type": "email"}
    )
    phone = _phone(_l("Telephone"))
    unit_id = SelectField(_l("Unit"), coerce=optional_int, validators=[InputRequired()])
    roles = CheckboxesField(
        _l("Roles"), choices=choices([(role.value, ROLE_LABELS[role]) for role in Role]), coerce=Role
    )
    language = _language(_l("Language"))

    def fields(self) -> StaffFields:
        """What was said, as the services take it."""
        return StaffFields(
            name=self.name.data or "",
            email=self.email.data or "",
            unit_id=self.unit_id.data,
            roles=frozenset(self.roles.data or ()),
            phone=self.phone.data or None,
            language=self.language.data,
        )


class StaffFilterForm(BaseForm):
    """What the list of staff is narrowed to."""

    class Meta(BaseForm.Meta):
        """Read from the address."""

        csrf = False

    q = StringField(_l("Name or e-mail"), validators=[Optional(), Length(max=100)])
    unit = SelectField(_l("Unit"), coerce=optional_int)
    role = SelectField(
        _l("Role"),
        choices=choices([(role.value, ROLE_LABELS[role]) for role in Role], empty=_l("All")),
        coerce=optional_text,
    )
    state = SelectField(
        _l("State"),
        choices=choices(
            [
                ("active", _l("Active")),
                ("invited", _l("Invited, not yet signed in")),
                ("disabled", _l("Disabled")),
                ("all", _l("All")),
            ]
        ),
        default="active",
    )


class AcceptForm(BaseForm):
    """Who was invited says what they are called and chooses a password."""

    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=120)], render_kw={"autocomplete": "name"})
    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(), Length(min=SHORTEST_PASSWORD)],
        render_kw={"autocomplete": "new-password"},
    )
    password_again = PasswordField(
        _l("The password again"),
        validators=[InputRequired(), EqualTo("password")],
        render_kw={"autocomplete": "new-password"},
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def validate_password(self, field: Any) -> None:
        """Refuse what is easy to guess."""
        for fault in faults_of(field.data or "", known=(self.name.data or "", self.email)):
            raise ValidationError(fault)


class OwnSettingsForm(BaseForm):
    """What everybody may change about themselves."""

    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=120)], render_kw={"autocomplete": "name"})
    phone = _phone(_l("Telephone"))
    language = _language(_l("Language"))


class UnitForm(BaseForm):
    """A unit: what messages to participants need to know, and what is switched on."""

    version = VersionField()
    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=120)])
    parent_id = SelectField(_l("Unit above"), coerce=optional_int)
    country = SelectField(_l("Country"), choices=choices(COUNTRIES.items()))
    language = SelectField(_l("Language of the unit"), choices=choices(NAMES.items()))
    time_zone = StringField(_l("Time zone"), validators=[InputRequired(), Length(max=40)])
    phone = _phone(_l("Switchboard"))
    email = StringField(
        _l("E-mail"),
        validators=[Optional(), Length(max=254), Email()],
        filters=[optional_text],
        render_kw={"type": "email"},
    )
    sms_sender = StringField(_l("Sender of SMS"), validators=[Optional(), Length(max=16)], filters=[optional_text])
    quiet_from = IntegerField(_l("No messages from"), validators=[InputRequired(), NumberRange(0, 23)])
    quiet_until = IntegerField(_l("Until"), validators=[InputRequired(), NumberRange(0, 23)])
    modules = CheckboxesField(_l("What is switched on"))
    figures_on = BooleanField(_l("Show figures for single coordinators"))
    coordinator_figures_agreed = TextAreaField(
        _l("What was agreed with staff, when and by whom"),
        validators=[Length(max=500)],
    )

    def validate_coordinator_figures_agreed(self, field: Any) -> None:
        """Figures about single persons need an agreement, and the agreement has to be written down."""
        if self.figures_on.data and not field.data:
            raise ValidationError(_("Write what was agreed with staff before you switch this on."))

    def fields(self) -> UnitFields:
        """What was said, as the services take it."""
        return UnitFields(
            name=self.name.data or "",
            parent_id=self.parent_id.data,
            country=self.country.data,
            language=self.language.data,
            time_zone=self.time_zone.data or "",
            phone=self.phone.data or None,
            email=self.email.data or None,
            sms_sender=self.sms_sender.data or None,
            quiet_from=self.quiet_from.data or 0,
            quiet_until=self.quiet_until.data or 0,
            modules=frozenset(self.modules.data or ()),
            coordinator_figures_agreed=(self.coordinator_figures_agreed.data or None if self.figures_on.data else None),
        )


class AuditFilterForm(BaseForm):
    """What the audit log is narrowed to."""

    class Meta(BaseForm.Meta):
        """Read from the address."""

        csrf = False

    who = SelectField(_l("Who"), coerce=optional_int)
    action = SelectField(_l("What"), coerce=optional_text)
    since = DateField(_l("From"), validators=[Optional()])
    until = DateField(_l("To"), validators=[Optional()])
