"""An agreement that waits for signatures, a draft, and a template, for the tests over every route."""

from datetime import date, timedelta

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.agreements.models import Agreement, AgreementStatus, SigningLink
from crm.agreements.tokens import signing_token, token_hash
from crm.documents.models import DocumentKind, DocumentTemplate, DocumentVersion
from crm.documents.pdf import sha256_of
from crm.employers.models import Employer
from tests.world import World


def agreement_objects(world: World, unit: Unit, staff: Staff, employer: Employer, *, note: str) -> dict[str, str]:
    """One agreement of a unit, sent to the employer, and the template that it was made of."""
    template = _template(world, note)
    return {
        "agreements": _agreement(world, unit, staff, employer, template, note).public_id,
        "documents": template.public_id,
    }


def signing_objects(world: World, agreement: str) -> dict[str, dict[str, str]]:
    """Parameters of the pages that need something else: a draft to change, the link of ``agreement``."""
    row = world.session.query(Agreement).filter_by(public_id=agreement).one()
    draft = Agreement(
        employer_id=row.employer_id, unit_id=row.unit_id, type="intention", language="sv",
        text_version_id=row.text_version_id, owner_id=row.owner_id, starts_on=row.starts_on,
        review_on=row.review_on, created_at=clock.now(),
    )  # fmt: skip
    of_draft = {"public_id": world.save(draft).public_id}
    return {
        "agreements_signing": {"token": signing_token(agreement, 1)},
        "agreements.edit": of_draft,
        "agreements.send": of_draft,
        "agreements.discard": of_draft,
    }


def _template(world: World, note: str) -> DocumentTemplate:
    version = DocumentVersion(
        number=1, titles={"sv": "Avsikt", "en": "Intention"}, bodies={"sv": "Mellan {employer} och {unit}."},
        created_at=clock.now(), used_at=clock.now(),
    )  # fmt: skip
    template = DocumentTemplate(
        key=f"own.{note}", kind=DocumentKind.AGREEMENT, agreement_type="intention", created_at=clock.now()
    )
    template.versions.append(version)
    saved: DocumentTemplate = world.save(template)
    return saved


def _agreement(
    world: World, unit: Unit, staff: Staff, employer: Employer, template: DocumentTemplate, note: str
) -> Agreement:
    text = f"# Avsikt\n\nMellan oss, {note}.\n"
    now = clock.now()
    agreement = Agreement(
        employer_id=employer.id, unit_id=unit.id, type="intention", status=AgreementStatus.SENT, language="sv",
        text_version_id=template.newest.id, owner_id=staff.id, starts_on=date(2026, 1, 1), ends_on=date(2030, 1, 1),
        review_on=date(2026, 6, 1), title="Avsikt", text=text, link_number=1, sent_at=now, created_at=now,
    )  # fmt: skip
    agreement.text_hash = sha256_of(text)
    saved: Agreement = world.save(agreement)
    hashed = token_hash(signing_token(saved.public_id, 1))
    world.save(
        SigningLink(
            agreement_id=saved.id, number=1, token_hash=hashed, created_at=now, expires_at=now + timedelta(days=3650)
        )
    )
    return saved
