"""Adding, changing, protecting and archiving participants; consents."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from crm.actors import respondent_actor, system_actor
from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict, NotAllowed, NotVisible
from crm.events import OptedOut, emit
from crm.messaging.models import Channel
from crm.messaging.services import suppress
from crm.participants.fields import ParticipantFields, fields_of
from crm.participants.models import Consent, ConsentKind, Enrolment, Participant
from crm.participants.queries import consent_in_force, look_alikes, sees, usable_channels
from crm.participants.services.consents import record_consent
from crm.participants.services.participants import (
    add_participant,
    archive_participant,
    change_participant,
    record_death,
    restore_participant,
    take_back_death,
)
from crm.participants.services.protection import protect, unprotect
from crm.search.tables import document
from tests.participants.conftest import Here


def _new(here: Here, **values: object) -> Participant:
    given = ParticipantFields("Eva", "Ek", here.unit_id, **values)  # type: ignore[arg-type]
    with transaction():
        return add_participant(here.manager, given=given)


def _person(here: Here) -> Participant:
    return current_session().scalars(select(Participant).where(Participant.id == here.person_id)).one()


def test_a_participant_is_stored_in_one_form(here: Here) -> None:
    with transaction():
        given = ParticipantFields(
            "  A\u030asa\x00 \u202e",
            "Öberg  Ek",
            here.unit_id,
            email=" Asa@EXAMPLE.org ",
            phone="070-174 06 05",
            birth_year=1980,
        )
        person = add_participant(here.manager, given=given)
    assert (person.first_name, person.last_name) == ("Åsa", "Öberg Ek")
    assert (person.email, person.phone) == ("Asa@example.org", "+46701740605")
    assert person.sort_name == "öberg ek åsa"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"birth_year": 1850}, "birth_year"),
        ({"birth_year": 2050}, "birth_year"),
        ({"language": "xx"}, "language"),
        ({"sex": "unknown"}, "sex"),
        ({"channels": ("pigeon",)}, "channels"),
        ({"external_ref": "x" * 61}, "external_ref"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(here: Here, values: dict[str, object], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        _new(here, **values)
    assert refused.value.field == field


def test_a_name_has_eighty_letters_at_most(here: Here) -> None:
    with pytest.raises(DomainError) as refused, transaction():
        add_participant(here.manager, given=ParticipantFields("E" * 81, "Ek", here.unit_id))
    assert refused.value.field == "first_name"


def test_a_participant_is_added_to_a_unit_of_ones_own(here: Here) -> None:
    with pytest.raises(DomainError) as refused, transaction():
        add_participant(here.manager, given=ParticipantFields("Eva", "Ek", here.unit_id + 100))
    assert refused.value.field == "unit_id"


def test_a_reference_exists_once_in_a_unit(here: Here) -> None:
    _new(here, external_ref="A1")
    with pytest.raises(DomainError) as refused:
        _new(here, external_ref="A1")
    assert refused.value.field == "external_ref"


def test_saving_an_old_page_shows_what_now_stands_there(here: Here) -> None:
    given = fields_of(_person(here))
    with transaction():
        change_participant(
            here.manager, participant_id=here.person_id, version=1, given=replace(given, first_name="Anna")
        )
    with pytest.raises(EditConflict) as conflict, transaction():
        change_participant(
            here.coordinator, participant_id=here.person_id, version=1, given=replace(given, first_name="Astrid")
        )
    assert conflict.value.current["first_name"] == "Anna"
    assert conflict.value.current["person_version"] == 2


def test_saving_the_same_again_changes_nothing(here: Here) -> None:
    with transaction():
        person = change_participant(
            here.manager, participant_id=here.person_id, version=1, given=fields_of(_person(here))
        )
        assert person.version_id == 1


def test_the_same_name_and_year_or_phone_or_mail_look_alike(here: Here) -> None:
    known = _new(here, birth_year=1980, email="eva@example.org", phone="070-174 06 06")
    same_name = ParticipantFields("Eva", "Ek", here.unit_id, birth_year=1980)
    same_mail = ParticipantFields("Ida", "By", here.unit_id, email="EVA@example.org")
    same_phone = ParticipantFields("Ida", "By", here.unit_id, phone="+46701740606")
    other_year = ParticipantFields("Eva", "Ek", here.unit_id, birth_year=1981)
    for given in (same_name, same_mail, same_phone):
        assert look_alikes(here.manager, given) == [known]
    assert look_alikes(here.manager, other_year) == []
    assert look_alikes(here.manager, same_name, except_id=known.id) == []


def test_a_protected_participant_is_seen_by_those_who_are_named_and_found_by_nobody(here: Here) -> None:
    with transaction():
        protect(here.coordinator, participant_id=here.person_id, named_staff_ids=[])
    assert sees(here.coordinator, here.person)
    assert not sees(here.manager, here.person)
    indexed = current_session().execute(select(document.c.row_id).where(document.c.kind == "participant"))
    assert here.person_id not in set(indexed.scalars())


def test_only_a_manager_who_is_named_changes_who_sees_a_protected_participant(here: Here) -> None:
    manager_id = here.manager.staff_id
    assert manager_id is not None
    with transaction():
        protect(here.coordinator, participant_id=here.person_id, named_staff_ids=[manager_id])
    with pytest.raises(NotAllowed), transaction():
        protect(here.coordinator, participant_id=here.person_id, named_staff_ids=[])
    with pytest.raises(NotAllowed), transaction():
        unprotect(here.coordinator, participant_id=here.person_id)
    with transaction():
        protect(here.manager, participant_id=here.person_id, named_staff_ids=[])
    assert not sees(here.coordinator, here.person)
    with transaction():
        unprotect(here.manager, participant_id=here.person_id)
    assert sees(here.coordinator, here.person)


def test_the_system_protects_nobody_without_naming_somebody(here: Here) -> None:
    with pytest.raises(DomainError), transaction():
        protect(system_actor("test"), participant_id=here.person_id, named_staff_ids=[])


def test_nothing_may_be_used_to_reach_a_protected_or_a_dead_person(here: Here) -> None:
    person = _person(here)
    assert usable_channels(person) == [Channel.EMAIL, Channel.SMS]
    person.protected = True
    assert usable_channels(person) == []
    person.protected, person.deceased_on = False, date(2026, 1, 1)
    assert usable_channels(person) == []


def test_a_suppressed_address_is_not_usable(here: Here) -> None:
    person = _person(here)
    address = person.email or ""
    with transaction():
        suppress(here.manager, channel=Channel.EMAIL, address=address, reason="hard_bounce", source="test")
    assert usable_channels(_person(here)) == [Channel.SMS]


def test_the_newest_statement_of_a_consent_holds(here: Here) -> None:
    assert consent_in_force(here.person_id, ConsentKind.SURVEYS) is None
    for given in (True, False, True):
        with transaction():
            record_consent(here.coordinator, participant_id=here.person_id, kind="surveys", given=given, source="staff")
        assert consent_in_force(here.person_id, "surveys") is given
    assert consent_in_force(here.person_id, ConsentKind.TELL_EMPLOYER) is None


def test_somebody_who_holds_a_valid_link_speaks_for_themselves(here: Here) -> None:
    with transaction():
        said = record_consent(
            respondent_actor(), participant_id=here.person_id, kind="surveys", given=False, source="opt_out_page"
        )
        assert said.recorded_by_id is None
    with pytest.raises(NotVisible), transaction():
        record_consent(respondent_actor(), participant_id=9999, kind="surveys", given=False, source="opt_out_page")


def test_who_answers_stop_has_refused_once_however_often_it_is_reported(here: Here) -> None:
    for _time in range(2):
        with transaction():
            emit(OptedOut(channel="sms", address="+46701740605"))
    said = current_session().scalars(select(Consent)).all()
    assert [(each.given, each.source) for each in said] == [(False, "stop_reply")]


def test_a_death_ends_what_is_open_and_can_be_corrected(here: Here) -> None:
    with transaction():
        record_death(here.coordinator, participant_id=here.person_id, died_on=date(2026, 1, 15))
    enrolment = current_session().scalars(select(Enrolment)).one()
    # An exit is never before the start.
    assert (enrolment.exited_on, enrolment.exits[0].reason) == (date(2026, 2, 1), "deceased")
    assert _person(here).deceased_on == date(2026, 1, 15)
    with transaction():
        take_back_death(here.coordinator, participant_id=here.person_id)
    assert _person(here).deceased_on is None


def test_a_death_is_not_in_the_future(here: Here) -> None:
    with pytest.raises(DomainError), transaction():
        record_death(here.coordinator, participant_id=here.person_id, died_on=date(2199, 1, 1))


def test_a_participant_in_a_programme_is_not_archived(here: Here) -> None:
    with pytest.raises(DomainError), transaction():
        archive_participant(here.coordinator, participant_id=here.person_id)


def test_archiving_can_be_undone_and_repeated(here: Here) -> None:
    person = _new(here)
    for _time in range(2):
        with transaction():
            archive_participant(here.manager, participant_id=person.id)
    assert person.archived_at is not None
    for _time in range(2):
        with transaction():
            restore_participant(here.manager, participant_id=person.id)
    assert person.archived_at is None
