"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from crm.agreements.models import Agreement
from crm.employers.models import Employer
from crm.extension_points import AuditName, Text
from crm.lazy_texts import lazy_gettext as _l

ACTIONS: Mapping[str, Text] = {
    "agreement.written": _l("Agreement written"),
    "agreement.changed": _l("Draft of an agreement changed"),
    "agreement.discarded": _l("Draft of an agreement thrown away"),
    "agreement.sent": _l("Agreement sent for signing"),
    "agreement.link_shown": _l("Link to an agreement shown to staff"),
    "agreement.link_sent": _l("Link to an agreement sent again"),
    "agreement.signed_by_employer": _l("Agreement signed by the employer"),
    "agreement.signed_on_behalf": _l("Employer's signature written down"),
    "agreement.signed_by_us": _l("Agreement signed for us"),
    "agreement.refused": _l("Agreement refused"),
    "agreement.began": _l("Agreement came into force"),
    "agreement.ends_soon": _l("Agreement ends soon"),
    "agreement.expired": _l("Agreement expired"),
    "agreement.renewed": _l("Agreement renewed"),
    "agreement.replaced": _l("Agreement replaced"),
    "agreement.terminated": _l("Agreement ended early"),
    "agreement.downloaded": _l("Agreement downloaded"),
    "agreements.exported": _l("Agreements exported"),
}

SUBJECTS: Mapping[str, Text] = {"agreement": _l("Agreement")}

NAMES: Sequence[AuditName] = (
    AuditName(
        "agreement",
        Agreement,
        select(Employer.name).where(Employer.id == Agreement.employer_id).scalar_subquery(),
        Agreement.public_id,
        "agreements.show",
    ),
)

FIELDS: Mapping[str, Text] = {
    "version_id": _l("Version"),
}
"""What the details of its lines are called, and the fields that they name."""
