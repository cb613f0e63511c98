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
from crm.partnerships.models import Commitment
from crm.partnerships.services.commitments import add_commitment, add_evidence
from crm.partnerships.services.partnerships import begin_partnership
from crm.partnerships.services.voices import add_testimonial
from crm.placements.models import Placement
from crm.programmes.card_services import GoalFields, PartnerFields, add_goal, add_milestone, add_partner, set_grant
from crm.samples.cooperation import fill_cooperation
from crm.samples.days import go_to_work, on_days
from crm.samples.organisation import ACTOR, Organisation

_BEGUN_AGO = 190
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
    today = clock.today()
    with on_days() as go:
        go(min(_BEGUN_AGO, (today - begin).days))
        commitments = _promise(organisation, employer_id, begin, end, review_on=today + timedelta(days=20))
        for channel, days, purpose in (("visit", 60, "csr"), ("event", 45, "relationship")):
            day = go_to_work(go, days)
            fields = ContactFields(channel=channel, on_date=day, outcome="interested", purpose=purpose)
            log_contact(actor, employer_id=employer_id, fields=fields)
        proof = EvidenceFields(on_date=max(begin, go(30)), text="Första mentorn har börjat")
        add_evidence(actor, commitment_id=commitments[-1].id, given=proof)
        said = TestimonialFields(
            said_by="Butikschefen",
            said_on=go(10),
            text="Vi har fått medarbetare som vi inte hade hittat själva.",
            may_publish=True,
            consent_on=go(10),
        )
        add_testimonial(actor, employer_id=employer_id, unit_id=unit.id, given=said)


def _promise(
    organisation: Organisation, employer_id: int, begin: date, end: date, *, review_on: date
) -> list[Commitment]:
    """The partnership with its five commitments."""
    unit, actor = organisation.swedish, organisation.actor(organisation.swedish)
    partnership = begin_partnership(
        actor,
        employer_id=employer_id,
        unit_id=unit.id,
        given=PartnershipFields(
            name="Tillsammans för fler i arbete", starts_on=begin, ends_on=end, owner_id=actor.staff_id
        ),
        review_on=review_on,
    )
    return [
        add_commitment(
            actor,
            partnership_id=partnership.id,
            given=CommitmentFields(
                kind=kind, text=text, quantity=quantity, unit_of_measure=of_what, starts_on=begin, ends_on=end,
                frameworks=frameworks,
            ),
        )
        for kind, quantity, of_what, text, frameworks in _PROMISES
    ]  # fmt: skip


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
