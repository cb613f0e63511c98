"""The mentors of the sample installation: talks, profiles with drawn photos, offers, matches, and what is promised."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO

from sqlalchemy import select

from crm import clock
from crm.accounts.current import actor_for
from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import visible
from crm.actors import Actor
from crm.attachments.services import keep_bytes
from crm.db import current_session, transaction
from crm.employers.models import Employer, EmployerRelationship
from crm.participants.models import Enrolment, Participant
from crm.samples.days import on_days
from outreach.matching.fields import InterviewFields, MentorFields, ProfileFields, PromiseFields
from outreach.matching.models import MatchProfile, Mentor
from outreach.matching.modules import MATCHING
from outreach.matching.photo import drawn_anew
from outreach.matching.profile_fields import AGE, PHOTO
from outreach.matching.services import commitments, interviews, matches, mentors, offers, profiles

COORDINATOR = "coordinator@example.org"


@dataclass(frozen=True)
class _Sample:
    """A sample mentor. ``texts``: of the profile; none where the talk is still to come."""

    name: str
    municipality: str
    born: int
    texts: dict[str, str] = field(default_factory=dict)
    attention: str | None = None
    paused: str | None = None


_OFFERS = (
    "Jag har tid att lyssna, och jag har själv stått utan arbete. Vi tar en kaffe, och sedan ett steg i taget.",
    "Jag kan visa hur en arbetsdag går till, och vem man frågar när man inte vet.",
    "Vi kan öva på svenska medan vi lagar mat, och gå igenom annonser tillsammans.",
)
_MENTORS = (
    _Sample(
        "Per-Olof Sandell", "Lindö", 1962,
        {"work_now": "Pensionär sedan i våras", "work_before": "Förman på ett byggvaruhus",
         "trade": "Snickare", "leisure": "Seglar jolle\nSjunger i kör\nBin och köksträdgård"},
    ),
    _Sample(
        "Margareta Hallin", "Lindö", 1958,
        {"work_now": "Pensionär", "work_before": "Undersköterska och handledare", "trade": "Barnskötare",
         "leisure": "Promenader med hunden\nStudiecirkel i släktforskning"},
        attention="Har ingen bil: träffas bäst i Lindö.",
    ),
    _Sample(
        "Hassan Darwish", "Ekby", 1985,
        {"work_now": "Busschaufför", "work_before": "Kom hit 2012, praktik, sedan fast jobb", "trade": "Elektriker",
         "leisure": "Fotboll med barnen\nLagar mat för många"},
    ),
    _Sample("Anneli Roth", "Ekby", 1971, {"work_now": "Butikschef", "trade": "Florist", "leisure": "Längdskidor"}),
    _Sample("Göran Wikander", "Strömvik", 1955, {"work_now": "Pensionär", "trade": "Svetsare", "leisure": "Fiske"}),
    _Sample("Lena Forsman", "Strömvik", 1979, {"work_now": "Ekonom", "leisure": "Körsång"}, paused="parental_leave"),
    _Sample("Tomas Ahlberg", "Lindö", 1967, {"work_now": "Vaktmästare", "leisure": "Gamla mopeder"}, paused="work"),
    _Sample("Ingela Bergdal", "Lindö", 1964, {"work_now": "Lärare", "leisure": "Trädgård"}),
    _Sample("Samira Haddad", "Ekby", 1990),
)  # fmt: skip


def add_matching() -> None:
    """Switch matching on for the Swedish sample unit, and fill it. Runs outside ``transaction()``."""
    with transaction():
        staff = current_session().scalar(select(Staff).where(Staff.email == COORDINATOR))
        if staff is None:
            return
        unit = current_session().get_one(Unit, staff.unit_id)
        unit.modules = sorted({*unit.modules, MATCHING.key})
        actor = actor_for(staff)
        with on_days() as go:
            found = [_mentor(actor, sample, number, go(200 - 12 * number)) for number, sample in enumerate(_MENTORS)]
            go(40)
            employer = _employer(actor)
            ready = [each for each in found if each is not None]
            _matches(actor, ready, employer, go)


def _mentor(actor: Actor, sample: _Sample, number: int, day: date) -> MatchProfile | None:
    given = MentorFields(
        name=sample.name, recruited_on=day, unit_id=actor.unit_id, phone=f"+467017400{number:02d}",
        email=f"mentor{number + 1}@example.net", birth_year=sample.born, municipality=sample.municipality,
        staff_id=actor.staff_id, told_on=day,
    )  # fmt: skip
    mentor = mentors.add_mentor(actor, given=given)
    _promise(actor, mentor, day)
    if not sample.texts:
        return None
    offer = _OFFERS[number % len(_OFFERS)]
    answers = {
        **sample.texts,
        "residence": sample.municipality,
        "offers": offer,
        "limits": "Inga samtal efter klockan 20.",
    }
    interviews.begin_interview(
        actor,
        mentor_id=mentor.id,
        given=InterviewFields(day, 30, answers, ("motivation",), sample.attention),
        done=True,
    )
    texts = {"name": sample.name, "residence": sample.municipality, "offer": offer, **sample.texts}
    profile = profiles.save_mentor_profile(
        actor, mentor_id=mentor.id, given=ProfileFields(texts, (*texts, AGE, PHOTO), day)
    )
    profiles.add_photo(actor, profile_id=profile.id, kept=keep_bytes("photo.jpg", drawn_anew(_portrait(number))))
    if sample.paused:
        until = clock.today() + timedelta(days=260)
        mentors.pause_mentor(actor, mentor_id=mentor.id, reason=sample.paused, until=until, since=day)
    return profile


def _promise(actor: Actor, mentor: Mentor, day: date) -> None:
    """Two training days for everybody; of the later mentors not both are done yet."""
    given = PromiseFields("training", day, times=2, due_on=day + timedelta(days=300))
    commitment = commitments.add_commitment(actor, mentor_id=mentor.id, given=given)
    commitments.tick(actor, commitment_id=commitment.id, on_date=day)
    if mentor.id % 3:
        commitments.tick(actor, commitment_id=commitment.id, on_date=day - timedelta(days=1))


def _employer(actor: Actor) -> MatchProfile | None:
    statement = (
        visible(Employer, actor)
        .join(EmployerRelationship, EmployerRelationship.employer_id == Employer.id)
        .where(
            EmployerRelationship.owner_id == actor.staff_id, Employer.archived_at.is_(None),
            Employer.do_not_contact.is_(False), Employer.advertising_block.is_(False),
        )
        .order_by(Employer.id)
    )  # fmt: skip
    employer = current_session().scalars(statement.limit(1)).first()
    if employer is None:
        return None
    texts = {
        "name": employer.name, "business": "En arbetsplats med handledare", "tasks": "Hjälpa till där det behövs",
        "colleagues": "Åtta kollegor, en handledare", "offer": "Lugn start: två timmar om dagen den första veckan.",
    }  # fmt: skip
    given = ProfileFields(texts, tuple(texts), clock.today())
    return profiles.save_employer_profile(actor, employer_id=employer.id, given=given)


def _matches(actor: Actor, ready: list[MatchProfile], employer: MatchProfile | None, go: object) -> None:
    """Four matches of which one has ended, an offer that waits, and a meeting that is overdue."""
    assert callable(go)
    people = list(_people(actor))
    free = [each for each in ready if each.mentor is not None and each.mentor.paused_on is None]
    for number, (person, days) in enumerate(zip(people, (120, 90, 60, 30), strict=False)):
        day = go(days)
        shown = [free[number], free[(number + 4) % len(free)]]
        offer = offers.make_offer(actor, participant_id=person.id, profiles=[each.public_id for each in shown])
        match = offers.choose(actor, offer_id=offer.id, candidate=offer.candidates[0].public_id)
        matches.begin_match(actor, match_id=match.id, on_date=day)
        meet = PromiseFields("meeting", day, every_days=14, match_id=match.id)
        assert match.mentor_id is not None
        commitment = commitments.add_commitment(actor, mentor_id=match.mentor_id, given=meet)
        go(max(0, 15 - 5 * number))
        commitments.tick(actor, commitment_id=commitment.id)
        if number == 1:
            matches.end_match(actor, match_id=match.id, on_date=clock.today(), reason="moved_on")
    go(1)
    if len(people) > 4 and employer is not None:
        waiting = [free[-1].public_id, free[1].public_id, employer.public_id]
        offers.make_offer(actor, participant_id=people[4].id, profiles=waiting)
    go(0)


def _people(actor: Actor) -> list[Participant]:
    """Participants of the coordinator who take part now."""
    statement = (
        visible(Participant, actor)
        .join(Enrolment, Enrolment.participant_id == Participant.id)
        .where(
            Enrolment.coordinator_id == actor.staff_id, Enrolment.exited_on.is_(None), Participant.protected.is_(False),
            Participant.archived_at.is_(None), Participant.deceased_on.is_(None),
        )
        .order_by(Participant.id)
        .limit(5)
    )  # fmt: skip
    return list(current_session().scalars(statement).unique())


def _portrait(number: int) -> bytes:
    """A drawn head and shoulders, so that nobody's face is used."""
    from PIL import Image, ImageDraw  # heavy, and for sample data alone

    sky = [(201, 222, 226), (230, 221, 204), (214, 226, 206), (226, 211, 222)][number % 4]
    coat = [(11, 92, 107), (140, 88, 44), (72, 106, 60), (112, 70, 110)][(number * 3 + 1) % 4]
    skin = [(224, 182, 150), (240, 205, 178), (172, 122, 88), (206, 160, 124)][(number * 5) % 4]
    hair = [(150, 150, 150), (92, 62, 40), (38, 32, 30), (196, 166, 110)][(number * 7 + 2) % 4]
    picture = Image.new("RGB", (480, 600), sky)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((40, 400, 440, 900), fill=coat)
    draw.rectangle((205, 330, 275, 430), fill=skin)
    draw.ellipse((140, 90, 340, 330), fill=hair)
    draw.ellipse((155, 130, 325, 370), fill=skin)
    for x in (205, 275):
        draw.ellipse((x - 7, 235, x + 7, 249), fill=(45, 45, 45))
    draw.arc((205, 270, 275, 320), 20, 160, fill=(120, 60, 50), width=5)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
