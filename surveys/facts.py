"""Reading what is known about exits, many at a time, with a constant number of queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from flask import current_app
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, contains_eager

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.messaging.addresses import address_hash, can_receive_sms
from crm.messaging.models import Channel, SuppressedAddress
from crm.participants.models import Consent, ConsentKind, Enrolment, EnrolmentExit, Participant
from crm.programmes.models import Programme
from crm.settings import Settings
from surveys.deciding import ExitFacts, Reachable
from surveys.dispositions import StopReason

_PLANNING = "planning looks at exits that a checked service, an event or a job named"
_OPTED_OUT = frozenset({"opted_out", "stop_reply"})
_DECEASED = "deceased"
# A reader of nynorsk is better served by bokmål than by another country's language.
_NEAREST = {"nn": "nb"}
FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True)
class _Read:
    """One exit with what its row alone does not say."""

    exit: EnrolmentExit
    is_last: bool
    consent: bool | None


def facts_of(exit_ids: Collection[int], units: Mapping[int, Unit] | None = None) -> dict[int, ExitFacts]:
    """The facts of these exits, by exit. Exits that do not exist are left out. Two queries, and one for the units
    when they are not given."""
    found = _read_exits(exit_ids)
    if units is None:
        units = {unit.id: unit for unit in current_session().scalars(select(Unit))}
    people = {read.exit.enrolment.participant for read in found}
    # A keyed hash costs more than the rest of a fact: once for each person, for both uses.
    addresses = {person.id: _addresses(person) for person in people}
    suppressed = _suppressed(addresses.values())
    facts: dict[int, ExitFacts] = {}
    for read in found:
        enrolment = read.exit.enrolment
        own = addresses[enrolment.participant_id]
        blocked = [suppressed.get((each.channel, each.address_hash)) for each in own]
        facts[read.exit.id] = _facts(read, units[enrolment.unit_id], own, blocked)
    return facts


def languages_to_try(participant: Participant, unit: Unit) -> tuple[str, ...]:
    """The person's language, the nearest one, the unit's, English: each once, in this order."""
    wanted = (participant.language, _NEAREST.get(participant.language, ""), unit.language, FALLBACK_LANGUAGE)
    return tuple(dict.fromkeys(language for language in wanted if language))


def _read_exits(exit_ids: Collection[int]) -> list[_Read]:
    later = aliased(EnrolmentExit)
    is_last = ~exists().where(later.enrolment_id == EnrolmentExit.enrolment_id, later.number > EnrolmentExit.number)
    consent = (
        select(Consent.given)
        .where(Consent.participant_id == Enrolment.participant_id, Consent.kind == ConsentKind.SURVEYS)
        .order_by(Consent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(EnrolmentExit, is_last, consent)
        .join(EnrolmentExit.enrolment)
        .join(Enrolment.participant)
        .join(Enrolment.programme)
        .where(EnrolmentExit.id.in_(exit_ids))
        .options(
            contains_eager(EnrolmentExit.enrolment).contains_eager(Enrolment.participant),
            contains_eager(EnrolmentExit.enrolment).contains_eager(Enrolment.programme),
        )
    )
    rows = current_session().execute(trusted(statement, because=_PLANNING))
    return [_Read(exit_, bool(last), given) for exit_, last, given in rows]


def _suppressed(addresses: Iterable[Sequence[Reachable]]) -> dict[tuple[str, str], str]:
    hashes = [each.address_hash for own in addresses for each in own]
    statement = select(SuppressedAddress.channel, SuppressedAddress.address_hash, SuppressedAddress.reason).where(
        SuppressedAddress.address_hash.in_(hashes)
    )
    return {(str(channel), found): reason for channel, found, reason in current_session().execute(statement)}


def _addresses(person: Participant) -> list[Reachable]:
    """The channels that the person wants and has an address for, in their own order."""
    own: dict[str, str | None] = {"email": person.email, "sms": person.phone if _sms_works(person) else None}
    found: list[Reachable] = []
    for channel in dict.fromkeys(person.channels):
        address = own.get(channel)
        if address:
            found.append(Reachable(channel, address_hash(Channel(channel), address)))
    return found


def _sms_works(person: Participant) -> bool:
    settings = cast(Settings, current_app.extensions["brobygg.settings"])
    return settings.sms != "none" and bool(person.phone) and can_receive_sms(person.phone or "")


def _facts(read: _Read, unit: Unit, addresses: Sequence[Reachable], blocked: Sequence[str | None]) -> ExitFacts:
    enrolment = read.exit.enrolment
    person = enrolment.participant
    programme: Programme = enrolment.programme
    return ExitFacts(
        exit_id=read.exit.id,
        enrolment_id=enrolment.id,
        participant_id=person.id,
        unit_id=enrolment.unit_id,
        programme_id=enrolment.programme_id,
        exit_on=read.exit.exit_on,
        today=clock.today(unit.time_zone),
        holds=read.exit.reopened_at is None and read.is_last,
        deceased=person.deceased_on is not None or read.exit.reason == _DECEASED,
        opted_out=read.consent is False,
        protected=person.protected,
        programme_sends=programme.sends_messages,
        channels=tuple(each for each, why in zip(addresses, blocked, strict=True) if why is None),
        unreachable=_why_unreachable(blocked),
        languages=languages_to_try(person, unit),
    )


def _why_unreachable(blocked: Sequence[str | None]) -> StopReason:
    if not blocked:
        return StopReason.NO_ADDRESS
    return StopReason.OPTED_OUT if _OPTED_OUT.issuperset(blocked) else StopReason.BOUNCED
