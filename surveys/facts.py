"""Reading what is known about exits, many at a time, with a constant number of queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

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
class _Known:
    """What was read for a batch of exits."""

    units: Mapping[int, Unit]
    last_exits: Mapping[int, int]
    refused: frozenset[int]
    addresses: Mapping[int, Sequence[Reachable]]
    """Of each participant, in their own order."""
    suppressed: Mapping[tuple[str, str], str] = field(default_factory=dict)


def facts_of(exit_ids: Collection[int]) -> dict[int, ExitFacts]:
    """The facts of these exits, by exit. Exits that do not exist are left out. Six queries."""
    exits = _read_exits(exit_ids)
    people = {exit_.enrolment.participant for exit_ in exits}
    addresses = {person.id: _addresses(person) for person in people}
    known = _Known(
        units={unit.id: unit for unit in current_session().scalars(select(Unit))},
        last_exits=_last_exits({exit_.enrolment_id for exit_ in exits}),
        refused=_refused({person.id for person in people}),
        addresses=addresses,
        suppressed=_suppressed(addresses.values()),
    )
    return {exit_.id: _facts(exit_, known) for exit_ in exits}


def languages_to_try(participant: Participant, unit: Unit) -> tuple[str, ...]:
    """The person's language, the nearest one, the unit's, English: each once, in this order."""
    wanted = (participant.language, _NEAREST.get(participant.language, ""), unit.language, FALLBACK_LANGUAGE)
    return tuple(dict.fromkeys(language for language in wanted if language))


def _read_exits(exit_ids: Collection[int]) -> list[EnrolmentExit]:
    statement = (
        select(EnrolmentExit)
        .where(EnrolmentExit.id.in_(exit_ids))
        .options(
            joinedload(EnrolmentExit.enrolment).joinedload(Enrolment.participant),
            joinedload(EnrolmentExit.enrolment).joinedload(Enrolment.programme),
        )
    )
    return list(current_session().scalars(trusted(statement, because=_PLANNING)))


def _last_exits(enrolment_ids: Collection[int]) -> dict[int, int]:
    statement = (
        select(EnrolmentExit.enrolment_id, func.max(EnrolmentExit.number))
        .where(EnrolmentExit.enrolment_id.in_(enrolment_ids))
        .group_by(EnrolmentExit.enrolment_id)
    )
    rows = current_session().execute(trusted(statement, because=_PLANNING))
    return dict(rows.all())


def _refused(participant_ids: Collection[int]) -> frozenset[int]:
    newest = (
        select(func.max(Consent.id))
        .where(Consent.participant_id.in_(participant_ids), Consent.kind == ConsentKind.SURVEYS)
        .group_by(Consent.participant_id)
    )
    statement = select(Consent.participant_id).where(Consent.id.in_(newest), Consent.given.is_(False))
    return frozenset(current_session().scalars(trusted(statement, because=_PLANNING)))


def _suppressed(addresses: Iterable[Sequence[Reachable]]) -> dict[tuple[str, str], str]:
    hashes = [each.address_hash for own in addresses for each in own]
    statement = select(
        SuppressedAddress.channel, SuppressedAddress.address_hash, SuppressedAddress.reason
    ).where(SuppressedAddress.address_hash.in_(hashes))
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


def _facts(exit_: EnrolmentExit, known: _Known) -> ExitFacts:
    enrolment = exit_.enrolment
    person = enrolment.participant
    programme: Programme = enrolment.programme
    unit = known.units[enrolment.unit_id]
    addresses = known.addresses[person.id]
    blocked = [known.suppressed.get((each.channel, each.address_hash)) for each in addresses]
    return ExitFacts(
        exit_id=exit_.id,
        enrolment_id=enrolment.id,
        participant_id=person.id,
        unit_id=enrolment.unit_id,
        programme_id=enrolment.programme_id,
        exit_on=exit_.exit_on,
        today=clock.today(unit.time_zone),
        holds=exit_.reopened_at is None and known.last_exits.get(enrolment.id) == exit_.number,
        deceased=person.deceased_on is not None or exit_.reason == _DECEASED,
        opted_out=person.id in known.refused,
        protected=person.protected,
        programme_sends=programme.sends_messages,
        channels=tuple(each for each, why in zip(addresses, blocked, strict=True) if why is None),
        unreachable=_why_unreachable(blocked),
        languages=languages_to_try(person, unit),
    )


def _why_unreachable(blocked: list[str | None]) -> StopReason:
    if not blocked:
        return StopReason.NO_ADDRESS
    return StopReason.OPTED_OUT if _OPTED_OUT.issuperset(blocked) else StopReason.BOUNCED
