"""What the fields of a list are called on the page."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

FIELD_NAMES: Mapping[str, Text] = {
    "first_name": _l("First name"),
    "last_name": _l("Last name"),
    "name": _l("Name"),
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "birth_year": _l("Year of birth"),
    "sex": _l("Sex"),
    "language": _l("Language"),
    "needs_interpreter": _l("Interpreter"),
    "external_ref": _l("Reference"),
    "unit": _l("Unit"),
    "programme": _l("Programme"),
    "coordinator": _l("Coordinator"),
    "starts_on": _l("Start date"),
    "exit_on": _l("Exit date"),
    "exit_reason": _l("Exit reason"),
    "stage": _l("Stage"),
    "protected": _l("Protected identity"),
    "org_number": _l("Organisation number"),
    "country": _l("Country"),
    "kind": _l("Kind"),
    "address": _l("Address"),
    "postcode": _l("Postcode"),
    "city": _l("City"),
    "place": _l("Place"),
    "municipality": _l("Municipality"),
    "municipality_code": _l("Municipality code"),
    "website": _l("Website"),
    "industry_text": _l("Industry"),
    "industry_code": _l("Industry code"),
    "industry_scheme": _l("Industry code"),
    "employee_count": _l("Employees"),
    "contact_name": _l("Contact person: name"),
    "contact_title": _l("Contact person: title"),
    "contact_phone": _l("Contact person: phone"),
    "contact_email": _l("Contact person: e-mail"),
    "workplace": _l("Workplace"),
    "workplace_number": _l("Workplace: number"),
    "owner": _l("Responsible (e-mail)"),
    "owner_id": _l("Responsible (e-mail)"),
    "note": _l("Note"),
    "source": _l("Source"),
    "received_on": _l("Day"),
    "channel": _l("How it came"),
    "topic": _l("Topic"),
    "employer": _l("Employer"),
    "label": _l("Who it is about"),
    "outcome": _l("Outcome"),
    "outcome_on": _l("Day of the outcome"),
    "answered_on": _l("Answered"),
}


def field_name(field: str) -> Text:
    """What a field is called; a field without a name of its own by its key."""
    return FIELD_NAMES.get(field, field)
