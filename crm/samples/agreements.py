"""The sample agreements: one in force, one that ends soon, one that waits for the employer's signature."""

from datetime import date, timedelta

from sqlalchemy import select

from crm.accounts.models import Unit
from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.agreements.models import Agreement
from crm.agreements.services.drafts import AgreementFields, write_agreement
from crm.agreements.services.running import look_after
from crm.agreements.services.sending import send_agreement
from crm.agreements.services.signing import sign_for_us, sign_on_behalf
from crm.agreements.states import months_later
from crm.db import current_session
from crm.documents.models import DocumentKind, DocumentTemplate
from crm.documents.services.sheets import give_sheet
from crm.documents.services.texts import add_template, ensure_shipped, save_text
from crm.documents.shipped import proposals
from crm.employers.models import EmployerRelationship, Position, Stage
from crm.samples.days import on_days
from crm.samples.organisation import ACTOR, Organisation

_SIGNED_AGO = (150, 320)
_SHIPPED = "the shipped text, named by its key"


def fill_agreements(organisation: Organisation) -> None:
    """Write, send and sign agreements of both units. Runs inside ``transaction()``."""
    with on_days() as go:
        go(330)
        ensure_shipped(ACTOR)
        template_id = _template_id()
        for unit in (organisation.swedish, organisation.norwegian):
            actor = organisation.actor(unit)
            partners = _partners(actor, unit)
            for relationship, ago in zip(partners, (*_SIGNED_AGO, 3), strict=False):
                agreement = _send(actor, unit, relationship, template_id, go(ago))
                if ago in _SIGNED_AGO:
                    _sign(actor, agreement)
        today = go(0)
        for row_id in current_session().scalars(trusted(select(Agreement.id), because="the sample's own rows")).all():
            look_after(ACTOR, row_id)
        _sheets(organisation, today)


def _template_id() -> int:
    statement = select(DocumentTemplate.id).where(DocumentTemplate.key == "agreement.intention")
    return current_session().scalars(trusted(statement, because=_SHIPPED)).one()


def _partners(actor: Actor, unit: Unit) -> list[EmployerRelationship]:
    """Employers of the unit that have come as far as an agreement."""
    stages = (Stage.AGREEMENT.value, Stage.PLACEMENT_RUNNING.value)
    statement = visible(EmployerRelationship, actor).where(
        EmployerRelationship.unit_id == unit.id, EmployerRelationship.stage.in_(stages)
    )
    return list(current_session().scalars(statement.order_by(EmployerRelationship.id)))


def _send(actor: Actor, unit: Unit, relationship: EmployerRelationship, template_id: int, day: date) -> Agreement:
    language = "sv" if unit.country == "SE" else "nb"
    position = select(Position.person_id).where(Position.employer_id == relationship.employer_id).limit(1)
    given = AgreementFields(
        template_id=template_id,
        language=language,
        starts_on=day,
        ends_on=months_later(day, 12) - timedelta(days=1),
        review_on=months_later(day, 6),
        contact_id=current_session().scalar(trusted(position, because="the sample's own rows")),
        owner_id=actor.staff_id,
        deputy_id=relationship.deputy_id,
        written=dict(proposals(language)),
    )
    agreement = write_agreement(actor, employer_id=relationship.employer_id, unit_id=unit.id, given=given)
    return send_agreement(actor, agreement_id=agreement.id)


def _sign(actor: Actor, agreement: Agreement) -> None:
    name = agreement.contact.name if agreement.contact else "–"
    reason = {"sv": "Undertecknat på papper vid mötet", "nb": "Signert på papir på møtet"}[agreement.language]
    chief = {"sv": "Platschef", "nb": "Daglig leder"}[agreement.language]
    own = {"sv": "Arbetsgivarkonsulent", "nb": "Næringslivskoordinator"}[agreement.language]
    sign_on_behalf(actor, agreement_id=agreement.id, name=name, role=chief, reason=reason)
    sign_for_us(actor, agreement_id=agreement.id, role=own)


def _sheets(organisation: Organisation, today: date) -> None:
    """A sheet in two versions; two people gave an employer different ones."""
    first_body = "Vi kommer till er och berättar.\n\n- Ni väljer själva vem som börjar.\n- Vi följer upp varje månad."
    sheet = add_template(
        ACTOR, kind=DocumentKind.INFORMATION, language="sv", title="Så går arbetsträning till", body=first_body
    )
    older = sheet.newest.id
    newer = save_text(
        ACTOR, template_id=sheet.id, language="sv", title="Så går arbetsträning till",
        body=first_body.replace("varje månad", "varannan vecka den första tiden"),
    )  # fmt: skip
    current_session().flush()  # The new version gets its id.
    swedish, norwegian = (organisation.actor(unit) for unit in (organisation.swedish, organisation.norwegian))
    employer_id = _partners(swedish, organisation.swedish)[0].employer_id
    give_sheet(norwegian, employer_id=employer_id, version_id=older, on=today - timedelta(days=40))
    give_sheet(swedish, employer_id=employer_id, version_id=newer.id, on=today - timedelta(days=9))
