"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping, Sequence

from crm.extension_points import AuditName, Text
from crm.lazy_texts import lazy_gettext as _l
from crm.partnerships.models import Commitment, Partnership

ACTIONS: Mapping[str, Text] = {
    "partnership_begun": _l("CSR partnership begun"),
    "partnership_changed": _l("CSR partnership changed"),
    "partnership_ended": _l("CSR partnership ended"),
    "partnership_resumed": _l("CSR partnership goes on"),
    "partnership_review_added": _l("Review of a partnership planned"),
    "partnership_reviewed": _l("Partnership reviewed"),
    "partnership_not_reviewed": _l("Partnership not reviewed after all"),
    "partnership_review_removed": _l("Review of a partnership removed"),
    "partnerships_exported": _l("Commitments taken as a file"),
    "commitment_added": _l("Commitment added"),
    "commitment_changed": _l("Commitment changed"),
    "commitment_cancelled": _l("Commitment cancelled"),
    "commitment_restored": _l("Commitment holds again"),
    "commitment_evidence_added": _l("Evidence for a commitment added"),
    "commitment_evidence_removed": _l("Evidence for a commitment removed"),
    "commitment_evidence_restored": _l("Evidence for a commitment brought back"),
    "testimonial_added": _l("Testimonial added"),
    "testimonial_changed": _l("Testimonial changed"),
    "testimonial_removed": _l("Testimonial removed"),
    "testimonial_restored": _l("Testimonial brought back"),
}

SUBJECTS: Mapping[str, Text] = {
    "partnership": _l("CSR partnership"),
    "testimonial": _l("Testimonial"),
}

NAMES: Sequence[AuditName] = (
    AuditName("partnership", Partnership, Partnership.name, Partnership.public_id, "partnerships.show"),
    AuditName("commitment", Commitment, Commitment.text),
)

FIELDS: Mapping[str, Text] = {
    "commitment_id": _l("Commitment"),
    "evidence_id": _l("Evidence"),
}
"""What the details of its lines are called, and the fields that they name."""
