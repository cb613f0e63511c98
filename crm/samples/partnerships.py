"""A sample CSR partnership, a coverage target and a project card; their modules are on for the Swedish unit."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select

from crm import clock
from crm.accounts.scopes import trusted
from crm.coverage.regions import shipped
from crm.coverage.services import TargetFields, add_target
from crm.db import current_session
from crm.employers.fields import ContactFields
from crm.employers.models import Employer, EmployerRelationship
from crm.employers.services import log_contact
from crm.partnerships.fields import CommitmentFields, EvidenceFields, PartnershipFields, TestimonialFields
from crm.partnerships.services.commitments import add_commitment, add_evidence
from crm.partnerships.services.partnerships import begin_partnership
from crm.partnerships.services.voices import add_testimonial
from crm.placements.models import Placement
from crm.programmes.card_services import GoalFields, PartnerFields, add_goal, add_milestone, add_partner, set_grant
from crm.samples.cooperation import fill_cooperation
from crm.samples.organisation import ACTOR, Organisation

_PROMISES = (
    ("places", 3, "platser", "Platser för arbetsträning", ("gri_413_1", "ungc_6")),
    ("hires", 1, "anställning", "En anställning under året", ("gri_401_1",)),
    ("job_shadowing", 2, "besök", "Studiebesök för deltagare", ("iso_26000_community",)),
    ("event", 1, "frukost", "Näringslivsfrukost hos företaget", ()),
    ("mentoring", 2, "mentorer", "Mentorer till nya medarbetare", ("gri_405_1",)),
)
_PARTNERS = (
    ("Näringslivsenheten", "Medarrangör", "Kontakter med företag", False),
    ("Arbetsförmedlingen", "Anvisar", "Beslut om stöd", False),
    ("Samordningsförbundet", "Finansiär", "Medel till en handläggare", True),
)


def fill_partnerships(organisation: Organisation) -> None:
    """Add what the Swedish unit shows of all this. Runs inside ``transaction()``."""
    unit = organisation.swedish
    unit.modules = sorted({*unit.modules, "partnerships", "coverage", "talks", "groups"})
    year = clock.today().year
    _partnership(organisation, date(year, 1, 1), date(year, 12, 31))
    municipalities = [each.code for each in shipped().of("SE", "municipality", on=date(year, 1, 1), parent="17")]
    add_target(
        ACTOR,
        given=TargetFields(
            name="En arbetsgivare i varje kommun", unit_id=unit.id, counted="contact", country="SE",
            level="municipality", starts_on=date(year, 1, 1), deadline=date(year, 12, 31),
        ),
        codes=municipalities,
    )  # fmt: skip
    _spread(organisation, municipalities)
    _card(organisation, year)
    fill_cooperation(organisation)


def _spread(organisation: Organisation, municipalities: list[str]) -> None:
    """The unit's employers lie in some of the municipalities, so that the target has something to show."""
    theirs = (
        select(Employer)
        .join(EmployerRelationship, EmployerRelationship.employer_id == Employer.id)
        .where(EmployerRelationship.unit_id == organisation.swedish.id, Employer.country == "SE")
        .order_by(Employer.id)
    )
    for number, employer in enumerate(current_session().scalars(trusted(theirs, because="sample data"))):
        employer.municipality_code = municipalities[(number * 3) % len(municipalities[:11])]


def _partnership(organisation: Organisation, begin: date, end: date) -> None:
    unit, actor = organisation.swedish, organisation.actor(organisation.swedish)
    most = (
        select(Placement.employer_id)
        .join(Employer, Employer.id == Placement.employer_id)
        .where(Placement.unit_id == unit.id, Employer.country == "SE")
        .group_by(Placement.employer_id)
        .order_by(func.count().desc(), Placement.employer_id)
        .limit(1)
    )
    employer_id = current_session().scalars(trusted(most, because="sample data")).one()
    partnership = begin_partnership(
        actor,
        employer_id=employer_id,
        unit_id=unit.id,
        given=PartnershipFields(
            name="Tillsammans för fler i arbete", starts_on=begin, ends_on=end, owner_id=actor.staff_id
        ),
        review_on=clock.today() + timedelta(days=20),
    )
    for kind, quantity, of_what, text, frameworks in _PROMISES:
        commitment = add_commitment(
            actor,
            partnership_id=partnership.id,
            given=CommitmentFields(
                kind=kind, text=text, quantity=quantity, unit_of_measure=of_what, starts_on=begin, ends_on=end,
                frameworks=frameworks,
            ),
        )  # fmt: skip
    proof = EvidenceFields(on_date=max(begin, clock.today() - timedelta(days=30)), text="Första mentorn har börjat")
    add_evidence(actor, commitment_id=commitment.id, given=proof)
    for channel, days, purpose in (("visit", 60, "csr"), ("event", 45, "relationship")):
        on_date = max(begin, clock.today() - timedelta(days=days))
        fields = ContactFields(channel=channel, on_date=on_date, outcome="interested", purpose=purpose)
        log_contact(actor, employer_id=employer_id, fields=fields)
    said = TestimonialFields(
        said_by="Butikschefen",
        said_on=clock.today() - timedelta(days=10),
        text="Vi har fått medarbetare som vi inte hade hittat själva.",
        may_publish=True,
        consent_on=clock.today() - timedelta(days=10),
    )
    add_testimonial(actor, employer_id=employer_id, unit_id=unit.id, given=said)


def _card(organisation: Organisation, year: int) -> None:
    programme = organisation.running
    programme.total_budget, programme.currency, programme.phase = Decimal(1_500_000), "SEK", "Genomförande"
    for number in range(3):
        set_grant(ACTOR, programme_id=programme.id, year=year - 2 + number, amount=Decimal(500_000))
    for name, role, contribution, pays in _PARTNERS:
        given = PartnerFields(name=name, role=role, contribution=contribution, co_finances=pays)
        add_partner(ACTOR, programme_id=programme.id, given=given)
    add_milestone(ACTOR, programme_id=programme.id, on_date=clock.today() + timedelta(days=40), text="Delrapport")
    add_goal(ACTOR, programme_id=programme.id, given=GoalFields("Fler företag tar emot", is_main=True))
    add_goal(
        ACTOR,
        programme_id=programme.id,
        given=GoalFields("Varaktigt samarbete med näringslivet", state="partly", status_text="Tre avtal är klara."),
    )
