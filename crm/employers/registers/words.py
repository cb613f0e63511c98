"""What staff read about registers."""

from collections.abc import Mapping

from flask_babel import gettext as _

from crm.employers.models import RegisterStatus
from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

STATUS: Mapping[RegisterStatus, Text] = {
    RegisterStatus.ACTIVE: _l("In business"),
    RegisterStatus.BANKRUPT: _l("Bankrupt"),
    RegisterStatus.WINDING_UP: _l("Being wound up"),
    RegisterStatus.CLOSED: _l("Closed"),
}

GROUP: Mapping[str, Text] = {
    "name": _l("Name"),
    "legal_form": _l("Legal form"),
    "industry": _l("Industry"),
    "address": _l("Address"),
    "municipality": _l("Municipality"),
    "phone": _l("Phone"),
    "email": _l("E-mail"),
    "website": _l("Website"),
    "employee_count": _l("Employees"),
    "advertising_block": _l("Advertising block"),
}

REASON: Mapping[str, Text] = {
    "timeout": _l("It did not answer in time."),
    "unreachable": _l("It cannot be reached."),
    "refused": _l("It refuses us: look at the user name, password or key in the settings."),
    "busy": _l("It asks us to wait."),
    "unreadable": _l("Its answer is not understood."),
    "failed": _l("It answers with an error."),
}


def status_sentence(status: RegisterStatus, name: str, by_hand: bool = False) -> str:
    """What a register says of a company, or what somebody has written down, as a sentence."""
    if by_hand:
        written = {
            RegisterStatus.ACTIVE: _("%(name)s is in business again", name=name),
            RegisterStatus.BANKRUPT: _("%(name)s is bankrupt", name=name),
            RegisterStatus.WINDING_UP: _("%(name)s is being wound up", name=name),
            RegisterStatus.CLOSED: _("%(name)s has closed", name=name),
        }
        return str(written[status])
    sentences = {
        RegisterStatus.ACTIVE: _("%(name)s is active again, says the register", name=name),
        RegisterStatus.BANKRUPT: _("%(name)s is bankrupt, says the register", name=name),
        RegisterStatus.WINDING_UP: _("%(name)s is being wound up, says the register", name=name),
        RegisterStatus.CLOSED: _("%(name)s has closed, says the register", name=name),
    }
    return str(sentences[status])
